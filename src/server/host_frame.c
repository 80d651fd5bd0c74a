#include "server/host_frame.h"

#include "server/heap.h"
#include "server/host_output.h"
#include "json/escape.h"
#include "json/writer.h"

enum { ESCAPE_LENGTH = 6, MAX_CHUNK_HEAD = 12 };

static const char HEX[] = "0123456789abcdef";

/* ---- Escaping ---- */

static uint8_t byte_at(px_slice text, size_t i) {
    return (uint8_t)text.ptr[i];
}

/* Is the character at `i` one that some browsers garble when it is not escaped: U+200C-200F,
 * U+2028-202F, U+2060-206F, U+FFF0-FFFF? All of them have three bytes. */
static bool is_special(px_slice text, size_t i) {
    if (text.len - i < 3)
        return false;
    uint8_t second = byte_at(text, i + 1), third = byte_at(text, i + 2);
    if (byte_at(text, i) == 0xe2 && second == 0x80)
        return (third >= 0x8c && third <= 0x8f) || (third >= 0xa8 && third <= 0xaf);
    if (byte_at(text, i) == 0xe2)
        return second == 0x81 && third >= 0xa0 && third <= 0xaf;
    return byte_at(text, i) == 0xef && second == 0xbf && third >= 0xb0;
}

/* How many bytes at `i` need an escape: 3, 1 or 0. */
static size_t needy_bytes(px_slice text, size_t i, bool for_script) {
    if (byte_at(text, i) >= 0xe2)
        return is_special(text, i) ? 3 : 0;
    return for_script && text.ptr[i] == '<';
}

/* The bytes that the escapes add. */
static size_t count_extra(px_slice text, bool for_script) {
    size_t extra = 0;
    for (size_t i = 0; i < text.len; i++) {
        size_t needy = needy_bytes(text, i, for_script);
        extra += needy > 0 ? ESCAPE_LENGTH - needy : 0;
    }
    return extra;
}

static void write_escape(char *to, px_slice text, size_t i, size_t needy) {
    unsigned code = byte_at(text, i);
    if (needy == 3)
        code = (code & 0x0fu) << 12 | (byte_at(text, i + 1) & 0x3fu) << 6 |
               (byte_at(text, i + 2) & 0x3fu);
    to[0] = '\\';
    to[1] = 'u';
    for (int digit = 0; digit < 4; digit++)
        to[2 + digit] = HEX[code >> (12 - 4 * digit) & 15];
}

/* Makes room for the escapes in what stands behind `mark`, and writes them. */
static int escape_rest(px_buffer *out, size_t mark, bool for_script) {
    size_t len = out->len - mark;
    size_t extra = count_extra(px_slice_of(out->data + mark, len), for_script);
    int result = px_buffer_reserve(out, extra);
    if (result != PX_OK || extra == 0)
        return result;
    char *to = out->data + mark;
    memmove(to + extra, to, len);
    px_slice text = px_slice_of(to + extra, len);
    for (size_t i = 0; i < len;) {
        size_t needy = needy_bytes(text, i, for_script);
        if (needy == 0) {
            *to++ = text.ptr[i++];
            continue;
        }
        char escape[ESCAPE_LENGTH];
        write_escape(escape, text, i, needy);
        memcpy(to, escape, ESCAPE_LENGTH);
        to += ESCAPE_LENGTH;
        i += needy;
    }
    out->len += extra;
    return PX_OK;
}

static int quote(px_buffer *out, px_slice text, bool for_script) {
    size_t mark = out->len;
    int result = px_json_escape(out, text);
    if (result == PX_OK)
        result = escape_rest(out, mark, for_script);
    if (result != PX_OK)
        out->len = mark;
    return result;
}

int px_frame_quote(px_buffer *out, px_slice text) {
    return quote(out, text, false);
}

int px_frame_quote_script(px_buffer *out, px_slice text) {
    return quote(out, text, true);
}

int px_frame_close(px_buffer *out, uint16_t code, px_slice reason) {
    size_t mark = out->len;
    int result = px_buffer_append(out, PX_SLICE("c["));
    if (result == PX_OK)
        result = px_buffer_append_u64(out, code);
    if (result == PX_OK)
        result = px_buffer_append(out, PX_SLICE(","));
    if (result == PX_OK)
        result = px_frame_quote(out, reason);
    if (result == PX_OK)
        result = px_buffer_append(out, PX_SLICE("]"));
    if (result != PX_OK)
        out->len = mark;
    return result;
}

/* ---- Frames ---- */

size_t px_utf16_units(px_slice text) {
    size_t units = 0;
    for (size_t i = 0; i < text.len; i++)
        units += (size_t)((byte_at(text, i) & 0xc0) != 0x80) + (size_t)(byte_at(text, i) >= 0xf0);
    return units;
}

/* "1f\r\n"; returns its length. */
static size_t write_chunk_head(char out[MAX_CHUNK_HEAD], size_t size) {
    char digits[8];
    size_t count = 0, len = 0;
    for (; size > 0 || count == 0; size >>= 4)
        digits[count++] = HEX[size & 15];
    while (count > 0)
        out[len++] = digits[--count];
    out[len++] = '\r';
    out[len++] = '\n';
    return len;
}

px_message *px_frame_new(px_slice text) {
    char head[MAX_CHUNK_HEAD];
    if (text.len >= UINT32_MAX / 2)
        return NULL;
    size_t head_len = write_chunk_head(head, text.len);
    const px_slice parts[] = {px_slice_of(head, head_len), text, PX_SLICE("\r\n")};
    px_message *made = px_output_message(&px_heap, parts, 3);
    if (!made)
        return NULL;
    made->text_offset = (uint32_t)head_len;
    made->text_units = (uint32_t)px_utf16_units(text);
    return made;
}

px_message *px_frame_of(px_message *message, px_buffer *scratch) {
    if (message->rendering)
        return message->rendering;
    px_buffer_clear(scratch);
    if (px_buffer_append(scratch, PX_SLICE("a[")) == PX_OK &&
        px_frame_quote(scratch, px_message_text(message)) == PX_OK &&
        px_buffer_append(scratch, PX_SLICE("]\n")) == PX_OK)
        message->rendering = px_frame_new(px_buffer_slice(scratch));
    return message->rendering;
}
