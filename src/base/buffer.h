/* A growing byte buffer with a hard maximum. */
#ifndef PX_BASE_BUFFER_H
#define PX_BASE_BUFFER_H

#include "base/alloc.h"
#include "base/result.h"
#include "base/slice.h"

typedef struct px_buffer {
    const px_allocator *allocator;
    char *data;
    size_t len;
    size_t capacity;
    size_t max; /* never grows beyond this many bytes */
} px_buffer;

/* Allocates nothing yet. `max` is the hard maximum in bytes. */
void px_buffer_init(px_buffer *buffer, const px_allocator *allocator, size_t max);

/* Releases the bytes; the buffer can be used again. */
void px_buffer_free(px_buffer *buffer);

/* For px_buffer_reserve: the case that there is no room yet. */
PX_MUST_CHECK int px_buffer_grow(px_buffer *buffer, size_t extra);

/* Makes room for `extra` more bytes after len. PX_ERR_LIMIT beyond max, PX_ERR_NO_MEMORY; the
 * content is untouched then. */
PX_MUST_CHECK static inline int px_buffer_reserve(px_buffer *buffer, size_t extra) {
    return extra <= buffer->capacity - buffer->len ? PX_OK : px_buffer_grow(buffer, extra);
}

/* Appends bytes that lie outside of the buffer; all or nothing, errors as px_buffer_reserve. */
PX_MUST_CHECK static inline int px_buffer_append(px_buffer *buffer, px_slice bytes) {
    int result = px_buffer_reserve(buffer, bytes.len);
    if (result != PX_OK || bytes.len == 0)
        return result;
    memcpy(buffer->data + buffer->len, bytes.ptr, bytes.len);
    buffer->len += bytes.len;
    return PX_OK;
}
PX_MUST_CHECK int px_buffer_append_byte(px_buffer *buffer, char byte);
PX_MUST_CHECK int px_buffer_append_u64(px_buffer *buffer, uint64_t value);

/* Drops the first `count` bytes (at most len) and moves the rest to the front. */
void px_buffer_consume(px_buffer *buffer, size_t count);

static inline void px_buffer_clear(px_buffer *buffer) {
    if (PX_IS_TIGHT)
        px_buffer_free(buffer);
    buffer->len = 0;
}

/* The content, valid until the next call that changes the buffer. */
static inline px_slice px_buffer_slice(const px_buffer *buffer) {
    return px_slice_of(buffer->data, buffer->len);
}

#endif
