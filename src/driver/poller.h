/* Waiting for sockets: the contract between the loop and the system's ways to wait. loop_epoll.c is
 * Linux's, loop_poll.c everybody's. */
#ifndef PX_DRIVER_POLLER_H
#define PX_DRIVER_POLLER_H

#include "base/alloc.h"
#include "driver/result.h"

#include <stdbool.h>

enum { PX_READABLE = 1 << 0, PX_WRITABLE = 1 << 1 };

/* A descriptor that is watched; embedded in what it belongs to. */
typedef struct px_watch px_watch;
struct px_watch {
    int fd;
    unsigned wanted; /* set by the poller */
    size_t place;    /* the poller's own */
    /* `events` is a part of what is wanted; an error or hang-up counts as all of it. */
    void (*ready)(px_watch *watch, unsigned events);
};

typedef struct px_poller px_poller;

typedef struct px_poller_type {
    const char *name;
    /* PX_ERR_NO_MEMORY, PX_ERR_SYSTEM. */
    int (*create)(const px_allocator *allocator, px_poller **poller);
    void (*destroy)(px_poller *poller);
    /* Watches for PX_READABLE, PX_WRITABLE, both, or (0) not any more: that never fails, and the
     * watch is then forgotten, even when it was found ready already. PX_ERR_NO_MEMORY,
     * PX_ERR_SYSTEM leave it as it was. */
    int (*set)(px_poller *poller, px_watch *watch, unsigned wanted);
    /* Waits until something is ready, at most that many milliseconds (-1: for ever).
     * PX_ERR_SYSTEM. A signal ends the wait. */
    int (*wait)(px_poller *poller, int timeout_ms);
    /* The next of what the last wait found; NULL: that was all of it. */
    px_watch *(*next)(px_poller *poller, unsigned *events);
    /* Looks at what was ready too, but did not fit into the last wait. False: nothing is left, or everything that
     * is watched has had its turn. */
    bool (*more)(px_poller *poller);
    /* A descriptor that is readable when something is ready; -1: there is none. */
    int (*fd)(const px_poller *poller);
} px_poller_type;

/* NULL where the system has no epoll. */
extern const px_poller_type *const px_poller_epoll;
extern const px_poller_type *const px_poller_poll;

#endif
