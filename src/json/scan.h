/* Looks at many bytes of a JSON string at once: the hot loops of reading and writing JSON.
 *
 * Bit n of a mask stands for byte n. The masks come from SSE2 or NEON where there is one of them,
 * and from plain 64-bit arithmetic elsewhere (and everywhere with PX_JSON_PORTABLE, for the tests).
 */
#ifndef PX_JSON_SCAN_H
#define PX_JSON_SCAN_H

#include "base/slice.h"

#if defined(PX_JSON_PORTABLE)
#elif defined(__SSE2__)
#define PX_JSON_SSE2
#include <emmintrin.h>
#elif defined(__ARM_NEON) && defined(__aarch64__)
#define PX_JSON_NEON
#include <arm_neon.h>
#endif

enum { PX_JSON_LANE = 16, PX_JSON_BLOCK = 64 };

typedef struct px_json_masks {
    uint64_t quote;
    uint64_t backslash;
    uint64_t control; /* below 0x20 */
    uint64_t wide;    /* 0x80 and above: not ASCII */
} px_json_masks;

/* What a reader of strings looks for. */
typedef struct px_json_marks {
    uint64_t quote;
    uint64_t backslash;
    uint64_t other; /* below 0x20, and 0x80 and above */
} px_json_marks;

/* The masks of two halves of `width` bytes each, the first of them in `low`. */
static inline px_json_masks px_json_join(px_json_masks low, px_json_masks high, unsigned width) {
    return (px_json_masks){
        .quote = low.quote | high.quote << width,
        .backslash = low.backslash | high.backslash << width,
        .control = low.control | high.control << width,
        .wide = low.wide | high.wide << width,
    };
}

static inline px_json_marks px_json_join_marks(px_json_marks low, px_json_marks high,
                                               unsigned width) {
    return (px_json_marks){
        .quote = low.quote | high.quote << width,
        .backslash = low.backslash | high.backslash << width,
        .other = low.other | high.other << width,
    };
}

#if defined(PX_JSON_SSE2)

static inline uint64_t px_json_bits(__m128i lanes) {
    return (uint64_t)_mm_movemask_epi8(lanes);
}

static inline px_json_masks px_json_lane(const char *bytes) {
    __m128i lane = _mm_loadu_si128((const __m128i *)(const void *)bytes);
    __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(lane, _mm_set1_epi8(0x1f)), lane);
    return (px_json_masks){
        .quote = px_json_bits(_mm_cmpeq_epi8(lane, _mm_set1_epi8('"'))),
        .backslash = px_json_bits(_mm_cmpeq_epi8(lane, _mm_set1_epi8('\\'))),
        .control = px_json_bits(control),
        .wide = px_json_bits(lane),
    };
}

static inline px_json_marks px_json_mark_lane(const char *bytes) {
    __m128i lane = _mm_loadu_si128((const __m128i *)(const void *)bytes);
    return (px_json_marks){
        .quote = px_json_bits(_mm_cmpeq_epi8(lane, _mm_set1_epi8('"'))),
        .backslash = px_json_bits(_mm_cmpeq_epi8(lane, _mm_set1_epi8('\\'))),
        /* Signed: below the blank are control characters and all that is not ASCII. */
        .other = px_json_bits(_mm_cmplt_epi8(lane, _mm_set1_epi8(0x20))),
    };
}

enum { PX_JSON_STEP = 16 };

static inline size_t px_json_first_special(const char *bytes) {
    __m128i lane = _mm_loadu_si128((const __m128i *)(const void *)bytes);
    /* Signed: below the blank are control characters and all that is not ASCII. */
    __m128i special = _mm_cmplt_epi8(lane, _mm_set1_epi8(0x20));
    special = _mm_or_si128(special, _mm_cmpeq_epi8(lane, _mm_set1_epi8('"')));
    special = _mm_or_si128(special, _mm_cmpeq_epi8(lane, _mm_set1_epi8('\\')));
    uint64_t bits = px_json_bits(special);
    return bits ? (size_t)__builtin_ctzll(bits) : PX_JSON_STEP;
}

#elif defined(PX_JSON_NEON)

