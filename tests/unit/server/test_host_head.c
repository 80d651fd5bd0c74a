/* The reader of HTTP requests: what it takes, what it refuses, and that it never cares how the
 * bytes were cut into pieces. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "memory.h"
#include "server/host_chunks.h"
#include "server/host_head.h"

enum { MAX_HEAD = 1024 };

static void assert_text(px_slice given, const char *expected) {
    if (!px_slice_equal(given, px_slice_of_text(expected)))
        fail_msg("'%.*s' is not '%s'", (int)given.len, given.ptr, expected);
}

static px_http_progress read_head(const char *text, px_http_head *head, px_http_refusal *refusal) {
    size_t scanned = 0;
    test_guarded guarded = test_guard(px_slice_of_text(text));
    px_http_progress progress = px_http_read_head(guarded.bytes, MAX_HEAD, &scanned, head, refusal);
    test_unguard(&guarded);
    return progress;
}

static void a_request_is_taken_apart(void **state) {
    (void)state;
    static const char TEXT[] =
        "POST /apps/1/events?a=b?c HTTP/1.1\r\nHOST:\t example.org \r\n"
        "Connection: foo, UPGRADE\r\nupgrade: websocket\r\n"
        "content-length: 12\r\nOrigin: null\r\nX-Other: \xc3\xa4\r\n\r\nbody";
    px_http_head head;
    px_http_refusal refusal;
    size_t scanned = 0;
    assert_int_equal(px_http_read_head(px_slice_of_text(TEXT), MAX_HEAD, &scanned, &head, &refusal),
                     PX_HTTP_DONE);
    assert_int_equal(head.length, strlen(TEXT) - 4);
    assert_text(head.method, "POST");
    assert_text(head.path, "/apps/1/events");
    assert_text(head.query, "a=b?c");
    assert_text(head.fields[PX_HTTP_HOST], "example.org");
    assert_text(head.fields[PX_HTTP_UPGRADE], "websocket");
    assert_text(head.fields[PX_HTTP_ORIGIN], "null");
    assert_null(head.fields[PX_HTTP_EXPECT].ptr);
    assert_int_equal(head.content_length, 12);
    assert_true(head.upgrade);
    assert_true(head.keep_alive);
    assert_false(head.chunked);
}

static void keep_alive_follows_the_version_and_the_header(void **state) {
    (void)state;
    static const struct {
        const char *text;
        bool keep_alive;
    } CASES[] = {
        {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", true},
        {"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", false},
        {"GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\nConnection: Close\r\n\r\n", false},
        {"GET / HTTP/1.0\r\n\r\n", false},
        {"GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", true},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        px_http_head head;
        px_http_refusal refusal;
        assert_int_equal(read_head(CASES[i].text, &head, &refusal), PX_HTTP_DONE);
        assert_int_equal(head.keep_alive, CASES[i].keep_alive);
    }
}

static void targets_may_name_the_host(void **state) {
    (void)state;
    static const char *const TEXTS[] = {
        "GET http://a:1/x?y HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET HTTPS://a/x?y HTTP/1.1\r\nHost: a\r\n\r\n",
        "\r\n\r\nGET /x?y HTTP/1.1\r\nHost: a\r\n\r\n",
    };
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++) {
        px_http_head head;
        px_http_refusal refusal;
        size_t scanned = 0;
        assert_int_equal(
            px_http_read_head(px_slice_of_text(TEXTS[i]), MAX_HEAD, &scanned, &head, &refusal),
            PX_HTTP_DONE);
        assert_text(head.path, "/x");
        assert_text(head.query, "y");
        assert_int_equal(head.length, strlen(TEXTS[i]));
    }
}

#define HOST "Host: a\r\n"
static const struct {
    const char *text;
    int status;
} REFUSED[] = {
    {"\x16\x03\x01", 400}, /* TLS */
    {"garbage\r\n", 400},
    {"GET /\r\n", 400}, /* HTTP/0.9 */
    {"GET / HTTP/1.1\n", 400},
    {"GET  / HTTP/1.1\r\n\r\n", 400},
    {"GET / HTTP/1.1 \r\n", 400},
    {" GET / HTTP/1.1\r\n", 400},
    {"G\x01T / HTTP/1.1\r\n", 400},
    {"GET / HTTP/2.0\r\n", 505},
    {"PRI * HTTP/2.0\r\n\r\n", 505},
    {"GET / SPDY/1\r\n", 400},
    {"GET * HTTP/1.1\r\n", 400},
    {"GET x HTTP/1.1\r\n", 400},
    {"GET http://a HTTP/1.1\r\n", 400},
    {"CONNECT a:1 HTTP/1.1\r\n", 400},
    {"GET /\xc3\xa4 HTTP/1.1\r\n", 400},
    {"GET /\x7f HTTP/1.1\r\n", 400},
    {"GET / HTTP/1.1\r\n\r\n", 400}, /* no Host */
    {"GET / HTTP/1.1\r\n" HOST "host: b\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\nHost: a\n\r\n", 400},
    {"GET / HTTP/1.1\r\nHost: a\r\n\n", 400},
    {"GET / HTTP/1.1\r\n" HOST "No colon\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\n" HOST ": empty\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\n" HOST "Blank : x\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\n" HOST "A: b\r\n folded\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\n" HOST "A: b\rc\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\n" HOST "A: \x07\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\n" HOST "Content-Length: 1\r\nContent-Length: 1\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\n" HOST "Content-Length: 1, 1\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\n" HOST "Content-Length: -1\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\n" HOST "Content-Length: +1\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\n" HOST "Content-Length: 0x1\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\n" HOST "Content-Length:\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\n" HOST "Content-Length: 99999999999999999999\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\n" HOST "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
    {"GET / HTTP/1.0\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\n" HOST "Transfer-Encoding: gzip, chunked\r\n\r\n", 501},
    {"GET / HTTP/1.1\r\n" HOST "Transfer-Encoding: xchunked\r\n\r\n", 501},
    {"GET / HTTP/1.1\r\n" HOST "Expect: 200-ok\r\n\r\n", 417},
};

