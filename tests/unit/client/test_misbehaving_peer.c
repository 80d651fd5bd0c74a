/* Peers that do wrong: each ends in a specific error, and the client tries again or stays up. */
#include "client_fixture.h"

#include "net/ws_frame.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    GREETED = 1 << 0, /* the peer greets first */
    AGAIN = 1 << 1,   /* the next attempt, within a second, is waited for */
};

/* What the peer says on the first connection. */
typedef struct misdeed {
    const char *name;
    unsigned flags;
    const char *bytes; /* then it sends this */
    size_t len;
    const char *expected; /* in the journal */
} misdeed;

#define BYTES(text) text, sizeof(text) - 1

static const misdeed misdeeds[] = {
    {"404", AGAIN, BYTES("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"),
     "error WebSocketError PUSHER_ERR_HANDSHAKE 0 0 no WebSocket was opened by 127.0.0.1:"},
    {"a page", 0,
     BYTES("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html><h1>Welcome</h1></html>"),
     "PUSHER_ERR_HANDSHAKE"},
    {"wrong accept", 0,
     BYTES("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"),
     "PUSHER_ERR_HANDSHAKE"},
    {"garbage", 0, BYTES("\x16\x03\x01 this is not HTTP at all\r\n\r\n\r\n"),
     "PUSHER_ERR_HANDSHAKE"},
    {"nothing", 0, BYTES(""),
     "PUSHER_ERR_CLOSED 0 0 the connection was cut without a goodbye by 127.0.0.1:"},
    {"masked", GREETED | AGAIN, BYTES("\x81\x82mask\x00\x00"),
     "PUSHER_ERR_PROTOCOL 0 0 the WebSocket protocol was broken by 127.0.0.1:"},
    {"fragmented ping", GREETED, BYTES("\x09\x01x"), "PUSHER_ERR_PROTOCOL"},
    {"long ping", GREETED, BYTES("\x89\x7e\x00\x80"), "PUSHER_ERR_PROTOCOL"},
    {"reserved bit", GREETED, BYTES("\xc1\x00"), "PUSHER_ERR_PROTOCOL"},
    {"reserved opcode", GREETED, BYTES("\x83\x00"), "PUSHER_ERR_PROTOCOL"},
    {"stray continuation", GREETED, BYTES("\x80\x00"), "PUSHER_ERR_PROTOCOL"},
    {"bad UTF-8", GREETED, BYTES("\x81\x02\xc3\x28"), "PUSHER_ERR_PROTOCOL"},
    {"binary", GREETED, BYTES("\x82\x01x"), "PUSHER_ERR_PROTOCOL"},
    {"one byte of close code", GREETED, BYTES("\x88\x01\x03"), "PUSHER_ERR_PROTOCOL"},
    {"64-bit length", GREETED, BYTES("\x81\x7f\x80\x00\x00\x00\x00\x00\x00\x01"),
     "PUSHER_ERR_PROTOCOL"},
    {"too long", GREETED, BYTES("\x81\x7f\x00\x00\x00\x00\x00\x10\x00\x01"),
     "PUSHER_ERR_LIMIT 0 0 a message was longer than max_message_size from 127.0.0.1:"},
    {"cut inside a frame", GREETED, BYTES("\x81\x05{"), "PUSHER_ERR_CLOSED"},
    {"cut between frames", GREETED, BYTES(""), "PUSHER_ERR_CLOSED"},
    {"not JSON", GREETED, BYTES("\x81\x03{a}"), "error MessageParseError"},
    {"nested deeply", GREETED,
     BYTES("\x81\x50[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["
           "[[[[[[[["),
     "error MessageParseError"},
};

/* The first connection meets the misdeed, the next is treated well. */
static void misbehave(test_connection *connection, void *context) {
    const misdeed *deed = context;
    if (test_connection_number(connection) > 0) {
        if (test_greet(connection))
            test_hold(connection);
        return;
    }
    if (deed->flags & GREETED ? !test_greet(connection) : !test_read_request(connection))
        return;
    test_send(connection, deed->bytes, deed->len);
}

static void is_told_and_tries_again(void **state) {
    const misdeed *deed = *state;
    fixture *world = fixture_new(misbehave, (void *)deed);
    fixture_make(world);
    pusher_connect(world->client);
    await(world, deed->expected);
    if (deed->flags & AGAIN)
        await_times(world, "connected\n", deed->flags & GREETED ? 2 : 1);
    fixture_free(world);
}

/* ---- Closing ---- */

static void close_with_4100(test_connection *connection, void *context) {
    test_frame *frame = malloc(sizeof *frame);
    if (frame && test_greet(connection) &&
        test_send(connection,
                  "\x88\x06\x10\x04"
                  "full",
                  8) &&
        test_read_frame(connection, frame) && frame->opcode == PX_WS_CLOSE)
        atomic_store((atomic_int *)context, frame->close_code);
    free(frame);
}

static void answers_a_close_frame(void **state) {
    (void)state;
    atomic_int answer = 0;
    fixture *world = fixture_new(close_with_4100, &answer);
    fixture_connect(world);
    await(world, "error PusherError PUSHER_OK 4100 0 full");
    await_times(world, "connected\n", 2);
    fixture_stop_peer(world);
    assert_int_equal(atomic_load(&answer), 4100);
    fixture_free(world);
}