static inline uint64_t px_json_bits(uint8x16_t lanes) {
    static const uint8_t BITS[8] = {1, 2, 4, 8, 16, 32, 64, 128};
    uint8x8_t bits = vld1_u8(BITS);
    uint64_t low = vaddv_u8(vand_u8(vget_low_u8(lanes), bits));
    uint64_t high = vaddv_u8(vand_u8(vget_high_u8(lanes), bits));
    return high << 8 | low;
}

static inline px_json_masks px_json_lane(const char *bytes) {
    uint8x16_t lane = vld1q_u8((const uint8_t *)bytes);
    return (px_json_masks){
        .quote = px_json_bits(vceqq_u8(lane, vdupq_n_u8('"'))),
        .backslash = px_json_bits(vceqq_u8(lane, vdupq_n_u8('\\'))),
        .control = px_json_bits(vcltq_u8(lane, vdupq_n_u8(0x20))),
        .wide = px_json_bits(vcgeq_u8(lane, vdupq_n_u8(0x80))),
    };
}

static inline px_json_marks px_json_mark_lane(const char *bytes) {
    uint8x16_t lane = vld1q_u8((const uint8_t *)bytes);
    return (px_json_marks){
        .quote = px_json_bits(vceqq_u8(lane, vdupq_n_u8('"'))),
        .backslash = px_json_bits(vceqq_u8(lane, vdupq_n_u8('\\'))),
        .other = px_json_bits(vcltq_s8(vreinterpretq_s8_u8(lane), vdupq_n_s8(0x20))),
    };
}

enum { PX_JSON_STEP = 16 };

static inline size_t px_json_first_special(const char *bytes) {
    uint8x16_t lane = vld1q_u8((const uint8_t *)bytes);
    /* Signed: below the blank are control characters and all that is not ASCII. */
    uint8x16_t special = vcltq_s8(vreinterpretq_s8_u8(lane), vdupq_n_s8(0x20));
    special = vorrq_u8(special, vceqq_u8(lane, vdupq_n_u8('"')));
    special = vorrq_u8(special, vceqq_u8(lane, vdupq_n_u8('\\')));
    return vmaxvq_u8(special) ? (size_t)__builtin_ctzll(px_json_bits(special)) : PX_JSON_STEP;
}

#else

#define PX_JSON_EACH_BYTE(byte) (UINT64_C(0x0101010101010101) * (byte))

/* The first byte becomes the lowest, on every host. */
static inline uint64_t px_json_load(const char *bytes) {
    uint64_t word;
    memcpy(&word, bytes, sizeof(word));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    return word;
}

/* Bit 7 of each byte that is zero in `word`. */
static inline uint64_t px_json_zeros(uint64_t word) {
    const uint64_t low_bits = PX_JSON_EACH_BYTE(0x7f);
    return ~(((word & low_bits) + low_bits) | word | low_bits);
}

/* Bit n for bit 7 of byte n: the product moves it to bit 56 + n, and no two of its terms meet. */
static inline uint64_t px_json_bits(uint64_t high_bits) {
    return (high_bits >> 7) * UINT64_C(0x0102040810204080) >> 56;
}

static inline px_json_masks px_json_half_lane(const char *bytes) {
    uint64_t word = px_json_load(bytes);
    return (px_json_masks){
        .quote = px_json_bits(px_json_zeros(word ^ PX_JSON_EACH_BYTE('"'))),
        .backslash = px_json_bits(px_json_zeros(word ^ PX_JSON_EACH_BYTE('\\'))),
        .control = px_json_bits(px_json_zeros(word & PX_JSON_EACH_BYTE(0xe0))),
        .wide = px_json_bits(word & PX_JSON_EACH_BYTE(0x80)),
    };
}

static inline px_json_masks px_json_lane(const char *bytes) {
    return px_json_join(px_json_half_lane(bytes), px_json_half_lane(bytes + 8), 8);
}

static inline px_json_marks px_json_mark_lane(const char *bytes) {
    px_json_masks lane = px_json_lane(bytes);
    return (px_json_marks){lane.quote, lane.backslash, lane.control | lane.wide};
}

/* Bytes that are looked at together for the first special one. */
enum { PX_JSON_STEP = 8 };

