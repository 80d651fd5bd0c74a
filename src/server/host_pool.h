/* An allocator for what comes and goes with every event: messages, requests, the queues of
 * connections. What is given back is kept for the next that needs as much; what nobody needed for a
 * while goes back to the heap. */
#ifndef PX_SERVER_HOST_POOL_H
#define PX_SERVER_HOST_POOL_H

#include <stdint.h>

#include "base/alloc.h"

enum { PX_POOL_LEAST = 64, PX_POOL_SIZES = 17 };

typedef struct px_shelf {
    void *first;    /* each begins with the address of the next */
    uint32_t count; /* that lie there */
    uint32_t spare; /* that have lain there all the time since the last trimming */
} px_shelf;

typedef struct px_pool {
    px_allocator allocator;
    px_shelf shelves[PX_POOL_SIZES]; /* for blocks of 64, 96, 128, 192, ... 16384 bytes */
    uint64_t trim_at_ms;
} px_pool;

/* The pool must not move in memory afterwards. */
void px_pool_init(px_pool *pool);

/* Now and then: frees what was not needed since it was called last. */
void px_pool_trim(px_pool *pool, uint64_t now_ms);

/* Frees all that is kept. */
void px_pool_free(px_pool *pool);

#endif
