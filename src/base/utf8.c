#include "base/utf8.h"

#include "base/utf8_avx2.h"

static bool is_tail(char byte) {
    return ((unsigned char)byte & 0xc0) == 0x80;
}

size_t px_utf8_sequence(px_slice bytes) {
    const unsigned char *b = (const unsigned char *)bytes.ptr;
    if (bytes.len == 0)
        return 0;
    if (b[0] < 0x80)
        return 1;
    if (b[0] < 0xc2)
        return 0; /* a tail byte, or an overlong form of ASCII */
    if (b[0] < 0xe0)
        return bytes.len >= 2 && is_tail(bytes.ptr[1]) ? 2 : 0;
    if (b[0] < 0xf0) {
        if (bytes.len < 3 || !is_tail(bytes.ptr[1]) || !is_tail(bytes.ptr[2]))
            return 0;
        bool overlong = b[0] == 0xe0 && b[1] < 0xa0;
        bool surrogate = b[0] == 0xed && b[1] >= 0xa0;
        return overlong || surrogate ? 0 : 3;
    }
    if (b[0] > 0xf4 || bytes.len < 4 || !is_tail(bytes.ptr[1]) || !is_tail(bytes.ptr[2]) ||
        !is_tail(bytes.ptr[3]))
        return 0;
    bool overlong = b[0] == 0xf0 && b[1] < 0x90;
    bool too_large = b[0] == 0xf4 && b[1] >= 0x90;
    return overlong || too_large ? 0 : 4;
}

static const uint64_t HIGH_BITS = 0x8080808080808080u;

static inline uint64_t load_word(const char *bytes) {
    uint64_t word;
    memcpy(&word, bytes, sizeof(word));
    return word;
}

static bool is_ascii(const char block[64]) {
    uint64_t first =
        load_word(block) | load_word(block + 8) | load_word(block + 16) | load_word(block + 24);
    uint64_t second = load_word(block + 32) | load_word(block + 40) | load_word(block + 48) |
                      load_word(block + 56);
    return !((first | second) & HIGH_BITS);
}

/* The offset of the first byte that is not ASCII, at or after `offset`; many bytes at a time. */
static size_t skip_ascii(px_slice bytes, size_t offset) {
    for (; bytes.len - offset >= 64; offset += 64)
        if (!is_ascii(bytes.ptr + offset))
            break;
    for (; bytes.len - offset >= 8; offset += 8)
        if (load_word(bytes.ptr + offset) & HIGH_BITS)
            break;
    while (offset < bytes.len && !((unsigned char)bytes.ptr[offset] & 0x80))
        offset++;
    return offset;
}

#if defined(PX_UTF8_AVX2)
static bool can_skip_valid(px_slice bytes, size_t offset) {
    return offset >= PX_UTF8_BEFORE && bytes.len - offset >= PX_UTF8_LANE &&
           px_cpu_has(PX_CPU_AVX2);
}
#else
static bool can_skip_valid(px_slice bytes, size_t offset) {
    (void)bytes;
    (void)offset;
    return false;
}

static size_t px_utf8_skip_valid(px_slice bytes, size_t offset) {
    (void)bytes;
    return offset;
}
#endif

size_t px_utf8_valid_length(px_slice bytes) {
    size_t offset = 0;
    while ((offset = skip_ascii(bytes, offset)) < bytes.len) {
        if (can_skip_valid(bytes, offset))
            offset = px_utf8_skip_valid(bytes, offset);
        do {
            size_t length = px_utf8_sequence(px_slice_after(bytes, offset));
            if (length == 0)
                return offset;
            offset += length;
        } while (offset < bytes.len && (unsigned char)bytes.ptr[offset] & 0x80 &&
                 !can_skip_valid(bytes, offset));
    }
    return offset;
}

size_t px_utf8_encode(uint32_t code_point, char out[4]) {
    if (code_point < 0x80) {
        out[0] = (char)code_point;
        return 1;
    }
    if (code_point < 0x800) {
        out[0] = (char)(0xc0 | code_point >> 6);
        out[1] = (char)(0x80 | (code_point & 0x3f));
        return 2;
    }
    if (code_point < 0x10000) {
        out[0] = (char)(0xe0 | code_point >> 12);
        out[1] = (char)(0x80 | (code_point >> 6 & 0x3f));
        out[2] = (char)(0x80 | (code_point & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | code_point >> 18);
    out[1] = (char)(0x80 | (code_point >> 12 & 0x3f));
    out[2] = (char)(0x80 | (code_point >> 6 & 0x3f));
    out[3] = (char)(0x80 | (code_point & 0x3f));
    return 4;
}
