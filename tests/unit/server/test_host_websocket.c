/* WebSocket connections on real sockets: the upgrade, frames however they are cut, and what each
 * violation is answered. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "host_peer.h"
#include "memory.h"

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

/* ---- The upgrade ---- */

#define WEBSOCKET "Host: a\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
#define VERSION   "Sec-WebSocket-Version: 13\r\n"
#define KEY       "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"

static const struct {
    const char *request;
    int status;
} HANDSHAKES[] = {
    {"GET /app/app-key HTTP/1.1\r\n" WEBSOCKET VERSION KEY "\r\n", 101},
    {"GET /app/nobody HTTP/1.1\r\n" WEBSOCKET VERSION KEY "\r\n", 101}, /* then 4001 */
    {"GET /app/app-key HTTP/1.1\r\n" WEBSOCKET VERSION "\r\n", 400},
    {"GET /app/app-key HTTP/1.1\r\n" WEBSOCKET VERSION "Sec-WebSocket-Key: x\r\n\r\n", 400},
    {"GET /app/app-key HTTP/1.1\r\n" WEBSOCKET KEY "\r\n", 426},
    {"GET /app/app-key HTTP/1.1\r\n" WEBSOCKET KEY "Sec-WebSocket-Version: 8\r\n\r\n", 426},
    {"GET /app/app-key HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n" VERSION KEY "\r\n", 426},
    {"GET /app/app-key HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\n" VERSION KEY "\r\n", 426},
    {"GET /app/app-key HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n", 426},
    {"POST /app/app-key HTTP/1.1\r\nContent-Length: 0\r\n" WEBSOCKET VERSION KEY "\r\n", 400},
    {"GET /app/app-key HTTP/1.1\r\nContent-Length: 1\r\n" WEBSOCKET VERSION KEY "\r\nx", 400},
    {"GET /app/ HTTP/1.1\r\n" WEBSOCKET VERSION KEY "\r\n", 404},
    {"GET /app/a/b HTTP/1.1\r\n" WEBSOCKET VERSION KEY "\r\n", 404},
    {"GET /elsewhere HTTP/1.1\r\n" WEBSOCKET VERSION KEY "\r\n", 404},
    {"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n", 200},
};

static void handshakes_are_checked(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof HANDSHAKES / sizeof *HANDSHAKES; i++) {
        test_peer peer;
        if (peer_request(server.port, HANDSHAKES[i].request, &peer) != HANDSHAKES[i].status)
            fail_msg("%s\nwas answered: %s", HANDSHAKES[i].request, peer.bytes);
        if (HANDSHAKES[i].status == 426)
            assert_non_null(strstr(peer.bytes, "Sec-WebSocket-Version: 13\r\n"));
        if (HANDSHAKES[i].status >= 400)
            assert_non_null(strstr(peer.bytes, "{\"error\":\""));
        peer_close(&peer);
    }
}

/* After other requests, in single bytes, and with the first message right behind the head. */
static void an_upgrade_may_come_in_pieces(void **state) {
    (void)state;
    static const char REQUESTS[] =
        "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"
        "GET /app/app%2Dkey?protocol=7 HTTP/1.1\r\n" WEBSOCKET VERSION KEY
        "\r\n\x81\x97\0\0\0\0{\"event\":\"pusher:ping\"}";
    static const size_t LENGTH = sizeof REQUESTS - 1;
    for (size_t step = 1; step <= LENGTH; step += step < 8 ? 1 : 50) {
        test_peer peer = peer_connect(server.port);
        for (size_t at = 0; at < LENGTH; at += step)
            peer_send(&peer, px_slice_of(REQUESTS + at, LENGTH - at < step ? LENGTH - at : step));
        assert_int_equal(peer_answer(&peer), 200);
        assert_int_equal(peer_answer(&peer), 101);
        memmove(peer.bytes, peer.bytes + peer.answered, peer.len - peer.answered + 1);
        peer.len -= peer.answered;
        peer_expect(&peer, "pusher:connection_established");
        peer_expect(&peer, "pusher:pong");
        peer_close(&peer);
    }
}

static void connect_with(const char *path, test_peer *peer) {
    char request[512];
    snprintf(request, sizeof request, "GET %s HTTP/1.1\r\n" WEBSOCKET VERSION KEY "\r\n", path);
    assert_int_equal(peer_request(server.port, request, peer), 101);
    memmove(peer->bytes, peer->bytes + peer->answered, peer->len - peer->answered + 1);
    peer->len -= peer->answered;
}

static void refusals_are_close_codes(void **state) {
    (void)state;
    static const struct {
        const char *path;
        uint16_t code;
    } CASES[] = {
        {"/app/nobody?protocol=7", 4001},
        {"/app/app-key?protocol=x", 4006},
        {"/app/app-key?protocol=99", 4007},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        test_peer peer;
        connect_with(CASES[i].path, &peer);
        peer_expect(&peer, "pusher:error");
        peer_expect_close(&peer, CASES[i].code);
        peer_close(&peer);
    }
}

