/* The HTTP transports of Pusher's clients on real sockets: streams, polls, what is sent, how
 * sessions begin and end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <sys/socket.h>

#include "session_peer.h"

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
}

/* Quick, but sessions have all the time they want. */
static void beat_soon(px_server_options *options) {
    options->http_heartbeat_ms = 300;
}

/* Slow enough for the steps of the server's clock. */
static void beat(px_server_options *options) {
    options->http_heartbeat_ms = 800;
}

static void hold_long(px_server_options *options) {
    options->http_hold_ms = 60000;
}

static void hold_shortly(px_server_options *options) {
    options->http_hold_ms = 200;
}

/* ---- Polling ---- */

static void a_poll_opens_and_later_ones_bring_what_has_come(void **state) {
    (void)state;
    app_post(server.port, "poll", "xhr", NULL, 200, "o\n");
    app_post(server.port, "poll", "xhr", NULL, 200,
             "a[\"{\\\"event\\\":\\\"pusher:connection_established\\\"");
    app_post(server.port, "poll", "xhr_send", SUBSCRIBE("poll"), 204, "");
    app_post(server.port, "poll", "xhr", NULL, 200, "subscription_succeeded");
    for (int i = 0; i < 3; i++)
        assert_int_equal(peer_publish(server.port, "poll", "event", "x"), 200);
    test_peer peer = peer_connect(server.port);
    assert_int_equal(peer_ask(&peer, "POST", "/app/app-key/7/poll/xhr", NULL, NULL), 200);
    const char *body = peer_answer_body(&peer);
    assert_memory_equal(body, "a[\"", 3);
    assert_string_equal(strchr(body, '\n'), "\n");
    int count = 0;
    for (const char *at = body; (at = strstr(at, "\\\"event\\\":\\\"event\\\"")) != NULL; at++)
        count++;
    assert_int_equal(count, 3);
    peer_close(&peer);
}

static void a_poll_waits_for_what_is_to_come(void **state) {
    (void)state;
    test_peer peer = peer_connect(server.port);
    const char *path = "/app/app-key/1/wait/xhr?protocol=7";
    peer_ask(&peer, "POST", path, NULL, NULL);
    peer_ask(&peer, "POST", path, NULL, NULL);
    app_post(server.port, "wait", "xhr_send", SUBSCRIBE("wait"), 204, "");
    peer_ask(&peer, "POST", path, NULL, NULL);
    peer_begin(&peer, "POST", path, NULL, NULL);
    assert_int_equal(peer_publish(server.port, "wait", "event", "x"), 200);
    assert_int_equal(peer_answer(&peer), 200);
    assert_non_null(strstr(peer_answer_body(&peer), "\\\"event\\\":\\\"event\\\""));
    assert_non_null(strstr(peer.bytes, "Connection: keep-alive\r\n"));
    assert_non_null(strstr(peer.bytes, "Content-Type: application/javascript; charset=UTF-8\r\n"));
    peer_close(&peer);
}

/* Everything is sent at once; each answer comes when it is its turn. */
static void polls_may_be_pipelined(void **state) {
    (void)state;
    test_peer peer = peer_connect(server.port);
    peer_begin(&peer, "POST", "/app/app-key/1/pipe/xhr", NULL, NULL);
    peer_begin(&peer, "POST", "/app/app-key/1/pipe/xhr", NULL, NULL);
    peer_begin(&peer, "POST", "/app/app-key/1/pipe/xhr_send", NULL, "[\"{}\"]");
    peer_begin(&peer, "POST", "/app/app-key/1/pipe/xhr", NULL, NULL);
    peer_begin(&peer, "GET", "/", NULL, NULL);
    static const char *const BODIES[] = {"o\n", "a[\"{\\\"event", "", "a[\"{\\\"event", "Welcome"};
    for (size_t i = 0; i < sizeof BODIES / sizeof *BODIES; i++) {
        assert_int_equal(peer_answer(&peer), i == 2 ? 204 : 200);
        assert_memory_equal(peer_answer_body(&peer), BODIES[i], strlen(BODIES[i]));
    }
    peer_close(&peer);
}

static void an_idle_poll_is_answered_with_a_heartbeat(void **state) {
    (void)state;
    test_server own;
    test_server_start(&own, beat_soon);
    app_post(own.port, "idle", "xhr", NULL, 200, "o\n");
    app_post(own.port, "idle", "xhr", NULL, 200, "established");
    for (int i = 0; i < 4; i++) /* and the session lives on */
        app_post(own.port, "idle", "xhr", NULL, 200, "h\n");
    test_server_stop(&own);
}