static void await_goodbye(test_connection *connection, void *context) {
    atomic_int *code = context;
    test_frame *frame = malloc(sizeof *frame);
    if (frame && test_greet(connection)) {
        while (test_read_frame(connection, frame) && frame->opcode != PX_WS_CLOSE)
            continue;
        atomic_store(code, frame->close_code);
    }
    free(frame);
}

static void says_goodbye(void **state) {
    (void)state;
    atomic_int code = 0;
    fixture *world = fixture_new(await_goodbye, &code);
    fixture_connect(world);
    pusher_disconnect(world->client);
    await(world, "disconnected\n");
    fixture_stop_peer(world);
    assert_int_equal(atomic_load(&code), PX_WS_CLOSE_NORMAL);
    fixture_free(world);
}

/* ---- Asking without listening ---- */

static void ping_without_end(test_connection *connection, void *context) {
    (void)context;
    char frame[2 + 125] = {'\x89', 125};
    if (!test_greet(connection))
        return;
    while (test_send(connection, frame, sizeof frame))
        continue;
}

static void bounds_the_answers_to_pings(void **state) {
    (void)state;
    fixture *world = fixture_new(ping_without_end, NULL);
    world->options.max_outbound = 1024;
    fixture_connect(world);
    await(world,
          "error WebSocketError PUSHER_ERR_LIMIT 0 0 more than max_outbound bytes wait to be "
          "sent to 127.0.0.1:");
    fixture_free(world);
}

/* ---- Unusual, but right ---- */

static void drip(test_connection *connection, void *context) {
    (void)context;
    if (!test_greet(connection))
        return;
    static const char stream[] = "\x89\x02hi"
                                 "\x01\x0f{\"event\":\"slow\""
                                 "\x89\x00"
                                 "\x80\x0c,\"data\":\"x\"}";
    for (size_t i = 0; i < sizeof stream - 1; i++) {
        if (!test_send(connection, stream + i, 1))
            return;
    }
    test_frame *frame = malloc(sizeof *frame);
    if (frame && test_read_frame(connection, frame) && frame->opcode == PX_WS_PONG &&
        strcmp(frame->text, "hi") == 0 &&
        test_send_frame(connection, PX_WS_TEXT, "{\"event\":\"pong was right\"}"))
        test_hold(connection);
    free(frame);
}

static void takes_single_bytes_and_fragments(void **state) {
    (void)state;
    fixture *world = fixture_new(drip, NULL);
    fixture_connect(world);
    await(world, "slow x\n");
    await(world, "pong was right\n");
    fixture_free(world);
}

enum { LONG_MESSAGE = 700 * 1024 };

static void send_long_messages(test_connection *connection, void *context) {
    (void)context;
    char *text = malloc(LONG_MESSAGE + 1);
    static const char begin[] = "{\"event\":\"long\",\"data\":\"";
    memset(text, 'x', LONG_MESSAGE);
    memcpy(text, begin, sizeof begin - 1);
    memcpy(text + LONG_MESSAGE - 2, "\"}", 3);
    if (test_greet(connection) && test_send_frame(connection, PX_WS_TEXT, text) &&
        test_send_frame(connection, PX_WS_TEXT, "{\"event\":\"short\"}") &&
        test_send_frame(connection, PX_WS_TEXT, text))
        test_hold(connection);
    free(text);
}

static void note_length(const pusher_event *event, void *world) {
    bool whole = event->data.len == 0 ||
                 (event->data.ptr[0] == 'x' && event->data.ptr[event->data.len - 1] == 'x');
    note(world, "%.*s %zu %s\n", (int)event->name.len, event->name.ptr, event->data.len,
         whole ? "whole" : "damaged");
}

static void takes_messages_longer_than_its_buffer(void **state) {
    (void)state;
    fixture *world = fixture_new(send_long_messages, NULL);
    fixture_make(world);
    pusher_connection_unbind_global(world->client, NULL, NULL);
    assert_int_equal(pusher_bind_global(world->client, note_length, world, NULL), PUSHER_OK);
    pusher_connect(world->client);
    char line[64];
    snprintf(line, sizeof line, "long %d whole\n", LONG_MESSAGE - 26);
    await_times(world, line, 2);
    assert_int_equal(noted(world, "short 0 whole\n"), 1);
    fixture_free(world);
}

int main(void) {
    enum { DEEDS = sizeof misdeeds / sizeof misdeeds[0] };
    const struct CMUnitTest others[] = {
        cmocka_unit_test(answers_a_close_frame),
        cmocka_unit_test(says_goodbye),
        cmocka_unit_test(bounds_the_answers_to_pings),
        cmocka_unit_test(takes_single_bytes_and_fragments),
        cmocka_unit_test(takes_messages_longer_than_its_buffer),
    };
    struct CMUnitTest tests[DEEDS + sizeof others / sizeof others[0]];
    for (size_t i = 0; i < DEEDS; i++)
        tests[i] = (struct CMUnitTest){misdeeds[i].name, is_told_and_tries_again, NULL, NULL,
                                       (void *)&misdeeds[i]};
    memcpy(tests + DEEDS, others, sizeof others);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
