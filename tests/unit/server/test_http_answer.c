/* Answers to requests of our own, each cut at every byte. */
#include "memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "server/http_answer.h"

/* Feeds all of it in two pieces; the progress of the last. */
static px_http_progress feed(px_http_answer *answer, px_slice text, size_t at,
                             px_http_refusal *refusal) {
    *answer = (px_http_answer){0};
    px_http_progress progress = PX_HTTP_MORE;
    const px_slice pieces[2] = {px_slice_of(text.ptr, at), px_slice_after(text, at)};
    for (size_t i = 0; i < 2 && progress == PX_HTTP_MORE; i++) {
        test_guarded copy = test_guard(pieces[i]);
        progress =
            px_http_answer_read(answer, (char *)(uintptr_t)copy.bytes.ptr, copy.bytes.len, refusal);
        test_unguard(&copy);
    }
    return progress;
}

typedef struct row {
    const char *text;
    px_http_progress progress;
    int status;
    bool keep_alive;
    bool is_whole_at_end; /* when the connection ends behind it */
} row;

static const row ROWS[] = {
    {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", PX_HTTP_DONE, 200, true, true},
    {"HTTP/1.1 204 No Content\r\n\r\n", PX_HTTP_DONE, 204, true, true},
    {"HTTP/1.1 204\r\nContent-Length: 3\r\n\r\n", PX_HTTP_DONE, 204, true, true},
    {"HTTP/1.1 500 \r\nContent-Length: 0\r\n\r\n", PX_HTTP_DONE, 500, true, true},
    {"HTTP/1.1 200 OK\nContent-Length:0\n\n", PX_HTTP_DONE, 200, true, true},
    {"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", PX_HTTP_DONE, 200, false, true},
    {"HTTP/1.1 200 OK\r\nconnection: x, Close\r\nContent-Length: 0\r\n\r\n", PX_HTTP_DONE, 200,
     false, true},
    {"HTTP/1.1 200 OK\r\n\r\nuntil the end", PX_HTTP_MORE, 200, true, true},
    {"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok", PX_HTTP_MORE, 200, true, false},
    {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", PX_HTTP_DONE, 200,
     true, true},
    {"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
     PX_HTTP_DONE, 200, true, true},
    {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n0\r\n\r\n",
     PX_HTTP_DONE, 200, false, true},
    {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", PX_HTTP_REFUSED, 200, false,
     false},
    {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nLink: a\r\n\r\n"
     "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n",
     PX_HTTP_DONE, 201, true, true},
    {"HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\n\r\n", PX_HTTP_DONE, 101, false, true},
    {"HTTP/1.1 302 Found\r\nLocation: http://elsewhere/\r\nContent-Length: 0\r\n\r\n", PX_HTTP_DONE,
     302, true, true},
    {"HTTP/1.1 200 OK\r\nContent-Le", PX_HTTP_MORE, 0, true, false},
    {"HTTP/2 200\r\n", PX_HTTP_REFUSED, 0, false, false},
    {"SSH-2.0-OpenSSH\r\n", PX_HTTP_REFUSED, 0, false, false},
    {"HTTP/1.1 2000 OK\r\n", PX_HTTP_REFUSED, 0, false, false},
    {"HTTP/1.1 099 OK\r\n", PX_HTTP_REFUSED, 0, false, false},
    {"HTTP/1.1 200 OK\r\nnonsense\r\n", PX_HTTP_REFUSED, 0, false, false},
    {"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n", PX_HTTP_REFUSED, 0, false, false},
    {"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n", PX_HTTP_REFUSED, 0, false,
     false},
};

static void test_answers(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        px_slice text = px_slice_of_text(ROWS[i].text);
        for (size_t at = 0; at <= text.len; at++) {
            px_http_answer answer;
            px_http_refusal refusal = {0};
            px_http_progress progress = feed(&answer, text, at, &refusal);
            if (progress != ROWS[i].progress || answer.status != ROWS[i].status ||
                answer.keep_alive != ROWS[i].keep_alive)
                fail_msg("%s, cut at %zu: %d %d %d", ROWS[i].text, at, (int)progress, answer.status,
                         answer.keep_alive);
            if (progress == PX_HTTP_REFUSED)
                assert_non_null(refusal.why);
            else
                assert_int_equal(px_http_answer_end(&answer), ROWS[i].is_whole_at_end);
        }
    }
}

static void test_what_nobody_asked_for_ends_the_connection(void **state) {
    (void)state;
    char text[] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\n";
    px_http_answer answer = {0};
    px_http_refusal refusal = {0};
    assert_int_equal(px_http_answer_read(&answer, text, strlen(text), &refusal), PX_HTTP_DONE);
    assert_false(answer.keep_alive);
}

/* Feeds `head`, then the same piece again and again, until it is refused. */
static size_t feed_until_refused(const char *head, const char *piece, int *status) {
    char bytes[128];
    px_http_answer answer = {0};
    px_http_refusal refusal = {0};
    size_t fed = strlen(head);
    memcpy(bytes, head, fed);
    px_http_progress progress = px_http_answer_read(&answer, bytes, fed, &refusal);
    for (; progress == PX_HTTP_MORE; fed += strlen(piece)) {
        assert_in_range(fed, 0, 200000);
        memcpy(bytes, piece, strlen(piece));
        progress = px_http_answer_read(&answer, bytes, strlen(piece), &refusal);
    }
    assert_int_equal(progress, PX_HTTP_REFUSED);
    assert_non_null(strstr(refusal.why, "too large"));
    *status = answer.status;
    return fed;
}

static void test_answers_are_bounded(void **state) {
    (void)state;
    int status;
    size_t fed = feed_until_refused("HTTP/1.1 200 OK\r\n", "Set-Cookie: a\r\n", &status);
    assert_in_range(fed, PX_HTTP_ANSWER_MAX_HEAD, PX_HTTP_ANSWER_MAX_HEAD + 64);
    assert_int_equal(status, 0);
    feed_until_refused("HTTP/1.1 200 OK\r\nA: ", "one line without an end", &status);
    feed_until_refused("", "HTTP/1.1 100 Continue\r\n\r\n", &status);
    fed = feed_until_refused("HTTP/1.1 200 OK\r\n\r\n", "a body without an end", &status);
    assert_in_range(fed, PX_HTTP_ANSWER_MAX_BODY, PX_HTTP_ANSWER_MAX_BODY + 64);
    assert_int_equal(status, 200); /* it counts all the same */
    feed_until_refused("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "4\r\nabcd\r\n",
                       &status);
    feed_until_refused("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n", "abcdefgh",
                       &status);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_what_nobody_asked_for_ends_the_connection),
        cmocka_unit_test(test_answers_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
