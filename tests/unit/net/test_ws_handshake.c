/* The opening handshake: the client's request, what it accepts as an answer, the server's check. */
#include "memory.h"
#include "net/ws_handshake.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* The sample of RFC 6455 section 1.3. */
#define KEY    "dGhlIHNhbXBsZSBub25jZQ=="
#define ACCEPT "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="

#define STATUS_LINE "HTTP/1.1 101 Switching Protocols\r\n"
#define UPGRADE     "Upgrade: websocket\r\n"
#define CONNECTION  "Connection: Upgrade\r\n"
#define ACCEPTED    "Sec-WebSocket-Accept: " ACCEPT "\r\n"
#define GOOD        STATUS_LINE UPGRADE CONNECTION ACCEPTED

static void sample_of_the_rfc(void **state) {
    (void)state;
    char key[PX_WS_KEY_LENGTH], accept[PX_WS_ACCEPT_LENGTH];
    px_ws_key((const uint8_t *)"the sample nonce", key);
    assert_memory_equal(key, KEY, sizeof(key));
    assert_int_equal(px_ws_accept(px_slice_of(key, sizeof(key)), accept), PX_OK);
    assert_memory_equal(accept, ACCEPT, sizeof(accept));
}

/* ---- The client's request ---- */

static void expect_text(px_buffer *out, const char *expected) {
    assert_int_equal(out->len, strlen(expected));
    assert_memory_equal(out->data, expected, out->len);
    px_buffer_clear(out);
}

