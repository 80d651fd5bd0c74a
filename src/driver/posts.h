/* Calls from other threads: the only place with a lock. */
#ifndef PX_DRIVER_POSTS_H
#define PX_DRIVER_POSTS_H

#include "base/alloc.h"
#include "driver/result.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct px_post px_post;

typedef struct px_posts {
    const px_allocator *allocator;
    pthread_mutex_t lock;
    px_post *first;
    px_post *last;
    uint64_t next_serial;
    bool signalled; /* a byte is in the pipe */
    bool quit;
    int pipe[2];
} px_posts;

/* PX_ERR_SYSTEM. */
PX_MUST_CHECK int px_posts_init(px_posts *posts, const px_allocator *allocator);
void px_posts_free(px_posts *posts);

/* Readable when there is something to do. */
int px_posts_fd(const px_posts *posts);

/* Thread-safe: makes px_posts_fd readable. */
void px_posts_wake(px_posts *posts);

/* Thread-safe: wakes, and px_posts_take_quit will be true once. */
void px_posts_quit(px_posts *posts);
bool px_posts_take_quit(px_posts *posts);

/* A call to be made: `run` knows what kind of function it is, and calls it. */
typedef struct px_call {
    void (*run)(const struct px_call *call);
    void *owner; /* px_posts_drop finds it by this */
    void (*function)(void);
    void *context;
} px_call;

/* Thread-safe. PX_ERR_NO_MEMORY. */
PX_MUST_CHECK int px_posts_add(px_posts *posts, const px_call *call);

/* Drops what was posted for the owner. */
void px_posts_drop(px_posts *posts, const void *owner);

/* Quietens px_posts_fd and runs what was posted before the call, in order. */
void px_posts_run(px_posts *posts);

#endif
