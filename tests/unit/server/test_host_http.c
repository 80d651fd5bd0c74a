/* HTTP on real sockets: what good and bad clients are answered, and that all of them are left
 * behind in time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <poll.h>
#include <sys/socket.h>

#include "host_peer.h"

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

/* All the time in the world, but for what the test is about. */
static void be_patient(px_server_options *options) {
    options->head_timeout_ms = 600000;
    options->body_timeout_ms = 600000;
    options->idle_timeout_ms = 600000;
    options->close_timeout_ms = 600000;
}

static void hurry_heads(px_server_options *options) {
    be_patient(options);
    options->head_timeout_ms = 100;
}

static void hurry_bodies(px_server_options *options) {
    be_patient(options);
    options->body_timeout_ms = 100;
}

static void hurry_the_idle(px_server_options *options) {
    be_patient(options);
    options->idle_timeout_ms = 100;
}

static void hurry_the_end(px_server_options *options) {
    be_patient(options);
    options->close_timeout_ms = 100;
}

#define GET(path)  "GET " path " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
#define HEAD(path) "HEAD " path " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"

/* ---- Routes ---- */

static const struct {
    const char *request;
    int status;
    const char *part; /* of the answer */
} ANSWERS[] = {
    {GET("/"), 200, "A Pusher Channels server is running here"},
    {GET("/"), 200, "app-secret"},
    {GET("/?x"), 200, "Content-Type: text/html; charset=utf-8\r\n"},
    {GET("/healthz"), 200, "\r\n\r\nok\n"},
    {GET("/health"), 200, "ok"},
    {GET("/ready"), 200, "ok"},
    {GET("/nowhere"), 404, "{\"error\":\"There is nothing at this path.\",\"code\":404}"},
    {GET("/apps"), 404, "\"code\":404"},
    {GET("/healthz/"), 404, "\"code\":404"},
    {GET("/timeline/v2/jsonp/12?session=MQ%3D%3D&key=YXBwLWtleQ%3D%3D"), 200,
     "\r\n\r\nPusher.ScriptReceivers[12](null, {});"},
    {GET("/timeline/v2/jsonp/1"), 200, "Content-Type: text/javascript; charset=utf-8\r\n"},
    {GET("/timeline/v2/jsonp/1"), 200, "X-Content-Type-Options: nosniff\r\n"},
    {GET("/timeline/v2/jsonp/1"), 200, "Cache-Control: private, max-age=0, must-revalidate\r\n"},
    {GET("/timeline/v2/xhr/2?key=%"), 200, "\r\n\r\n{}"},
    {GET("/timeline/v2/jsonp/"), 404, "\"code\":404"},
    {GET("/timeline/v2/jsonp/1a"), 404, "\"code\":404"},
    {GET("/timeline/v2/jsonp/-1"), 404, "\"code\":404"},
    {GET("/timeline/v2/jsonp/%31"), 404, "\"code\":404"},
    {GET("/timeline/v2/jsonp/1/"), 404, "\"code\":404"},
    {GET("/timeline/v2/jsonp/1);alert(1"), 404, "\"code\":404"},
    {GET("/timeline/v2/jsonp/1234567890123456"), 404, "\"code\":404"},
    {GET("/timeline/v2/other/1"), 404, "\"code\":404"},
    {GET("/timeline/v2/"), 404, "\"code\":404"},
    {"POST /timeline/v2/xhr/2 HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", 405,
     "Allow: GET\r\n"},
    {GET("/pusher/auth"), 404, "\"code\":404"}, /* dev_auth is off */
    {GET("/apps/app-id/channels"), 401, "\"code\":401"},
    {GET("/apps/nobody/channels"), 404, "\"code\":404"},
    {GET("/app/app-key"), 426, "Upgrade: websocket\r\n"},
    {"POST /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", 405, "Allow: GET, HEAD\r\n"},
    {"DELETE /apps/app-id/channels HTTP/1.1\r\nHost: a\r\n\r\n", 405, "Allow: GET\r\n"},
    {"GET / HTTP/1.0\r\n\r\n", 200, "Connection: close\r\n"},
    {"GET /healthz HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", 200, "Connection: keep-alive\r\n"},
    {"GET http://x/healthz HTTP/1.1\r\nHost: x\r\n\r\n", 200, "Date: "},
};

