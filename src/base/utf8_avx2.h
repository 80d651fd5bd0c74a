/* Checks UTF-8 thirty-two bytes at a time, where the processor has AVX2, which is asked while the program
 * runs: the algorithm of Keiser and Lemire, "Validating UTF-8 In Less Than One Instruction Per Byte" (2021).
 *
 * What two bytes in a row may be wrong with is looked up three times: by the upper and by the lower half of the
 * first, and by the upper half of the second. Where all three tables agree on a mistake, there is one. */
#ifndef PX_BASE_UTF8_AVX2_H
#define PX_BASE_UTF8_AVX2_H

#include "base/cpu.h"
#include "base/slice.h"

#if defined(PX_CPU_X86)
#define PX_UTF8_AVX2
#include <immintrin.h>

#define PX_UTF8_AVX2_CODE __attribute__((target("avx2")))

enum {
    PX_UTF8_LANE = 32,
    PX_UTF8_BEFORE = 3, /* so many bytes before a lane are looked at */
};

enum {
    TOO_SHORT = 1 << 0, /* a beginning, and no tail */
    TOO_LONG = 1 << 1,  /* ASCII, and a tail */
    OVERLONG_3 = 1 << 2,
    TOO_LARGE = 1 << 3, /* above U+10FFFF */
    SURROGATE = 1 << 4,
    OVERLONG_2 = 1 << 5,
    TOO_LARGE_OR_OVERLONG_4 = 1 << 6, /* from f5 on, and f0 80 to f0 8f */
    TWO_TAILS = 1 << 7,               /* no mistake behind the beginning of a longer sequence */
    ANY_LOW = TOO_SHORT | TOO_LONG | TWO_TAILS,
    HIGH_LOW = ANY_LOW | TOO_LARGE | TOO_LARGE_OR_OVERLONG_4,
    ANY_TAIL = TOO_LONG | OVERLONG_2 | TWO_TAILS,
};

/* clang-format off */
static const uint8_t FIRST_UPPER[16] = {
    TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG,
    TWO_TAILS, TWO_TAILS, TWO_TAILS, TWO_TAILS,
    TOO_SHORT | OVERLONG_2, TOO_SHORT, TOO_SHORT | OVERLONG_3 | SURROGATE,
    TOO_SHORT | TOO_LARGE | TOO_LARGE_OR_OVERLONG_4,
};
static const uint8_t FIRST_LOWER[16] = {
    ANY_LOW | OVERLONG_2 | OVERLONG_3 | TOO_LARGE_OR_OVERLONG_4, ANY_LOW | OVERLONG_2,
    ANY_LOW, ANY_LOW, ANY_LOW | TOO_LARGE, HIGH_LOW, HIGH_LOW, HIGH_LOW,
    HIGH_LOW, HIGH_LOW, HIGH_LOW, HIGH_LOW, HIGH_LOW, HIGH_LOW | SURROGATE, HIGH_LOW, HIGH_LOW,
};
static const uint8_t SECOND_UPPER[16] = {
    TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT,
    ANY_TAIL | OVERLONG_3 | TOO_LARGE_OR_OVERLONG_4, ANY_TAIL | OVERLONG_3 | TOO_LARGE,
    ANY_TAIL | SURROGATE | TOO_LARGE, ANY_TAIL | SURROGATE | TOO_LARGE,
    TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT,
};
/* clang-format on */

PX_UTF8_AVX2_CODE static inline __m256i px_utf8_load(const char *bytes) {
    return _mm256_loadu_si256((const __m256i *)(const void *)bytes);
}

PX_UTF8_AVX2_CODE static inline __m256i px_utf8_look_up(const uint8_t table[16], __m256i half) {
    __m128i entries = _mm_loadu_si128((const __m128i *)(const void *)table);
    return _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(entries), half);
}

PX_UTF8_AVX2_CODE static inline __m256i px_utf8_upper_half(__m256i bytes) {
    return _mm256_and_si256(_mm256_srli_epi16(bytes, 4), _mm256_set1_epi8(0x0f));
}

/* Bits where the lane at `bytes`, together with what is before it, is wrong. */
PX_UTF8_AVX2_CODE static inline __m256i px_utf8_mistakes(const char *bytes) {
    __m256i second = px_utf8_load(bytes);
    __m256i first = px_utf8_load(bytes - 1);
    __m256i pairs = _mm256_and_si256(
        px_utf8_look_up(FIRST_LOWER, _mm256_and_si256(first, _mm256_set1_epi8(0x0f))),
        _mm256_and_si256(px_utf8_look_up(FIRST_UPPER, px_utf8_upper_half(first)),
                         px_utf8_look_up(SECOND_UPPER, px_utf8_upper_half(second))));
    /* Bit 7 where a third or fourth byte must be: behind e0 and above, and behind f0 and above. */
    __m256i third = _mm256_subs_epu8(px_utf8_load(bytes - 2), _mm256_set1_epi8(0xe0 - 0x80));
    __m256i fourth = _mm256_subs_epu8(px_utf8_load(bytes - 3), _mm256_set1_epi8(0xf0 - 0x80));
    __m256i tails = _mm256_and_si256(_mm256_or_si256(third, fourth), _mm256_set1_epi8((char)0x80));
    return _mm256_xor_si256(tails, pairs); /* there two tails are right, and only there */
}

/* Goes on from `offset`, which is at least PX_UTF8_BEFORE and where a character begins, as long as all is well and
 * whole lanes are left; returns where a character begins, and before which all is valid. */
PX_UTF8_AVX2_CODE static size_t px_utf8_skip_valid(px_slice text, size_t offset) {
    size_t start = offset;
    for (; text.len - offset >= PX_UTF8_LANE; offset += PX_UTF8_LANE) {
        __m256i mistakes = px_utf8_mistakes(text.ptr + offset);
        if (!_mm256_testz_si256(mistakes, mistakes))
            break;
    }
    if (offset == start)
        return start;
    do /* the last character may not be whole */
        offset--;
    while (((unsigned char)text.ptr[offset] & 0xc0) == 0x80);
    return offset;
}

#endif
#endif