/* ---- Streaming ---- */

static void a_stream_brings_everything(void **state) {
    (void)state;
    test_stream stream = stream_of_session(server.port, "stream");
    assert_string_equal(stream_line(&stream), "o");
    stream_expect(&stream, "a[\"{\\\"event\\\":\\\"pusher:connection_established\\\"");
    app_post(server.port, "stream", "xhr_send", SUBSCRIBE("stream"), 204, "");
    stream_expect(&stream, "subscription_succeeded");
    for (int i = 0; i < 3; i++) {
        assert_int_equal(peer_publish(server.port, "stream", "event", "x"), 200);
        stream_expect(&stream, "\\\"event\\\":\\\"event\\\"");
    }
    app_post(server.port, "stream", "xhr_send", "[\"{\\\"event\\\":\\\"pusher:ping\\\"}\"]", 204,
             "");
    stream_expect(&stream, "pusher:pong");
    stream_close(&stream);
}

static void http_1_0_is_closed_at_the_end(void **state) {
    (void)state;
    test_stream stream =
        stream_open(server.port, "POST", "/app/nobody/1/old/xhr_streaming?protocol=7", "1.0");
    assert_int_equal(strlen(stream_line(&stream)), 2048);
    assert_false(stream.is_chunked);
    stream_expect(&stream, "o");
    stream_expect(&stream, "c[4001,");
    stream_expect_end(&stream);
    stream_close(&stream);
}

/* The client's answer to a heartbeat is not answered in turn. */
static void heartbeats_go_to_and_fro(void **state) {
    (void)state;
    test_server own;
    test_server_start(&own, beat);
    test_stream stream = stream_of_session(own.port, "beat");
    stream_expect(&stream, "o");
    stream_expect(&stream, "established");
    for (int i = 0; i < 8; i++) {
        assert_string_equal(stream_line(&stream), "h");
        app_post(own.port, "beat", "xhr_send", "[]", 204, "");
        assert_true(stream_is_quiet(&stream, 20));
    }
    stream_close(&stream);
    test_server_stop(&own);
}

/* A client that hears nothing asks by `[]`, too. */
static void who_asks_gets_a_heartbeat(void **state) {
    (void)state;
    test_stream stream = stream_of_session(server.port, "asks");
    stream_expect(&stream, "o");
    stream_expect(&stream, "established");
    for (int i = 0; i < 3; i++) {
        app_post(server.port, "asks", "xhr_send", "[]", 204, "");
        assert_string_equal(stream_line(&stream), "h");
        app_post(server.port, "asks", "xhr_send", "[]", 204, "");
        assert_true(stream_is_quiet(&stream, 20));
    }
    stream_close(&stream);
}

/* Between two polls the next one brings it. */
static void who_asks_gets_a_heartbeat_by_poll(void **state) {
    (void)state;
    app_post(server.port, "polls", "xhr", NULL, 200, "o\n");
    app_post(server.port, "polls", "xhr", NULL, 200, "a[\"{\\\"event");
    for (int i = 0; i < 3; i++) {
        app_post(server.port, "polls", "xhr_send", "[]", 204, "");
        app_post(server.port, "polls", "xhr", NULL, 200, "h\n");
    }
}

static void who_answers_no_heartbeat_is_closed(void **state) {
    (void)state;
    test_server own;
    test_server_start(&own, beat);
    test_stream stream = stream_of_session(own.port, "dead");
    stream_expect(&stream, "o");
    stream_expect(&stream, "established");
    assert_string_equal(stream_line(&stream), "h");
    const char *second = stream_line(&stream);
    assert_non_null(second);
    if (strcmp(second, "h") == 0) /* else the server's thread had to wait for a processor */
        second = stream_line(&stream);
    assert_non_null(second);
    assert_non_null(strstr(second, "4201"));
    stream_expect(&stream, "c[4201,");
    stream_expect_end(&stream);
    stream_close(&stream);
    test_server_stop(&own);
}

/* ---- One receiver after the other ---- */