static void request(void **state) {
    (void)state;
    px_buffer out;
    px_buffer_init(&out, &test_malloc, 1000);
    assert_int_equal(px_ws_request(&out, PX_SLICE("example.org:8080"),
                                   PX_SLICE("/app/k?protocol=7"), PX_SLICE(KEY),
                                   PX_SLICE("http://example.org"), PX_SLICE("pusher-c 1.0")),
                     PX_OK);
    expect_text(&out, "GET /app/k?protocol=7 HTTP/1.1\r\nHost: example.org:8080\r\n"
                      "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: " KEY
                      "\r\nSec-WebSocket-Version: 13\r\nOrigin: http://example.org\r\n"
                      "User-Agent: pusher-c 1.0\r\n\r\n");
    assert_int_equal(px_ws_request(&out, PX_SLICE("h"), PX_SLICE("/"), PX_SLICE(KEY), PX_SLICE(""),
                                   PX_SLICE("")),
                     PX_OK);
    expect_text(&out, "GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                      "Sec-WebSocket-Key: " KEY "\r\nSec-WebSocket-Version: 13\r\n\r\n");
    px_buffer_free(&out);
}

/* No value can add a header, or a request. */
static void nothing_can_be_injected(void **state) {
    (void)state;
    static const char BAD[] = {'\r', '\n', '\0', '\t', ' ', 0x1f, 0x7f};
    px_buffer out;
    px_buffer_init(&out, &test_malloc, 1000);
    for (size_t field = 0; field < 5; field++) {
        for (size_t i = 0; i < sizeof(BAD); i++) {
            char value[] = "a?b";
            value[1] = BAD[i];
            px_slice v[5] = {PX_SLICE("h"), PX_SLICE("/"), PX_SLICE(KEY), PX_SLICE("o"),
                             PX_SLICE("u")};
            v[field] = px_slice_of(value, 3);
            bool allowed = field == 4 && BAD[i] == ' '; /* User-Agent may hold blanks */
            assert_int_equal(px_ws_request(&out, v[0], v[1], v[2], v[3], v[4]),
                             allowed ? PX_OK : PX_ERR_ARGUMENT);
            assert_int_equal(out.len > 0, allowed);
            px_buffer_clear(&out);
        }
    }
    px_buffer_free(&out);
}

static void request_is_appended_whole_or_not_at_all(void **state) {
    (void)state;
    test_allocator failing;
    test_allocator_init(&failing);
    for (failing.fail_at = 1; failing.fail_at < 10; failing.fail_at++) {
        failing.calls = 0;
        px_buffer out;
        px_buffer_init(&out, &failing.allocator, 1000);
        int result = px_ws_request(&out, PX_SLICE("h"), PX_SLICE("/"), PX_SLICE(KEY), PX_SLICE(""),
                                   PX_SLICE(""));
        bool failed = failing.calls >= failing.fail_at;
        assert_int_equal(result, failed ? PX_ERR_NO_MEMORY : PX_OK);
        assert_int_equal(out.len == 0, failed);
        px_buffer_free(&out);
    }
    assert_int_equal(failing.live_blocks, 0);
}

/* ---- The server's answer ---- */

static px_ws_reply read_guarded(px_slice bytes, size_t *head_len, int *status, const char **why) {
    test_guarded guarded = test_guard(bytes);
    px_ws_reply reply = px_ws_read_reply(guarded.bytes, PX_SLICE(KEY), head_len, status, why);
    test_unguard(&guarded);
    return reply;
}

static const char *const ACCEPTABLE[] = {
    GOOD,
    STATUS_LINE "upgrade: WebSocket\r\nCONNECTION: upgrade\r\nsec-websocket-accept:" ACCEPT "\r\n",
    STATUS_LINE UPGRADE "Connection: keep-alive, Upgrade\r\n" ACCEPTED,
    STATUS_LINE UPGRADE "Connection: keep-alive\r\nConnection: Upgrade\r\n" ACCEPTED,
    STATUS_LINE "Upgrade: websocket\r\nUpgrade: TLS/1.3\r\n"
                "Connection: Upgrade\r\nConnection: close\r\n" ACCEPTED,
    STATUS_LINE "Upgrade:\t websocket \t\r\n" CONNECTION ACCEPTED,
    "HTTP/1.1 101\r\n" UPGRADE CONNECTION ACCEPTED,
    "HTTP/1.1 101 \r\n" UPGRADE CONNECTION ACCEPTED,
    GOOD "Server: one (\xc3\xa9)\r\nX-Empty:\r\nSec-WebSocket-Extensions:\r\n",
};

/* With a frame after it, at every split: more, more, ..., accepted. */
static void acceptable_answers(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof(ACCEPTABLE) / sizeof(ACCEPTABLE[0]); i++) {
        char answer[1000];
        size_t length = strlen(ACCEPTABLE[i]) + 2;
        memcpy(answer, ACCEPTABLE[i], length - 2);
        memcpy(answer + length - 2, "\r\n\x81\x02hi", 6);
        for (size_t known = 0; known <= length + 4; known++) {
            size_t head_len = 0;
            int status;
            const char *why = NULL;
            px_ws_reply reply = read_guarded(px_slice_of(answer, known), &head_len, &status, &why);
            if (reply == PX_WS_REPLY_REFUSED)
                fail_msg("answer %zu at %zu: %s", i, known, why);
            assert_int_equal(reply, known < length ? PX_WS_REPLY_MORE : PX_WS_REPLY_ACCEPTED);
            if (reply == PX_WS_REPLY_ACCEPTED)
                assert_int_equal(head_len, length);
        }
    }
}

