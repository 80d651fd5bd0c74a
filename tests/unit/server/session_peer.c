#include "session_peer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <poll.h>

enum { COMPACT = 1 << 20 };

/* ---- Requests ---- */

static void send_request(test_peer *peer, const char *method, const char *path, const char *version,
                         const char *headers, const char *body) {
    char length[64] = "";
    char head[4096];
    if (body)
        snprintf(length, sizeof length, "Content-Length: %zu\r\n", strlen(body));
    int len = snprintf(head, sizeof head, "%s /pusher%s HTTP/%s\r\nHost: localhost\r\n%s%s\r\n",
                       method, path, version, length, headers ? headers : "");
    assert_in_range(len, 0, sizeof head - 1);
    peer_send_text(peer, head);
    if (body)
        peer_send_text(peer, body);
}

void peer_begin(test_peer *peer, const char *method, const char *path, const char *headers,
                const char *body) {
    send_request(peer, method, path, "1.1", headers, body);
}

int peer_ask(test_peer *peer, const char *method, const char *path, const char *headers,
             const char *body) {
    peer_begin(peer, method, path, headers, body);
    return peer_answer(peer);
}

void ask(int port, const char *method, const char *path, const char *body, int status,
         const char *part) {
    test_peer peer = peer_connect(port);
    int got = peer_ask(&peer, method, path, NULL, body);
    if (got != status || !strstr(peer_answer_body(&peer), part))
        fail_msg("%s %s: not %d with %s but\n%s", method, path, status, part, peer.bytes);
    peer_close(&peer);
}

void app_post(int port, const char *session, const char *end, const char *body, int status,
              const char *part) {
    char path[512];
    snprintf(path, sizeof path, "/app/app-key/1/%s/%s?protocol=7&client=js&version=8.6.0&t=1&n=1",
             session, end);
    ask(port, "POST", path, body, status, part);
}

void peer_publish_on(test_peer *peer, const char *channel, const char *event, const char *data) {
    static char body[65536];
    static char head[PEER_TARGET_SIZE + 128];
    char target[PEER_TARGET_SIZE];
    snprintf(body, sizeof body, "{\"name\":\"%s\",\"channel\":\"%s\",\"data\":\"%s\"}", event,
             channel, data);
    peer_sign("/apps/app-id/events", body, target);
    snprintf(head, sizeof head,
             "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: %zu\r\n\r\n", target,
             strlen(body));
    peer_send_text(peer, head);
    peer_send_text(peer, body);
    assert_int_equal(peer_answer(peer), 200);
}

/* ---- Streams ---- */

test_stream stream_open(int port, const char *method, const char *path, const char *version) {
    test_stream made = {.peer = peer_connect(port), .body = malloc(PEER_BUFFER)};
    assert_non_null(made.body);
    send_request(&made.peer, method, path, version, NULL, NULL);
    return made;
}

test_stream stream_of_session(int port, const char *session) {
    char path[512];
    snprintf(path, sizeof path, "/app/app-key/1/%s/xhr_streaming?protocol=7", session);
    test_stream made = stream_open(port, "POST", path, "1.1");
    assert_int_equal(strlen(stream_line(&made)), 2048);
    return made;
}

static void take(test_peer *peer, size_t count) {
    memmove(peer->bytes, peer->bytes + count, peer->len - count + 1);
    peer->len -= count;
}

static void add_body(test_stream *stream, const char *bytes, size_t count) {
    assert_true(stream->len + count + 1 < PEER_BUFFER);
    memcpy(stream->body + stream->len, bytes, count);
    stream->len += count;
}

static void read_head(test_stream *stream) {
    char *end = strstr(stream->peer.bytes, "\r\n\r\n");
    if (!end)
        return;
    *end = '\0';
    assert_memory_equal(stream->peer.bytes, "HTTP/1.1 200 ", 13);
    stream->is_chunked = strstr(stream->peer.bytes, "Transfer-Encoding: chunked") != NULL;
    assert_null(strstr(stream->peer.bytes, "Content-Length"));
    stream->has_head = true;
    take(&stream->peer, (size_t)(end - stream->peer.bytes) + 4);
}

/* Takes the chunk at `at`; returns its length with all that belongs to it, 0 when it is not whole. */
static size_t take_chunk(test_stream *stream, size_t at) {
    const test_peer *peer = &stream->peer;
    char *end;
    size_t size = strtoul(peer->bytes + at, &end, 16);
    size_t head = (size_t)(end - peer->bytes) - at + 2;
    if (head == 2 || peer->len < at + head + size + 2)
        return 0;
    assert_memory_equal(end, "\r\n", 2);
    assert_memory_equal(peer->bytes + at + head + size, "\r\n", 2);
    add_body(stream, peer->bytes + at + head, size);
    stream->is_complete = size == 0;
    return head + size + 2;
}

/* Moves what has come into the body, as far as the chunks are whole. */
static void decode(test_stream *stream) {
    test_peer *peer = &stream->peer;
    if (!stream->has_head)
        read_head(stream);
    if (!stream->has_head)
        return;
    size_t used = 0;
    if (!stream->is_chunked) {
        add_body(stream, peer->bytes, peer->len);
        used = peer->len;
    }
    for (size_t len; stream->is_chunked && !stream->is_complete; used += len)
        if ((len = take_chunk(stream, used)) == 0)
            break;
    take(peer, used);
}

static bool receive(test_stream *stream) {
    size_t got = stream->is_complete ? 0 : peer_receive(&stream->peer);
    decode(stream);
    return got > 0;
}

static size_t count_units(const char *line) {
    size_t units = 1; /* the newline */
    for (; *line; line++)
        units += (size_t)((*line & 0xc0) != 0x80) + (size_t)((unsigned char)*line >= 0xf0);
    return units;
}

/* Makes room at the front, now and then. */
static void compact(test_stream *stream) {
    if (stream->used < COMPACT)
        return;
    memmove(stream->body, stream->body + stream->used, stream->len - stream->used);
    stream->len -= stream->used;
    stream->used = 0;
}

const char *stream_line(test_stream *stream) {
    char *end;
    compact(stream);
    while (!(end = memchr(stream->body + stream->used, '\n', stream->len - stream->used)))
        if (!receive(stream))
            return NULL;
    *end = '\0';
    const char *line = stream->body + stream->used;
    stream->used = (size_t)(end - stream->body) + 1;
    stream->units += count_units(line);
    return line;
}

void stream_expect(test_stream *stream, const char *part) {
    const char *line = stream_line(stream);
    if (!line || !strstr(line, part))
        fail_msg("not %s but %s", part, line ? line : "the end of the answer");
}

void stream_expect_end(test_stream *stream) {
    const char *line = stream_line(stream);
    if (line)
        fail_msg("not the end but %s", line);
    if (stream->is_chunked)
        assert_true(stream->is_complete);
}

bool stream_is_quiet(test_stream *stream, int ms) {
    struct pollfd wait = {.fd = stream->peer.fd, .events = POLLIN};
    return stream->len == stream->used && stream->peer.len == 0 && poll(&wait, 1, ms) == 0;
}

void stream_close(test_stream *stream) {
    peer_close(&stream->peer);
    free(stream->body);
}
