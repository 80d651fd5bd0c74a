#include "driver/outbox.h"

void px_outbox_init(px_outbox *outbox, const px_allocator *allocator, size_t max) {
    px_buffer_init(&outbox->writing, allocator, max);
    px_buffer_init(&outbox->waiting, allocator, max);
    outbox->written = 0;
}

void px_outbox_free(px_outbox *outbox) {
    px_buffer_free(&outbox->writing);
    px_buffer_free(&outbox->waiting);
    outbox->written = 0;
}

/* `writing` is written: what has gathered meanwhile takes its place. */
static void turn_over(px_outbox *outbox) {
    px_buffer_free(&outbox->writing);
    px_buffer empty = outbox->writing;
    outbox->writing = outbox->waiting;
    outbox->waiting = empty;
    outbox->written = 0;
}

int px_outbox_write(px_outbox *outbox, px_stream *stream) {
    for (;;) {
        if (outbox->written == outbox->writing.len)
            turn_over(outbox);
        if (!outbox->writing.len)
            return PX_OK;
        ssize_t count = px_stream_write(stream, outbox->writing.data + outbox->written,
                                        outbox->writing.len - outbox->written);
        if (count <= 0)
            return (int)count;
        outbox->written += (size_t)count;
    }
}
