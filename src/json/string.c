/* Most strings are short and plain: one look at 16 bytes finds their end. Others are walked from one
 * unusual byte to the next, a few times; those that are full of escapes (JSON inside of JSON, mostly) go
 * through accept(), 64 bytes at a time. Both say yes or no; only after a no does explain() look byte by
 * byte for what is wrong and where. */
#include "json/string.h"

#include "base/utf8.h"
#include "json/avx512.h"

static bool is_hex(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* The length of the escape at the front of `text` (which starts with a backslash): 2 or 6. 0: it is
 * bad at *offset; SIZE_MAX: it is cut off. */
static size_t escape_length(px_slice text, size_t *offset) {
    *offset = 1;
    if (text.len < 2)
        return SIZE_MAX;
    switch (text.ptr[1]) {
    case '"':
    case '\\':
    case '/':
    case 'b':
    case 'f':
    case 'n':
    case 'r':
    case 't':
        return 2;
    case 'u':
        break;
    default:
        return 0;
    }
    for (*offset = 2; *offset < 6; ++*offset) {
        if (*offset == text.len)
            return SIZE_MAX;
        if (!is_hex(text.ptr[*offset]))
            return 0;
    }
    return 6;
}

/* Are the characters that `escaped` marks in the block at `offset` what may follow a backslash? */
static bool escapes_valid(px_slice input, size_t offset, uint64_t escaped) {
    for (; escaped; escaped &= escaped - 1) {
        size_t backslash = offset + px_json_lowest_bit(escaped) - 1;
        size_t bad;
        size_t length = escape_length(px_slice_after(input, backslash), &bad);
        if (length == 0 || length == SIZE_MAX)
            return false;
    }
    return true;
}

/* Walks over at most FEW escapes from *offset on, which is where the inside is no longer plain; *offset is
 * then at a byte that is neither plain nor a good escape, or at one more escape. */
static void walk(px_slice input, size_t *offset, bool *escaped) {
    enum { FEW = 8 };
    for (unsigned i = 0; i < FEW && *offset < input.len && input.ptr[*offset] == '\\'; i++) {
        size_t bad;
        size_t length = escape_length(px_slice_after(input, *offset), &bad);
        if (length == 0 || length == SIZE_MAX)
            return;
        *escaped = true;
        *offset = px_json_scan(input, *offset + length);
    }
}

/* A string whose inside begins at `start`, and is valid up to `offset` and all ASCII. */
typedef struct begun {
    px_slice input;
    size_t start;
    size_t offset;
} begun;

/* What a block holds that is not plain, before the string's end. */
typedef struct oddities {
    uint64_t other;   /* control characters, and what is not ASCII */
    uint64_t escaped; /* that is neither a quote nor a backslash */
} oddities;

/* False: that can't be in a string. *wide: there is something in it that is not ASCII. */
static bool bear(px_slice input, size_t offset, oddities found, bool *wide) {
    if (found.other) {
        if (px_json_block_at(input, offset).control & found.other)
            return false;
        *wide = true;
    }
    return escapes_valid(input, offset, found.escaped);
}

typedef px_json_marks (*marks_fn)(px_slice text, size_t offset);

/* Finds the end of the string; false when it is not valid. For each `marks_at` a loop of its own. */
static inline __attribute__((always_inline)) bool accept_with(marks_fn marks_at, begun string,
                                                              size_t *end, bool *escaped) {
    const px_slice input = string.input;
    uint64_t carry = 0, backslashes = 0;
    bool wide = false;
    for (size_t offset = string.offset; offset < input.len; offset += PX_JSON_BLOCK) {
        px_json_marks block = marks_at(input, offset);
        uint64_t behind_backslash = px_json_escaped(block.backslash, &carry);
        uint64_t quote = block.quote & ~behind_backslash;
        oddities found = {block.other, behind_backslash & ~(block.quote | block.backslash)};
        if (!(quote | found.other | found.escaped)) {
            backslashes |= block.backslash;
            continue;
        }
        uint64_t inside = quote ? (quote & (0 - quote)) - 1 : UINT64_MAX;
        found.other &= inside;
        found.escaped &= inside;
        if (!bear(input, offset, found, &wide))
            return false;
        backslashes |= block.backslash & inside;
        if (!quote)
            continue;
        *escaped = *escaped || backslashes;
        *end = offset + px_json_lowest_bit(quote);
        return !wide || px_utf8_valid(px_slice_of(input.ptr + string.start, *end - string.start));
    }
    return false;
}

#if defined(PX_JSON_AVX512)
PX_JSON_AVX512_CODE static bool accept_avx512(begun string, size_t *end, bool *escaped) {
    return accept_with(px_json_avx512_marks_at, string, end, escaped);
}
#endif

static bool accept(begun string, size_t *end, bool *escaped) {
#if defined(PX_JSON_AVX512)
    if (px_cpu_has(PX_CPU_AVX512))
        return accept_avx512(string, end, escaped);
#endif
    walk(string.input, &string.offset, escaped);
    *end = string.offset;
    if (string.offset < string.input.len && string.input.ptr[string.offset] == '"')
        return true;
    return accept_with(px_json_marks_at, string, end, escaped);
}

/* Could `text` be the beginning of a valid sequence that the end of the input cuts off? */
static bool is_cut_sequence(px_slice text) {
    static const char TAILS[] = "\x80\x80\x80";
    char whole[4];
    if (text.len >= 4)
        return false;
    for (unsigned char tail = 0x80; tail < 0xc0; tail = (unsigned char)(tail + 0x10)) {
        memcpy(whole, text.ptr, text.len);
        memcpy(whole + text.len, TAILS, 4 - text.len);
        if (text.len == 1)
            whole[1] = (char)tail;
        if (px_utf8_sequence(px_slice_of(whole, 4)) > text.len)
            return true;
    }
    return false;
}

/* Says what is wrong with a string that accept() refused. */
static px_json_error explain(px_slice input, size_t position, size_t *end) {
    size_t length = 1;
    size_t offset = 0;
    for (; position < input.len; position += length) {
        px_slice rest = px_slice_after(input, position);
        offset = 0;
        length = 1;
        if (rest.ptr[0] == '\\') {
            length = escape_length(rest, &offset);
        } else if ((unsigned char)rest.ptr[0] >= 0x80) {
            length = px_utf8_sequence(rest);
            if (length == 0 && is_cut_sequence(rest))
                length = SIZE_MAX;
        } else if ((unsigned char)rest.ptr[0] < 0x20) {
            length = 0;
        }
        if (length == 0 || length == SIZE_MAX)
            break;
    }
    bool cut_off = position == input.len || length == SIZE_MAX;
    *end = cut_off ? input.len : position + offset;
    return cut_off ? PX_JSON_ERROR_TRUNCATED : PX_JSON_ERROR_STRING;
}

px_json_error px_json_check_string(px_slice input, size_t start, size_t *end, bool *escaped) {
    size_t offset = px_json_scan(input, start);
    *escaped = false;
    *end = offset;
    if (offset < input.len && input.ptr[offset] == '"')
        return PX_JSON_ERROR_NONE;
    if (accept((begun){input, start, offset}, end, escaped))
        return PX_JSON_ERROR_NONE;
    return explain(input, start, end);
}
