/* The SockJS set on real sockets: pages, all transports, WebSockets with and without frames. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "session_peer.h"

#define PATH_MESSAGE "[\"{\\\"path\\\":\\\"/app/app-key?protocol=7&client=js\\\"}\"]"

static test_server server;

static int start(void **state) {
    (void)state;
    test_server_start(&server, NULL);
    return 0;
}

static int stop(void **state) {
    (void)state;
    test_server_stop(&server);
    return 0;
}

static void hurry(px_server_options *options) {
    options->http_disconnect_ms = 200;
    options->http_heartbeat_ms = 300;
    options->head_timeout_ms = 300;
}

/* ---- Pages and paths ---- */

static void each_path_has_its_answer(void **state) {
    (void)state;
    static const struct {
        const char *method;
        const char *path;
        int status;
        const char *part;
    } CASES[] = {
        {"GET", "", 200, "Welcome to SockJS!\n"},
        {"GET", "/", 200, "Welcome to SockJS!\n"},
        {"GET", "/info", 200, "{\"websocket\":true,\"cookie_needed\":false,\"origins\":[\"*:*\"],"},
        {"GET", "/iframe.html", 200, "SockJS.bootstrap_iframe();"},
        {"GET", "/iframe-1.6.1-a_b.html?t=x", 200, "<script src=\"https://"},
        {"GET", "/iframe.html?js_path=https%3A%2F%2Fjs.pusher.com%2F8.6.0%2Fsockjs.js", 200,
         "<script src=\"https://js.pusher.com/8.6.0/sockjs.js\">"},
        {"GET", "/iframe.html?js_path=https%3A%2F%2Fjs.pusher.com%2F%22%3E", 200, "jsdelivr"},
        {"GET", "/iframe.html?js_path=https%3A%2F%2Fexample.org%2Fsockjs.js", 200, "jsdelivr"},
        {"GET", "/iframe.html?js_path=https%3A%2F%2Fjs.pusher.com.example.org%2F", 200, "jsdelivr"},
        {"GET", "/iframe.htm", 404, ""},
        {"GET", "/iframe", 404, ""},
        {"GET", "/iframeX.html", 404, ""},
        {"GET", "/websocket", 400, "Can \"Upgrade\" only to \"WebSocket\"."},
        {"GET", "/a/b/websocket", 400, "Can \"Upgrade\" only to \"WebSocket\"."},
        {"POST", "/a/b/websocket", 405, ""},
        {"GET", "/a/b/xhr", 405, ""},
        {"POST", "/a/b/eventsource", 405, ""},
        {"POST", "/a/b/nothing", 404, ""},
        {"POST", "/a/b", 404, ""},
        {"POST", "/a/b.c/xhr", 404, ""},
        {"POST", "/a.c/b/xhr", 404, ""},
        {"POST", "//b/xhr", 404, ""},
        {"POST", "/a//xhr", 404, ""},
        {"POST", "/a/b/xhr/", 404, ""},
        {"POST", "/a/b/c/xhr", 404, ""},
        {"POST", "/app/app-key/1/b/jsonp_send", 404, ""},
        {"GET", "/app/app-key/1/b/eventsource", 404, ""},
        {"POST", "/a/b/xhr_send", 404, "no such session"},
        {"POST", "/a/b/jsonp_send", 404, "no such session"},
        {"GET", "/a/b/jsonp", 500, "\"callback\" parameter required"},
        {"GET", "/a/b/jsonp?c=%3Cscript%3E", 500, "invalid \"callback\" parameter"},
        {"GET", "/a/b/htmlfile", 500, "\"callback\" parameter required"},
        {"GET", "/a/b/htmlfile?c=a(b", 500, "invalid \"callback\" parameter"},
        {"GET", "er", 404, ""},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++)
        ask(server.port, CASES[i].method, CASES[i].path, NULL, CASES[i].status, CASES[i].part);
}

static void the_iframe_page_is_kept(void **state) {
    (void)state;
    char header[128];
    test_peer peer = peer_connect(server.port);
    assert_int_equal(peer_ask(&peer, "GET", "/iframe.html", NULL, NULL), 200);
    assert_non_null(strstr(peer.bytes, "Cache-Control: public, max-age=31536000\r\n"));
    assert_null(strstr(peer.bytes, "Set-Cookie"));
    const char *tag = strstr(peer.bytes, "ETag: ");
    assert_non_null(tag);
    snprintf(header, sizeof header, "If-None-Match: %.34s\r\n", tag + 6);
    assert_int_equal(peer_ask(&peer, "GET", "/iframe.html", header, NULL), 304);
    assert_int_equal(peer_ask(&peer, "GET", "/iframe.html", "If-None-Match: \"another\"\r\n", NULL),
                     200);
    peer_close(&peer);
}

