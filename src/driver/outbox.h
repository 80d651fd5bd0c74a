/* Bytes on their way out. What the socket was offered once neither moves nor changes until it is
 * written (TLS insists on that), so new bytes gather in a second buffer. */
#ifndef PX_DRIVER_OUTBOX_H
#define PX_DRIVER_OUTBOX_H

#include "base/buffer.h"
#include "driver/stream.h"

typedef struct px_outbox {
    px_buffer writing;
    size_t written; /* of `writing` */
    px_buffer waiting;
} px_outbox;

/* Allocates nothing yet. */
void px_outbox_init(px_outbox *outbox, const px_allocator *allocator, size_t max);
void px_outbox_free(px_outbox *outbox);

/* Append to this what shall be written. */
static inline px_buffer *px_outbox_tail(px_outbox *outbox) {
    return &outbox->waiting;
}

/* Bytes that are not written yet. */
static inline size_t px_outbox_backlog(const px_outbox *outbox) {
    return outbox->writing.len - outbox->written + outbox->waiting.len;
}

/* Writes until nothing is left (the memory is then given back) or the stream takes no more. PX_OK,
 * PX_ERR_CLOSED. */
PX_MUST_CHECK int px_outbox_write(px_outbox *outbox, px_stream *stream);

#endif
