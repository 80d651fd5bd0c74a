#include "base/buffer.h"

enum { MINIMUM_CAPACITY = 64 };

void px_buffer_init(px_buffer *buffer, const px_allocator *allocator, size_t max) {
    *buffer = (px_buffer){.allocator = allocator, .max = max};
}

void px_buffer_free(px_buffer *buffer) {
    px_free(buffer->allocator, buffer->data, buffer->capacity);
    px_buffer_init(buffer, buffer->allocator, buffer->max);
}

int px_buffer_grow(px_buffer *buffer, size_t extra) {
    if (extra > buffer->max - buffer->len)
        return PX_ERR_LIMIT;
    size_t needed = buffer->len + extra;
    size_t capacity = buffer->capacity * 2;
    if (capacity < MINIMUM_CAPACITY)
        capacity = MINIMUM_CAPACITY;
    if (PX_IS_TIGHT || capacity < needed)
        capacity = needed;
    if (capacity > buffer->max)
        capacity = buffer->max;
    char *data = px_resize(buffer->allocator, buffer->data, buffer->capacity, capacity);
    if (!data)
        return PX_ERR_NO_MEMORY;
    buffer->data = data;
    buffer->capacity = capacity;
    return PX_OK;
}

int px_buffer_append_byte(px_buffer *buffer, char byte) {
    return px_buffer_append(buffer, px_slice_of(&byte, 1));
}

int px_buffer_append_u64(px_buffer *buffer, uint64_t value) {
    char digits[20];
    size_t count = px_u64_to_text(value, digits);
    return px_buffer_append(buffer, px_slice_of(digits, count));
}

void px_buffer_consume(px_buffer *buffer, size_t count) {
    if (count == buffer->len) {
        buffer->len = 0;
        return;
    }
    if (count == 0)
        return;
    memmove(buffer->data, buffer->data + count, buffer->len - count);
    buffer->len -= count;
}