/* ---- Frames ---- */

static void frames_may_be_cut_anywhere(void **state) {
    (void)state;
    static const uint8_t MASK[4] = {9, 8, 7, 6};
    px_buffer frames;
    px_buffer_init(&frames, &test_malloc, 4096);
    for (int i = 0; i < 2; i++)
        assert_int_equal(
            px_ws_encode(&frames, PX_WS_TEXT, PX_SLICE("{\"event\":\"pusher:ping\"}"), MASK),
            PX_OK);
    test_peer peer = peer_open(server.port);
    for (size_t cut = 0; cut <= frames.len; cut++) {
        peer_send(&peer, px_slice_of(frames.data, cut));
        peer_send(&peer, px_slice_of(frames.data + cut, frames.len - cut));
        peer_expect(&peer, "pusher:pong");
        peer_expect(&peer, "pusher:pong");
    }
    for (size_t at = 0; at < frames.len; at++)
        peer_send(&peer, px_slice_of(frames.data + at, 1));
    peer_expect(&peer, "pusher:pong");
    peer_expect(&peer, "pusher:pong");
    px_buffer_free(&frames);
    peer_close(&peer);
}

static void a_message_may_come_in_fragments(void **state) {
    (void)state;
    test_peer peer = peer_open(server.port);
    peer_send(&peer, px_slice_of("\x01\x81\0\0\0\0{", 7));
    peer_send(&peer, px_slice_of("\x89\x81\0\0\0\0x", 7)); /* a ping in between */
    peer_send(&peer, px_slice_of("\x00\x8a\0\0\0\0\"event\":\"p", 16));
    peer_send(&peer, px_slice_of("\x80\x8c\0\0\0\0usher:ping\"}", 18));
    peer_frame frame;
    assert_true(peer_next_frame(&peer, &frame));
    assert_int_equal(frame.opcode, PX_WS_PONG);
    assert_string_equal(frame.text, "x");
    peer_expect(&peer, "pusher:pong");
    peer_close(&peer);
}

static void a_message_of_the_greatest_size_is_read(void **state) {
    (void)state;
    static char text[65536];
    memset(text, ' ', sizeof text);
    static const char EVENT[] = "{\"event\":\"pusher:ping\"}";
    memcpy(text + sizeof text - (sizeof EVENT - 1), EVENT, sizeof EVENT - 1);
    test_peer peer = peer_open(server.port);
    peer_send_frame(&peer, PX_WS_TEXT, px_slice_of(text, sizeof text));
    peer_expect(&peer, "pusher:pong");
    peer_close(&peer);
}

#define BYTES(text) PX_LITERAL(text)
static const struct {
    px_slice frame;
    uint16_t code;
} VIOLATIONS[] = {
    {BYTES("\x81\x01x"), 1002},                            /* not masked */
    {BYTES("\xc1\x81\0\0\0\0x"), 1002},                    /* a reserved bit */
    {BYTES("\x83\x81\0\0\0\0x"), 1002},                    /* an unknown opcode */
    {BYTES("\x8b\x80\0\0\0\0"), 1002},                     /* an unknown control frame */
    {BYTES("\x09\x80\0\0\0\0"), 1002},                     /* a fragmented ping */
    {BYTES("\x89\xfe\0\x7e\0\0\0\0"), 1002},               /* a ping of 126 bytes */
    {BYTES("\x80\x81\0\0\0\0x"), 1002},                    /* a continuation of nothing */
    {BYTES("\x01\x81\0\0\0\0x\x81\x81\0\0\0\0x"), 1002},   /* a message inside a message */
    {BYTES("\x88\x81\0\0\0\0x"), 1002},                    /* half a close code */
    {BYTES("\x88\x82\0\0\0\0\x03\xed"), 1002},             /* 1005 on the wire */
    {BYTES("\x81\x82\0\0\0\0\xc3\x28"), 1007},             /* no UTF-8 */
    {BYTES("\x88\x84\0\0\0\0\x03\xe8\xc3\x28"), 1007},     /* a reason that is no UTF-8 */
    {BYTES("\x81\xff\0\0\0\0\0\x01\0\x01\0\0\0\0"), 1009}, /* 65537 bytes */
    {BYTES("\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xff\0\0\0\0"), 1009},
    {BYTES("\x82\x81\0\0\0\0x"), 1003}, /* binary */
};