static void a_new_stream_goes_on_where_the_old_one_was(void **state) {
    (void)state;
    test_stream one = stream_of_session(server.port, "over");
    stream_expect(&one, "o");
    stream_expect(&one, "established");
    app_post(server.port, "over", "xhr_send", SUBSCRIBE("over"), 204, "");
    stream_expect(&one, "subscription_succeeded");
    test_stream two = stream_of_session(server.port, "over");
    stream_expect_end(&one);
    peer_publish(server.port, "over", "first", "x");
    stream_expect(&two, "first");
    stream_close(&two);
    peer_publish(server.port, "over", "second", "x");
    peer_publish(server.port, "over", "third", "x");
    app_post(server.port, "over", "xhr", NULL, 200, "second"); /* both are in it */
    stream_close(&one);
}

static void a_poll_that_is_displaced_ends(void **state) {
    (void)state;
    app_post(server.port, "displace", "xhr", NULL, 200, "o\n");
    app_post(server.port, "displace", "xhr", NULL, 200, "established");
    test_peer waiting = peer_connect(server.port);
    peer_begin(&waiting, "POST", "/app/app-key/1/displace/xhr", NULL, NULL);
    test_stream stream = stream_of_session(server.port, "displace");
    assert_int_equal(peer_answer(&waiting), 200);
    assert_string_equal(peer_answer_body(&waiting), "h\n");
    peer_publish(server.port, "none", "event", "x");
    app_post(server.port, "displace", "xhr_send", SUBSCRIBE("displace"), 204, "");
    stream_expect(&stream, "subscription_succeeded");
    stream_close(&stream);
    peer_close(&waiting);
}

/* Publishes until the stream holds more than what makes pusher-js begin a new one. Returns how many
 * events were published. */
static int fill(int port, test_stream *stream, const char *channel) {
    static char data[10001];
    char event[32];
    int count = 0;
    test_peer publisher = peer_connect(port);
    memset(data, 'd', sizeof data - 1);
    while (stream->units <= 262144) {
        snprintf(event, sizeof event, "event-%d", count++);
        peer_publish_on(&publisher, channel, event, data);
        stream_expect(stream, event);
    }
    peer_close(&publisher);
    return count;
}

static test_stream subscribe_stream(int port, const char *session, const char *body) {
    test_stream stream = stream_of_session(port, session);
    stream_expect(&stream, "o");
    stream_expect(&stream, "established");
    app_post(port, session, "xhr_send", body, 204, "");
    stream_expect(&stream, "subscription_succeeded");
    return stream;
}

static void a_full_stream_is_held_until_the_client_comes_again(void **state) {
    (void)state;
    test_server own;
    test_server_start(&own, hold_long);
    test_stream one = subscribe_stream(own.port, "full", SUBSCRIBE("full"));
    fill(own.port, &one, "full");
    peer_publish(own.port, "full", "held-1", "x");
    peer_publish(own.port, "full", "held-2", "x");
    assert_true(stream_is_quiet(&one, 100));
    stream_close(&one);
    test_stream two = stream_of_session(own.port, "full");
    stream_expect(&two, "held-1"); /* and no second `o` */
    stream_expect(&two, "held-2");
    peer_publish(own.port, "full", "after", "x");
    stream_expect(&two, "after");
    stream_close(&two);
    test_server_stop(&own);
}

static void hold_for_a_moment(px_server_options *options) {
    options->http_hold_ms = 100;
    options->http_disconnect_ms = 1000;
}

/* A slow client has not yet read that much. It gets no more before it has. */
static void a_hold_lasts_until_all_has_arrived(void **state) {
    (void)state;
    enum { EVENTS = 60 };
    test_server own;
    static char data[9001];
    char event[32];
    test_server_start(&own, hold_for_a_moment);
    test_stream one = {.peer = peer_connect_narrow(own.port), .body = malloc(PEER_BUFFER)};
    peer_begin(&one.peer, "POST", "/app/app-key/1/late/xhr_streaming?protocol=7", NULL, NULL);
    assert_non_null(stream_line(&one));
    stream_expect(&one, "o");
    stream_expect(&one, "established");
    app_post(own.port, "late", "xhr_send", SUBSCRIBE("late"), 204, "");
    stream_expect(&one, "subscription_succeeded");
    memset(data, 'd', sizeof data - 1);
    test_peer publisher = peer_connect(own.port);
    for (int i = 0; i < EVENTS; i++) {
        snprintf(event, sizeof event, "event-%d.", i);
        peer_publish_on(&publisher, "late", event, data);
    }
    /* The end of another session is the clock: many holds could have passed. */
    app_post(own.port, "clock", "xhr", NULL, 200, "o\n");
    while (peer_ask(&publisher, "POST", "/app/app-key/1/clock/xhr_send", NULL, "[]") == 204)
        ;
    test_stream two = stream_of_session(own.port, "late");
    int next = 0;
    for (; stream_line(&one); next++)
        ;
    assert_in_range(one.units, 262145, 262145 + 10000);
    for (; next < EVENTS; next++) {
        snprintf(event, sizeof event, "event-%d.", next);
        stream_expect(&two, event);
    }
    peer_close(&publisher);
    stream_close(&one);
    stream_close(&two);
    test_server_stop(&own);
}

