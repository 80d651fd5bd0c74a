/* Writing WebSocket frames. */
#include "net/ws_frame.h"

enum { MAX_CLOSE_REASON = 123 };

static size_t write_big_endian(char *out, uint64_t value, size_t count) {
    for (size_t i = 0; i < count; i++)
        out[i] = (char)(value >> (8 * (count - 1 - i)));
    return count;
}

size_t px_ws_head(char out[PX_WS_MAX_HEAD], uint8_t opcode, size_t payload_len,
                  const uint8_t mask[4]) {
    size_t len = 2;
    uint8_t short_length = (uint8_t)payload_len;
    if (payload_len > 0xffff) {
        short_length = 127;
        len += write_big_endian(out + 2, payload_len, 8);
    } else if (payload_len > 125) {
        short_length = 126;
        len += write_big_endian(out + 2, payload_len, 2);
    }
    out[0] = (char)(0x80 | opcode);
    out[1] = (char)(short_length | (mask ? 0x80 : 0));
    if (mask) {
        memcpy(out + len, mask, 4);
        len += 4;
    }
    return len;
}

int px_ws_encode(px_buffer *out, uint8_t opcode, px_slice payload, const uint8_t mask[4]) {
    char head[PX_WS_MAX_HEAD];
    size_t head_len = px_ws_head(head, opcode, payload.len, mask);
    if (payload.len > SIZE_MAX - head_len)
        return PX_ERR_LIMIT;
    int result = px_buffer_reserve(out, head_len + payload.len);
    if (result != PX_OK)
        return result;
    char *frame = out->data + out->len;
    memcpy(frame, head, head_len);
    if (payload.len)
        memcpy(frame + head_len, payload.ptr, payload.len);
    if (mask)
        px_ws_mask(frame + head_len, payload.len, mask);
    out->len += head_len + payload.len;
    return PX_OK;
}

int px_ws_encode_close(px_buffer *out, uint16_t code, px_slice reason, const uint8_t mask[4]) {
    char payload[2 + MAX_CLOSE_REASON];
    size_t len = reason.len < MAX_CLOSE_REASON ? reason.len : MAX_CLOSE_REASON;
    while (len && len < reason.len && ((unsigned char)reason.ptr[len] & 0xc0) == 0x80)
        len--; /* not in the middle of a character */
    write_big_endian(payload, code, 2);
    if (len)
        memcpy(payload + 2, reason.ptr, len);
    return px_ws_encode(out, PX_WS_CLOSE, px_slice_of(payload, 2 + len), mask);
}

bool px_ws_close_code_valid(uint16_t code) {
    if (code >= 3000)
        return code <= 4999;
    return code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006;
}