static void what_is_no_request_is_refused(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof REFUSED / sizeof *REFUSED; i++) {
        px_http_head head;
        px_http_refusal refusal = {0};
        if (read_head(REFUSED[i].text, &head, &refusal) != PX_HTTP_REFUSED)
            fail_msg("not refused: %s", REFUSED[i].text);
        if (refusal.status != REFUSED[i].status)
            fail_msg("%d, not %d: %s", refusal.status, REFUSED[i].status, REFUSED[i].text);
        assert_non_null(refusal.why);
    }
}

static void a_head_that_is_too_large_is_refused(void **state) {
    (void)state;
    static char text[MAX_HEAD + 1];
    px_http_head head;
    px_http_refusal refusal = {0};
    memset(text, 'a', MAX_HEAD);
    memcpy(text, "GET /", 5);
    text[MAX_HEAD - 1] = '\0';
    assert_int_equal(read_head(text, &head, &refusal), PX_HTTP_MORE);
    text[MAX_HEAD - 1] = 'a';
    assert_int_equal(read_head(text, &head, &refusal), PX_HTTP_REFUSED);
    assert_int_equal(refusal.status, 431);
}

static void too_many_headers_are_refused(void **state) {
    (void)state;
    char text[MAX_HEAD] = "GET / HTTP/1.1\r\nHost: a\r\n";
    for (int i = 0; i < 100; i++)
        strcat(text, "a:b\r\n");
    strcat(text, "\r\n");
    px_http_head head;
    px_http_refusal refusal = {0};
    assert_int_equal(read_head(text, &head, &refusal), PX_HTTP_REFUSED);
    assert_int_equal(refusal.status, 431);
}

static void heads_may_come_in_pieces(void **state) {
    (void)state;
    static const char TEXT[] = "\r\nGET /a HTTP/1.1\r\nHost: b\r\nUpgrade: c\r\n\r\n";
    for (size_t step = 1; step < sizeof TEXT - 1; step++) {
        px_http_head head;
        px_http_refusal refusal;
        px_http_progress progress = PX_HTTP_MORE;
        size_t scanned = 0;
        for (size_t len = step; progress == PX_HTTP_MORE; len += step) {
            if (len > sizeof TEXT - 1)
                len = sizeof TEXT - 1;
            test_guarded guarded = test_guard(px_slice_of(TEXT, len));
            progress = px_http_read_head(guarded.bytes, MAX_HEAD, &scanned, &head, &refusal);
            test_unguard(&guarded);
            assert_int_equal(progress, len == sizeof TEXT - 1 ? PX_HTTP_DONE : PX_HTTP_MORE);
        }
        assert_int_equal(head.length, sizeof TEXT - 1);
    }
}

static void tokens_are_found_in_lists(void **state) {
    (void)state;
    assert_true(px_http_list_has(PX_SLICE("a, Upgrade"), PX_SLICE("upgrade")));
    assert_true(px_http_list_has(PX_SLICE("upgrade"), PX_SLICE("upgrade")));
    assert_false(px_http_list_has(PX_SLICE("upgrade2, xupgrade"), PX_SLICE("upgrade")));
    assert_false(px_http_list_has(PX_SLICE(""), PX_SLICE("upgrade")));
}

