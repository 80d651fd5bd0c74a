/* The events that the ingest benchmarks send: what a server publishes, as JSON text in a string. */
#ifndef BENCH_EVENTS_H
#define BENCH_EVENTS_H

#include "base/buffer.h"

#include <stdbool.h>

#define EVENTS_NAME         "order-changed"
#define EVENTS_MARK         "mark" /* the last one of a burst; the receiver answers it */
#define EVENTS_MARK_CHANNEL "marks"

/* Of an encrypted channel: appends the data that carries this text, {"nonce":...,"ciphertext":...}. */
typedef void (*events_seal_fn)(px_buffer *out, px_slice text, unsigned number);

typedef struct events {
    const char *channel; /* its name; of many: what their names begin with */
    size_t channels;     /* the events go to one after the other */
    size_t handlers;     /* bound to the event on each channel */
    size_t payload_size; /* bytes of each event's JSON text, at least 32 */
    events_seal_fn seal; /* NULL: the data is the text itself */
    const char *secret;  /* of the channel, in base64, for receivers; NULL: none */
} events;

enum { EVENTS_MAX_CHANNEL = 64 };

/* Writes the name of a channel; `number` is taken modulo `channels`. */
px_slice events_channel(const events *kind, size_t number, char out[EVENTS_MAX_CHANNEL]);

/* Appends one message, {"event":...,"channel":...,"data":"..."}. */
void events_append_message(px_buffer *out, const events *kind, unsigned number);

/* Appends the same as a frame of a server. */
void events_append_frame(px_buffer *out, const events *kind, unsigned number);

/* Appends the mark as a frame of a server, on the channel EVENTS_MARK_CHANNEL. */
void events_append_mark(px_buffer *out);

/* Appends any text as a frame of a server. */
void events_append_text(px_buffer *out, px_slice text);

#endif
