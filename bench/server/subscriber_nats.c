/* A subscriber of nats-server
 * (https://docs.nats.io/reference/reference-protocols/nats-protocol). */
#include "subscriber.h"

#include "harness.h"

#include <stdio.h>

/* The answer to the PING comes when the subscription is made. */
static void begin(subscribers *s, subscriber *one) {
    char channel[SUBSCRIBERS_MAX_CHANNEL], text[256];
    subscribers_channel(s, one->index, channel);
    int len = snprintf(text, sizeof(text),
                       "CONNECT {\"verbose\":false,\"pedantic\":false,\"tls_required\":false}\r\n"
                       "SUB %s 1\r\nPING\r\n",
                       channel);
    subscriber_send(one->fd, px_slice_of(text, (size_t)len));
}

/* Nothing is published before all are subscribed: the PONG is the last that comes. */
static void read_bytes(subscribers *s, subscriber *one, px_slice bytes) {
    if (one->subscribed) {
        s->received += frame_counter_nats(&one->counter, bytes);
        return;
    }
    if (px_buffer_append(&one->setup, bytes) != PX_OK)
        bench_fail("the server says too much");
    one->subscribed = subscriber_contains(px_buffer_slice(&one->setup), "\r\nPONG\r\n");
    if (one->subscribed)
        px_buffer_free(&one->setup);
}

const subscriber_kind SUBSCRIBER_NATS = {begin, read_bytes};
