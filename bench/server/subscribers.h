/* Many plain WebSocket connections that are subscribed to one channel and count what arrives. They do
 * the least that a client can do, so that the server's speed shows and not theirs. */
#ifndef BENCH_SUBSCRIBERS_H
#define BENCH_SUBSCRIBERS_H

#include "net/ws_frame.h"

#include <stdint.h>

#define SUBSCRIBERS_CHANNEL "news"

typedef struct subscriber subscriber;

typedef struct subscribers {
    subscriber *all;
    size_t count;
    int epoll;
    uint64_t received; /* text frames, over all of them */
    /* For latencies: when set, it is called with each piece that arrives. */
    void (*look)(void *context, px_slice bytes);
    void *look_context;
} subscribers;

/* Connects and subscribes `count` of them, `window` at a time, and returns when all are. They are
 * watched by `epoll`, with data.ptr inside of `all`. */
void subscribers_connect(subscribers *s, uint16_t port, size_t count, size_t window, int epoll);
void subscribers_free(subscribers *s);

/* True when data.ptr of an epoll event is one of them. */
bool subscribers_own(const subscribers *s, const void *data);

/* Reads what has come for the one behind data.ptr. */
void subscribers_read(subscribers *s, void *data);

#endif
