/* The events that the ingest benchmark sends: what a server publishes, as JSON text in a string. */
#ifndef BENCH_EVENTS_H
#define BENCH_EVENTS_H

#include "base/buffer.h"

#define EVENTS_CHANNEL "orders"
#define EVENTS_NAME    "order-changed"
#define EVENTS_MARK    "mark" /* the last one of a burst; the receiver answers it */

/* Appends one message, {"event":...,"channel":...,"data":"..."}, whose data is JSON text of exactly
 * `payload_size` bytes (at least 32) before it is put into a string. */
void events_append_message(px_buffer *out, const char *name, size_t payload_size, unsigned number);

/* Appends the same as a frame of a server. */
void events_append_frame(px_buffer *out, const char *name, size_t payload_size, unsigned number);

/* Appends any text as a frame of a server. */
void events_append_text(px_buffer *out, px_slice text);

#endif