/* Without the empty line at the end; and a word of the sentence that it gets. */
static const struct {
    px_slice head;
    int status;
    const char *word;
} REFUSED[] = {
    {PX_LITERAL("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"), 200, "ordinary page"},
    {PX_LITERAL("HTTP/1.1 301 Moved\r\nLocation: https://example.org/\r\n"), 301, "redirects"},
    {PX_LITERAL("HTTP/1.1 308 Moved\r\n"), 308, "redirects"},
    {PX_LITERAL("HTTP/1.1 400 Bad Request\r\n"), 400, "(400)"},
    {PX_LITERAL("HTTP/1.1 401 Unauthorized\r\n"), 401, "(401)"},
    {PX_LITERAL("HTTP/1.1 403 Forbidden\r\n"), 403, "(403)"},
    {PX_LITERAL("HTTP/1.1 404 Not Found\r\n"), 404, "(404)"},
    {PX_LITERAL("HTTP/1.1 407 Proxy Authentication Required\r\n"), 407, "proxy"},
    {PX_LITERAL("HTTP/1.1 418 Teapot\r\n"), 418, "did not accept"},
    {PX_LITERAL("HTTP/1.1 426 Upgrade Required\r\n"), 426, "version"},
    {PX_LITERAL("HTTP/1.1 429 Too Many Requests\r\n"), 429, "too often"},
    {PX_LITERAL("HTTP/1.1 500 Internal Server Error\r\n"), 500, "failed"},
    {PX_LITERAL("HTTP/1.0 502 Bad Gateway\r\n"), 502, "overloaded"},
    {PX_LITERAL("HTTP/1.1 503 Service Unavailable\r\n"), 503, "overloaded"},
    {PX_LITERAL("HTTP/1.1 100 Continue\r\n"), 100, "did not accept"},
    {PX_LITERAL("HTTP/1.1 999 \r\n"), 999, "did not accept"},
    {PX_LITERAL("HTTP/1.0 101 Switching Protocols\r\n" UPGRADE CONNECTION ACCEPTED), 101,
     "HTTP/1.0"},
    {PX_LITERAL("HTTP/1.2 101 Switching Protocols\r\n"), 0, "status line"},
    {PX_LITERAL("HTTP/1.1  101 Switching Protocols\r\n"), 0, "status line"},
    {PX_LITERAL("HTTP/1.1\t101 Switching Protocols\r\n"), 0, "status line"},
    {PX_LITERAL("HTTP/1.1 1010 Switching Protocols\r\n"), 0, "status line"},
    {PX_LITERAL("HTTP/1.1 10\r\n"), 0, "status line"},
    {PX_LITERAL("HTTP/1.1 099 \r\n"), 0, "status line"},
    {PX_LITERAL("HTTP/1.1 +10 x\r\n"), 0, "status line"},
    {PX_LITERAL("HTTP/1.1 101 Switching\nProtocols\r\n" UPGRADE), 0, "status line"},
    {PX_LITERAL("HTTP/1.\r\n"), 0, "status line"},
    {PX_LITERAL("<html>"), 0, "not HTTP"},
    {PX_LITERAL("\x15\x03\x01\x00\x02"), 0, "not HTTP"},
    {PX_LITERAL("HTTP/2 101\r\n"), 0, "not HTTP"},
    {PX_LITERAL("+OK ready\r\n"), 0, "not HTTP"},
    {PX_LITERAL(STATUS_LINE CONNECTION ACCEPTED), 101, "Upgrade: websocket"},
    {PX_LITERAL(STATUS_LINE "Upgrade: h2c\r\n" CONNECTION ACCEPTED), 101, "Upgrade: websocket"},
    {PX_LITERAL(STATUS_LINE UPGRADE ACCEPTED), 101, "Connection: Upgrade"},
    {PX_LITERAL(STATUS_LINE UPGRADE "Connection: upgraded\r\n" ACCEPTED), 101,
     "Connection: Upgrade"},
    {PX_LITERAL(STATUS_LINE UPGRADE CONNECTION), 101, "Sec-WebSocket-Accept"},
    {PX_LITERAL(GOOD ACCEPTED), 101, "Sec-WebSocket-Accept"},
    {PX_LITERAL(STATUS_LINE UPGRADE CONNECTION
                "Sec-WebSocket-Accept: S3PPLMBITXAQ9KYGZZHZRBK+XOO=\r\n"),
     101, "Sec-WebSocket-Accept"},
    {PX_LITERAL(STATUS_LINE UPGRADE CONNECTION "Sec-WebSocket-Accept: " ACCEPT "x\r\n"), 101,
     "Sec-WebSocket-Accept"},
    {PX_LITERAL(GOOD "Sec-WebSocket-Extensions: permessage-deflate\r\n"), 101, "extension"},
    {PX_LITERAL(GOOD "Sec-WebSocket-Protocol: chat\r\n"), 101, "subprotocol"},
    {PX_LITERAL(GOOD " folded\r\n"), 101, "malformed header"},
    {PX_LITERAL(GOOD "\tfolded: x\r\n"), 101, "malformed header"},
    {PX_LITERAL(GOOD "\rX: almost the end\r\n"), 101, "malformed header"},
    {PX_LITERAL(GOOD "no colon\r\n"), 101, "malformed header"},
    {PX_LITERAL(GOOD ": no name\r\n"), 101, "malformed header"},
    {PX_LITERAL(GOOD "blank : before the colon\r\n"), 101, "malformed header"},
    {PX_LITERAL(GOOD "X: bare\nLF: x\r\n"), 101, "malformed header"},
    {PX_LITERAL(GOOD "X: bare\rCR\r\n"), 101, "malformed header"},
    {PX_LITERAL(GOOD "X: \0\r\n"), 101, "malformed header"},
    {PX_LITERAL(GOOD "X\0: x\r\n"), 101, "malformed header"},
};