static void each_path_has_its_answer(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof ANSWERS / sizeof *ANSWERS; i++) {
        test_peer peer;
        int status = peer_request(server.port, ANSWERS[i].request, &peer);
        if (status != ANSWERS[i].status || !strstr(peer.bytes, ANSWERS[i].part))
            fail_msg("%s\nwas answered: %s", ANSWERS[i].request, peer.bytes);
        bool is_for_all = strstr(ANSWERS[i].request, "/xhr/") && status == 200;
        assert_int_equal(strstr(peer.bytes, "Access-Control-Allow-Origin: *\r\n") != NULL,
                         is_for_all);
        peer_close(&peer);
    }
}

/* A report with so many bytes in its target; "b" is an app of which nobody knows. */
static int report(const char *key, size_t len) {
    static char request[200000];
    int start = snprintf(request, sizeof request, "GET /timeline/v2/xhr/2?key=%s&timeline=", key);
    memset(request + start, 'x', sizeof request - (size_t)start);
    snprintf(request + strlen("GET ") + len, 100, " HTTP/1.1\r\nHost: a\r\n\r\n");
    test_peer peer;
    int status = peer_request(server.port, request, &peer);
    peer_close(&peer);
    return status;
}

static void reports_are_counted(void **state) {
    (void)state;
    test_peer peer;
    assert_int_equal(report("YXBwLWtleQ%3d%3d", 100), 200); /* app-key */
    assert_int_equal(report("YXBwLWtleQ==", 65536), 200);   /* 64 KiB */
    assert_int_equal(report("YXBwLWtleQ==", 65537), 414);   /* and more: not counted */
    assert_int_equal(report("YXBwLWtleQ==", 100000), 431);  /* nor even read */
    assert_int_equal(report("Yg==", 100), 200);             /* b */
    assert_int_equal(report("YXBwLWtleQ", 100), 200);       /* no base64 */
    assert_int_equal(peer_request(server.port, GET("/"), &peer), 200);
    assert_non_null(strstr(peer.bytes, "<dt>Client reports</dt><dd>4</dd>"));
    assert_non_null(strstr(peer.bytes, "<dt>Of unknown apps</dt><dd>2</dd>"));
    peer_close(&peer);
}

static void head_has_no_body(void **state) {
    (void)state;
    test_peer peer = peer_connect(server.port);
    peer_send_text(&peer, HEAD("/healthz"));
    peer_receive_all(&peer);
    assert_non_null(strstr(peer.bytes, "Content-Length: 3\r\n"));
    assert_memory_equal(peer.bytes + peer.len - 4, "\r\n\r\n", 4);
    peer_close(&peer);
}

static void set_prefix(px_server_options *options) {
    options->path_prefix = PX_SLICE("/real/time");
}

static void a_prefix_stands_before_every_path(void **state) {
    (void)state;
    test_server own;
    test_peer peer;
    static const struct {
        const char *request;
        int status;
    } CASES[] = {
        {GET("/real/time"), 200},
        {GET("/real/time/"), 200},
        {GET("/"), 404},
        {GET("/real/timeless"), 404},
        {GET("/real/time/healthz"), 200},
        {GET("/healthz"), 200},
        {GET("/real/time/apps/a/b"), 404},
        {GET("/real/time/app/app-key"), 426},
        {GET("/app/app-key"), 404},
        {GET("/real/time/timeline/v2/xhr/2"), 200},
        {GET("/timeline/v2/xhr/2"), 200},
    };
    test_server_start(&own, set_prefix);
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        if (peer_request(own.port, CASES[i].request, &peer) != CASES[i].status)
            fail_msg("%s\nwas answered: %s", CASES[i].request, peer.bytes);
        peer_close(&peer);
    }
    test_server_stop(&own);
}

