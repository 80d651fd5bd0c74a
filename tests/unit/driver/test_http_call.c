/* Blocking HTTP calls, and the sentences about their failures. */
#include "driver/http_call.h"

#include "peer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static char request[4096];

/* Answers with what the context says. */
static void answer(test_connection *connection, void *context) {
    if (!test_read_request(connection))
        return;
    snprintf(request, sizeof request, "%s", test_request(connection));
    if (context)
        test_send_text(connection, context);
    else
        test_hold(connection);
}

typedef struct test_call {
    test_peer *peer;
    char url[128];
    px_http_call_options options;
    px_http_reply reply;
} test_call;

static int call(test_call *call, const char *text) {
    call->peer = test_peer_start(answer, (void *)(uintptr_t)text, NULL, NULL);
    snprintf(call->url, sizeof call->url, "http://user:pw@127.0.0.1:%u/path?q=1",
             test_peer_port(call->peer));
    call->options.url = px_slice_of_text(call->url);
    return px_http_call(&call->options, &call->reply);
}

static void end(test_call *call) {
    px_http_reply_free(&call->reply);
    test_peer_stop(call->peer);
}

#define CLOSING "Connection: close\r\n\r\n"

static void gets(void **state) {
    (void)state;
    test_call it = {0};
    assert_int_equal(call(&it, "HTTP/1.1 404 Not Found\r\n" CLOSING "nothing here"), PX_OK);
    assert_int_equal(it.reply.status, 404);
    assert_int_equal(it.reply.body.len, 12);
    assert_memory_equal(it.reply.body.data, "nothing here", 12);
    assert_memory_equal(request, "GET /path?q=1 HTTP/1.1\r\n", 24);
    end(&it);
}

static void posts(void **state) {
    (void)state;
    const px_header headers[] = {{PX_LITERAL("Content-Type"), PX_LITERAL("application/json")}};
    test_call it = {.options = {.method = PX_SLICE("POST"),
                                .headers = headers,
                                .header_count = 1,
                                .body = PX_SLICE("{\"a\":1}")}};
    assert_int_equal(call(&it, "HTTP/1.1 200 OK\r\n" CLOSING), PX_OK);
    assert_int_equal(it.reply.status, 200);
    assert_memory_equal(request, "POST /path?q=1 HTTP/1.1\r\n", 25);
    assert_non_null(strstr(request, "\r\nContent-Type: application/json\r\n"));
    assert_non_null(strstr(request, "\r\n\r\n{\"a\":1}"));
    assert_null(strstr(request, "Expect"));
    end(&it);
}

/* libcurl would wait for a "100 Continue" with a body of more than a megabyte. */
static void posts_much_without_asking(void **state) {
    (void)state;
    static char body[(1 << 20) + 1];
    memset(body, 'x', sizeof body);
    test_call it = {.options = {.method = PX_SLICE("POST"), .body = {body, sizeof body}}};
    assert_int_equal(call(&it, "HTTP/1.1 200 OK\r\n" CLOSING), PX_OK);
    assert_non_null(strstr(request, "\r\nContent-Length: 1048577\r\n"));
    assert_null(strstr(request, "Expect"));
    end(&it);
}

static void follows_no_redirection(void **state) {
    (void)state;
    test_call it = {0};
    assert_int_equal(call(&it, "HTTP/1.1 301 Moved\r\nLocation: http://127.0.0.1:1/\r\n" CLOSING),
                     PX_OK);
    assert_int_equal(it.reply.status, 301);
    end(&it);
}

static void assert_failed(test_call *it, int result, const char *begin, const char *part) {
    assert_int_equal(it->reply.failure.result, result);
    assert_int_equal(it->reply.status, 0);
    if (strncmp(it->reply.failure.text, begin, strlen(begin)) != 0 ||
        !strstr(it->reply.failure.text, part))
        fail_msg("\"%s\" is not \"%s...%s\"", it->reply.failure.text, begin, part);
    assert_null(strstr(it->reply.failure.text, "pw"));
}

