/* What the kinds of subscribers share: each begins on a connection, and reads what comes. */
#ifndef BENCH_SUBSCRIBER_H
#define BENCH_SUBSCRIBER_H

#include "subscribers.h"

#include "base/buffer.h"
#include "frame_counter.h"

/* What a stream's reader knows; for the others nothing. */
typedef struct stream_state {
    uint64_t chunk; /* the length that is being read */
    uint64_t body;  /* bytes of all chunks so far */
    bool in_chunk;
    bool is_past_head;
} stream_state;

struct subscriber {
    int fd;
    uint32_t index;
    bool shook_hands;
    bool subscribed;
    px_buffer setup; /* what came until it was subscribed */
    frame_counter counter;
    stream_state stream;
};

typedef struct subscriber_kind {
    void (*begin)(subscribers *s, subscriber *one); /* the connection is new */
    void (*read)(subscribers *s, subscriber *one, px_slice bytes);
} subscriber_kind;

extern const subscriber_kind SUBSCRIBER_WEBSOCKET, SUBSCRIBER_STREAM, SUBSCRIBER_NATS;

/* Opens a connection for one that has none (any more), and begins. */
void subscriber_open(subscribers *s, subscriber *one);

/* A socket that is connected, from one of several addresses. */
int subscriber_connect(uint16_t port, size_t index);

/* Sends it as a whole. */
void subscriber_send(int fd, px_slice text);

bool subscriber_contains(px_slice text, const char *word);

#endif
