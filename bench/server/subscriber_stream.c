/* A subscriber whose session streams by HTTP: it does what pusher-js does, answers heartbeats, and
 * begins its stream anew after a while. */
#define _DEFAULT_SOURCE
#include "subscriber.h"

#include "harness.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    STREAM_LENGTH = 262144, /* a client begins its stream anew when more than that has come */
    CHUNK_END = 2,
};

static void begin(subscribers *s, subscriber *one) {
    char request[512];
    (void)s;
    int len = snprintf(request, sizeof(request),
                       "POST /pusher/app/" PROCESS_APP_KEY "/1/bench%u/xhr_streaming?protocol=7"
                       "&client=bench&version=1 HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                       "Content-Length: 0\r\n\r\n",
                       (unsigned)one->index);
    subscriber_send(one->fd, px_slice_of(request, (size_t)len));
}

/* The subscription of a session goes by a request of its own. */
static void post_subscription(const subscribers *s, const subscriber *one) {
    char channel[SUBSCRIBERS_MAX_CHANNEL], body[256], request[512];
    subscribers_channel(s, one->index, channel);
    int body_len = snprintf(body, sizeof(body),
                            "[\"{\\\"event\\\":\\\"pusher:subscribe\\\",\\\"data\\\":{"
                            "\\\"channel\\\":\\\"%s\\\"}}\"]",
                            channel);
    int fd = subscriber_connect(s->port, one->index);
    int len = snprintf(request, sizeof(request),
                       "POST /pusher/app/" PROCESS_APP_KEY "/1/bench%u/xhr_send HTTP/1.1\r\n"
                       "Host: 127.0.0.1\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s",
                       (unsigned)one->index, body_len, body);
    subscriber_send(fd, px_slice_of(request, (size_t)len));
    if (recv(fd, request, sizeof(request), MSG_WAITALL) < 12 || memcmp(request + 9, "204", 3) != 0)
        bench_fail("a subscription is refused");
    close(fd);
}

/* Whoever answers no heartbeat is closed after a minute. */
static void answer_heartbeat(subscribers *s, const subscriber *one) {
    char request[256];
    ssize_t got;
    do /* answers to earlier ones; the end, when there was none for long */
        got = s->sender < 0 ? 0 : recv(s->sender, request, sizeof(request), MSG_DONTWAIT);
    while (got > 0);
    if (got == 0) {
        if (s->sender >= 0)
            close(s->sender);
        s->sender = subscriber_connect(s->port, 0);
    }
    int len = snprintf(request, sizeof(request),
                       "POST /pusher/app/" PROCESS_APP_KEY "/1/bench%u/xhr_send HTTP/1.1\r\n"
                       "Host: 127.0.0.1\r\nContent-Length: 2\r\n\r\n[]",
                       (unsigned)one->index);
    subscriber_send(s->sender, px_slice_of(request, (size_t)len));
}

/* ---- Counting ---- */

static int hex_digit(char c) {
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The first byte of a chunk says what it is. */
static void begin_chunk(subscriber *one, px_slice bytes, bool *has_heartbeat) {
    frame_counter *c = &one->counter;
    if (bytes.ptr[0] == 'c')
        bench_fail("the server closes a session: %.*s",
                   (int)(bytes.len < c->skip ? bytes.len : c->skip), bytes.ptr);
    c->counts = bytes.ptr[0] == 'a';
    /* What a stream begins with is long, and no heartbeat. */
    *has_heartbeat |= bytes.ptr[0] == 'h' && c->skip < 8;
    one->stream.in_chunk = false;
}

/* The number of chunks with a message that end in the bytes, which are all behind the head. */
static uint64_t count_chunks(subscriber *one, px_slice bytes, bool *has_heartbeat) {
    frame_counter *c = &one->counter;
    stream_state *stream = &one->stream;
    uint64_t count = 0;
    while (bytes.len) {
        if (c->skip > 0) {
            if (stream->in_chunk)
                begin_chunk(one, bytes, has_heartbeat);
            size_t skipped = c->skip < bytes.len ? (size_t)c->skip : bytes.len;
            c->skip -= skipped;
            count += c->skip == 0 && c->counts;
            bytes = px_slice_after(bytes, skipped);
            continue;
        }
        int digit = hex_digit(bytes.ptr[0]);
        if (digit >= 0) {
            stream->chunk = stream->chunk * 16 + (uint64_t)digit;
        } else if (bytes.ptr[0] == '\n') {
            c->skip = stream->chunk + CHUNK_END;
            stream->body += stream->chunk;
            stream->in_chunk = true;
            stream->chunk = 0;
        }
        bytes = px_slice_after(bytes, 1);
    }
    return count;
}

/* What is behind the head; empty until the head is whole. */
static px_slice skip_head(subscriber *one, px_slice bytes) {
    for (size_t i = 0; !one->stream.is_past_head && i + 4 <= bytes.len; i++)
        if (memcmp(bytes.ptr + i, "\r\n\r\n", 4) == 0) {
            one->stream.is_past_head = true;
            return px_slice_after(bytes, i + 4);
        }
    return one->stream.is_past_head ? bytes : px_slice_of(NULL, 0);
}

/* As pusher-js does it: the server holds back what comes from here on until the new request. */
static void begin_anew(subscribers *s, subscriber *one) {
    if (one->stream.body <= STREAM_LENGTH || one->counter.skip > 0 || one->stream.chunk > 0)
        return;
    close(one->fd);
    one->stream.is_past_head = false;
    one->stream.body = 0;
    subscriber_open(s, one);
}

static void read_bytes(subscribers *s, subscriber *one, px_slice bytes) {
    bool was_past_head = one->stream.is_past_head;
    bytes = skip_head(one, bytes);
    if (!one->stream.is_past_head && !was_past_head)
        bench_fail("the head of an answer came in pieces");
    if (!one->subscribed && subscriber_contains(bytes, "pusher:connection_established"))
        post_subscription(s, one);
    bool has_heartbeat = false;
    uint64_t count = count_chunks(one, bytes, &has_heartbeat);
    if (has_heartbeat)
        answer_heartbeat(s, one);
    if (one->subscribed)
        s->received += count;
    one->subscribed = one->subscribed || subscriber_contains(bytes, "subscription_succeeded");
    begin_anew(s, one);
}

const subscriber_kind SUBSCRIBER_STREAM = {begin, read_bytes};
