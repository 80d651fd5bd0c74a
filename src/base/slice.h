/* A slice: bytes that somebody else owns. Never NUL-terminated by contract. */
#ifndef PX_BASE_SLICE_H
#define PX_BASE_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct px_slice {
    const char *ptr;
    size_t len;
} px_slice;

/* A slice of a string literal, usable in static initializers. */
#define PX_LITERAL(text)                                                                           \
    { ("" text), sizeof(text) - 1 }
/* The same as an expression. */
#define PX_SLICE(text) ((px_slice)PX_LITERAL(text))

static inline px_slice px_slice_of(const char *ptr, size_t len) {
    return (px_slice){ptr, len};
}

/* The slice of a NUL-terminated string; NULL gives the empty slice. */
static inline px_slice px_slice_of_text(const char *text) {
    return (px_slice){text, text ? strlen(text) : 0};
}

static inline bool px_slice_equal(px_slice a, px_slice b) {
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static inline bool px_slice_starts_with(px_slice text, px_slice prefix) {
    return text.len >= prefix.len &&
           (prefix.len == 0 || memcmp(text.ptr, prefix.ptr, prefix.len) == 0);
}

/* `text` without its first `count` bytes; count must be at most text.len. */
static inline px_slice px_slice_after(px_slice text, size_t count) {
    return (px_slice){count ? text.ptr + count : text.ptr, text.len - count};
}

/* Orders bytewise, a prefix before what it prefixes: negative, zero or positive. */
int px_slice_compare(px_slice a, px_slice b);

/* ASCII case-insensitive equality (HTTP header names). */
bool px_slice_equal_ignore_case(px_slice a, px_slice b);

/* Parses decimal digits only (no sign, no blanks, at least one digit). False when the text is
 * something else or does not fit; *value is then untouched. */
bool px_slice_to_u64(px_slice text, uint64_t *value);

/* Writes `value` in decimal, without NUL; returns the number of bytes (at most 20). */
size_t px_u64_to_text(uint64_t value, char out[20]);

#endif
