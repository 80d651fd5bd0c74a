/* Resolving the escapes of a JSON string. */
#include "base/utf8.h"
#include "json/avx512.h"
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

static const char SIMPLE_ESCAPE[256] = {['"'] = '"',  ['\\'] = '\\', ['/'] = '/',  ['b'] = '\b',
                                        ['f'] = '\f', ['n'] = '\n',  ['r'] = '\r', ['t'] = '\t'};

/* Writes what the escape at `from` stands for to *to, which moves on; returns where the escape ends.
 * Quotes, backslashes and slashes are not written: they begin the run of bytes behind the escape. */
static const char *resolve(const char *from, const char *end, char **to) {
    if (from[1] == 'u') {
        size_t length;
        px_slice text = px_slice_of(from, (size_t)(end - from));
        *to += px_utf8_encode(unicode_escape(text, &length), *to);
        return from + length;
    }
    char byte = SIMPLE_ESCAPE[(unsigned char)from[1]];
    if (byte == from[1])
        return from + 1;
    *(*to)++ = byte;
    return from + 2;
}

/* `first` is the offset of the first backslash. What is written is never longer than what was read,
 * so that `out` always has as much room left as there is text left. */
static size_t unescape_from(px_slice text, size_t first, char *out) {
    const char *from = text.ptr;
    const char *end = text.ptr + text.len;
    char *to = out;
    uint64_t carry = 0;
    for (size_t offset = first; offset < text.len; offset += PX_JSON_BLOCK) {
        uint64_t backslash = px_json_block_at(text, offset).backslash;
        uint64_t starts = backslash & ~px_json_escaped(backslash, &carry);
        for (; starts; starts &= starts - 1) {
            const char *escape = text.ptr + offset + px_json_lowest_bit(starts);
            if (escape < from)
                continue; /* the second half of a surrogate pair */
            px_json_copy_run(to, from, (size_t)(escape - from), (size_t)(end - from));
            to += escape - from;
            from = resolve(escape, end, &to);
        }
    }
    memcpy(to, from, (size_t)(end - from));
    return (size_t)(to + (end - from) - out);
}

#if defined(PX_JSON_AVX512)

PX_JSON_AVX512_CODE static size_t unescape_avx512(px_slice text, char *out) {
    const char *from = text.ptr;
    const char *end = text.ptr + text.len;
    char *to = out;
    for (;;) {
        from += px_json_avx512_unescape(px_slice_of(from, (size_t)(end - from)), &to);
        if (from == end)
            return (size_t)(to - out);
        do /* where there is one \u, there are more, mostly */
            from = resolve(from, end, &to);
        while (end - from > 1 && from[0] == '\\' && from[1] == 'u');
    }
}

#endif

size_t px_json_unescape_to(px_slice text, char *out) {
    if (text.len == 0)
        return 0;
#if defined(PX_JSON_AVX512)
    if (px_cpu_has(PX_CPU_AVX512))
        return unescape_avx512(text, out);
#endif
    const char *backslash = memchr(text.ptr, '\\', text.len);
    if (backslash)
        return unescape_from(text, (size_t)(backslash - text.ptr), out);
    memcpy(out, text.ptr, text.len);
    return text.len;
}

int px_json_unescape(px_slice text, px_buffer *out) {
    int result = px_buffer_reserve(out, text.len);
    if (result != PX_OK)
        return result;
    if (text.len)
        out->len += px_json_unescape_to(text, out->data + out->len);
    return PX_OK;
}
