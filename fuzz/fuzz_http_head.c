/* The head of an HTTP request: the verdict must be the same for all the bytes at once, for them
 * byte by byte, and for the head alone; and all that it points to lies in it. */
#include "fuzz.h"
#include "server/host_head.h"

enum { MAX_HEAD = 1024 };

static bool lies_inside(px_slice part, px_slice whole) {
    return !part.ptr || (part.ptr >= whole.ptr && part.ptr + part.len <= whole.ptr + whole.len);
}

static px_http_progress read_whole(px_slice bytes, px_http_head *head) {
    size_t scanned = 0;
    px_http_refusal refusal = {0};
    px_http_progress progress = px_http_read_head(bytes, MAX_HEAD, &scanned, head, &refusal);
    if (progress == PX_HTTP_REFUSED)
        FUZZ_CHECK(refusal.status >= 400 && refusal.status < 600 && refusal.why);
    return progress;
}

static void check_done(px_slice bytes, const px_http_head *head) {
    FUZZ_CHECK(head->length >= 4 && head->length <= bytes.len && head->length <= MAX_HEAD);
    px_slice whole = px_slice_of(bytes.ptr, head->length);
    FUZZ_CHECK(head->method.len && lies_inside(head->method, whole));
    FUZZ_CHECK(head->path.len && head->path.ptr[0] == '/' && lies_inside(head->path, whole));
    FUZZ_CHECK(lies_inside(head->query, whole));
    for (size_t i = 0; i < PX_HTTP_FIELD_COUNT; i++)
        FUZZ_CHECK(lies_inside(head->fields[i], whole));
    px_http_head again;
    fuzz_copy copy = fuzz_copy_of(whole);
    FUZZ_CHECK(read_whole(copy.bytes, &again) == PX_HTTP_DONE);
    FUZZ_CHECK(again.content_length == head->content_length && again.chunked == head->chunked &&
               again.keep_alive == head->keep_alive && again.upgrade == head->upgrade);
    fuzz_copy_free(&copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    px_slice bytes = px_slice_of((const char *)data, size);
    px_http_head head;
    px_http_progress whole = read_whole(bytes, &head);
    if (whole == PX_HTTP_DONE)
        check_done(bytes, &head);

    size_t scanned = 0;
    px_http_progress early = PX_HTTP_MORE;
    px_http_refusal refusal;
    for (size_t len = 0; len <= size && early == PX_HTTP_MORE; len++) {
        px_http_head partial;
        early =
            px_http_read_head(px_slice_of(bytes.ptr, len), MAX_HEAD, &scanned, &partial, &refusal);
        FUZZ_CHECK(early != PX_HTTP_DONE || partial.length == len);
    }
    FUZZ_CHECK(early == whole);
    return 0;
}
