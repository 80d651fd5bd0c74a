/* Decodes base64 sixteen characters at a time, where the machine has SSE2. */
#ifndef PX_BASE_BASE64_SSE2_H
#define PX_BASE_BASE64_SSE2_H

#include <emmintrin.h>

#include "base/slice.h"

enum {
    PX_BASE64_LANE = 16,
    /* A step writes two bytes more than it decodes: so many characters must there be at least, which
     * have room for them. */
    PX_BASE64_LANE_ROOM = 20,
};

/* Of characters from `first` to `last`, what has to be added to them; zero for all others. */
static inline __m128i px_base64_distance(__m128i text, char first, char last, char distance) {
    __m128i above = _mm_cmpgt_epi8(text, _mm_set1_epi8((char)(first - 1)));
    __m128i below = _mm_cmplt_epi8(text, _mm_set1_epi8((char)(last + 1)));
    return _mm_and_si128(_mm_and_si128(above, below), _mm_set1_epi8(distance));
}

/* The values of the characters, 0 to 63. False: one is outside the alphabet. (No distance is zero, and
 * bytes above 127 are below all of it.) */
static inline bool px_base64_values(__m128i text, __m128i *values) {
    __m128i letters = _mm_or_si128(px_base64_distance(text, 'A', 'Z', -'A'),
                                   px_base64_distance(text, 'a', 'z', 26 - 'a'));
    __m128i others = _mm_or_si128(px_base64_distance(text, '+', '+', 62 - '+'),
                                  px_base64_distance(text, '/', '/', 63 - '/'));
    __m128i distances =
        _mm_or_si128(_mm_or_si128(letters, others), px_base64_distance(text, '0', '9', 52 - '0'));
    *values = _mm_add_epi8(text, distances);
    return _mm_movemask_epi8(_mm_cmpeq_epi8(distances, _mm_setzero_si128())) == 0;
}

/* Twelve bytes of sixteen values: six at the begin of each half. */
static inline __m128i px_base64_join(__m128i values) {
    /* In each 16 bits two values: the first is the higher one of twelve bits. */
    __m128i pairs = _mm_or_si128(_mm_slli_epi16(_mm_and_si128(values, _mm_set1_epi16(0xff)), 6),
                                 _mm_srli_epi16(values, 8));
    /* In each 32 bits two of these, again the first one higher: three bytes, the first is the highest. */
    __m128i groups = _mm_madd_epi16(pairs, _mm_set1_epi32(0x00011000));
    __m128i turned = _mm_or_si128(
        _mm_or_si128(_mm_srli_epi32(groups, 16), _mm_and_si128(groups, _mm_set1_epi32(0xff00))),
        _mm_and_si128(_mm_slli_epi32(groups, 16), _mm_set1_epi32(0xff0000)));
    return _mm_or_si128(_mm_and_si128(turned, _mm_set1_epi64x(0xffffff)),
                        _mm_and_si128(_mm_srli_epi64(turned, 8), _mm_set1_epi64x(0xffffff000000)));
}

/* Decodes as many characters as it can, from the first on, and returns how many. It stops before what
 * is no base64, and before the end. */
static inline size_t px_base64_decode_lanes(px_slice text, char *out) {
    size_t done = 0;
    for (; text.len - done >= PX_BASE64_LANE_ROOM; done += PX_BASE64_LANE, out += 12) {
        __m128i values;
        if (!px_base64_values(_mm_loadu_si128((const __m128i *)(const void *)(text.ptr + done)),
                              &values))
            break;
        __m128i bytes = px_base64_join(values);
        _mm_storel_epi64((__m128i *)(void *)out, bytes);
        _mm_storel_epi64((__m128i *)(void *)(out + 6), _mm_srli_si128(bytes, 8));
    }
    return done;
}

#endif