static void who_does_not_come_again_gets_the_rest_after_a_while(void **state) {
    (void)state;
    test_server own;
    test_server_start(&own, hold_shortly);
    test_stream stream = subscribe_stream(own.port, "long", SUBSCRIBE("long"));
    fill(own.port, &stream, "long");
    peer_publish(own.port, "long", "held", "x");
    stream_expect(&stream, "held");
    peer_publish(own.port, "long", "at-once", "x");
    stream_expect(&stream, "at-once");
    stream_close(&stream);
    test_server_stop(&own);
}

static void allow_much(px_server_options *options) {
    options->http_hold_ms = 0;
    options->http_max_stream = 1073741824;
    options->max_backlog = 1073741824;
    options->http_heartbeat_ms = 600000; /* none comes between, however slow the test is */
}

/* The client stops reading and asks anew: what the server could not get rid of on the old connection,
 * a frame that is only partly out included, comes on the new one. */
static void what_was_not_sent_comes_on_the_new_stream(void **state) {
    (void)state;
    enum { EVENTS = 900 };
    test_server own;
    static char data[9001];
    char event[32];
    test_server_start(&own, allow_much);
    test_stream one = {.peer = peer_connect_narrow(own.port), .body = malloc(PEER_BUFFER)};
    peer_begin(&one.peer, "POST", "/app/app-key/1/jam/xhr_streaming?protocol=7", NULL, NULL);
    assert_non_null(stream_line(&one));
    stream_expect(&one, "o");
    stream_expect(&one, "established");
    app_post(own.port, "jam", "xhr_send", SUBSCRIBE("jam"), 204, "");
    stream_expect(&one, "subscription_succeeded");
    memset(data, 'd', sizeof data - 1);
    test_peer publisher = peer_connect(own.port);
    for (int i = 0; i < EVENTS; i++) {
        snprintf(event, sizeof event, "event-%d.", i);
        peer_publish_on(&publisher, "jam", event, data);
    }
    peer_close(&publisher);
    test_stream two = stream_of_session(own.port, "jam");
    int next = 0;
    for (const char *line; (line = stream_line(&one)) != NULL; next++) {
        snprintf(event, sizeof event, "event-%d.", next);
        assert_non_null(strstr(line, event));
    }
    assert_in_range(next, 1, EVENTS - 1); /* it was jammed */
    assert_false(one.is_complete);
    for (; next < EVENTS; next++) {
        snprintf(event, sizeof event, "event-%d.", next);
        stream_expect(&two, event);
    }
    assert_true(stream_is_quiet(&two, 20));
    stream_close(&one);
    stream_close(&two);
    test_server_stop(&own);
}

static void limit_streams(px_server_options *options) {
    options->http_hold_ms = 0;
    options->http_max_stream = 524288;
}

static void a_stream_does_not_grow_for_ever(void **state) {
    (void)state;
    test_server own;
    static char data[10001];
    test_server_start(&own, limit_streams);
    test_stream stream = subscribe_stream(own.port, "cap", SUBSCRIBE("cap"));
    memset(data, 'd', sizeof data - 1);
    test_peer publisher = peer_connect(own.port);
    while (stream.units <= 524288) {
        peer_publish_on(&publisher, "cap", "event", data);
        stream_expect(&stream, "event");
    }
    peer_close(&publisher);
    stream_expect(&stream, "4200");
    stream_expect(&stream, "c[4200,");
    stream_expect_end(&stream);
    stream_close(&stream);
    test_server_stop(&own);
}

/* ---- Sending ---- */

