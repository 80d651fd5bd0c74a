#define _DEFAULT_SOURCE
#include "service.h"

#include "harness.h"
#include "net/ws_handshake.h"
#include "json/reader.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SEND_BUFFER = 1 << 23, MAX_INPUT = 65536, ANSWER_WITHIN_MS = 20000 };

#define GREETING                                                                                   \
    "{\"event\":\"pusher:connection_established\",\"data\":"                                       \
    "\"{\\\"socket_id\\\":\\\"1.1\\\",\\\"activity_timeout\\\":120}\"}"
#define SUBSCRIBED "pusher_internal:subscription_succeeded"

service service_listen(void) {
    service s = {.listener = socket(AF_INET, SOCK_STREAM, 0)};
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(address);
    if (s.listener < 0 || bind(s.listener, (struct sockaddr *)&address, len) != 0 ||
        listen(s.listener, 8) != 0 ||
        getsockname(s.listener, (struct sockaddr *)&address, &len) != 0)
        bench_fail("can't listen: %s", strerror(errno));
    s.port = ntohs(address.sin_port);
    return s;
}

static void send_all(int fd, px_slice bytes) {
    while (bytes.len) {
        ssize_t count = send(fd, bytes.ptr, bytes.len, MSG_NOSIGNAL);
        if (count < 0 && errno != EINTR)
            bench_fail("the receiver is gone: %s", strerror(errno));
        if (count > 0)
            bytes = px_slice_after(bytes, (size_t)count);
    }
}

static void send_block(int fd, const service_load *load) {
    off_t offset = 0;
    while ((size_t)offset < load->block)
        if (sendfile(fd, load->file, &offset, load->block - (size_t)offset) < 0 && errno != EINTR)
            bench_fail("the receiver is gone: %s", strerror(errno));
}

static void await_input(int fd) {
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    if (poll(&wait, 1, ANSWER_WITHIN_MS) <= 0)
        bench_fail("the receiver says nothing");
}

/* Waits for more bytes of the receiver. */
static void read_more(service_peer *peer) {
    await_input(peer->fd);
    if (px_buffer_reserve(&peer->input, 1024) != PX_OK)
        bench_fail("the receiver says too much");
    ssize_t count = recv(peer->fd, peer->input.data + peer->input.len, 1024, 0);
    if (count <= 0)
        bench_fail("the receiver is gone");
    peer->input.len += (size_t)count;
}

/* The value of the first header of that name in a request's head. */
static px_slice find_header(px_slice head, const char *name) {
    size_t len = strlen(name);
    for (size_t i = 0; i + len < head.len; i++) {
        if (head.ptr[i] != '\n' || strncasecmp(head.ptr + i + 1, name, len) != 0)
            continue;
        px_slice value = px_slice_after(head, i + 1 + len);
        while (value.len && value.ptr[0] == ' ')
            value = px_slice_after(value, 1);
        value.len = strcspn(value.ptr, "\r\n");
        return value;
    }
    bench_fail("the receiver's request has no %s", name);
}

static void shake_hands(service_peer *peer) {
    const px_buffer *in = &peer->input;
    while (in->len < 4 || memcmp(in->data + in->len - 4, "\r\n\r\n", 4) != 0)
        read_more(peer);
    px_buffer answer;
    px_buffer_init(&answer, &bench_allocator, MAX_INPUT);
    if (px_ws_accept_reply(&answer, find_header(px_buffer_slice(in), "Sec-WebSocket-Key:")) !=
        PX_OK)
        bench_fail("out of memory");
    events_append_text(&answer, PX_SLICE(GREETING));
    send_all(peer->fd, px_buffer_slice(&answer));
    px_buffer_free(&answer);
    px_buffer_clear(&peer->input);
}

/* The value of "event" or "data" at the top of a message, as it stands there. */
static px_slice find_member(px_slice message, px_slice name) {
    px_json_reader reader;
    px_json_reader_init(&reader, message);
    if (px_json_next(&reader) != PX_JSON_OBJECT_BEGIN)
        return PX_SLICE("");
    while (px_json_next(&reader) == PX_JSON_KEY) {
        bool found = px_slice_equal(reader.text, name);
        px_slice value;
        if (!px_json_raw(&reader, px_json_next(&reader), &value))
            break;
        if (found)
            return value;
    }
    return PX_SLICE("");
}