static void info_is_new_each_time(void **state) {
    (void)state;
    char first[256];
    test_peer peer = peer_connect(server.port);
    peer_ask(&peer, "GET", "/info", "Origin: http://a\r\n", NULL);
    assert_non_null(strstr(peer.bytes, "Access-Control-Allow-Origin: http://a\r\n"));
    snprintf(first, sizeof first, "%s", peer_answer_body(&peer));
    peer_ask(&peer, "GET", "/info", NULL, NULL);
    assert_string_not_equal(peer_answer_body(&peer), first);
    assert_int_equal(peer_ask(&peer, "OPTIONS", "/info", NULL, NULL), 204);
    assert_non_null(strstr(peer.bytes, "Access-Control-Allow-Methods: OPTIONS, GET\r\n"));
    peer_close(&peer);
}

/* ---- The first message ---- */

static void the_first_message_names_the_app(void **state) {
    (void)state;
    ask(server.port, "POST", "/1/first/xhr", NULL, 200, "o\n");
    ask(server.port, "POST", "/1/first/xhr_send", PATH_MESSAGE, 204, "");
    ask(server.port, "POST", "/1/first/xhr", NULL, 200, "connection_established");
    ask(server.port, "POST", "/1/first/xhr_send", SUBSCRIBE("first"), 204, "");
    ask(server.port, "POST", "/1/first/xhr", NULL, 200, "subscription_succeeded");
}

static void set_prefix(px_server_options *options) {
    options->path_prefix = PX_SLICE("/pusher");
}

/* The requests have it in front, too (here that makes it /pusher/pusher/...); the message need not. */
static void the_first_message_needs_no_prefix(void **state) {
    (void)state;
    static const char *const MESSAGES[] = {
        PATH_MESSAGE,
        "[\"{\\\"path\\\":\\\"/pusher/app/app-key?protocol=7\\\"}\"]",
    };
    test_server own;
    test_server_start(&own, set_prefix);
    for (size_t i = 0; i < sizeof MESSAGES / sizeof *MESSAGES; i++) {
        char path[64], send[64];
        snprintf(path, sizeof path, "/pusher/1/prefix%zu/xhr", i);
        snprintf(send, sizeof send, "/pusher/1/prefix%zu/xhr_send", i);
        ask(own.port, "POST", path, NULL, 200, "o\n");
        ask(own.port, "POST", send, MESSAGES[i], 204, "");
        ask(own.port, "POST", path, NULL, 200, "connection_established");
    }
    test_server_stop(&own);
}

static void another_first_message_is_refused(void **state) {
    (void)state;
    static const char *const MESSAGES[] = {
        "[\"x\"]",
        "[\"{}\"]",
        "[\"{\\\"path\\\":1}\"]",
        "[\"{\\\"path\\\":\\\"/apps/x\\\"}\"]",
        "[\"{\\\"path\\\":\\\"/app/a/b\\\"}\"]",
        "[\"{\\\"path\\\":\\\"\\\"}\"]",
    };
    for (size_t i = 0; i < sizeof MESSAGES / sizeof *MESSAGES; i++) {
        char path[64], send[64];
        snprintf(path, sizeof path, "/1/wrong%zu/xhr", i);
        snprintf(send, sizeof send, "/1/wrong%zu/xhr_send", i);
        ask(server.port, "POST", path, NULL, 200, "o\n");
        ask(server.port, "POST", send, MESSAGES[i], 204, "");
        ask(server.port, "POST", path, NULL, 200, "c[4005,\"Path not found");
        ask(server.port, "POST", send, PATH_MESSAGE, 204, "");
        ask(server.port, "POST", path, NULL, 200, "c[4005,\"Path not found");
    }
    ask(server.port, "POST", "/1/nokey/xhr", NULL, 200, "o\n");
    ask(server.port, "POST", "/1/nokey/xhr_send",
        "[\"{\\\"path\\\":\\\"/app/nobody?protocol=7\\\"}\"]", 204, "");
    ask(server.port, "POST", "/1/nokey/xhr", NULL, 200, "c[4001,");
}

