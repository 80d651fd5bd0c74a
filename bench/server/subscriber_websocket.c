/* A subscriber by WebSocket. */
#include "subscriber.h"

#include "harness.h"
#include "net/ws_frame.h"
#include "net/ws_handshake.h"

#include <stdio.h>

enum { MAX_MESSAGE = 65536 };

#define KEY "dGhlIHNhbXBsZSBub25jZQ=="

static void begin(subscribers *s, subscriber *one) {
    (void)s;
    subscriber_send(one->fd,
                    PX_SLICE("GET /app/" PROCESS_APP_KEY "?protocol=7&client=bench&version=1 "
                             "HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
                             "Connection: Upgrade\r\nSec-WebSocket-Key: " KEY "\r\n"
                             "Sec-WebSocket-Version: 13\r\n\r\n"));
}

static void send_subscription(const subscribers *s, const subscriber *one) {
    static const uint8_t MASK[4] = {1, 2, 3, 4};
    char channel[SUBSCRIBERS_MAX_CHANNEL], text[128];
    px_buffer frame;
    subscribers_channel(s, one->index, channel);
    int len = snprintf(text, sizeof(text),
                       "{\"event\":\"pusher:subscribe\",\"data\":{\"channel\":\"%s\"}}", channel);
    px_buffer_init(&frame, &bench_allocator, 1024);
    if (px_ws_encode(&frame, PX_WS_TEXT, px_slice_of(text, (size_t)len), MASK) != PX_OK)
        bench_fail("out of memory");
    subscriber_send(one->fd, px_buffer_slice(&frame));
    px_buffer_free(&frame);
}

/* Takes the server's answer to the handshake off the front, once it is whole. */
static void read_handshake(subscriber *one) {
    size_t head_len;
    int status;
    const char *why;
    px_ws_reply reply =
        px_ws_read_reply(px_buffer_slice(&one->setup), PX_SLICE(KEY), &head_len, &status, &why);
    if (reply == PX_WS_REPLY_REFUSED)
        bench_fail("a subscriber is refused: %s", why);
    if (reply == PX_WS_REPLY_MORE)
        return;
    px_buffer_consume(&one->setup, head_len);
    one->shook_hands = true;
}

static void read_messages(const subscribers *s, subscriber *one) {
    px_ws_decoder decoder;
    px_ws_decoder_init(&decoder, &bench_allocator, MAX_MESSAGE, false);
    size_t consumed;
    px_ws_message message;
    px_ws_status status;
    while (!one->subscribed && (status = px_ws_decode(&decoder, one->setup.data, one->setup.len,
                                                      &consumed, &message)) != PX_WS_NEED_MORE) {
        if (status == PX_WS_FAILED || message.opcode == PX_WS_CLOSE)
            bench_fail("the server closes a subscriber: %.*s", (int)message.payload.len,
                       message.payload.ptr);
        if (subscriber_contains(message.payload, "pusher:connection_established"))
            send_subscription(s, one);
        one->subscribed = subscriber_contains(message.payload, "subscription_succeeded");
        px_buffer_consume(&one->setup, consumed);
    }
    px_ws_decoder_free(&decoder);
}

static void set_up(subscribers *s, subscriber *one, px_slice bytes) {
    if (px_buffer_append(&one->setup, bytes) != PX_OK)
        bench_fail("the server says too much");
    if (!one->shook_hands)
        read_handshake(one);
    if (one->shook_hands)
        read_messages(s, one);
    if (one->subscribed) {
        s->received += frame_counter_websocket(&one->counter, px_buffer_slice(&one->setup));
        px_buffer_free(&one->setup);
    }
}

static void read_bytes(subscribers *s, subscriber *one, px_slice bytes) {
    if (one->subscribed)
        s->received += frame_counter_websocket(&one->counter, bytes);
    else
        set_up(s, one, bytes);
}

const subscriber_kind SUBSCRIBER_WEBSOCKET = {begin, read_bytes};
