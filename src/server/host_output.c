#include "server/host_output.h"

void px_output_init(px_host_output *output, const px_allocator *memory) {
    *output = (px_host_output){.items = output->few, .capacity = PX_OUTPUT_FEW, .memory = memory};
}

static void free_items(px_host_output *output) {
    if (output->items != output->few)
        px_free(output->memory, output->items, output->capacity * sizeof *output->items);
    px_output_init(output, output->memory);
}

void px_output_free(px_host_output *output) {
    for (uint32_t i = 0; i < output->count; i++)
        px_message_release(output->items[output->first + i]);
    free_items(output);
}

/* At the front, when half of the places there are free. */
int px_output_grow(px_host_output *output) {
    px_message **from = output->items + output->first;
    px_message **to = output->items;
    if (output->first < output->capacity / 2) {
        to = px_alloc(output->memory, 2 * output->capacity * sizeof *to);
        if (!to)
            return PX_ERR_NO_MEMORY;
    }
    memmove(to, from, output->count * sizeof *to);
    if (to != output->items) {
        if (output->items != output->few)
            px_free(output->memory, output->items, output->capacity * sizeof *output->items);
        output->items = to;
        output->capacity *= 2;
    }
    output->first = 0;
    return PX_OK;
}

px_message *px_output_shift(px_host_output *output) {
    if (output->count == 0)
        return NULL;
    px_message *first = output->items[output->first++];
    output->bytes -= first->frame_len;
    if (--output->count == 0)
        free_items(output);
    return first;
}

void px_output_drop(px_host_output *output) {
    size_t sent = (size_t)output->written + output->promised;
    uint32_t keep = 0;
    for (size_t kept = 0; keep < output->count && kept < sent; keep++)
        kept += output->items[output->first + keep]->frame_len;
    while (output->count > keep) {
        px_message *last = output->items[output->first + --output->count];
        output->bytes -= last->frame_len;
        px_message_release(last);
    }
}

void px_output_sent(px_host_output *output, size_t count) {
    if (count == 0)
        return;
    output->bytes -= count;
    count += output->written;
    while (output->count > 0 && count >= output->items[output->first]->frame_len) {
        count -= output->items[output->first]->frame_len;
        px_message_release(output->items[output->first++]);
        output->count--;
    }
    output->written = (uint32_t)count;
    if (output->count == 0)
        free_items(output);
}

bool px_output_next(const px_host_output *output, px_joined *joined, px_slice *bytes) {
    if (!px_joined_bytes(joined, output->items + output->first, output->count, bytes))
        return false;
    *bytes = px_slice_after(*bytes, output->written);
    return true;
}

px_host_written px_output_write(px_host_output *output, px_host_socket *socket, px_joined *joined) {
    px_slice bytes;
    while (output->count > 0 && px_output_next(output, joined, &bytes)) {
        size_t written = 0;
        const struct iovec piece = {(void *)(uintptr_t)bytes.ptr, bytes.len};
        px_socket_status status = px_socket_write(socket, &piece, 1, &written);
        px_output_sent(output, written);
        output->promised = (uint32_t)px_socket_promised(socket);
        if (status != PX_SOCKET_GOES_ON)
            return status == PX_SOCKET_IS_FULL ? PX_WRITTEN_SOME : PX_WRITTEN_FAILED;
    }
    return PX_WRITTEN_ALL;
}

px_message *px_output_message(const px_allocator *memory, const px_slice *parts, size_t count) {
    size_t len = 0;
    for (size_t i = 0; i < count; i++)
        len += parts[i].len;
    px_message *message = len < UINT32_MAX ? px_alloc(memory, sizeof *message + len) : NULL;
    if (!message)
        return NULL;
    *message = (px_message){.allocator = memory, .references = 1, .frame_len = (uint32_t)len};
    for (size_t i = 0, at = 0; i < count; at += parts[i++].len)
        if (parts[i].len > 0)
            memcpy(message->frame + at, parts[i].ptr, parts[i].len);
    return message;
}
