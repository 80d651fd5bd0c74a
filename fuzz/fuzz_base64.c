/* Base64: all bytes come back; a text is accepted exactly when it is what its content encodes to. And
 * libsodium says the same of both ways. */
#include <sodium.h>
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

static void encodes_like_libsodium(px_slice bytes, px_slice text) {
    char *theirs = block_of(text.len + 1);
    FUZZ_CHECK(sodium_bin2base64(theirs, text.len + 1, (const unsigned char *)bytes.ptr, bytes.len,
                                 sodium_base64_VARIANT_ORIGINAL));
    FUZZ_CHECK(memcmp(theirs, text.ptr, text.len) == 0);
    free(theirs);
}

/* libsodium takes some of the others for letters. */
static bool is_ascii(px_slice text) {
    size_t i = 0;
    while (i < text.len && (unsigned char)text.ptr[i] < 0x80)
        i++;
    return i == text.len;
}

/* `bytes` is what we have read in the text; NULL: it is none. */
static void decodes_like_libsodium(px_slice text, const px_slice *bytes) {
    FUZZ_CHECK(!bytes || is_ascii(text));
    if (!is_ascii(text))
        return;
    size_t len = 0;
    unsigned char *theirs = (unsigned char *)block_of(text.len);
    bool is_base64 = sodium_base642bin(theirs, text.len, text.ptr, text.len, NULL, &len, NULL,
                                       sodium_base64_VARIANT_ORIGINAL) == 0;
    FUZZ_CHECK(is_base64 == (bytes != NULL));
    if (bytes)
        FUZZ_CHECK(px_slice_equal(*bytes, px_slice_of((const char *)theirs, len)));
    free(theirs);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    px_slice input = px_slice_of((const char *)data, size);
    size_t len = 0;

    size_t text_len = px_base64_encoded_length(size);
    char *text = block_of(text_len);
    char *bytes = block_of(px_base64_decoded_max(text_len));
    px_base64_encode(input, text);
    encodes_like_libsodium(input, px_slice_of(text, text_len));
    FUZZ_CHECK(looks_right(px_slice_of(text, text_len)));
    FUZZ_CHECK(px_base64_decode(px_slice_of(text, text_len), bytes, &len));
    FUZZ_CHECK(px_slice_equal(px_slice_of(bytes, len), input));
    free(bytes);
    free(text);

    bytes = block_of(px_base64_decoded_max(size));
    bool is_base64 = px_base64_decode(input, bytes, &len);
    px_slice decoded = px_slice_of(bytes, len);
    decodes_like_libsodium(input, is_base64 ? &decoded : NULL);
    if (is_base64) {
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
