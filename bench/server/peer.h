/* The servers that the server benchmarks drive: ours and what stands beside it. The table says
 * how each is started, and what is spoken to it. */
#ifndef BENCH_PEER_H
#define BENCH_PEER_H

#include "process.h"

/* How messages are subscribed to, published and framed. */
typedef enum wire {
    WIRE_CHANNELS, /* WebSockets; the HTTP API, signed */
    WIRE_STREAM,   /* sessions that stream by HTTP; the HTTP API, signed */
    WIRE_BARE,     /* WebSockets; the message is posted as it is, to /publish/CHANNEL */
    WIRE_NATS,     /* the protocol of NATS, whose subject is the channel */
} wire;

typedef struct peer {
    const char *name;
    wire wire;
    const char *file; /* has to exist; NULL: the program alone is enough */
    bool needs_uring; /* io_uring has to be allowed */
    process_command command;
} peer;

extern const peer PEER_PUSHER, PEER_PUSHER_HTTP, PEER_SOKETI, PEER_UWEBSOCKETS, PEER_WS, PEER_NATS,
    PEER_WRITE_FLOOR, PEER_URING_FLOOR;

/* Why it can't be measured here; NULL: it can. The text is valid until the next call. */
const char *peer_missing(const peer *p);

#endif
