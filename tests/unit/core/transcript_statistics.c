#include "transcript_statistics.h"

#include <stdlib.h>

#include "base/base64.h"
#include "transcript_text.h"

/* Cuts what stands before `end` (or all) off `rest`, and `end`, too. */
static px_slice cut(px_slice *rest, char end) {
    const char *at = rest->len ? memchr(rest->ptr, end, rest->len) : NULL;
    px_slice piece = px_slice_of(rest->ptr, at ? (size_t)(at - rest->ptr) : rest->len);
    *rest = px_slice_after(*rest, piece.len + (at ? 1 : 0));
    return piece;
}

static unsigned hex(char digit) {
    return (unsigned)(digit <= '9' ? digit - '0' : digit - 'A' + 10);
}

/* Resolves %XX into `out`, which has room for all of `text`. */
static size_t percent_decode(px_slice text, char *out) {
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '%' && i + 2 < text.len) {
            out[len++] = (char)(hex(text.ptr[i + 1]) << 4 | hex(text.ptr[i + 2]));
            i += 2;
        } else {
            out[len++] = text.ptr[i];
        }
    }
    return len;
}

static void add_value(px_slice encoded, px_buffer *text) {
    char *base64 = malloc(2 * encoded.len + 1);
    if (!base64)
        abort();
    char *decoded = base64 + encoded.len;
    size_t len = percent_decode(encoded, base64);
    if (px_base64_decode(px_slice_of(base64, len), decoded, &len))
        transcript_add_slice(text, px_slice_of(decoded, len));
    else
        transcript_add(text, "(not base64)");
    free(base64);
}

void transcript_print_statistics(px_slice url, px_buffer *text) {
    transcript_add_slice(text, cut(&url, '?'));
    while (url.len) {
        px_slice value = cut(&url, '&');
        px_slice name = cut(&value, '=');
        transcript_add(text, " ");
        transcript_add_slice(text, name);
        transcript_add(text, "=");
        add_value(value, text);
    }
}

bool transcript_is_statistics(const char *line) {
    return strstr(line, "/timeline/v2/") || strcmp(line, "cancel statistics") == 0;
}
