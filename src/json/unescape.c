/* Resolving the escapes of a JSON string. */
#include "base/utf8.h"
#include "json/reader.h"

static uint32_t hex4(const char *digits) {
    uint32_t value = 0;
    for (size_t i = 0; i < 4; i++) {
        uint32_t c = (unsigned char)digits[i];
        value = value << 4 | (c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
    }
    return value;
}

/* The code point of the \u escape at the front of `text`; *length is 6 or, for a pair, 12. */
static uint32_t unicode_escape(px_slice text, size_t *length) {
    enum { REPLACEMENT = 0xfffd };
    uint32_t unit = hex4(text.ptr + 2);
    *length = 6;
    if (unit < 0xd800 || unit > 0xdfff)
        return unit;
    if (unit > 0xdbff || text.len < 12 || text.ptr[6] != '\\' || text.ptr[7] != 'u')
        return REPLACEMENT;
    uint32_t low = hex4(text.ptr + 8);
    if (low < 0xdc00 || low > 0xdfff)
        return REPLACEMENT;
    *length = 12;
    return 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
}

static char simple_escape(char c) {
    switch (c) {
    case 'b':
        return '\b';
    case 'f':
        return '\f';
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    default:
        return c;
    }
}

size_t px_json_unescape_to(px_slice text, char *out) {
    size_t written = 0;
    for (size_t offset = 0; offset < text.len;) {
        const char *from = text.ptr + offset;
        const char *backslash = memchr(from, '\\', text.len - offset);
        size_t plain = backslash ? (size_t)(backslash - from) : text.len - offset;
        if (out + written != from)
            memmove(out + written, from, plain);
        written += plain;
        offset += plain;
        if (!backslash)
            break;
        size_t length = 2;
        if (backslash[1] == 'u') {
            uint32_t code_point = unicode_escape(px_slice_after(text, offset), &length);
            written += px_utf8_encode(code_point, out + written);
        } else {
            out[written++] = simple_escape(backslash[1]);
        }
        offset += length;
    }
    return written;
}

int px_json_unescape(px_slice text, px_buffer *out) {
    int result = px_buffer_reserve(out, text.len);
    if (result != PX_OK)
        return result;
    if (text.len)
        out->len += px_json_unescape_to(text, out->data + out->len);
    return PX_OK;
}
