#include "base/base64.h"

static const char ALPHABET[64] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void px_base64_encode(px_slice bytes, char *out) {
    const unsigned char *in = (const unsigned char *)bytes.ptr;
    for (size_t i = 0; i < bytes.len; i += 3) {
        size_t left = bytes.len - i;
        uint32_t group = (uint32_t)in[i] << 16;
        if (left > 1)
            group |= (uint32_t)in[i + 1] << 8;
        if (left > 2)
            group |= in[i + 2];
        *out++ = ALPHABET[group >> 18];
        *out++ = ALPHABET[group >> 12 & 63];
        *out++ = left > 1 ? ALPHABET[group >> 6 & 63] : '=';
        *out++ = left > 2 ? ALPHABET[group & 63] : '=';
    }
}

/* 0 to 63, or 64 for a character outside the alphabet. */
static uint32_t digit(char c) {
    if (c >= 'A' && c <= 'Z')
        return (uint32_t)(c - 'A');
    if (c >= 'a' && c <= 'z')
        return (uint32_t)(c - 'a') + 26;
    if (c >= '0' && c <= '9')
        return (uint32_t)(c - '0') + 52;
    return c == '+' ? 62 : c == '/' ? 63 : 64;
}

bool px_base64_decode(px_slice text, char *out, size_t *len) {
    if (text.len % 4)
        return false;
    size_t written = 0;
    for (size_t i = 0; i < text.len; i += 4) {
        const char *c = text.ptr + i;
        bool last = i + 4 == text.len;
        size_t padding = last && c[3] == '=' ? (c[2] == '=' ? 2 : 1) : 0;
        uint32_t group = 0;
        for (size_t k = 0; k < 4; k++) {
            uint32_t value = k >= 4 - padding ? 0 : digit(c[k]);
            if (value > 63)
                return false;
            group = group << 6 | value;
        }
        /* The bits that the padding leaves over must be zero: one text for each content. */
        if ((padding == 1 && group & 0xff) || (padding == 2 && group & 0xffff))
            return false;
        out[written++] = (char)(group >> 16);
        if (padding < 2)
            out[written++] = (char)(group >> 8);
        if (padding < 1)
            out[written++] = (char)group;
    }
    *len = written;
    return true;
}
