/* What the fuzz targets share. Each target is one file, fuzz_NAME.c; its seeds are the small text
 * files in corpus/NAME, its words are in dict/. scripts/fuzz.sh builds and runs them. */
#ifndef FUZZ_H
#define FUZZ_H

#include "base/slice.h"
#include "memory.h"

/* The target: libFuzzer calls it with each input, which ends at the end of its memory block. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A finding, when the condition does not hold. */
#define FUZZ_CHECK(condition)                                                                      \
    do {                                                                                           \
        if (!(condition))                                                                          \
            fuzz_fail(__FILE__, __LINE__, #condition);                                             \
    } while (0)

_Noreturn void fuzz_fail(const char *file, int line, const char *condition);

/* Reads every byte of the slice, so that the address sanitizer sees a slice that is wrong. */
void fuzz_touch(px_slice bytes);

/* Takes the next line from the front of a script; false at its end. */
bool fuzz_next_line(px_slice *script, px_slice *line);

/* The text up to the first `separator`, which is taken from the front of *text together with it;
 * all of *text when there is none. */
px_slice fuzz_take(px_slice *text, char separator);

/* The decimal number at the front of the text, 0 when there is none, at most `max`. */
uint64_t fuzz_number(px_slice text, uint64_t max);

/* A copy in a block of its own, so that reading beyond it is seen. */
typedef struct fuzz_copy {
    px_slice bytes;
    char *block;
} fuzz_copy;

fuzz_copy fuzz_copy_of(px_slice bytes);
void fuzz_copy_free(fuzz_copy *copy);

#endif