/* What to do with the data of an event. */
typedef void (*data_fn)(service_peer *peer, px_slice data, uint64_t *result);

/* Waits for the receiver's event of this name. */
static void expect_event(service_peer *peer, px_slice name, data_fn take, uint64_t *result) {
    for (;;) {
        size_t consumed;
        px_ws_message message;
        px_ws_status status =
            px_ws_decode(&peer->decoder, peer->input.data, peer->input.len, &consumed, &message);
        if (status == PX_WS_FAILED || (status == PX_WS_MESSAGE && message.opcode == PX_WS_CLOSE))
            bench_fail("the receiver broke off");
        bool found = status == PX_WS_MESSAGE && message.opcode == PX_WS_TEXT &&
                     px_slice_equal(find_member(message.payload, PX_SLICE("event")), name);
        if (found)
            take(peer, find_member(message.payload, PX_SLICE("data")), result);
        px_buffer_consume(&peer->input, consumed);
        if (found)
            return;
        if (status == PX_WS_NEED_MORE)
            read_more(peer);
    }
}

/* With much to send in the kernel already, the receiver does not wait until this process gets its
 * turn again, which on a busy machine takes longer than the receiver needs for what it has. */
static void give_room(int fd) {
    int room = SEND_BUFFER;
    if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof(room)) != 0)
        setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof(room)); /* less, for other users */
}

/* Answers a subscription. */
static void confirm(service_peer *peer, px_slice data, uint64_t *result) {
    (void)result;
    char text[256];
    px_buffer answer;
    px_slice channel = find_member(data, PX_SLICE("channel")); /* in its quotes */
    px_buffer_init(&answer, &bench_allocator, MAX_INPUT);
    int len = snprintf(text, sizeof(text),
                       "{\"event\":\"" SUBSCRIBED "\",\"channel\":%.*s,\"data\":\"{}\"}",
                       (int)channel.len, channel.ptr);
    events_append_text(&answer, px_slice_of(text, (size_t)len));
    send_all(peer->fd, px_buffer_slice(&answer));
    px_buffer_free(&answer);
}

static void read_number(service_peer *peer, px_slice data, uint64_t *result) {
    (void)peer;
    if (!px_slice_to_u64(data, result))
        bench_fail("the receiver's answer is no number");
}

service_peer service_accept(const service *s, const events *kind) {
    await_input(s->listener);
    service_peer peer = {.fd = accept(s->listener, NULL, NULL)};
    if (peer.fd < 0)
        bench_fail("accept: %s", strerror(errno));
    int on = 1;
    setsockopt(peer.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    give_room(peer.fd);
    px_ws_decoder_init(&peer.decoder, &bench_allocator, MAX_INPUT, true);
    px_buffer_init(&peer.input, &bench_allocator, MAX_INPUT);
    shake_hands(&peer);
    for (size_t i = 0; i < kind->channels + 1; i++)
        expect_event(&peer, PX_SLICE("\"pusher:subscribe\""), confirm, NULL);
    return peer;
}

void service_end(service_peer *peer) {
    close(peer->fd);
    px_buffer_free(&peer->input);
    px_ws_decoder_free(&peer->decoder);
}

service_burst service_send(service_peer *peer, const service_load *load, double seconds) {
    service_burst burst = {0};
    uint64_t start = bench_now_ns();
    uint64_t until = start + (uint64_t)(seconds * 1e9);
    uint64_t quarter = start + (uint64_t)(seconds * 1e9 / 4);
    uint64_t first_count = 0;
    do {
        if (!burst.was_counted && bench_now_ns() >= quarter) {
            burst.was_counted = true;
            first_count = load->count();
        }
        send_block(peer->fd, load);
        burst.sent += load->block_events;
    } while (bench_now_ns() < until);
    burst.counted = load->count() - first_count;
    send_all(peer->fd, load->mark);
    expect_event(peer, PX_SLICE("\"" EVENTS_MARK "\""), read_number, &burst.received);
    burst.seconds = (double)(bench_now_ns() - start) / 1e9;
    return burst;
}
