/* UTF-8 validation (RFC 3629: shortest form, no surrogates, at most U+10FFFF). */
#ifndef PX_BASE_UTF8_H
#define PX_BASE_UTF8_H

#include "base/slice.h"

/* The length of the longest prefix that is valid. */
size_t px_utf8_valid_length(px_slice bytes);

static inline bool px_utf8_valid(px_slice bytes) {
    return px_utf8_valid_length(bytes) == bytes.len;
}

/* The length (1 to 4) of the valid sequence at the front of `bytes`; 0 when there is none. */
size_t px_utf8_sequence(px_slice bytes);

/* Writes one code point (at most 0x10FFFF, no surrogate); returns 1 to 4 bytes. */
size_t px_utf8_encode(uint32_t code_point, char out[4]);

#endif
