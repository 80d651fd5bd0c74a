/* Base64: all bytes come back; a text is accepted exactly when it is what its content encodes to.
 */
#include <stdlib.h>

#include "base/base64.h"
#include "fuzz.h"

static bool looks_right(px_slice text) {
    size_t padding = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (c == '=')
            padding++;
        else if (padding || !(letter || c == '+' || c == '/'))
            return false;
    }
    return text.len % 4 == 0 && padding <= 2;
}

static char *block_of(size_t size) {
    char *block = malloc(size ? size : 1);
    if (!block)
        abort();
    return block;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    px_slice input = px_slice_of((const char *)data, size);
    size_t len = 0;

    size_t text_len = px_base64_encoded_length(size);
    char *text = block_of(text_len);
    char *bytes = block_of(px_base64_decoded_max(text_len));
    px_base64_encode(input, text);
    FUZZ_CHECK(looks_right(px_slice_of(text, text_len)));
    FUZZ_CHECK(px_base64_decode(px_slice_of(text, text_len), bytes, &len));
    FUZZ_CHECK(px_slice_equal(px_slice_of(bytes, len), input));
    free(bytes);
    free(text);

    bytes = block_of(px_base64_decoded_max(size));
    if (px_base64_decode(input, bytes, &len)) {
        text_len = px_base64_encoded_length(len);
        text = block_of(text_len);
        px_base64_encode(px_slice_of(bytes, len), text);
        FUZZ_CHECK(px_slice_equal(px_slice_of(text, text_len), input));
        free(text);
    } else if (looks_right(input)) {
        /* Only the bits behind the end can be wrong, and they are in the last group. */
        FUZZ_CHECK(input.ptr[size - 1] == '=');
        FUZZ_CHECK(px_base64_decode(px_slice_of(input.ptr, size - 4), bytes, &len));
    }
    free(bytes);
    return 0;
}
