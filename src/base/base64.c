#include "base/base64.h"

#if defined(__SSE2__) && !defined(PX_BASE_PORTABLE)
#include "base/base64_sse2.h"
#else
/* Elsewhere, and everywhere for the tests, all is done four characters at a time. */
static inline size_t px_base64_decode_lanes(px_slice text, char *out) {
    (void)text;
    (void)out;
    return 0;
}
#endif

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

/* What the characters of ASCII stand for: 0 to 63, or XX outside the alphabet. A table, since nobody can
 * foretell the branches that random bytes would take. */
#define XX 64
/* clang-format off */
static const unsigned char DIGITS[128] = {
    XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX,
    XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX,
    XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, 62, XX, XX, XX, 63,
    52, 53, 54, 55, 56, 57, 58, 59, 60, 61, XX, XX, XX, XX, XX, XX,
    XX, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,
    15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, XX, XX, XX, XX, XX,
    XX, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40,
    41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, XX, XX, XX, XX, XX,
};
/* clang-format on */
#undef XX

/* More than 63 for a character outside the alphabet. */
static inline uint32_t digit(char c) {
    unsigned char byte = (unsigned char)c;
    return (uint32_t)DIGITS[byte & 127] | (byte & 128u);
}

/* Three bytes of four characters; the last `padding` of them are not looked at. More than 24 bits: a
 * character outside the alphabet. */
static inline uint32_t read_group(const char *c, size_t padding) {
    uint32_t third = padding > 1 ? 0 : digit(c[2]);
    uint32_t fourth = padding > 0 ? 0 : digit(c[3]);
    uint32_t first = digit(c[0]), second = digit(c[1]);
    if ((first | second | third | fourth) > 63)
        return UINT32_MAX;
    return first << 18 | second << 12 | third << 6 | fourth;
}

bool px_base64_decode(px_slice text, char *out, size_t *len) {
    if (text.len % 4)
        return false;
    if (!text.len) {
        *len = 0;
        return true;
    }
    size_t done = px_base64_decode_lanes(text, out);
    char *at = out + done / 4 * 3;
    const char *c = text.ptr + done, *last = text.ptr + text.len - 4;
    for (; c < last; c += 4, at += 3) {
        uint32_t group = read_group(c, 0);
        if (group > 0xffffff)
            return false;
        at[0] = (char)(group >> 16);
        at[1] = (char)(group >> 8);
        at[2] = (char)group;
    }
    size_t padding = c[3] == '=' ? (c[2] == '=' ? 2 : 1) : 0;
    uint32_t group = read_group(c, padding);
    /* The bits that the padding leaves over must be zero: one text for each content. */
    if (group > 0xffffff || (padding == 1 && group & 0xff) || (padding == 2 && group & 0xffff))
        return false;
    for (size_t i = 0; i < 3 - padding; i++)
        *at++ = (char)(group >> (16 - 8 * i));
    *len = (size_t)(at - out);
    return true;
}