static void what_is_sent_is_checked(void **state) {
    (void)state;
    app_post(server.port, "nobody", "xhr_send", "[]", 404, "no such session");
    app_post(server.port, "send", "xhr", NULL, 200, "o\n");
    static const struct {
        const char *body;
        int status;
        const char *part;
    } CASES[] = {
        {"[]", 204, ""},
        {"", 500, "Payload expected."},
        {"x", 500, "Broken JSON encoding."},
        {"[\"x\"", 500, "Broken JSON encoding."},
        {"[1]", 500, "Broken JSON encoding."},
        {"[[\"x\"]]", 500, "Broken JSON encoding."},
        {"{\"a\":\"b\"}", 500, "Broken JSON encoding."},
        {"[\"{\\\"event\\\":\\\"pusher:ping\\\"}\"]", 204, ""},
        {" [ \"{}\" ] ", 204, ""},
        {"\"{}\"", 204, ""},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++)
        app_post(server.port, "send", "xhr_send", CASES[i].body, CASES[i].status, CASES[i].part);
}

static void limit_messages(px_server_options *options) {
    options->max_message = 1024;
}

static void a_message_that_is_too_large_closes(void **state) {
    (void)state;
    test_server own;
    static char body[2048] = "[\"";
    memset(body + 2, 'x', 1100);
    memcpy(body + 1102, "\"]", 3);
    test_server_start(&own, limit_messages);
    test_stream stream = subscribe_stream(own.port, "large", SUBSCRIBE("large"));
    app_post(own.port, "large", "xhr_send", body, 204, "");
    stream_expect(&stream, "1009");
    stream_expect(&stream, "c[1009,\"Message too large\"]");
    stream_close(&stream);
    test_server_stop(&own);
}

/* ---- The end of sessions ---- */

/* Its channels are left, which others see: that is what is waited for. */
static void a_session_without_a_receiver_ends(void **state) {
    (void)state;
    test_server own;
    test_server_start(&own, hurry);
    test_stream stream = subscribe_stream(own.port, "gone", SUBSCRIBE("gone"));
    test_stream other = subscribe_stream(own.port, "stays", SUBSCRIBE("stays"));
    stream_close(&stream);
    test_peer asking = peer_connect(own.port);
    const char *path = "/app/app-key/1/gone/xhr_send?protocol=7";
    int status;
    while ((status = peer_ask(&asking, "POST", path, NULL, "[]")) == 204)
        assert_string_equal(stream_line(&other), "h"); /* 300 ms have passed; 200 were given */
    assert_int_equal(status, 404);
    peer_close(&asking);
    app_post(own.port, "stays", "xhr_send", "[]", 204, "");
    stream_close(&other);
    test_server_stop(&own);
}

static void a_refused_key_is_told_in_frames(void **state) {
    (void)state;
    const char *path = "/app/no-key/1/refused/xhr?protocol=7";
    ask(server.port, "POST", path, NULL, 200, "o\n");
    for (int i = 0; i < 3; i++)
        ask(server.port, "POST", path, NULL, 200, "c[4001,\"Application does not exist\"]\n");
    test_stream stream =
        stream_open(server.port, "POST", "/app/app-key/1/v/xhr_streaming?protocol=3", "1.1");
    assert_non_null(stream_line(&stream));
    stream_expect(&stream, "o");
    stream_expect(&stream, "c[4007,");
    stream_expect_end(&stream);
    stream_close(&stream);
}

static void asking_on_does_not_keep_a_closed_session(void **state) {
    (void)state;
    test_server own;
    const char *path = "/app/no-key/1/refused/xhr?protocol=7";
    test_server_start(&own, hurry);
    test_peer peer = peer_connect(own.port);
    peer_ask(&peer, "POST", path, NULL, NULL);
    int closes = 0;
    for (; peer_ask(&peer, "POST", path, NULL, NULL) == 200; closes++)
        if (peer_answer_body(&peer)[0] == 'o')
            break; /* a new one */
    assert_true(closes > 0);
    peer_close(&peer);
    test_server_stop(&own);
}

static void sessions_belong_to_their_app(void **state) {
    (void)state;
    app_post(server.port, "mine", "xhr", NULL, 200, "o\n");
    ask(server.port, "POST", "/app/other-key/1/mine/xhr_send", "[]", 404, "");
    ask(server.port, "POST", "/1/mine/xhr_send", "[]", 404, "");
    ask(server.port, "POST", "/app/app%2dkey/999/mine/xhr_send", "[]", 204, "");
    app_post(server.port, "mine", "xhr_send", "[]", 204, "");
}

static void limit_backlog(px_server_options *options) {
    options->max_backlog = 16384;
    options->http_disconnect_ms = 60000;
}