static void each_violation_has_its_code(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof VIOLATIONS / sizeof *VIOLATIONS; i++) {
        test_peer peer = peer_open(server.port);
        peer_frame frame;
        peer_send(&peer, VIOLATIONS[i].frame);
        assert_true(peer_next_frame(&peer, &frame));
        if (frame.opcode != PX_WS_CLOSE || frame.close_code != VIOLATIONS[i].code)
            fail_msg("violation %zu: opcode %d, code %d, %s", i, frame.opcode, frame.close_code,
                     frame.text);
        assert_true(frame.len > 0);
        assert_true(peer_is_at_end(&peer));
        peer_close(&peer);
    }
}

static void fragments_that_grow_too_large_are_1009(void **state) {
    (void)state;
    static char part[32768];
    memset(part, 'x', sizeof part);
    test_peer peer = peer_open(server.port);
    for (int i = 0; i < 3; i++) {
        const char head[] = {(char)(i == 0 ? 0x01 : 0x00), (char)0xfe, (char)0x80, 0, 0, 0, 0, 0};
        (void)peer_try_send(&peer, px_slice_of(head, sizeof head));
        (void)peer_try_send(&peer, px_slice_of(part, sizeof part));
    }
    peer_expect_close(&peer, 1009);
    peer_close(&peer);
}

static void others_notice_nothing(void **state) {
    (void)state;
    test_peer witness = peer_open(server.port);
    peer_subscribe(&witness, "c");
    each_violation_has_its_code(NULL);
    assert_int_equal(peer_publish(server.port, "c", "still", "here"), 200);
    peer_expect(&witness, "\"event\":\"still\"");
    peer_close(&witness);
}

/* ---- Control frames ---- */

static void a_ping_is_answered_with_its_payload(void **state) {
    (void)state;
    static const char PAYLOAD[125] = "payload";
    peer_frame frame;
    test_peer peer = peer_open(server.port);
    peer_send_frame(&peer, PX_WS_PING, px_slice_of(PAYLOAD, sizeof PAYLOAD));
    peer_send_frame(&peer, PX_WS_PONG, PX_SLICE("unasked"));
    peer_send_frame(&peer, PX_WS_PING, PX_SLICE(""));
    assert_true(peer_next_frame(&peer, &frame));
    assert_int_equal(frame.opcode, PX_WS_PONG);
    assert_int_equal(frame.len, sizeof PAYLOAD);
    assert_memory_equal(frame.text, PAYLOAD, sizeof PAYLOAD);
    assert_true(peer_next_frame(&peer, &frame));
    assert_int_equal(frame.opcode, PX_WS_PONG);
    assert_int_equal(frame.len, 0);
    peer_close(&peer);
}

static void a_close_is_answered_in_kind(void **state) {
    (void)state;
    static const struct {
        px_slice payload;
        uint16_t code;
    } CASES[] = {
        {BYTES("\x03\xe8"), 1000},
        {BYTES("\x0f\xa1why"), 4001},
        {BYTES(""), PX_WS_CLOSE_NO_STATUS},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        test_peer peer = peer_open(server.port);
        peer_send_frame(&peer, PX_WS_CLOSE, CASES[i].payload);
        /* Nothing behind a close counts. */
        (void)peer_try_send(&peer, px_slice_of("\x81\x81\0\0\0\0x", 7));
        peer_expect_close(&peer, CASES[i].code);
        peer_close(&peer);
    }
}

static void set_short_silence(px_server_options *options) {
    options->hub.activity_timeout = 1;
    options->hub.pong_timeout = 1;
}

static void who_is_silent_is_asked_and_then_closed(void **state) {
    (void)state;
    test_server own;
    peer_frame frame;
    test_server_start(&own, set_short_silence);
    test_peer peer = peer_open(own.port);
    assert_true(peer_next_frame(&peer, &frame));
    assert_int_equal(frame.opcode, PX_WS_PING);
    peer_send_frame(&peer, PX_WS_PONG, px_slice_of(frame.text, frame.len));
    bool is_asked_again = false;
    while (peer_next_frame(&peer, &frame) && frame.opcode != PX_WS_CLOSE)
        is_asked_again = is_asked_again || frame.opcode == PX_WS_PING;
    assert_true(is_asked_again);
    assert_int_equal(frame.close_code, 4201);
    peer_close(&peer);
    test_server_stop(&own);
}

int main(void) {
#define TEST(test) cmocka_unit_test_setup_teardown(test, start, stop)
    const struct CMUnitTest tests[] = {
        TEST(handshakes_are_checked),
        TEST(an_upgrade_may_come_in_pieces),
        TEST(refusals_are_close_codes),
        TEST(frames_may_be_cut_anywhere),
        TEST(a_message_may_come_in_fragments),
        TEST(a_message_of_the_greatest_size_is_read),
        TEST(each_violation_has_its_code),
        TEST(fragments_that_grow_too_large_are_1009),
        TEST(others_notice_nothing),
        TEST(a_ping_is_answered_with_its_payload),
        TEST(a_close_is_answered_in_kind),
        cmocka_unit_test(who_is_silent_is_asked_and_then_closed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
