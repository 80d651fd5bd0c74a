#include "server/host_output.h"

#include "server/heap.h"

/* Pieces of one write. IOV_MAX is 1024 on Linux and at least 16 anywhere; TLS copies what it gets,
 * and a record costs the same whether it is full or not. */
enum { MAX_PIECES = 16, MAX_TLS_PIECES = 256 };

void px_output_init(px_host_output *output) {
    *output = (px_host_output){.items = output->few, .capacity = PX_OUTPUT_FEW};
}

static void free_items(px_host_output *output) {
    if (output->items != output->few)
        px_free(&px_heap, output->items, output->capacity * sizeof *output->items);
    px_output_init(output);
}

void px_output_free(px_host_output *output) {
    for (uint32_t i = 0; i < output->count; i++)
        px_message_release(output->items[output->first + i]);
    free_items(output);
}

/* Makes room behind the last item: at the front when half of the places there are free. */
static int make_room(px_host_output *output) {
    if (output->first + output->count < output->capacity)
        return PX_OK;
    px_message **items = output->items;
    if (output->first < output->capacity / 2) {
        size_t size = output->capacity * sizeof *items;
        bool is_few = items == output->few;
        items = px_resize(&px_heap, is_few ? NULL : items, is_few ? 0 : size, 2 * size);
        if (!items)
            return PX_ERR_NO_MEMORY;
        if (is_few)
            memcpy(items, output->few, size);
        output->items = items;
        output->capacity *= 2;
    }
    memmove(items, items + output->first, output->count * sizeof *items);
    output->first = 0;
    return PX_OK;
}

int px_output_add(px_host_output *output, px_message *message) {
    int result = make_room(output);
    if (result != PX_OK)
        return result;
    output->items[output->first + output->count++] = px_message_hold(message);
    output->bytes += message->frame_len;
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

/* Takes `count` written bytes off the front. */
static void advance(px_host_output *output, size_t count) {
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

/* Gathers the first pieces; returns how many. */
static size_t gather(const px_host_output *output, struct iovec *pieces, size_t max) {
    size_t count = output->count < max ? output->count : max;
    for (size_t i = 0; i < count; i++) {
        px_message *message = output->items[output->first + i];
        pieces[i] = (struct iovec){message->frame, message->frame_len};
    }
    pieces[0].iov_base = (char *)pieces[0].iov_base + output->written;
    pieces[0].iov_len -= output->written;
    return count;
}

px_host_written px_output_write(px_host_output *output, px_host_socket *socket) {
    struct iovec pieces[MAX_TLS_PIECES];
    size_t max = socket->tls ? MAX_TLS_PIECES : MAX_PIECES;
    while (output->count > 0) {
        size_t written = 0;
        size_t count = gather(output, pieces, max);
        px_socket_status status = px_socket_write(socket, pieces, count, &written);
        advance(output, written);
        output->promised = (uint32_t)px_socket_promised(socket);
        if (status != PX_SOCKET_GOES_ON)
            return status == PX_SOCKET_IS_FULL ? PX_WRITTEN_SOME : PX_WRITTEN_FAILED;
    }
    return PX_WRITTEN_ALL;
}

px_message *px_output_message(const px_slice *parts, size_t count) {
    size_t len = 0;
    for (size_t i = 0; i < count; i++)
        len += parts[i].len;
    px_message *message = len < UINT32_MAX ? px_alloc(&px_heap, sizeof *message + len) : NULL;
    if (!message)
        return NULL;
    *message = (px_message){.allocator = &px_heap, .references = 1, .frame_len = (uint32_t)len};
    for (size_t i = 0, at = 0; i < count; at += parts[i++].len)
        if (parts[i].len > 0)
            memcpy(message->frame + at, parts[i].ptr, parts[i].len);
    return message;
}
