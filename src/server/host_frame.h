/* Frames of SockJS, which all HTTP transports speak: `o`, `h`, `a["..."]`, `c[4001,"..."]`. What a
 * channel's subscribers get is framed once and shared by all of them, like a WebSocket frame. */
#ifndef PX_SERVER_HOST_FRAME_H
#define PX_SERVER_HOST_FRAME_H

#include "server/hub.h"

/* A message whose bytes are one chunk of a chunked answer, which holds the frame and its newline.
 * `text` ends with the newline. NULL without memory. The caller has the one reference. */
px_message *px_frame_new(px_slice text);

/* The frame `a["..."]` of a message of the hub, made when it is asked for first. It belongs to the
 * message: hold it. NULL without memory. `scratch` is emptied. */
px_message *px_frame_of(px_message *message, px_buffer *scratch);

/* The frame with its newline, without what makes it a chunk. */
static inline px_slice px_frame_text(const px_message *frame) {
    return px_slice_of(frame->frame + frame->text_offset,
                       frame->frame_len - frame->text_offset - 2);
}

/* Is this one of the frames that px_frame_of makes, rather than `h`, `c[...]` or no frame at all? */
static inline bool px_frame_is_event(const px_message *message) {
    return message->text_units > 0 && message->frame[message->text_offset] == 'a';
}

/* The string inside `a["..."]`, with its quotes. */
static inline px_slice px_frame_element(const px_message *frame) {
    px_slice text = px_frame_text(frame);
    return px_slice_of(text.ptr + 2, text.len - 4);
}

/* Appends `text` as a JSON string in which all is escaped that the SockJS protocol asks for.
 * Errors as px_buffer_append. */
PX_MUST_CHECK int px_frame_quote(px_buffer *out, px_slice text);

/* The same for a string in a script, where `<` must not begin a tag. */
PX_MUST_CHECK int px_frame_quote_script(px_buffer *out, px_slice text);

/* Appends `c[code,"reason"]` without a newline. Errors as px_buffer_append. */
PX_MUST_CHECK int px_frame_close(px_buffer *out, uint16_t code, px_slice reason);

/* The length of UTF-8 text in UTF-16 units, in which browsers count. */
size_t px_utf16_units(px_slice text);

#endif
