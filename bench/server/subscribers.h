/* Many plain connections that are subscribed to channels and count what arrives. They do the
 * least that a client can do, so that the server's speed shows and not theirs. */
#ifndef BENCH_SUBSCRIBERS_H
#define BENCH_SUBSCRIBERS_H

#include "peer.h"

#include "base/slice.h"

#define SUBSCRIBERS_CHANNEL "news"

enum { SUBSCRIBERS_MAX_CHANNEL = 32 };

typedef struct subscriber subscriber;

typedef struct subscribers {
    /* To be set before anything else. */
    const char *server; /* its name */
    uint16_t port;
    wire wire;
    int epoll;       /* they are watched by it, with data.ptr inside of `all` */
    size_t capacity; /* as many as there will ever be */
    bool are_in_own; /* each is in a channel of its own, "news-INDEX", not all in "news" */
    /* For latencies: when set, it is called with each piece that arrives for one in
     * `look_at_one_in`. */
    void (*look)(void *context, px_slice bytes);
    size_t look_at_one_in;
    void *look_context;

    subscriber *all;
    size_t count;
    int sender;        /* of streams: the connection for the answers to heartbeats; or -1 */
    uint64_t received; /* messages, over all of them */
} subscribers;

/* Connects and subscribes more of them, until there are `count`, so that never more than
 * `window` are under way; returns when all are subscribed. */
void subscribers_connect(subscribers *s, size_t count, size_t window);
void subscribers_free(subscribers *s);

/* The channel of one, with NUL. */
void subscribers_channel(const subscribers *s, size_t index, char out[SUBSCRIBERS_MAX_CHANNEL]);

/* True when data.ptr of an epoll event is one of them. */
bool subscribers_own(const subscribers *s, const void *data);

/* Reads what has come for the one behind data.ptr. */
void subscribers_read(subscribers *s, void *data);

/* Makes the server believe in them for another while, where it would not by itself. Returns how
 * many answers that brings, which count as received. */
uint64_t subscribers_keep_alive(subscribers *s);

#endif
