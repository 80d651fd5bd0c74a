/* Many plain connections that are subscribed to one channel and count what arrives, by WebSocket or by
 * HTTP streaming. They do the least that a client can do, so that the server's speed shows and not
 * theirs. */
#ifndef BENCH_SUBSCRIBERS_H
#define BENCH_SUBSCRIBERS_H

#include "net/ws_frame.h"

#include <stdint.h>

#define SUBSCRIBERS_CHANNEL "news"

typedef struct subscriber subscriber;

typedef enum subscribers_transport {
    SUBSCRIBERS_WEBSOCKET,
    SUBSCRIBERS_STREAM
} subscribers_transport;

typedef struct subscribers {
    uint16_t port;
    subscribers_transport transport;
    subscriber *all;
    size_t count;
    int epoll;
    int sender;        /* of streams: the connection for the answers to heartbeats; or -1 */
    uint64_t received; /* messages, over all of them */
    /* For latencies: when set, it is called with each piece that arrives. */
    void (*look)(void *context, px_slice bytes);
    void *look_context;
} subscribers;

/* Connects and subscribes `count` of them to the server at s->port by s->transport, `window` at a time, and returns when all are. They are
 * watched by `epoll`, with data.ptr inside of `all`. */
void subscribers_connect(subscribers *s, size_t count, size_t window, int epoll);
void subscribers_free(subscribers *s);

/* True when data.ptr of an epoll event is one of them. */
bool subscribers_own(const subscribers *s, const void *data);

/* Reads what has come for the one behind data.ptr. */
void subscribers_read(subscribers *s, void *data);

#endif
