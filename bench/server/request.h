/* What publishers send: a request that publishes one message, or many in one, for each wire. */
#ifndef BENCH_REQUEST_H
#define BENCH_REQUEST_H

#include "peer.h"

#include "base/buffer.h"

#define REQUEST_EVENT "headline"

typedef struct request_event {
    const char *channel;
    px_slice data;
} request_event;

/* Replaces what `out` holds. Whatever the wire is, subscribers get the message that a Channels
 * server makes of the event. */
void request_write(px_buffer *out, wire over, const request_event *event);

/* All of them in one request to /batch_events; for wires with the HTTP API. */
void request_write_batch(px_buffer *out, const request_event *events, size_t count);

#endif