static void what_waits_between_polls_has_a_limit(void **state) {
    (void)state;
    test_server own;
    static char data[9001];
    test_server_start(&own, limit_backlog);
    app_post(own.port, "slow", "xhr", NULL, 200, "o\n");
    app_post(own.port, "slow", "xhr", NULL, 200, "established");
    app_post(own.port, "slow", "xhr_send", SUBSCRIBE("slow"), 204, "");
    memset(data, 'd', sizeof data - 1);
    for (int i = 0; i < 3; i++)
        assert_int_equal(peer_publish(own.port, "slow", "event", data), 200);
    app_post(own.port, "slow", "xhr", NULL, 200, "c[4100,");
    test_server_stop(&own);
}

static void one_session_only(px_server_options *options) {
    options->http_max_sessions = 1;
}

static void there_is_a_limit_to_sessions(void **state) {
    (void)state;
    test_server own;
    char path[400];
    test_server_start(&own, one_session_only);
    app_post(own.port, "one", "xhr", NULL, 200, "o\n");
    app_post(own.port, "two", "xhr", NULL, 503, "too many sessions");
    app_post(own.port, "one", "xhr", NULL, 200, "established");
    test_server_stop(&own);
    snprintf(path, sizeof path, "/app/app-key/1/%0129d/xhr", 0);
    ask(server.port, "POST", path, NULL, 404, "");
}

static void drain_slowly(px_server_options *options) {
    options->grace_ms = 300;
}

static void a_stopping_server_says_good_bye(void **state) {
    (void)state;
    test_server own;
    test_server_start(&own, drain_slowly);
    test_stream stream = subscribe_stream(own.port, "drain", SUBSCRIBE("drain"));
    test_peer poll = peer_connect(own.port);
    peer_ask(&poll, "POST", "/app/app-key/1/drain2/xhr", NULL, NULL);
    peer_ask(&poll, "POST", "/app/app-key/1/drain2/xhr", NULL, NULL);
    peer_begin(&poll, "POST", "/app/app-key/1/drain2/xhr", NULL, NULL);
    px_server_stop(own.server);
    stream_expect(&stream, "4200");
    stream_expect(&stream, "c[4200,");
    stream_expect_end(&stream);
    assert_int_equal(peer_answer(&poll), 200);
    assert_non_null(strstr(peer_answer_body(&poll), "c[4200,\"Generic reconnect immediately\"]\n"));
    stream_close(&stream);
    peer_close(&poll);
    test_server_join(&own);
}

