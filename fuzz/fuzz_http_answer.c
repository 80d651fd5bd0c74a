/* The answer to a request of our own: the verdict must be the same for all the bytes at once and
 * for them byte by byte. */
#include "fuzz.h"
#include "server/http_answer.h"

static px_http_progress read_part(px_http_answer *answer, px_slice bytes) {
    px_http_refusal refusal = {0};
    fuzz_copy copy = fuzz_copy_of(bytes);
    px_http_progress progress =
        px_http_answer_read(answer, (char *)(uintptr_t)copy.bytes.ptr, copy.bytes.len, &refusal);
    fuzz_copy_free(&copy);
    FUZZ_CHECK(progress != PX_HTTP_REFUSED || (refusal.why && !answer->keep_alive));
    FUZZ_CHECK(progress != PX_HTTP_DONE || px_http_answer_end(answer));
    FUZZ_CHECK(answer->status == 0 || (answer->status >= 101 && answer->status <= 999));
    return progress;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    px_slice bytes = px_slice_of((const char *)data, size);
    px_http_answer whole = {0};
    px_http_answer parts = {0};
    px_http_progress at_once = read_part(&whole, bytes);
    px_http_progress progress = PX_HTTP_MORE;
    for (size_t i = 0; i < size && progress == PX_HTTP_MORE; i++)
        progress = read_part(&parts, px_slice_of(bytes.ptr + i, 1));
    FUZZ_CHECK(progress == at_once && parts.status == whole.status);
    FUZZ_CHECK(px_http_answer_end(&parts) == px_http_answer_end(&whole));
    return 0;
}
