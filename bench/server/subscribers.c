#define _DEFAULT_SOURCE
#include "subscribers.h"

#include "harness.h"
#include "net/ws_handshake.h"
#include "process.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef IP_BIND_ADDRESS_NO_PORT
#define IP_BIND_ADDRESS_NO_PORT 24
#endif

enum {
    READ_SIZE = 65536,
    MAX_SETUP = 65536,
    PER_SOURCE = 4000, /* connections from one address: 127.0.0.2, 127.0.0.3, ... */
    SETUP_WITHIN_MS = 30000,
    EVENTS = 64,
};

#define KEY "dGhlIHNhbXBsZSBub25jZQ=="

struct subscriber {
    int fd;
    bool shook_hands;
    bool subscribed;
    px_buffer setup; /* what came until it was subscribed */
    /* Counting: the frame that is passing by. */
    uint8_t head[10];
    uint8_t head_len;
    uint64_t skip; /* bytes of payload to come */
};

/* ---- Counting frames ---- */

static uint8_t head_length(uint8_t second) {
    return (second & 0x7f) == 127 ? 10 : (second & 0x7f) == 126 ? 4 : 2;
}

static uint64_t payload_length(const uint8_t *head, uint8_t len) {
    uint64_t value = 0;
    if (len == 2)
        return head[1] & 0x7f;
    for (uint8_t i = 2; i < len; i++)
        value = value << 8 | head[i];
    return value;
}

/* The number of text frames that begin in the bytes. */
static uint64_t count_frames(subscriber *one, px_slice bytes) {
    uint64_t count = 0;
    while (bytes.len) {
        size_t skipped = one->skip < bytes.len ? (size_t)one->skip : bytes.len;
        one->skip -= skipped;
        bytes = px_slice_after(bytes, skipped);
        if (bytes.len == 0)
            break;
        one->head[one->head_len++] = (uint8_t)bytes.ptr[0];
        bytes = px_slice_after(bytes, 1);
        if (one->head_len < 2 || one->head_len < head_length(one->head[1]))
            continue;
        one->skip = payload_length(one->head, one->head_len);
        one->head_len = 0;
        if ((one->head[0] & 0x0f) == PX_WS_CLOSE)
            bench_fail("the server closes a subscriber");
        count += (one->head[0] & 0x0f) == PX_WS_TEXT;
    }
    return count;
}

/* ---- Connecting ---- */

static bool contains(px_slice text, const char *word) {
    size_t len = strlen(word);
    for (size_t i = 0; i + len <= text.len; i++)
        if (memcmp(text.ptr + i, word, len) == 0)
            return true;
    return false;
}

static void send_text(int fd, px_slice text) {
    if (send(fd, text.ptr, text.len, MSG_NOSIGNAL) != (ssize_t)text.len)
        bench_fail("a subscriber can't send: %s", strerror(errno));
}