static void who_names_no_app_is_closed(void **state) {
    (void)state;
    test_server own;
    test_server_start(&own, hurry);
    test_stream stream = stream_open(own.port, "POST", "/1/silent/xhr_streaming", "1.1");
    stream_expect(&stream, "h");
    assert_string_equal(stream_line(&stream), "o");
    const char *line;
    while ((line = stream_line(&stream)) != NULL && line[0] == 'h')
        ;
    assert_non_null(line);
    assert_memory_equal(line, "c[4005,", 7);
    stream_close(&stream);
    test_server_stop(&own);
}

/* ---- Transports ---- */

/* Each stream ends with its close frame, in its own form. */
static void streams_say_why_they_end(void **state) {
    (void)state;
    static const struct {
        const char *method;
        const char *path;
        const char *farewell;
    } CASES[] = {
        {"POST", "/1/ends1/xhr_streaming", "c[4001,\"Application does not exist\"]"},
        {"GET", "/1/ends2/eventsource", "data: c[4001,\"Application does not exist\"]\r"},
        {"GET", "/1/ends3/htmlfile?c=x", "p(\"c[4001,\\\"Application does not exist\\\"]\");"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        test_stream stream = stream_open(server.port, CASES[i].method, CASES[i].path, "1.1");
        const char *line;
        char send[64];
        bool is_there = false;
        do
            line = stream_line(&stream);
        while (line && !strstr(line, "o") && line[0] != 'p');
        snprintf(send, sizeof send, "/1/ends%zu/xhr_send", i + 1);
        ask(server.port, "POST", send, "[\"{\\\"path\\\":\\\"/app/nobody\\\"}\"]", 204, "");
        while ((line = stream_line(&stream)) != NULL)
            is_there |= strcmp(line, CASES[i].farewell) == 0;
        assert_true(is_there && stream.is_complete);
        stream_close(&stream);
    }
}

static void send_path(const char *session) {
    char path[64];
    snprintf(path, sizeof path, "/1/%s/xhr_send", session);
    ask(server.port, "POST", path, PATH_MESSAGE, 204, "");
}

static void event_source(void **state) {
    (void)state;
    test_stream stream = stream_open(server.port, "GET", "/1/source/eventsource", "1.1");
    assert_string_equal(stream_line(&stream), "\r");
    assert_string_equal(stream_line(&stream), "data: o\r");
    assert_string_equal(stream_line(&stream), "\r");
    send_path("source");
    stream_expect(&stream, "data: a[\"{\\\"event\\\":\\\"pusher:connection_established");
    assert_string_equal(stream_line(&stream), "\r");
    stream_close(&stream);
}

static void html_file(void **state) {
    (void)state;
    test_stream stream =
        stream_open(server.port, "GET", "/1/html/htmlfile?c=_sockjs.call_back-1", "1.1");
    const char *line;
    size_t len = 0;
    bool has_callback = false;
    while ((line = stream_line(&stream)) && strcmp(line, "<script>\r") != 0 &&
           strncmp(line, "p(", 2) != 0) {
        len += strlen(line) + 1;
        has_callback |= strstr(line, "parent._sockjs.call_back-1;") != NULL;
    }
    assert_true(len >= 1024 && has_callback);
    assert_string_equal(line, "p(\"o\");");
    assert_string_equal(stream_line(&stream), "</script>\r");
    send_path("html");
    assert_string_equal(stream_line(&stream), "<script>");
    stream_expect(&stream, "p(\"a[\\\"{\\\\\\\"event\\\\\\\":\\\\\\\"pusher:connection_est");
    stream_close(&stream);
}

static void json_p(void **state) {
    (void)state;
    test_peer peer = peer_connect(server.port);
    const char *form = "Content-Type: application/x-www-form-urlencoded\r\n";
    assert_int_equal(peer_ask(&peer, "GET", "/1/jsonp/jsonp?c=cb.x", NULL, NULL), 200);
    assert_string_equal(peer_answer_body(&peer), "/**/cb.x(\"o\");\r\n");
    assert_int_equal(
        peer_ask(&peer, "POST", "/1/jsonp/jsonp_send", form,
                 "d=%5B%22%7B%5C%22path%5C%22%3A%5C%22%2Fapp%2Fapp-key%5C%22%7D%22%5D"),
        200);
    assert_string_equal(peer_answer_body(&peer), "ok");
    peer_ask(&peer, "GET", "/1/jsonp/jsonp?callback=cb", NULL, NULL);
    assert_non_null(strstr(peer_answer_body(&peer),
                           "/**/cb(\"a[\\\"{\\\\\\\"event\\\\\\\":\\\\\\\"pusher:connection_est"));
    assert_int_equal(peer_ask(&peer, "POST", "/1/jsonp/jsonp_send", "Content-Type: text/plain\r\n",
                              SUBSCRIBE("jsonp")),
                     200);
    peer_ask(&peer, "GET", "/1/jsonp/jsonp?c=cb", NULL, NULL);
    assert_non_null(strstr(peer_answer_body(&peer), "subscription_succeeded"));
    static const char *const BAD[][2] = {{"", "Payload expected."},
                                         {"d=", "Payload expected."},
                                         {"d=x", "Broken JSON encoding."},
                                         {"e=x", "Payload expected."}};
    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
        assert_int_equal(peer_ask(&peer, "POST", "/1/jsonp/jsonp_send", form, BAD[i][0]), 500);
        assert_string_equal(peer_answer_body(&peer), BAD[i][1]);
    }
    peer_close(&peer);
}

