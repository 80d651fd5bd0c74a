#define _DEFAULT_SOURCE
#include "subscribers.h"

#include "harness.h"
#include "net/ws_frame.h"
#include "subscriber.h"

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

static const subscriber_kind *const KINDS[] = {
    [WIRE_CHANNELS] = &SUBSCRIBER_WEBSOCKET,
    [WIRE_BARE] = &SUBSCRIBER_WEBSOCKET,
    [WIRE_STREAM] = &SUBSCRIBER_STREAM,
    [WIRE_NATS] = &SUBSCRIBER_NATS,
};

/* ---- For the kinds ---- */

bool subscriber_contains(px_slice text, const char *word) {
    size_t len = strlen(word);
    for (size_t i = 0; i + len <= text.len; i++)
        if (memcmp(text.ptr + i, word, len) == 0)
            return true;
    return false;
}

void subscriber_send(int fd, px_slice text) {
    if (send(fd, text.ptr, text.len, MSG_NOSIGNAL) != (ssize_t)text.len)
        bench_fail("a subscriber can't send: %s", strerror(errno));
}

int subscriber_connect(uint16_t port, size_t index) {
    struct sockaddr_in source = {.sin_family = AF_INET,
                                 .sin_addr.s_addr =
                                     htonl(INADDR_LOOPBACK + 1 + (uint32_t)(index / PER_SOURCE))};
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int on = 1;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        bench_fail("socket: %s", strerror(errno));
    setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on));
    if (bind(fd, (struct sockaddr *)&source, sizeof(source)) != 0 ||
        connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0)
        bench_fail("subscriber %zu can't connect: %s", index, strerror(errno));
    return fd;
}

void subscriber_open(subscribers *s, subscriber *one) {
    one->fd = subscriber_connect(s->port, one->index);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = one};
    if (epoll_ctl(s->epoll, EPOLL_CTL_ADD, one->fd, &event) != 0)
        bench_fail("subscriber %u can't be watched: %s", (unsigned)one->index, strerror(errno));
    KINDS[s->wire]->begin(s, one);
}

/* ---- All of them ---- */

void subscribers_channel(const subscribers *s, size_t index, char out[SUBSCRIBERS_MAX_CHANNEL]) {
    if (s->are_in_own)
        snprintf(out, SUBSCRIBERS_MAX_CHANNEL, SUBSCRIBERS_CHANNEL "-%zu", index);
    else
        snprintf(out, SUBSCRIBERS_MAX_CHANNEL, SUBSCRIBERS_CHANNEL);
}

static void open_next(subscribers *s) {
    subscriber *one = &s->all[s->count];
    one->index = (uint32_t)s->count++;
    px_buffer_init(&one->setup, &bench_allocator, MAX_SETUP);
    subscriber_open(s, one);
}

/* Reads what has come; returns how many became subscribed. */
static size_t set_up_some(subscribers *s) {
    struct epoll_event events[EVENTS];
    int ready = epoll_wait(s->epoll, events, EVENTS, SETUP_WITHIN_MS);
    size_t subscribed = 0;
    if (ready <= 0)
        bench_fail("not all of %zu subscribers are subscribed, and %s says nothing", s->count,
                   s->server);
    for (int i = 0; i < ready; i++) {
        subscriber *one = events[i].data.ptr;
        if (!subscribers_own(s, one))
            continue;
        bool before = one->subscribed;
        subscribers_read(s, one);
        subscribed += one->subscribed && !before;
    }
    return subscribed;
}

void subscribers_connect(subscribers *s, size_t count, size_t window) {
    if (!s->all) {
        s->sender = -1;
        s->all = calloc(s->capacity, sizeof(s->all[0]));
    }
    if (!s->all || count > s->capacity)
        bench_fail("out of memory");
    for (size_t subscribed = s->count; subscribed < count;) {
        while (s->count < count && s->count - subscribed < window)
            open_next(s);
        subscribed += set_up_some(s);
    }
}

void subscribers_free(subscribers *s) {
    if (!s->all)
        return;
    if (s->sender >= 0)
        close(s->sender);
    for (size_t i = 0; i < s->count; i++) {
        close(s->all[i].fd);
        px_buffer_free(&s->all[i].setup);
    }
    free(s->all);
    s->all = NULL;
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
        bench_fail("%s cuts a subscriber: %s", s->server,
                   count < 0 ? strerror(errno) : "end of file");
    px_slice bytes = px_slice_of(buffer, (size_t)count);
    if (s->look && one->subscribed && one->index % s->look_at_one_in == 0)
        s->look(s->look_context, bytes);
    KINDS[s->wire]->read(s, one, bytes);
}

static void tell_all(const subscribers *s, px_slice text) {
    for (size_t i = 0; i < s->count; i++)
        subscriber_send(s->all[i].fd, text);
}

static void tell_all_by_frame(const subscribers *s, uint8_t opcode, px_slice payload) {
    static const uint8_t MASK[4] = {1, 2, 3, 4};
    px_buffer frame;
    px_buffer_init(&frame, &bench_allocator, 256);
    if (px_ws_encode(&frame, opcode, payload, MASK) != PX_OK)
        bench_fail("out of memory");
    tell_all(s, px_buffer_slice(&frame));
    px_buffer_free(&frame);
}

/* Where nobody asked for it, a pong says that one is alive, and has no answer. */
uint64_t subscribers_keep_alive(subscribers *s) {
    switch (s->wire) {
    case WIRE_CHANNELS:
        tell_all_by_frame(s, PX_WS_TEXT, PX_SLICE("{\"event\":\"pusher:ping\",\"data\":{}}"));
        return s->count;
    case WIRE_BARE:
        tell_all_by_frame(s, PX_WS_PONG, PX_SLICE(""));
        break;
    case WIRE_NATS:
        tell_all(s, PX_SLICE("PONG\r\n"));
        break;
    case WIRE_STREAM: /* they answer heartbeats */
        break;
    }
    return 0;
}