static void send_request(int fd) {
    send_text(fd, PX_SLICE("GET /app/" PROCESS_APP_KEY "?protocol=7&client=bench&version=1 HTTP/1.1"
                           "\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                           "Sec-WebSocket-Key: " KEY "\r\nSec-WebSocket-Version: 13\r\n\r\n"));
}

static void send_subscription(int fd) {
    static const uint8_t MASK[4] = {1, 2, 3, 4};
    px_buffer frame;
    px_buffer_init(&frame, &bench_allocator, 1024);
    if (px_ws_encode(&frame, PX_WS_TEXT,
                     PX_SLICE("{\"event\":\"pusher:subscribe\",\"data\":{\"channel\":"
                              "\"" SUBSCRIBERS_CHANNEL "\"}}"),
                     MASK) != PX_OK)
        bench_fail("out of memory");
    send_text(fd, px_buffer_slice(&frame));
    px_buffer_free(&frame);
}

static void open_one(subscriber *one, uint16_t port, size_t index, int epoll) {
    struct sockaddr_in source = {.sin_family = AF_INET,
                                 .sin_addr.s_addr =
                                     htonl(INADDR_LOOPBACK + 1 + (uint32_t)(index / PER_SOURCE))};
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int on = 1;
    *one = (subscriber){.fd = socket(AF_INET, SOCK_STREAM, 0)};
    px_buffer_init(&one->setup, &bench_allocator, MAX_SETUP);
    if (one->fd < 0)
        bench_fail("socket: %s", strerror(errno));
    setsockopt(one->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on));
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = one};
    if (bind(one->fd, (struct sockaddr *)&source, sizeof(source)) != 0 ||
        connect(one->fd, (struct sockaddr *)&address, sizeof(address)) != 0 ||
        epoll_ctl(epoll, EPOLL_CTL_ADD, one->fd, &event) != 0)
        bench_fail("subscriber %zu can't connect: %s", index, strerror(errno));
    send_request(one->fd);
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

static void read_messages(subscriber *one) {
    px_ws_decoder decoder;
    px_ws_decoder_init(&decoder, &bench_allocator, MAX_SETUP, false);
    size_t consumed;
    px_ws_message message;
    px_ws_status status;
    while (!one->subscribed && (status = px_ws_decode(&decoder, one->setup.data, one->setup.len,
                                                      &consumed, &message)) != PX_WS_NEED_MORE) {
        if (status == PX_WS_FAILED || message.opcode == PX_WS_CLOSE)
            bench_fail("the server closes a subscriber: %.*s", (int)message.payload.len,
                       message.payload.ptr);
        if (contains(message.payload, "pusher:connection_established"))
            send_subscription(one->fd);
        one->subscribed = contains(message.payload, "subscription_succeeded");
        px_buffer_consume(&one->setup, consumed);
    }
    px_ws_decoder_free(&decoder);
}

static void read_setup(subscribers *s, subscriber *one, px_slice bytes) {
    if (px_buffer_append(&one->setup, bytes) != PX_OK)
        bench_fail("the server says too much");
    if (!one->shook_hands)
        read_handshake(one);
    if (one->shook_hands)
        read_messages(one);
    if (one->subscribed) {
        s->received += count_frames(one, px_buffer_slice(&one->setup));
        px_buffer_free(&one->setup);
    }
}

void subscribers_connect(subscribers *s, uint16_t port, size_t count, size_t window, int epoll) {
    *s = (subscribers){.count = count, .epoll = epoll};
    s->all = calloc(count, sizeof(s->all[0]));
    if (!s->all)
        bench_fail("out of memory");
    size_t opened = 0, subscribed = 0;
    while (subscribed < count) {
        while (opened < count && opened - subscribed < window) {
            open_one(&s->all[opened], port, opened, epoll);
            opened++;
        }
        struct epoll_event events[EVENTS];
        int ready = epoll_wait(epoll, events, EVENTS, SETUP_WITHIN_MS);
        if (ready <= 0)
            bench_fail("%zu of %zu subscribers are subscribed, and the server says nothing",
                       subscribed, count);
        for (int i = 0; i < ready; i++) {
            subscriber *one = events[i].data.ptr;
            if (!subscribers_own(s, one))
                continue;
            bool before = one->subscribed;
            subscribers_read(s, one);
            subscribed += one->subscribed && !before;
        }
    }
}

void subscribers_free(subscribers *s) {
    for (size_t i = 0; i < s->count; i++) {
        close(s->all[i].fd);
        px_buffer_free(&s->all[i].setup);
    }
    free(s->all);
}

bool subscribers_own(const subscribers *s, const void *data) {
    const subscriber *one = data;
    return one >= s->all && one < s->all + s->count;
}

void subscribers_read(subscribers *s, void *data) {
    static char buffer[READ_SIZE];
    subscriber *one = data;
    ssize_t count = recv(one->fd, buffer, sizeof(buffer), MSG_DONTWAIT);
    if (count < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (count <= 0)
        bench_fail("the server closes a subscriber");
    px_slice bytes = px_slice_of(buffer, (size_t)count);
    if (!one->subscribed) {
        read_setup(s, one, bytes);
        return;
    }
    if (s->look)
        s->look(s->look_context, bytes);
    s->received += count_frames(one, bytes);
}