static void a_stream_ends_after_a_while(void **state) {
    (void)state;
    static char data[10001];
    test_stream one = stream_open(server.port, "POST", "/1/long/xhr_streaming", "1.1");
    stream_expect(&one, "h");
    stream_expect(&one, "o");
    send_path("long");
    stream_expect(&one, "connection_established");
    ask(server.port, "POST", "/1/long/xhr_send", SUBSCRIBE("long"), 204, "");
    stream_expect(&one, "subscription_succeeded");
    memset(data, 'd', sizeof data - 1);
    int sent = 0, received = 0;
    for (; sent < 20; sent++)
        assert_int_equal(peer_publish(server.port, "long", "event", data), 200);
    while (stream_line(&one))
        received++;
    assert_true(one.units >= 131072 && one.units < 131072 + 11000);
    test_stream two = stream_open(server.port, "POST", "/1/long/xhr_streaming", "1.1");
    stream_expect(&two, "hhhh");
    for (; received < sent; received++)
        stream_expect(&two, "a[");
    assert_true(stream_is_quiet(&two, 50));
    stream_close(&one);
    stream_close(&two);
}

static void only_one_receiver_at_a_time(void **state) {
    (void)state;
    test_stream one = stream_open(server.port, "POST", "/1/both/xhr_streaming", "1.1");
    stream_expect(&one, "h");
    stream_expect(&one, "o");
    ask(server.port, "POST", "/1/both/xhr", NULL, 200,
        "c[2010,\"Another connection still open\"]\n");
    test_stream two = stream_open(server.port, "POST", "/1/both/xhr_streaming", "1.1");
    stream_expect(&two, "h");
    stream_expect(&two, "c[2010,\"Another connection still open\"]");
    stream_expect_end(&two);
    send_path("both");
    stream_expect(&one, "connection_established");
    stream_close(&one);
    stream_close(&two);
}

static void an_aborted_request_ends_the_session(void **state) {
    (void)state;
    test_stream one = stream_open(server.port, "POST", "/1/abort/xhr_streaming", "1.1");
    stream_expect(&one, "h");
    stream_expect(&one, "o");
    stream_close(&one);
    test_peer peer = peer_connect(server.port);
    do /* until the server has seen it */
        peer_ask(&peer, "POST", "/1/abort/xhr", NULL, NULL);
    while (strstr(peer.bytes, "c[2010,"));
    assert_string_equal(peer_answer_body(&peer), "c[1002,\"Connection interrupted\"]\n");
    peer_close(&peer);
}

/* ---- WebSockets ---- */

static test_peer socket_open(int port, const char *path) {
    test_peer made = peer_connect(port);
    char request[512];
    snprintf(request, sizeof request,
             "GET /pusher%s HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
             "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
             "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
             path);
    peer_send_text(&made, request);
    while (!strstr(made.bytes, "\r\n\r\n"))
        assert_true(peer_receive(&made) > 0);
    assert_memory_equal(made.bytes, "HTTP/1.1 101 ", 13);
    size_t head = (size_t)(strstr(made.bytes, "\r\n\r\n") - made.bytes) + 4;
    memmove(made.bytes, made.bytes + head, made.len - head + 1);
    made.len -= head;
    return made;
}