static void refused_answers(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof(REFUSED) / sizeof(REFUSED[0]); i++) {
        char answer[1000];
        size_t length = REFUSED[i].head.len;
        memcpy(answer, REFUSED[i].head.ptr, length);
        memcpy(answer + length, "\r\n", 2);
        size_t head_len;
        int status = -1;
        const char *why = NULL;
        for (size_t known = 0; known < length; known++)
            assert_int_not_equal(read_guarded(px_slice_of(answer, known), &head_len, &status, &why),
                                 PX_WS_REPLY_ACCEPTED);
        px_ws_reply reply = read_guarded(px_slice_of(answer, length + 2), &head_len, &status, &why);
        if (reply != PX_WS_REPLY_REFUSED || !strstr(why, REFUSED[i].word) ||
            status != REFUSED[i].status)
            fail_msg("%.*s: %d, %d %s", (int)length, answer, (int)reply, status, why ? why : "");
    }
}

/* The limit holds while the head is still coming, and the wrong start is told at once. */
static void refused_before_the_end(void **state) {
    (void)state;
    static char answer[16384 + 1];
    memset(answer, 'x', sizeof(answer));
    memcpy(answer, "HTTP/1.1 200 OK\r\nX: ", 20);
    size_t head_len;
    int status;
    const char *why;
    assert_int_equal(
        px_ws_read_reply(px_slice_of(answer, 16383), PX_SLICE(KEY), &head_len, &status, &why),
        PX_WS_REPLY_MORE);
    assert_int_equal(
        px_ws_read_reply(px_slice_of(answer, 16384), PX_SLICE(KEY), &head_len, &status, &why),
        PX_WS_REPLY_REFUSED);
    assert_non_null(strstr(why, "16 KiB"));
    memcpy(answer + 16380, "\r\n\r\n", 4);
    assert_int_equal(
        px_ws_read_reply(px_slice_of(answer, 16384), PX_SLICE(KEY), &head_len, &status, &why),
        PX_WS_REPLY_REFUSED);
    assert_int_equal(status, 200);
    assert_int_equal(px_ws_read_reply(PX_SLICE("X"), PX_SLICE(KEY), &head_len, &status, &why),
                     PX_WS_REPLY_REFUSED);
}

/* ---- The server's side ---- */