/* ---- Chunked bodies ---- */

typedef struct decoded {
    px_http_progress progress;
    int status;
    size_t used;
    size_t len;
    char body[256];
} decoded;

/* Feeds the text in pieces of `step` bytes. */
static decoded decode(const char *text, size_t step, size_t max) {
    decoded out = {.progress = PX_HTTP_MORE};
    px_http_chunks chunks = {0};
    size_t len = strlen(text);
    while (out.progress == PX_HTTP_MORE && out.used < len) {
        size_t part = len - out.used < step ? len - out.used : step;
        px_http_refusal refusal = {0};
        size_t consumed = 0;
        size_t produced = 0;
        memcpy(out.body + out.len, text + out.used, part);
        out.progress = px_http_read_chunks(&chunks, out.body + out.len, part, max - out.len,
                                           &consumed, &produced, &refusal);
        out.used += consumed;
        out.len += produced;
        out.status = refusal.status;
    }
    return out;
}

static void chunks_may_come_in_pieces(void **state) {
    (void)state;
    static const char TEXT[] =
        "5\r\nhello\r\n00B ;x=\"y\"\r\n wide world\r\n0\r\nTrailer: x\r\n\r\n";
    for (size_t step = 1; step <= sizeof TEXT - 1; step++) {
        decoded out = decode(TEXT, step, 100);
        assert_int_equal(out.progress, PX_HTTP_DONE);
        assert_int_equal(out.used, sizeof TEXT - 1);
        assert_int_equal(out.len, 16);
        assert_memory_equal(out.body, "hello wide world", 16);
    }
}

static void what_follows_the_chunks_is_left_alone(void **state) {
    (void)state;
    decoded out = decode("1\r\na\r\n0\r\n\r\nGET", 100, 100);
    assert_int_equal(out.progress, PX_HTTP_DONE);
    assert_int_equal(out.used, 11);
}

static void bad_chunks_are_refused(void **state) {
    (void)state;
    static const struct {
        const char *text;
        int status;
    } CASES[] = {
        {"\r\n", 400},
        {"x\r\n", 400},
        {"-1\r\n", 400},
        {"1\n", 400},
        {"1\r\r", 400},
        {"1\r\nab", 400},
        {"1\r\na\n", 400},
        {"1\r\na\rb", 400},
        {";x\r\n", 400},
        {"0\r\na\n", 400},
        {"0\r\n\rx", 400},
        {"11111111111111111\r\n", 400},
        {"11\r\naaaaaaaa", 413},
        {"f\r\naaaaaaaaaaaaaaa\r\n2\r\na", 413},
        {"ffffffffffffff\r\na", 413},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        decoded out = decode(CASES[i].text, 100, 16);
        if (out.progress != PX_HTTP_REFUSED || out.status != CASES[i].status)
            fail_msg("progress %d, status %d: %s", (int)out.progress, out.status, CASES[i].text);
    }
}

static void endless_lines_are_refused(void **state) {
    (void)state;
    static const char *const STARTS[] = {"1;", "0\r\n"};
    for (size_t i = 0; i < 2; i++) {
        px_http_chunks chunks = {0};
        px_http_progress progress = PX_HTTP_MORE;
        px_http_refusal refusal;
        size_t consumed;
        size_t produced;
        char start[4];
        strcpy(start, STARTS[i]);
        progress =
            px_http_read_chunks(&chunks, start, strlen(start), 16, &consumed, &produced, &refusal);
        for (int j = 0; j < 10000 && progress == PX_HTTP_MORE; j++) {
            char byte = 'x';
            progress = px_http_read_chunks(&chunks, &byte, 1, 16, &consumed, &produced, &refusal);
        }
        assert_int_equal(progress, PX_HTTP_REFUSED);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_is_taken_apart),
        cmocka_unit_test(keep_alive_follows_the_version_and_the_header),
        cmocka_unit_test(targets_may_name_the_host),
        cmocka_unit_test(what_is_no_request_is_refused),
        cmocka_unit_test(a_head_that_is_too_large_is_refused),
        cmocka_unit_test(too_many_headers_are_refused),
        cmocka_unit_test(heads_may_come_in_pieces),
        cmocka_unit_test(tokens_are_found_in_lists),
        cmocka_unit_test(chunks_may_come_in_pieces),
        cmocka_unit_test(what_follows_the_chunks_is_left_alone),
        cmocka_unit_test(bad_chunks_are_refused),
        cmocka_unit_test(endless_lines_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