static void expect_exactly(test_peer *peer, const char *text) {
    peer_frame frame;
    assert_true(peer_next_frame(peer, &frame));
    assert_int_equal(frame.opcode, PX_WS_TEXT);
    assert_string_equal(frame.text, text);
}

static void websocket_with_frames(void **state) {
    (void)state;
    test_peer peer = socket_open(server.port, "/1/socket/websocket");
    expect_exactly(&peer, "o");
    peer_send_message(&peer, "");
    peer_send_message(&peer, "[]");
    peer_send_message(&peer, PATH_MESSAGE);
    peer_expect(&peer, "a[\"{\\\"event\\\":\\\"pusher:connection_established\\\"");
    peer_send_message(&peer, SUBSCRIBE("socket"));
    peer_expect(&peer, "subscription_succeeded");
    peer_send_message(&peer, "\"{\\\"event\\\":\\\"pusher:ping\\\"}\"");
    peer_expect(&peer, "a[\"{\\\"event\\\":\\\"pusher:pong\\\"");
    peer_publish(server.port, "socket", "event", "x");
    peer_expect(&peer, "a[\"{\\\"event\\\":\\\"event\\\"");
    peer_send_message(&peer, "[\"x");
    assert_true(peer_is_at_end(&peer));
    peer_close(&peer);
}

static void websocket_is_told_why_it_is_closed(void **state) {
    (void)state;
    test_peer peer = socket_open(server.port, "/1/refused/websocket");
    expect_exactly(&peer, "o");
    peer_send_message(&peer, "[\"{\\\"path\\\":\\\"/app/nobody\\\"}\",\"more\"]");
    peer_expect(&peer, "4001");
    expect_exactly(&peer, "c[4001,\"Application does not exist\"]");
    peer_expect_close(&peer, 4001);
    peer_close(&peer);
    peer = socket_open(server.port, "/1/refused/websocket");
    expect_exactly(&peer, "o");
    peer_send_message(&peer, "[\"x\"]");
    peer_expect(&peer, "c[4005,");
    peer_expect_close(&peer, 4005);
    peer_close(&peer);
}

static void websocket_without_frames(void **state) {
    (void)state;
    test_peer peer = socket_open(server.port, "/websocket");
    peer_send_message(&peer, "{\"path\":\"/app/app-key?protocol=7\"}");
    peer_expect(&peer, "{\"event\":\"pusher:connection_established\"");
    peer_subscribe(&peer, "raw");
    peer_publish(server.port, "raw", "event", "x");
    peer_expect(&peer, "{\"event\":\"event\"");
    peer_close(&peer);
    peer = socket_open(server.port, "/websocket");
    peer_send_message(&peer, "x");
    peer_expect_close(&peer, 4005);
    peer_close(&peer);
}

static void websockets_have_heartbeats(void **state) {
    (void)state;
    test_server own;
    test_server_start(&own, hurry);
    test_peer peer = socket_open(own.port, "/1/beat/websocket");
    expect_exactly(&peer, "o");
    peer_send_message(&peer, PATH_MESSAGE);
    peer_expect(&peer, "connection_established");
    expect_exactly(&peer, "h");
    expect_exactly(&peer, "h");
    peer_close(&peer);
    peer = socket_open(own.port, "/1/silent/websocket");
    expect_exactly(&peer, "o");
    peer_expect(&peer, "c[4005,");
    peer_expect_close(&peer, 4005);
    peer_close(&peer);
    test_server_stop(&own);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_path_has_its_answer),
        cmocka_unit_test(the_iframe_page_is_kept),
        cmocka_unit_test(info_is_new_each_time),
        cmocka_unit_test(the_first_message_names_the_app),
        cmocka_unit_test(the_first_message_needs_no_prefix),
        cmocka_unit_test(another_first_message_is_refused),
        cmocka_unit_test(who_names_no_app_is_closed),
        cmocka_unit_test(streams_say_why_they_end),
        cmocka_unit_test(event_source),
        cmocka_unit_test(html_file),
        cmocka_unit_test(json_p),
        cmocka_unit_test(a_stream_ends_after_a_while),
        cmocka_unit_test(only_one_receiver_at_a_time),
        cmocka_unit_test(an_aborted_request_ends_the_session),
        cmocka_unit_test(websocket_with_frames),
        cmocka_unit_test(websocket_is_told_why_it_is_closed),
        cmocka_unit_test(websocket_without_frames),
        cmocka_unit_test(websockets_have_heartbeats),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
