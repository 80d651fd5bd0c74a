#include "json/scan.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#elif defined(__ARM_NEON) && defined(__aarch64__)
#include <arm_neon.h>
#endif

static bool is_plain(char byte) {
    return (unsigned char)byte >= 0x20 && (unsigned char)byte < 0x80 && byte != '"' &&
           byte != '\\';
}

static size_t scan_bytes(px_slice text, size_t offset) {
    while (offset < text.len && is_plain(text.ptr[offset]))
        offset++;
    return offset;
}

#define EACH_BYTE(byte) (UINT64_C(0x0101010101010101) * (byte))

/* Nonzero when one of the eight bytes is not plain (never zero then; may not be exact about which). */
static uint64_t special_in(uint64_t word) {
    uint64_t quote = word ^ EACH_BYTE('"');
    uint64_t backslash = word ^ EACH_BYTE('\\');
    uint64_t found = (word - EACH_BYTE(0x20)) & ~word;
    found |= (quote - EACH_BYTE(1)) & ~quote;
    found |= (backslash - EACH_BYTE(1)) & ~backslash;
    return (found | word) & EACH_BYTE(0x80);
}

size_t px_json_scan_portable(px_slice text) {
    size_t offset = 0;
    for (; text.len - offset >= sizeof(uint64_t); offset += sizeof(uint64_t)) {
        uint64_t word;
        memcpy(&word, text.ptr + offset, sizeof(word));
        if (special_in(word))
            break;
    }
    return scan_bytes(text, offset);
}

#if defined(__SSE2__)

size_t px_json_scan(px_slice text) {
    const __m128i quote = _mm_set1_epi8('"');
    const __m128i backslash = _mm_set1_epi8('\\');
    const __m128i blank = _mm_set1_epi8(0x20);
    size_t offset = 0;
    for (; text.len - offset >= 16; offset += 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(text.ptr + offset));
        /* Signed comparison: below the blank are control characters and all that is not ASCII. */
        __m128i special = _mm_cmplt_epi8(bytes, blank);
        special = _mm_or_si128(special, _mm_cmpeq_epi8(bytes, quote));
        special = _mm_or_si128(special, _mm_cmpeq_epi8(bytes, backslash));
        unsigned found = (unsigned)_mm_movemask_epi8(special);
        if (found)
            return offset + (size_t)__builtin_ctz(found);
    }
    return scan_bytes(text, offset);
}

#elif defined(__ARM_NEON) && defined(__aarch64__)

size_t px_json_scan(px_slice text) {
    size_t offset = 0;
    for (; text.len - offset >= 16; offset += 16) {
        int8x16_t bytes = vld1q_s8((const int8_t *)text.ptr + offset);
        uint8x16_t special = vcltq_s8(bytes, vdupq_n_s8(0x20));
        special = vorrq_u8(special, vceqq_s8(bytes, vdupq_n_s8('"')));
        special = vorrq_u8(special, vceqq_s8(bytes, vdupq_n_s8('\\')));
        if (vmaxvq_u8(special))
            break;
    }
    return scan_bytes(text, offset);
}

#else

size_t px_json_scan(px_slice text) {
    return px_json_scan_portable(text);
}

#endif
