/* The PROXY protocol: the verdict must be the same for all the bytes at once and for them byte by
 * byte. A first byte of 2 stands for the beginning of a version 2 header, whose length is then
 * filled in, so that what the fuzzer changes is its inside. */
#include "fuzz.h"
#include "server/proxy_header.h"

enum { MAX_INPUT = 8192 };

static size_t build(const uint8_t *data, size_t size, char out[MAX_INPUT]) {
    static const char START[] = "\r\n\r\n\0\r\nQUIT\n";
    if (size > MAX_INPUT - 16)
        size = MAX_INPUT - 16;
    if (size < 3 || data[0] != '2') {
        if (size > 0)
            memcpy(out, data, size);
        return size;
    }
    size_t body = size - 3;
    memcpy(out, START, 12);
    memcpy(out + 12, data + 1, 2);
    out[14] = (char)(body >> 8);
    out[15] = (char)body;
    memcpy(out + 16, data + 3, body);
    return 16 + body;
}

static px_proxy_progress read_guarded(px_slice bytes, px_proxy_header *header) {
    const char *why = NULL;
    fuzz_copy copy = fuzz_copy_of(bytes);
    px_proxy_progress progress = px_proxy_header_read(copy.bytes, header, &why);
    FUZZ_CHECK((progress == PX_PROXY_REFUSED) == (why != NULL));
    fuzz_copy_free(&copy);
    return progress;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char input[MAX_INPUT];
    px_slice bytes = px_slice_of(input, build(data, size, input));
    px_proxy_header header = {0};
    px_proxy_progress whole = read_guarded(bytes, &header);
    if (whole == PX_PROXY_DONE)
        FUZZ_CHECK(header.length > 0 && header.length <= bytes.len &&
                   header.length <= PX_PROXY_HEADER_MAX);
    if (whole == PX_PROXY_MORE)
        FUZZ_CHECK(bytes.len < PX_PROXY_HEADER_MAX);
    px_proxy_progress early = PX_PROXY_MORE;
    for (size_t len = 0; len <= bytes.len && early == PX_PROXY_MORE; len++) {
        px_proxy_header partial = {0};
        early = read_guarded(px_slice_of(bytes.ptr, len), &partial);
        FUZZ_CHECK(early != PX_PROXY_DONE || partial.length == len);
    }
    FUZZ_CHECK(early == whole);
    return 0;
}
