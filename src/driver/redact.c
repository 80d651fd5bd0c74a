#include "driver/redact.h"

/* Where the URL that has an @ at `at` begins: behind its scheme, or at least behind the quote or
 * blank in front of it. A password may hold anything, so it is the first such place that counts. */
static size_t login_start(const char *text, size_t at) {
    for (size_t i = 0; i + 3 <= at; i++) {
        if (memcmp(text + i, "://", 3) == 0)
            return i + 3;
    }
    for (size_t i = 0; i < at; i++) {
        if (text[i] == '\'' || text[i] == '"')
            return i + 1;
    }
    for (size_t i = at; i > 0; i--) {
        if (text[i - 1] == ' ')
            return i;
    }
    return 0;
}

size_t px_redact(char *text, size_t len) {
    size_t at = len;
    while (at > 0 && text[at - 1] != '@')
        at--;
    if (at == 0)
        return len;
    size_t start = login_start(text, at - 1);
    memmove(text + start, text + at, len - at);
    return len - (at - start);
}