static void the_page_counts_sessions(void **state) {
    (void)state;
    test_server own;
    test_peer page;
    test_server_start(&own, NULL);
    test_stream stream = subscribe_stream(own.port, "counted", SUBSCRIBE("counted"));
    app_post(own.port, "other", "xhr", NULL, 200, "o\n");
    ask(own.port, "POST", "/app/nobody/1/refused/xhr", NULL, 200, "o\n"); /* counts no more */
    peer_request(own.port, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", &page);
    assert_non_null(strstr(page.bytes, "<dt>HTTP sessions</dt><dd>2</dd>"));
    peer_close(&page);
    stream_close(&stream);
    test_server_stop(&own);
}

static void name_host(px_server_options *options) {
    options->http_hostname = PX_SLICE("h2.example.org");
}

static void clients_are_told_where_to_go_on(void **state) {
    (void)state;
    test_server own;
    test_server_start(&own, name_host);
    app_post(own.port, "named", "xhr", NULL, 200, "o{\"hostname\":\"h2.example.org\"}\n");
    ask(own.port, "POST", "/1/named/xhr", NULL, 200, "o\n");
    test_server_stop(&own);
}

static void switch_off(px_server_options *options) {
    options->http_fallbacks = false;
}

static void all_of_it_can_be_switched_off(void **state) {
    (void)state;
    test_server own;
    test_server_start(&own, switch_off);
    app_post(own.port, "off", "xhr", NULL, 404, "nothing at this path");
    ask(own.port, "GET", "/info", NULL, 404, "");
    test_server_stop(&own);
}

/* ---- Other origins ---- */

static void allow_one_origin(px_server_options *options) {
    static const px_slice ALLOWED = PX_LITERAL("https://good.example");
    static px_app_options app;
    px_app_options_default(&app);
    app.id = PX_SLICE("app-id");
    app.key = PX_SLICE("app-key");
    app.secret = PX_SLICE("app-secret");
    app.allowed_origins = (px_name_list){&ALLOWED, 1};
    options->apps = &app;
    options->app_count = 1;
}

static void expect_header(const test_peer *peer, const char *line) {
    if (!strstr(peer->bytes, line))
        fail_msg("%s is not in\n%s", line, peer->bytes);
}

static void pages_of_other_origins_may_ask(void **state) {
    (void)state;
    test_peer peer = peer_connect(server.port);
    const char *path = "/app/app-key/1/cors/xhr_send";
    assert_int_equal(peer_ask(&peer, "OPTIONS", path,
                              "Origin: https://a.example\r\n"
                              "Access-Control-Request-Headers: content-type, x-a\r\n",
                              NULL),
                     204);
    static const char *const LINES[] = {
        "Access-Control-Allow-Origin: https://a.example\r\n",
        "Access-Control-Allow-Credentials: true\r\n",
        "Access-Control-Allow-Methods: OPTIONS, POST\r\n",
        "Access-Control-Allow-Headers: content-type, x-a\r\n",
        "Access-Control-Max-Age: 31536000\r\n",
        "Cache-Control: public, max-age=31536000\r\n",
        "Expires: ",
        "Vary: Origin\r\n",
    };
    for (size_t i = 0; i < sizeof LINES / sizeof *LINES; i++)
        expect_header(&peer, LINES[i]);
    assert_null(strstr(peer.bytes, "Content-Length"));
    assert_int_equal(peer_ask(&peer, "OPTIONS", path, NULL, NULL), 204);
    expect_header(&peer, "Access-Control-Allow-Origin: *\r\n");
    assert_null(strstr(peer.bytes, "Credentials"));
    assert_null(strstr(peer.bytes, "Allow-Headers"));
    assert_int_equal(peer_ask(&peer, "POST", path, "Origin: null\r\n", "[]"), 404);
    expect_header(&peer, "Access-Control-Allow-Origin: null\r\n");
    assert_int_equal(
        peer_ask(&peer, "POST", "/app/app-key/1/cors/xhr", "Origin: http://b\r\n", NULL), 200);
    expect_header(&peer, "Access-Control-Allow-Origin: http://b\r\n");
    assert_int_equal(peer_ask(&peer, "GET", path, NULL, NULL), 405);
    expect_header(&peer, "Allow: OPTIONS, POST\r\n");
    peer_close(&peer);
}

static void an_app_can_refuse_origins(void **state) {
    (void)state;
    test_server own;
    test_server_start(&own, allow_one_origin);
    test_peer peer = peer_connect(own.port);
    const char *path = "/app/app-key/1/cors/xhr?protocol=7";
    const char *send = "/app/app-key/1/cors2/xhr_send";
    const char *bad = "Origin: https://bad.example\r\n";
    assert_int_equal(peer_ask(&peer, "OPTIONS", path, bad, NULL), 403);
    assert_null(strstr(peer.bytes, "Access-Control"));
    assert_int_equal(peer_ask(&peer, "POST", path, bad, NULL), 200);
    assert_string_equal(peer_answer_body(&peer), "o\n");
    assert_int_equal(peer_ask(&peer, "POST", path, bad, NULL), 200);
    assert_non_null(strstr(peer.bytes, "Access-Control-Allow-Origin: https://bad.example\r\n"));
    assert_string_equal(peer_answer_body(&peer), "c[4009,\"Origin not allowed\"]\n");
    assert_int_equal(peer_ask(&peer, "POST", "/app/app-key/1/cors2/xhr?protocol=7",
                              "Origin: https://good.example\r\n", NULL),
                     200);
    assert_int_equal(peer_ask(&peer, "POST", "/app/app-key/1/cors2/xhr?protocol=7", bad, NULL),
                     403);
    assert_int_equal(peer_ask(&peer, "POST", send, bad, "[]"), 403);
    assert_null(strstr(peer.bytes, "Access-Control"));
    assert_int_equal(peer_ask(&peer, "POST", send, NULL, "[]"), 204);
    peer_close(&peer);
    test_server_stop(&own);
}

/* ---- Connections ---- */

/* Half of a request behind a stream neither disturbs it nor is it lost. */
static void a_request_behind_a_stream_waits(void **state) {
    (void)state;
    test_stream stream =
        stream_open(server.port, "POST", "/app/none/1/behind/xhr_streaming?protocol=7", "1.1");
    peer_begin(&stream.peer, "GET", "/", NULL, NULL);
    assert_non_null(stream_line(&stream));
    stream_expect(&stream, "o");
    stream_expect(&stream, "c[4001,");
    stream_expect_end(&stream);
    while (!strstr(stream.peer.bytes, "Welcome to SockJS!"))
        assert_true(peer_receive(&stream.peer) > 0);
    stream_close(&stream);
}

static void who_sends_without_end_behind_a_stream_is_cut(void **state) {
    (void)state;
    static char junk[1 << 20];
    memset(junk, 'x', sizeof junk);
    test_stream stream = subscribe_stream(server.port, "junk", SUBSCRIBE("junk"));
    while (peer_try_send(&stream.peer, px_slice_of(junk, sizeof junk)))
        ;
    stream_close(&stream);
    app_post(server.port, "junk", "xhr_send", "[]", 204, ""); /* the session is still there */
}

static void a_slow_stream_is_closed(void **state) {
    (void)state;
    test_server own;
    static char data[9001];
    char text[64];
    test_server_start(&own, limit_backlog);
    test_stream stream = {.peer = peer_connect_narrow(own.port), .body = malloc(PEER_BUFFER)};
    peer_begin(&stream.peer, "POST", "/app/app-key/1/narrow/xhr_streaming?protocol=7", NULL, NULL);
    assert_non_null(stream_line(&stream));
    stream_expect(&stream, "o");
    stream_expect(&stream, "established");
    app_post(own.port, "narrow", "xhr_send", SUBSCRIBE("narrow"), 204, "");
    memset(data, 'd', sizeof data - 1);
    test_peer publisher = peer_connect(own.port);
    for (int i = 0; i < 1000; i++) { /* more than sockets hold */
        snprintf(text, sizeof text, "event-%d", i);
        peer_publish_on(&publisher, "narrow", text, data);
    }
    peer_close(&publisher);
    const char *line, *last = NULL;
    static char kept[256];
    while ((line = stream_line(&stream)) != NULL) {
        snprintf(kept, sizeof kept, "%s", line);
        last = kept;
    }
    assert_non_null(last);
    assert_non_null(strstr(last, "c[4100,"));
    stream_close(&stream);
    test_server_stop(&own);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_poll_opens_and_later_ones_bring_what_has_come),
        cmocka_unit_test(a_poll_waits_for_what_is_to_come),
        cmocka_unit_test(polls_may_be_pipelined),
        cmocka_unit_test(an_idle_poll_is_answered_with_a_heartbeat),
        cmocka_unit_test(a_stream_brings_everything),
        cmocka_unit_test(http_1_0_is_closed_at_the_end),
        cmocka_unit_test(heartbeats_go_to_and_fro),
        cmocka_unit_test(who_asks_gets_a_heartbeat),
        cmocka_unit_test(who_asks_gets_a_heartbeat_by_poll),
        cmocka_unit_test(who_answers_no_heartbeat_is_closed),
        cmocka_unit_test(a_new_stream_goes_on_where_the_old_one_was),
        cmocka_unit_test(a_poll_that_is_displaced_ends),
        cmocka_unit_test(a_full_stream_is_held_until_the_client_comes_again),
        cmocka_unit_test(a_hold_lasts_until_all_has_arrived),
        cmocka_unit_test(who_does_not_come_again_gets_the_rest_after_a_while),
        cmocka_unit_test(what_was_not_sent_comes_on_the_new_stream),
        cmocka_unit_test(a_stream_does_not_grow_for_ever),
        cmocka_unit_test(what_is_sent_is_checked),
        cmocka_unit_test(a_message_that_is_too_large_closes),
        cmocka_unit_test(a_session_without_a_receiver_ends),
        cmocka_unit_test(a_refused_key_is_told_in_frames),
        cmocka_unit_test(asking_on_does_not_keep_a_closed_session),
        cmocka_unit_test(sessions_belong_to_their_app),
        cmocka_unit_test(what_waits_between_polls_has_a_limit),
        cmocka_unit_test(there_is_a_limit_to_sessions),
        cmocka_unit_test(a_stopping_server_says_good_bye),
        cmocka_unit_test(the_page_counts_sessions),
        cmocka_unit_test(clients_are_told_where_to_go_on),
        cmocka_unit_test(all_of_it_can_be_switched_off),
        cmocka_unit_test(pages_of_other_origins_may_ask),
        cmocka_unit_test(an_app_can_refuse_origins),
        cmocka_unit_test(a_request_behind_a_stream_waits),
        cmocka_unit_test(who_sends_without_end_behind_a_stream_is_cut),
        cmocka_unit_test(a_slow_stream_is_closed),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
