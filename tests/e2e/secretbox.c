/* The boxes of encrypted channels on strings, to compare them with those of other implementations.
 *
 *     e2e_secretbox < LINES
 *
 * Each line is "seal KEY NONCE DATA" or "open KEY NONCE BOX", all in hexadecimal. Each answer is a line:
 * the box or the data in hexadecimal, or "refused". The exit code is 77 where the library has no cipher. */
#define _GNU_SOURCE /* getline */
#include "driver/secretbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NO_CIPHER = 77 };

static _Noreturn void fail(const char *what) {
    fprintf(stderr, "e2e_secretbox: %s\n", what);
    exit(2);
}

static unsigned nibble(char digit) {
    if (digit >= '0' && digit <= '9')
        return (unsigned)(digit - '0');
    if (digit >= 'a' && digit <= 'f')
        return (unsigned)(digit - 'a') + 10;
    fail("not hexadecimal");
}

/* Decodes in place; gives the number of bytes. */
static size_t decode(char *text) {
    size_t len = strlen(text) / 2;
    for (size_t i = 0; i < len; i++)
        text[i] = (char)(nibble(text[2 * i]) << 4 | nibble(text[2 * i + 1]));
    return len;
}

static void answer(const char *bytes, size_t len) {
    for (size_t i = 0; i < len; i++)
        printf("%02x", (unsigned)(unsigned char)bytes[i]);
    putchar('\n');
}

static void obey(const char *verb, char *key, char *nonce, char *text) {
    if (decode(key) != PX_SECRETBOX_KEY_BYTES || decode(nonce) != PX_SECRETBOX_NONCE_BYTES)
        fail("a key of 32 bytes and a nonce of 24");
    px_slice input = px_slice_of(text, decode(text));
    char *out = malloc(input.len + PX_SECRETBOX_OVERHEAD);
    if (!out)
        fail("out of memory");
    bool sealing = strcmp(verb, "seal") == 0;
    bool done = sealing
                    ? px_secretbox_seal((unsigned char *)key, (unsigned char *)nonce, input, out)
                    : px_secretbox_open((unsigned char *)key, (unsigned char *)nonce, input, out);
    if (done)
        answer(out,
               sealing ? input.len + PX_SECRETBOX_OVERHEAD : input.len - PX_SECRETBOX_OVERHEAD);
    else
        puts("refused");
    free(out);
}

int main(void) {
    char *line = NULL;
    size_t size = 0;
    if (!px_secretbox_available())
        return NO_CIPHER;
    while (getline(&line, &size, stdin) > 0) {
        char *words[4], *rest = line;
        for (size_t i = 0; i < 4; i++) {
            words[i] = strsep(&rest, " \n");
            if (!words[i])
                fail("VERB KEY NONCE TEXT");
        }
        obey(words[0], words[1], words[2], words[3]);
    }
    free(line);
    return 0;
}
