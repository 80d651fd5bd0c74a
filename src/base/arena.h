/* An arena: many small allocations that never move and are all released at once. */
#ifndef PX_BASE_ARENA_H
#define PX_BASE_ARENA_H

#include "base/alloc.h"
#include "base/result.h"
#include "base/slice.h"

typedef struct px_arena_block px_arena_block;

typedef struct px_arena {
    const px_allocator *allocator;
    px_arena_block *newest;
    size_t used; /* bytes handed out since the last reset */
    size_t max;  /* never hands out more than this between two resets */
} px_arena;

/* Allocates nothing yet. */
void px_arena_init(px_arena *arena, const px_allocator *allocator, size_t max);

/* `size` bytes, aligned for any type, at an address that stays until the reset. PX_ERR_LIMIT
 * beyond max, PX_ERR_NO_MEMORY; *out is untouched then. */
PX_MUST_CHECK int px_arena_alloc(px_arena *arena, size_t size, void **out);

/* A copy of `bytes` that lives until the reset. Errors as px_arena_alloc. */
PX_MUST_CHECK int px_arena_copy(px_arena *arena, px_slice bytes, px_slice *out);

/* Releases all that was handed out; keeps one small block, so that the steady state allocates
 * nothing. */
void px_arena_reset(px_arena *arena);

/* Releases everything; the arena can be used again. */
void px_arena_free(px_arena *arena);

#endif
