#include "server/message.h"

#include "net/ws_frame.h"

px_message *px_message_new(const px_allocator *allocator, px_slice text) {
    char head[PX_WS_MAX_HEAD];
    size_t head_len = px_ws_head(head, PX_WS_TEXT, text.len, NULL);
    if (text.len > UINT32_MAX - head_len)
        return NULL;
    px_message *message = px_alloc(allocator, sizeof(*message) + head_len + text.len);
    if (!message)
        return NULL;
    *message = (px_message){.allocator = allocator,
                            .references = 1,
                            .frame_len = (uint32_t)(head_len + text.len),
                            .text_offset = (uint32_t)head_len};
    memcpy(message->frame, head, head_len);
    memcpy(message->frame + head_len, text.ptr, text.len);
    return message;
}

void px_message_free(px_message *message) {
    px_message_release(message->rendering);
    px_free(message->allocator, message, sizeof(*message) + message->frame_len);
}
