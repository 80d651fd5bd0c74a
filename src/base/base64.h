/* Base64 (RFC 4648 section 4: standard alphabet, padded). */
#ifndef PX_BASE_BASE64_H
#define PX_BASE_BASE64_H

#include "base/slice.h"

static inline size_t px_base64_encoded_length(size_t len) {
    return (len + 2) / 3 * 4;
}

/* At least as many bytes as px_base64_decode can write. */
static inline size_t px_base64_decoded_max(size_t len) {
    return len / 4 * 3;
}

/* Writes exactly px_base64_encoded_length(bytes.len) characters, no NUL. */
void px_base64_encode(px_slice bytes, char *out);

/* Strict: length a multiple of four, no blanks, canonical padding bits. False when the text is
 * something else; `out` may then hold garbage, *len is untouched. */
bool px_base64_decode(px_slice text, char *out, size_t *len);

#endif
