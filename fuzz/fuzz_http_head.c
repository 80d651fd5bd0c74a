/* The head of an HTTP request: the verdict must be the same for all the bytes at once, for them
 * byte by byte, and for the head alone; and all that it points to lies in it. What we accept, libevent's
 * reader accepts, and understands in the same way. */
#include <event2/buffer.h>
#include <event2/http.h>
#include <event2/http_struct.h>

#include "fuzz.h"
#include "server/host_head.h"

enum { MAX_HEAD = 1024 };

static bool lies_inside(px_slice part, px_slice whole) {
    return !part.ptr || (part.ptr >= whole.ptr && part.ptr + part.len <= whole.ptr + whole.len);
}

/* libevent exports these for its own tests. */
enum { ALL_DATA_READ = 1 };
int evhttp_parse_firstline_(struct evhttp_request *request, struct evbuffer *bytes);
int evhttp_parse_headers_(struct evhttp_request *request, struct evbuffer *bytes);

static const char *const FIELD_NAMES[] = {
#define FIELD_NAME(name, text) text,
    PX_HTTP_FIELDS(FIELD_NAME)
#undef FIELD_NAME
};

static px_slice trimmed(px_slice text) {
    while (text.len && (*text.ptr == ' ' || *text.ptr == '\t'))
        text = px_slice_after(text, 1);
    while (text.len && (text.ptr[text.len - 1] == ' ' || text.ptr[text.len - 1] == '\t'))
        text.len--;
    return text;
}

/* libevent knows no other methods. */
static bool is_known_method(px_slice method) {
    static const char *const METHODS[] = {"GET",     "POST",  "HEAD",  "PUT",    "DELETE",
                                          "OPTIONS", "TRACE", "PATCH", "CONNECT"};
    size_t i = 0;
    while (i < sizeof(METHODS) / sizeof(*METHODS) &&
           !px_slice_equal(px_slice_of_text(METHODS[i]), method))
        i++;
    return i < sizeof(METHODS) / sizeof(*METHODS);
}

/* Both see the same path and query, version and fields. */
static void libevent_agrees(px_slice bytes, const px_http_head *head) {
    /* Two slashes at the beginning of a path are an authority for libevent, and none for RFC 9112 (3.2.1). */
    if (!is_known_method(head->method) || px_slice_starts_with(head->path, PX_SLICE("//")))
        return;
    struct evhttp_request *request = evhttp_request_new(NULL, NULL);
    struct evbuffer *buffer = evbuffer_new();
    size_t begin = (size_t)(head->method.ptr - bytes.ptr); /* empty lines may stand in front */
    FUZZ_CHECK(request && buffer &&
               evbuffer_add(buffer, head->method.ptr, head->length - begin) == 0);
    request->kind = EVHTTP_REQUEST;
    FUZZ_CHECK(evhttp_parse_firstline_(request, buffer) == ALL_DATA_READ);
    FUZZ_CHECK(evhttp_parse_headers_(request, buffer) == ALL_DATA_READ);
    FUZZ_CHECK(evbuffer_get_length(buffer) == 0);
    size_t target_len = head->path.len + (head->query.ptr ? 1 + head->query.len : 0);
    FUZZ_CHECK(
        px_slice_equal(px_slice_of_text(request->uri), px_slice_of(head->path.ptr, target_len)));
    FUZZ_CHECK(request->major == 1 && (request->minor == 0) == head->is_http_1_0);
    for (size_t i = 0; i < PX_HTTP_FIELD_COUNT; i++) {
        const char *theirs = evhttp_find_header(request->input_headers, FIELD_NAMES[i]);
        FUZZ_CHECK((theirs != NULL) == (head->fields[i].ptr != NULL));
        if (theirs && i != PX_HTTP_CONNECTION)
            FUZZ_CHECK(px_slice_equal(trimmed(px_slice_of_text(theirs)), head->fields[i]));
    }
    evbuffer_free(buffer);
    evhttp_request_free(request);
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
    if (whole == PX_HTTP_DONE) {
        check_done(bytes, &head);
        libevent_agrees(bytes, &head);
    }

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
