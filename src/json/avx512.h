/* JSON strings sixty-four bytes at a time, where the processor has AVX-512 with VBMI2: which it is,
 * is asked while the program runs. Nothing is read or written beyond the texts: loads and stores at
 * their ends are masked. */
#ifndef PX_JSON_AVX512_H
#define PX_JSON_AVX512_H

#include "base/cpu.h"
#include "json/scan.h"

#if defined(PX_CPU_X86) && !defined(PX_JSON_PORTABLE) && !defined(PX_JSON_NARROW)
#define PX_JSON_AVX512
#include <immintrin.h>

#define PX_JSON_AVX512_CODE __attribute__((target("avx512f,avx512bw,avx512vbmi2,bmi,bmi2,popcnt")))

/* One bit for each of the bytes that are left, for at most 64. */
PX_JSON_AVX512_CODE static inline uint64_t px_json_avx512_inside(size_t left) {
    return left < PX_JSON_BLOCK ? _bzhi_u64(UINT64_MAX, (unsigned)left) : UINT64_MAX;
}

PX_JSON_AVX512_CODE static inline __m512i px_json_avx512_load(const char *from, size_t left) {
    return left < PX_JSON_BLOCK ? _mm512_maskz_loadu_epi8(px_json_avx512_inside(left), from)
                                : _mm512_loadu_si512(from);
}

/* As px_json_marks_at. */
PX_JSON_AVX512_CODE static inline px_json_marks px_json_avx512_marks_at(px_slice text,
                                                                        size_t offset) {
    __m512i bytes = px_json_avx512_load(text.ptr + offset, text.len - offset);
    return (px_json_marks){
        .quote = _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8('"')),
        .backslash = _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8('\\')),
        .other = _mm512_cmplt_epi8_mask(bytes, _mm512_set1_epi8(0x20)),
    };
}

/* The bytes with those of `letters` that are b, f, n, r and t replaced by what they stand for. */
PX_JSON_AVX512_CODE static inline __m512i px_json_avx512_letters(__m512i bytes, uint64_t letters) {
    static const char PAIRS[][2] = {
        {'b', '\b'}, {'f', '\f'}, {'n', '\n'}, {'r', '\r'}, {'t', '\t'}};
    for (size_t i = 0; i < sizeof(PAIRS) / sizeof(PAIRS[0]); i++) {
        uint64_t same = _mm512_mask_cmpeq_epi8_mask(letters, bytes, _mm512_set1_epi8(PAIRS[i][0]));
        bytes = _mm512_mask_mov_epi8(bytes, same, _mm512_set1_epi8(PAIRS[i][1]));
    }
    return bytes;
}

/* Writes the bytes that `keep` marks, side by side; returns how many they are. `room` is what may be
 * written. (Packing into a register and storing that is much faster than packing into memory.) */
PX_JSON_AVX512_CODE static inline size_t px_json_avx512_pack(char *to, size_t room, __m512i bytes,
                                                             uint64_t keep) {
    size_t count = (size_t)__builtin_popcountll(keep);
    __m512i packed = _mm512_maskz_compress_epi8(keep, bytes);
    if (room >= PX_JSON_BLOCK)
        _mm512_storeu_si512(to, packed);
    else
        _mm512_mask_storeu_epi8(to, px_json_avx512_inside(count), packed);
    return count;
}

/* Resolves the escapes of a text up to the first \u; returns how many bytes it has read, with that \u
 * still ahead. *to moves on; there is as much room as there is text. */
PX_JSON_AVX512_CODE static inline size_t px_json_avx512_unescape(px_slice text, char **to) {
    uint64_t carry = 0;
    for (size_t offset = 0; offset < text.len; offset += PX_JSON_BLOCK) {
        size_t left = text.len - offset;
        uint64_t inside = px_json_avx512_inside(left);
        __m512i bytes = px_json_avx512_load(text.ptr + offset, left);
        uint64_t backslash = _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8('\\'));
        uint64_t escaped = px_json_escaped(backslash, &carry);
        uint64_t keep = inside & ~(backslash & ~escaped);
        /* Above the slash are the letters; it, the quote and the backslash stand for themselves. */
        uint64_t letters = _mm512_mask_cmpgt_epu8_mask(escaped & ~backslash & inside, bytes,
                                                       _mm512_set1_epi8('/'));
        if (letters) {
            uint64_t u = _mm512_mask_cmpeq_epi8_mask(letters, bytes, _mm512_set1_epi8('u'));
            bytes = px_json_avx512_letters(bytes, letters);
            if (u) {
                size_t place = px_json_lowest_bit(u);
                *to += px_json_avx512_pack(*to, left, bytes, _bzhi_u64(keep, (unsigned)place));
                return offset + place - 1;
            }
        }
        *to += px_json_avx512_pack(*to, left, bytes, keep);
    }
    return text.len;
}

#endif
#endif