/* The first of PX_JSON_STEP bytes that a string cannot hold as plain ASCII; PX_JSON_STEP: none. */
static inline size_t px_json_first_special(const char *bytes) {
    const uint64_t ones = PX_JSON_EACH_BYTE(1);
    uint64_t word = px_json_load(bytes);
    uint64_t quote = word ^ PX_JSON_EACH_BYTE('"');
    uint64_t backslash = word ^ PX_JSON_EACH_BYTE('\\');
    /* Bit 7 of a byte becomes 1 when it was too small, or when one below it was: the lowest is right. */
    uint64_t special = (word - ones * 0x20) | ((quote - ones) & ~quote);
    special |= ((backslash - ones) & ~backslash) | word;
    special &= PX_JSON_EACH_BYTE(0x80);
    return special ? (size_t)__builtin_ctzll(special) / 8 : PX_JSON_STEP;
}

#endif

static inline size_t px_json_lowest_bit(uint64_t mask) {
    return (size_t)__builtin_ctzll(mask);
}

/* The masks of the PX_JSON_BLOCK bytes from `bytes` on. */
static inline px_json_masks px_json_block(const char *bytes) {
    px_json_masks low = px_json_join(px_json_lane(bytes), px_json_lane(bytes + 16), 16);
    px_json_masks high = px_json_join(px_json_lane(bytes + 32), px_json_lane(bytes + 48), 16);
    return px_json_join(low, high, 32);
}

/* The masks of a block that begins at `offset` of a text; what lies behind the end of the text
 * counts as control characters. */
static inline px_json_masks px_json_block_at(px_slice text, size_t offset) {
    size_t left = text.len - offset;
    if (left >= PX_JSON_BLOCK)
        return px_json_block(text.ptr + offset);
    char padded[PX_JSON_BLOCK] = {0};
    memcpy(padded, text.ptr + offset, left);
    return px_json_block(padded);
}

/* The marks of the same block. What lies behind the end counts as other. */
static inline px_json_marks px_json_marks_at(px_slice text, size_t offset) {
    size_t left = text.len - offset;
    char padded[PX_JSON_BLOCK];
    const char *bytes = text.ptr + offset;
    if (left < PX_JSON_BLOCK) {
        memset(padded, 0, sizeof(padded));
        bytes = memcpy(padded, bytes, left);
    }
    px_json_marks low =
        px_json_join_marks(px_json_mark_lane(bytes), px_json_mark_lane(bytes + 16), 16);
    px_json_marks high =
        px_json_join_marks(px_json_mark_lane(bytes + 32), px_json_mark_lane(bytes + 48), 16);
    return px_json_join_marks(low, high, 32);
}

/* The bytes of a block that a backslash before them escapes. *carry is 1 when the block's first
 * byte is escaped by the block before it (0 for the first block), and is set for the next one. */
static inline uint64_t px_json_escaped(uint64_t backslash, uint64_t *carry) {
    uint64_t escaped = backslash << 1 | *carry;
    if (backslash & escaped) { /* several in a row: the first escapes the second, and so on */
        escaped = *carry;
        for (uint64_t rest = backslash & ~escaped; rest;) {
            uint64_t first = rest & (0 - rest);
            escaped |= first << 1;
            rest &= ~(first | first << 1);
        }
    }
    *carry = (backslash & ~escaped) >> 63;
    return escaped;
}

/* The offset of the first byte, at or after `offset`, that is a quote, a backslash, a control
 * character or not ASCII; text.len when there is none. Never reads beyond the slice. */
static inline size_t px_json_scan(px_slice text, size_t offset) {
    for (; text.len - offset >= PX_JSON_STEP; offset += PX_JSON_STEP) {
        size_t first = px_json_first_special(text.ptr + offset);
        if (first < PX_JSON_STEP)
            return offset + first;
    }
    for (; offset < text.len; offset++) {
        unsigned char byte = (unsigned char)text.ptr[offset];
        if (byte < 0x20 || byte >= 0x80 || byte == '"' || byte == '\\')
            break;
    }
    return offset;
}

/* Copies a run of plain bytes. `room`: how many bytes may be read from `from` and written to `to`
 * at least; short runs, the common ones, become one copy of fixed length then. */
static inline void px_json_copy_run(char *to, const char *from, size_t count, size_t room) {
    if (count <= PX_JSON_LANE && room >= PX_JSON_LANE)
        memcpy(to, from, PX_JSON_LANE);
    else
        memcpy(to, from, count);
}

#endif
