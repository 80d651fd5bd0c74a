/* A chunked body, whole and in pieces: the same bytes come out, as many go in, and nothing beyond
 * the limit. The first byte says how it is cut. */
#include <stdlib.h>

#include "base/buffer.h"
#include "fuzz.h"
#include "server/host_chunks.h"

enum { MAX_BODY = 1000 };

typedef struct outcome {
    px_http_progress progress;
    size_t consumed;
    px_buffer body;
} outcome;

static outcome decode(px_slice input, size_t piece) {
    outcome result = {.progress = PX_HTTP_MORE};
    px_http_chunks chunks = {0};
    px_buffer_init(&result.body, &test_malloc, MAX_BODY);
    while (result.progress == PX_HTTP_MORE && result.consumed < input.len) {
        px_slice rest = px_slice_after(input, result.consumed);
        fuzz_copy copy = fuzz_copy_of(px_slice_of(rest.ptr, rest.len < piece ? rest.len : piece));
        size_t consumed = 0;
        size_t produced = 0;
        px_http_refusal refusal = {0};
        result.progress =
            px_http_read_chunks(&chunks, copy.block, copy.bytes.len, MAX_BODY - result.body.len,
                                &consumed, &produced, &refusal);
        if (result.progress == PX_HTTP_REFUSED) {
            FUZZ_CHECK(refusal.status >= 400 && refusal.status < 600 && refusal.why);
        } else {
            FUZZ_CHECK(consumed <= copy.bytes.len && produced <= consumed);
            FUZZ_CHECK(consumed == copy.bytes.len || result.progress == PX_HTTP_DONE);
            FUZZ_CHECK(px_buffer_append(&result.body, px_slice_of(copy.block, produced)) == PX_OK);
            result.consumed += consumed;
        }
        fuzz_copy_free(&copy);
    }
    return result;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size == 0)
        return 0;
    px_slice input = px_slice_of((const char *)data + 1, size - 1);
    outcome whole = decode(input, SIZE_MAX);
    outcome pieces = decode(input, 1 + data[0] % 64);
    FUZZ_CHECK(whole.progress == pieces.progress);
    if (whole.progress != PX_HTTP_REFUSED) {
        FUZZ_CHECK(whole.consumed == pieces.consumed);
        FUZZ_CHECK(px_slice_equal(px_buffer_slice(&whole.body), px_buffer_slice(&pieces.body)));
    }
    px_buffer_free(&whole.body);
    px_buffer_free(&pieces.body);
    return 0;
}
