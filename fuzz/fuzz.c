#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>

void fuzz_fail(const char *file, int line, const char *condition) {
    fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, condition);
    abort();
}

void fuzz_touch(px_slice bytes) {
    for (size_t i = 0; i < bytes.len; i++)
        (void)*(const volatile char *)(bytes.ptr + i);
}

px_slice fuzz_take(px_slice *text, char separator) {
    const char *end = text->len ? memchr(text->ptr, separator, text->len) : NULL;
    px_slice taken = px_slice_of(text->ptr, end ? (size_t)(end - text->ptr) : text->len);
    *text = px_slice_after(*text, taken.len + (end != NULL));
    return taken;
}

bool fuzz_next_line(px_slice *script, px_slice *line) {
    if (script->len == 0)
        return false;
    *line = fuzz_take(script, '\n');
    return true;
}

uint64_t fuzz_number(px_slice text, uint64_t max) {
    uint64_t value = 0;
    for (size_t i = 0; i < text.len && text.ptr[i] >= '0' && text.ptr[i] <= '9'; i++) {
        value = value * 10 + (uint64_t)(text.ptr[i] - '0');
        if (value > max)
            return max;
    }
    return value;
}

fuzz_copy fuzz_copy_of(px_slice bytes) {
    char *block = malloc(bytes.len ? bytes.len : 1);
    if (!block)
        abort();
    if (bytes.len)
        memcpy(block, bytes.ptr, bytes.len);
    return (fuzz_copy){px_slice_of(block, bytes.len), block};
}

void fuzz_copy_free(fuzz_copy *copy) {
    free(copy->block);
}