static void the_page_escapes_what_it_repeats(void **state) {
    (void)state;
    test_peer peer;
    assert_int_equal(peer_request(server.port,
                                  "GET / HTTP/1.1\r\nHost: <b>&\"':1\r\nConnection: close\r\n\r\n",
                                  &peer),
                     200);
    assert_non_null(strstr(peer.bytes, "&lt;b&gt;&amp;&quot;&#39;"));
    assert_null(strstr(peer.bytes, "<b>"));
    peer_close(&peer);
}

static void set_own_app(px_server_options *options) {
    static px_app_options app;
    px_app_options_default(&app);
    app.id = PX_SLICE("own-id");
    app.key = PX_SLICE("own-key");
    app.secret = PX_SLICE("own-hidden");
    options->apps = &app;
    options->app_count = 1;
}

static void the_page_shows_no_credentials_of_ones_own(void **state) {
    (void)state;
    test_server own;
    test_peer peer;
    test_server_start(&own, set_own_app);
    assert_int_equal(peer_request(own.port, GET("/"), &peer), 200);
    assert_null(strstr(peer.bytes, "own-"));
    assert_null(strstr(peer.bytes, "app-secret"));
    assert_null(strstr(peer.bytes, "app-key"));
    peer_close(&peer);
    test_server_stop(&own);
}

/* ---- Requests one after the other ---- */

static void a_connection_serves_many_requests(void **state) {
    (void)state;
    test_peer peer = peer_connect(server.port);
    for (int i = 0; i < 3; i++) {
        peer_send_text(&peer, "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n");
        assert_int_equal(peer_answer(&peer), 200);
        assert_non_null(strstr(peer.bytes, "Connection: keep-alive\r\n"));
    }
    peer_close(&peer);
}

static void requests_may_be_sent_all_at_once(void **state) {
    (void)state;
    enum { COUNT = 3000 };
    static const char REQUEST[] = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n";
    test_peer peer = peer_connect(server.port);
    for (int i = 0; i < COUNT; i++)
        peer_send_text(&peer, REQUEST);
    peer_send_text(&peer, GET("/nowhere"));
    for (int i = 0; i < COUNT; i++)
        assert_int_equal(peer_answer(&peer), 200);
    assert_int_equal(peer_answer(&peer), 404);
    assert_int_equal(peer.answered, peer.len);
    assert_int_equal(peer_receive(&peer), 0);
    peer_close(&peer);
}

/* It sends more and more requests and takes no answers: at some point nothing more is read from it,
 * so that its own sending stalls, and then it is left behind. */
static void who_takes_no_answers_is_left_behind(void **state) {
    (void)state;
    static const char REQUEST[] = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    test_server own;
    test_server_start(&own, hurry_bodies);
    test_peer peer = peer_connect(own.port);
    while (peer_try_send(&peer, px_slice_of_text(REQUEST)))
        ;
    peer_close(&peer);
    test_server_stop(&own);
}