static void waits_no_longer_than_it_must(void **state) {
    (void)state;
    test_call it = {.options.timeout_ms = 50};
    assert_int_equal(call(&it, NULL), PX_ERR_TIMEOUT);
    assert_failed(&it, PX_ERR_TIMEOUT, "no answer in time from 127.0.0.1:", " milliseconds");
    end(&it);
}

static void takes_no_more_than_it_must(void **state) {
    (void)state;
    test_call it = {.options.max_body = 8};
    assert_int_equal(call(&it, "HTTP/1.1 200 OK\r\n" CLOSING "12345678"), PX_OK);
    assert_int_equal(it.reply.body.len, 8);
    end(&it);
    assert_int_equal(call(&it, "HTTP/1.1 200 OK\r\n" CLOSING "123456789"), PX_ERR_LIMIT);
    assert_failed(&it, PX_ERR_LIMIT, "the answer was too big from 127.0.0.1:", "");
    assert_int_equal(it.reply.body.len, 0);
    end(&it);
}

static void tells_what_went_wrong(void **state) {
    (void)state;
    static const struct {
        const char *url;
        int result;
        const char *begin;
        const char *part;
    } rows[] = {
        {"http://127.0.0.1:1/", PX_ERR_CONNECT,
         "could not connect to 127.0.0.1:1: ", "check that a server is running there"},
        {"ftp://127.0.0.1/", PX_ERR_PROTOCOL,
         "no HTTP came from 127.0.0.1: ", "must begin with http://"},
        {"http://127.0.0.1:99999/", PX_ERR_ARGUMENT, "not a URL: 127.0.0.1:99999: ", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        test_call it = {.options.url = px_slice_of_text(rows[i].url)};
        assert_int_equal(px_http_call(&it.options, &it.reply), rows[i].result);
        assert_failed(&it, rows[i].result, rows[i].begin, rows[i].part);
        px_http_reply_free(&it.reply);
    }
}

static void injects_nothing(void **state) {
    (void)state;
    const px_header bad = {PX_LITERAL("X"), PX_LITERAL("a\r\nY: b")};
    const px_http_call_options rows[] = {
        {.url = PX_SLICE("http://127.0.0.1:1/\r\nX: y")},
        {.url = PX_SLICE("http://127.0.0.1:1/"), .method = PX_SLICE("GET / HTTP/1.1\r\nX:")},
        {.url = PX_SLICE("http://127.0.0.1:1/"), .method = PX_SLICE("A\nB")},
        {.url = PX_SLICE("http://127.0.0.1:1/"), .headers = &bad, .header_count = 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        test_call it = {0};
        assert_int_equal(px_http_call(&rows[i], &it.reply), PX_ERR_ARGUMENT);
        assert_failed(&it, PX_ERR_ARGUMENT, "a control character in", "");
        px_http_reply_free(&it.reply);
    }
}

static void finds_the_authority(void **state) {
    (void)state;
    static const char *const rows[][2] = {
        {"http://a:1/b", "a:1"},       {"https://u:p@a?b@c", "a"}, {"wss://[::1]:2#x@y", "[::1]:2"},
        {"http://u@v@a/", "a"},        {"a/b://c", "c"},           {"", ""},
        {"http://example", "example"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        px_slice found = px_url_authority(px_slice_of_text(rows[i][0]));
        assert_true(px_slice_equal(found, px_slice_of_text(rows[i][1])));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gets),
        cmocka_unit_test(posts),
        cmocka_unit_test(posts_much_without_asking),
        cmocka_unit_test(follows_no_redirection),
        cmocka_unit_test(waits_no_longer_than_it_must),
        cmocka_unit_test(takes_no_more_than_it_must),
        cmocka_unit_test(tells_what_went_wrong),
        cmocka_unit_test(injects_nothing),
        cmocka_unit_test(finds_the_authority),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