static const struct {
    px_slice connection;
    px_slice upgrade;
    px_slice version;
    px_slice key;
    int status; /* 0: fine */
} REQUESTS[] = {
    {PX_LITERAL("Upgrade"), PX_LITERAL("websocket"), PX_LITERAL("13"), PX_LITERAL(KEY), 0},
    {PX_LITERAL("keep-alive ,\tupgrade"), PX_LITERAL("WebSocket"), PX_LITERAL("13"),
     PX_LITERAL(KEY), 0},
    {PX_LITERAL("keep-alive"), PX_LITERAL("websocket"), PX_LITERAL("13"), PX_LITERAL(KEY), 400},
    {PX_LITERAL("not-upgrade"), PX_LITERAL("websocket"), PX_LITERAL("13"), PX_LITERAL(KEY), 400},
    {{NULL, 0}, PX_LITERAL("websocket"), PX_LITERAL("13"), PX_LITERAL(KEY), 400},
    {PX_LITERAL("Upgrade"), {NULL, 0}, PX_LITERAL("13"), PX_LITERAL(KEY), 400},
    {PX_LITERAL("Upgrade"), PX_LITERAL("h2c"), PX_LITERAL("13"), PX_LITERAL(KEY), 400},
    {PX_LITERAL("Upgrade"), PX_LITERAL("websocket"), PX_LITERAL("8"), PX_LITERAL(KEY), 426},
    {PX_LITERAL("Upgrade"), PX_LITERAL("websocket"), {NULL, 0}, PX_LITERAL(KEY), 426},
    {PX_LITERAL("Upgrade"), PX_LITERAL("websocket"), PX_LITERAL("13"), {NULL, 0}, 400},
    {PX_LITERAL("Upgrade"), PX_LITERAL("websocket"), PX_LITERAL("13"),
     PX_LITERAL("dGhlIHNhbXBsZSBub25jZSE="), 400}, /* 17 bytes */
    {PX_LITERAL("Upgrade"), PX_LITERAL("websocket"), PX_LITERAL("13"),
     PX_LITERAL("dGhlIHNhbXBsZSBub25jZQ= "), 400},
    {PX_LITERAL("Upgrade"), PX_LITERAL("websocket"), PX_LITERAL("13"), PX_LITERAL("dGhl"), 400},
};

static void upgrade_requests(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof(REQUESTS) / sizeof(REQUESTS[0]); i++) {
        px_ws_upgrade headers = {REQUESTS[i].connection, REQUESTS[i].upgrade, REQUESTS[i].version,
                                 REQUESTS[i].key};
        int status = 0;
        const char *why = "";
        int result = px_ws_check_upgrade(&headers, &status, &why);
        assert_int_equal(result, REQUESTS[i].status ? PX_ERR_SYNTAX : PX_OK);
        if (result != PX_OK) {
            assert_int_equal(status, REQUESTS[i].status);
            assert_true(strlen(why) > 0);
        }
    }
}

/* What the server answers is what the client accepts. */
static void answer(void **state) {
    (void)state;
    px_buffer out;
    px_buffer_init(&out, &test_malloc, 1000);
    assert_int_equal(px_ws_accept_reply(&out, PX_SLICE(KEY)), PX_OK);
    size_t head_len;
    int status;
    const char *why;
    assert_int_equal(read_guarded(px_buffer_slice(&out), &head_len, &status, &why),
                     PX_WS_REPLY_ACCEPTED);
    assert_int_equal(head_len, out.len);
    expect_text(&out, GOOD "\r\n");
    px_buffer_free(&out);
    px_buffer_init(&out, &test_malloc, 100);
    assert_int_equal(px_ws_accept_reply(&out, PX_SLICE(KEY)), PX_ERR_LIMIT);
    assert_int_equal(out.len, 0);
    px_buffer_free(&out);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sample_of_the_rfc),
        cmocka_unit_test(request),
        cmocka_unit_test(nothing_can_be_injected),
        cmocka_unit_test(request_is_appended_whole_or_not_at_all),
        cmocka_unit_test(acceptable_answers),
        cmocka_unit_test(refused_answers),
        cmocka_unit_test(refused_before_the_end),
        cmocka_unit_test(upgrade_requests),
        cmocka_unit_test(answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