static void bodies_follow_each_other(void **state) {
    (void)state;
    test_peer peer = peer_connect(server.port);
    peer_send_text(&peer,
                   "POST /apps/app-id/events HTTP/1.1\r\nHost: a\r\n"
                   "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
                   "POST /apps/app-id/events HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n"
                   "abcGET /healthz HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_int_equal(peer_answer(&peer), 401);
    assert_int_equal(peer_answer(&peer), 401);
    assert_int_equal(peer_answer(&peer), 200);
    peer_close(&peer);
}

/* The signature holds only if the body was put together right. */
static void a_body_may_come_in_pieces(void **state) {
    (void)state;
    static const char *const FRAMES[] = {
        "POST %s HTTP/1.1\r\nHost: a\r\nContent-Length: 40\r\n\r\n"
        "{\"name\":\"e\",\"channel\":\"c\",\"data\":\"text\"}",
        "POST %s HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        "1\r\n{\r\n25;x=y\r\n\"name\":\"e\",\"channel\":\"c\",\"data\":\"text\r\n2\r\n\"}\r\n"
        "0\r\nTrailer: x\r\n\r\n",
    };
    char target[PEER_TARGET_SIZE];
    char request[1024];
    peer_sign("/apps/app-id/events", "{\"name\":\"e\",\"channel\":\"c\",\"data\":\"text\"}",
              target);
    test_peer peer = peer_connect(server.port);
    for (size_t i = 0; i < 4; i++) {
        snprintf(request, sizeof request, FRAMES[i % 2], target);
        for (size_t at = 0; i < 2 && request[at]; at++)
            peer_send(&peer, px_slice_of(request + at, 1));
        if (i >= 2)
            peer_send_text(&peer, request);
        assert_int_equal(peer_answer(&peer), 200);
    }
    peer_send_text(&peer, GET("/healthz"));
    assert_int_equal(peer_answer(&peer), 200);
    peer_close(&peer);
}

static void chunks_may_not_add_up_to_too_much(void **state) {
    (void)state;
    static char chunk[65536 + 9] = "10000\r\n";
    memcpy(chunk + sizeof chunk - 2, "\r\n", 2);
    test_peer peer = peer_connect(server.port);
    peer_send_text(&peer, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 17; i++)
        peer_send(&peer, px_slice_of(chunk, sizeof chunk));
    assert_int_equal(peer_answer(&peer), 413);
    peer_close(&peer);
}

static void who_does_not_wait_is_not_told_to_go_on(void **state) {
    (void)state;
    test_peer peer = peer_connect(server.port);
    peer_send_text(&peer, "POST /apps/app-id/events HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n"
                          "Expect: 100-continue\r\n\r\nabc");
    assert_int_equal(peer_answer(&peer), 401);
    peer_close(&peer);
}

static void a_client_may_ask_before_it_sends_the_body(void **state) {
    (void)state;
    test_peer peer = peer_connect(server.port);
    peer_send_text(&peer, "POST /apps/app-id/events HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n"
                          "Expect: 100-continue\r\n\r\n");
    while (!strstr(peer.bytes, "\r\n\r\n"))
        assert_true(peer_receive(&peer) > 0);
    assert_string_equal(peer.bytes, "HTTP/1.1 100 Continue\r\n\r\n");
    peer.len = 0;
    peer_send_text(&peer, "abc");
    assert_int_equal(peer_answer(&peer), 401);
    peer_close(&peer);
}

static void publishing_works(void **state) {
    (void)state;
    assert_int_equal(peer_publish(server.port, "c", "e", "d"), 200);
}

/* ---- Bad clients ---- */

static void what_is_refused_ends_the_connection(void **state) {
    (void)state;
    static const struct {
        const char *request;
        int status;
    } CASES[] = {
        {"garbage\r\n", 400},
        {"\x16\x03\x01\x02", 400},
        {"GET / HTTP/3.0\r\n\r\n", 505},
        {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1048577\r\n\r\n", 413},
        {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1048577\r\nExpect: 100-continue\r\n\r\n",
         413},
        {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n100001\r\n.", 413},
        {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nx", 400},
        {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", 501},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        test_peer peer;
        if (peer_request(server.port, CASES[i].request, &peer) != CASES[i].status)
            fail_msg("%s\nwas answered: %s", CASES[i].request, peer.bytes);
        assert_non_null(strstr(peer.bytes, "Connection: close\r\n"));
        assert_non_null(strstr(peer.bytes, "{\"error\":\""));
        assert_int_equal(peer_receive(&peer), 0);
        peer_close(&peer);
    }
}

/* It may go on sending, and the answer must arrive all the same. */
static void a_body_that_is_too_large_is_answered(void **state) {
    (void)state;
    static char part[1048576];
    test_peer peer = peer_connect(server.port);
    peer_send_text(&peer, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 33554432\r\n\r\n");
    for (int i = 0; i < 32; i++)
        peer_send(&peer, px_slice_of(part, sizeof part));
    assert_int_equal(peer_answer(&peer), 413);
    peer_close(&peer);
}

static void a_head_that_is_too_large_is_answered(void **state) {
    (void)state;
    test_peer peer = peer_connect(server.port);
    peer_send_text(&peer, "GET / HTTP/1.1\r\n");
    for (int i = 0; i < 1024; i++)
        peer_send_text(&peer, "X: 345678901234\r\n");
    assert_int_equal(peer_answer(&peer), 431);
    peer_close(&peer);
}

/* ---- Slow clients ---- */

/* Sends one byte after the other, slowly, until something comes back. */
static void dribble(test_peer *peer, char byte) {
    struct pollfd wait = {.fd = peer->fd, .events = POLLIN};
    for (int i = 0; poll(&wait, 1, 5) == 0; i++) {
        (void)peer_try_send(peer, px_slice_of(&byte, 1));
        assert_true(i < 2000);
    }
}

static void a_slow_head_is_given_up(void **state) {
    (void)state;
    test_server own;
    test_server_start(&own, hurry_heads);
    test_peer peer = peer_connect(own.port);
    peer_send_text(&peer, "GET / HTTP/1.1\r\nX: ");
    dribble(&peer, 'a');
    assert_int_equal(peer_answer(&peer), 408);
    peer_close(&peer);
    test_server_stop(&own);
}

static void a_slow_body_is_given_up(void **state) {
    (void)state;
    test_server own;
    test_server_start(&own, hurry_bodies);
    test_peer peer = peer_connect(own.port);
    peer_send_text(&peer, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n");
    dribble(&peer, 'a');
    assert_int_equal(peer_answer(&peer), 408);
    peer_close(&peer);
    test_server_stop(&own);
}

static void who_says_nothing_is_let_go(void **state) {
    (void)state;
    test_server own;
    test_server_start(&own, hurry_heads);
    test_peer peer = peer_connect(own.port);
    assert_true(peer_is_at_end(&peer));
    peer_close(&peer);
    test_server_stop(&own);
}

static void who_has_nothing_more_to_say_is_let_go(void **state) {
    (void)state;
    test_server own;
    test_server_start(&own, hurry_the_idle);
    test_peer peer = peer_connect(own.port);
    peer_send_text(&peer, "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_int_equal(peer_answer(&peer), 200);
    assert_int_equal(peer_receive(&peer), 0);
    peer_close(&peer);
    test_server_stop(&own);
}

static void who_does_not_close_is_cut(void **state) {
    (void)state;
    test_server own;
    test_server_start(&own, hurry_the_end);
    test_peer peer = peer_connect(own.port);
    peer_send_text(&peer, GET("/healthz"));
    assert_int_equal(peer_answer(&peer), 200);
    assert_int_equal(peer_receive(&peer), 0); /* the end of the server's stream */
    struct pollfd wait = {.fd = peer.fd, .events = 0};
    for (int i = 0; poll(&wait, 1, 5) == 0; i++) { /* then the reset */
        (void)peer_try_send(&peer, PX_SLICE("a"));
        assert_true(i < 2000);
    }
    peer_close(&peer);
    test_server_stop(&own);
}

/* ---- Large answers ---- */

enum { LONG_HOST = 1000000 };

static void allow_large_heads(px_server_options *options) {
    options->max_head = 1048576;
}

static int start_large(void **state) {
    (void)state;
    test_server_start(&server, allow_large_heads);
    return 0;
}

/* Asks for a page of six million bytes, which no socket takes at once: each quote in the Host header
 * comes back as an entity. */
static void ask_for_large_page(test_peer *peer, const char *headers) {
    static char host[LONG_HOST];
    memset(host, '"', sizeof host);
    peer_send_text(peer, "GET / HTTP/1.1\r\nHost: ");
    peer_send(peer, px_slice_of(host, sizeof host));
    peer_send_text(peer, headers);
}

static void a_half_closed_client_is_answered(void **state) {
    (void)state;
    test_peer peer = peer_connect_narrow(server.port);
    ask_for_large_page(&peer, "\r\nConnection: close\r\n\r\n");
    shutdown(peer.fd, SHUT_WR);
    assert_int_equal(peer_answer(&peer), 200);
    assert_true(peer.answered > LONG_HOST * 6);
    assert_string_equal(peer.bytes + peer.len - 8, "</html>\n");
    assert_int_equal(peer_receive(&peer), 0);
    peer_close(&peer);
}

static void the_next_request_waits_for_a_large_answer(void **state) {
    (void)state;
    test_peer peer = peer_connect_narrow(server.port);
    ask_for_large_page(&peer, "\r\n\r\n");
    peer_send_text(&peer, GET("/healthz"));
    assert_int_equal(peer_answer(&peer), 200);
    assert_true(peer.answered > LONG_HOST * 6);
    assert_int_equal(peer_answer(&peer), 200);
    assert_string_equal(peer_answer_body(&peer), "ok\n");
    peer_close(&peer);
}

static void be_patient_with_large_heads(px_server_options *options) {
    be_patient(options);
    allow_large_heads(options);
}

static void a_stopping_server_finishes_its_answer(void **state) {
    (void)state;
    test_server own;
    test_server_start(&own, be_patient_with_large_heads);
    test_peer peer = peer_connect_narrow(own.port);
    ask_for_large_page(&peer, "\r\n\r\n");
    assert_true(peer_receive(&peer) > 0); /* it has begun */
    px_server_stop(own.server);
    assert_int_equal(peer_answer(&peer), 200);
    assert_true(peer.answered > LONG_HOST * 6);
    assert_int_equal(peer_receive(&peer), 0);
    peer_close(&peer);
    test_server_join(&own);
}

int main(void) {
#define PATIENT(test) cmocka_unit_test_setup_teardown(test, start, stop)
#define LARGE(test)   cmocka_unit_test_setup_teardown(test, start_large, stop)
    const struct CMUnitTest tests[] = {
        PATIENT(each_path_has_its_answer),
        PATIENT(reports_are_counted),
        PATIENT(head_has_no_body),
        cmocka_unit_test(a_prefix_stands_before_every_path),
        PATIENT(the_page_escapes_what_it_repeats),
        cmocka_unit_test(the_page_shows_no_credentials_of_ones_own),
        PATIENT(a_connection_serves_many_requests),
        PATIENT(requests_may_be_sent_all_at_once),
        PATIENT(bodies_follow_each_other),
        PATIENT(a_body_may_come_in_pieces),
        PATIENT(chunks_may_not_add_up_to_too_much),
        PATIENT(a_client_may_ask_before_it_sends_the_body),
        PATIENT(who_does_not_wait_is_not_told_to_go_on),
        PATIENT(publishing_works),
        PATIENT(what_is_refused_ends_the_connection),
        PATIENT(a_body_that_is_too_large_is_answered),
        PATIENT(a_head_that_is_too_large_is_answered),
        cmocka_unit_test(a_slow_head_is_given_up),
        cmocka_unit_test(a_slow_body_is_given_up),
        cmocka_unit_test(who_says_nothing_is_let_go),
        cmocka_unit_test(who_has_nothing_more_to_say_is_let_go),
        cmocka_unit_test(who_does_not_close_is_cut),
        cmocka_unit_test(who_takes_no_answers_is_left_behind),
        LARGE(a_half_closed_client_is_answered),
        LARGE(the_next_request_waits_for_a_large_answer),
        cmocka_unit_test(a_stopping_server_finishes_its_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
