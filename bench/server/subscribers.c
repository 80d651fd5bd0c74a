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
    STREAM_LENGTH = 262144, /* a client begins its stream anew when more than that has come */
    CHUNK_END = 2,
};

#define KEY "dGhlIHNhbXBsZSBub25jZQ=="

struct subscriber {
    int fd;
    size_t index;
    bool shook_hands;
    bool subscribed;
    px_buffer setup; /* what came until it was subscribed */
    /* Counting: the frame that is passing by. */
    uint8_t head[10];
    uint8_t head_len;
    uint64_t skip; /* bytes of payload to come */
    /* The same for a stream, whose frames are chunks. */
    uint64_t chunk; /* the length that is being read */
    uint64_t body;  /* bytes of all chunks so far */
    bool in_chunk;
    bool is_past_head;
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

/* ---- Counting chunks ---- */

static int hex_digit(char c) {
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The number of chunks with a message that begin in the bytes, which are all behind the head. */
static uint64_t count_chunks(subscriber *one, px_slice bytes, bool *has_heartbeat) {
    uint64_t count = 0;
    while (bytes.len) {
        if (one->skip > 0) {
            if (one->in_chunk && bytes.ptr[0] == 'c')
                bench_fail("the server closes a session: %.*s",
                           (int)(bytes.len < one->skip ? bytes.len : one->skip), bytes.ptr);
            count += one->in_chunk && bytes.ptr[0] == 'a';
            /* What a stream begins with is long, and no heartbeat. */
            *has_heartbeat |= one->in_chunk && bytes.ptr[0] == 'h' && one->skip < 8;
            one->in_chunk = false;
            size_t skipped = one->skip < bytes.len ? (size_t)one->skip : bytes.len;
            one->skip -= skipped;
            bytes = px_slice_after(bytes, skipped);
            continue;
        }
        int digit = hex_digit(bytes.ptr[0]);
        if (digit >= 0) {
            one->chunk = one->chunk * 16 + (uint64_t)digit;
        } else if (bytes.ptr[0] == '\n') {
            one->skip = one->chunk + CHUNK_END;
            one->body += one->chunk;
            one->in_chunk = true;
            one->chunk = 0;
        }
        bytes = px_slice_after(bytes, 1);
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

static void send_stream_request(int fd, size_t session) {
    char request[512];
    int len = snprintf(request, sizeof(request),
                       "POST /pusher/app/" PROCESS_APP_KEY "/1/bench%zu/xhr_streaming?protocol=7"
                       "&client=bench&version=1 HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                       "Content-Length: 0\r\n\r\n",
                       session);
    send_text(fd, px_slice_of(request, (size_t)len));
}

/* A socket that is connected, from one of several addresses. */
static int connect_socket(uint16_t port, size_t index) {
    struct sockaddr_in source = {.sin_family = AF_INET,
                                 .sin_addr.s_addr =
                                     htonl(INADDR_LOOPBACK + 1 + (uint32_t)(index / PER_SOURCE))};
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int on = 1;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0)
        bench_fail("socket: %s", strerror(errno));
    setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on));
    if (bind(fd, (struct sockaddr *)&source, sizeof(source)) != 0 ||
        connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0)
        bench_fail("subscriber %zu can't connect: %s", index, strerror(errno));
    return fd;
}

static void open_one(subscribers *s, subscriber *one) {
    one->fd = connect_socket(s->port, one->index);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = one};
    if (epoll_ctl(s->epoll, EPOLL_CTL_ADD, one->fd, &event) != 0)
        bench_fail("subscriber %zu can't be watched: %s", one->index, strerror(errno));
    if (s->transport == SUBSCRIBERS_STREAM)
        send_stream_request(one->fd, one->index);
    else
        send_request(one->fd);
}

/* The subscription of a stream's session goes by a request of its own. */
static void post_subscription(const subscribers *s, const subscriber *one) {
    static const char BODY[] = "[\"{\\\"event\\\":\\\"pusher:subscribe\\\",\\\"data\\\":{"
                               "\\\"channel\\\":\\\"" SUBSCRIBERS_CHANNEL "\\\"}}\"]";
    char request[512];
    int fd = connect_socket(s->port, one->index);
    int len = snprintf(request, sizeof(request),
                       "POST /pusher/app/" PROCESS_APP_KEY "/1/bench%zu/xhr_send HTTP/1.1\r\n"
                       "Host: 127.0.0.1\r\nConnection: close\r\nContent-Length: %zu\r\n\r\n%s",
                       one->index, sizeof(BODY) - 1, BODY);
    send_text(fd, px_slice_of(request, (size_t)len));
    if (recv(fd, request, sizeof(request), MSG_WAITALL) < 12 || memcmp(request + 9, "204", 3) != 0)
        bench_fail("a subscription is refused");
    close(fd);
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

/* Whoever answers no heartbeat is closed after a minute. */
static void answer_heartbeat(subscribers *s, const subscriber *one) {
    char request[256];
    ssize_t got;
    do /* answers to earlier ones; the end, when there was none for long */
        got = s->sender < 0 ? 0 : recv(s->sender, request, sizeof(request), MSG_DONTWAIT);
    while (got > 0);
    if (got == 0) {
        if (s->sender >= 0)
            if (s->sender >= 0)
                close(s->sender);
        s->sender = connect_socket(s->port, 0);
    }
    int len = snprintf(request, sizeof(request),
                       "POST /pusher/app/" PROCESS_APP_KEY "/1/bench%zu/xhr_send HTTP/1.1\r\n"
                       "Host: 127.0.0.1\r\nContent-Length: 2\r\n\r\n[]",
                       one->index);
    send_text(s->sender, px_slice_of(request, (size_t)len));
}

/* What is behind the head; empty until the head is whole. */
static px_slice skip_head(subscriber *one, px_slice bytes) {
    for (size_t i = 0; !one->is_past_head && i + 4 <= bytes.len; i++)
        if (memcmp(bytes.ptr + i, "\r\n\r\n", 4) == 0) {
            one->is_past_head = true;
            return px_slice_after(bytes, i + 4);
        }
    return one->is_past_head ? bytes : px_slice_of(NULL, 0);
}

/* As pusher-js does it: the server holds back what comes from here on until the new request. */
static void begin_anew(subscribers *s, subscriber *one) {
    if (one->body <= STREAM_LENGTH || one->skip > 0 || one->chunk > 0)
        return;
    close(one->fd);
    one->is_past_head = false;
    one->body = 0;
    open_one(s, one);
}

static void read_stream(subscribers *s, subscriber *one, px_slice bytes) {
    bool was_past_head = one->is_past_head;
    bytes = skip_head(one, bytes);
    if (!one->is_past_head && !was_past_head)
        bench_fail("the head of an answer came in pieces");
    if (!one->subscribed && contains(bytes, "pusher:connection_established"))
        post_subscription(s, one);
    bool has_heartbeat = false;
    uint64_t count = count_chunks(one, bytes, &has_heartbeat);
    if (has_heartbeat)
        answer_heartbeat(s, one);
    if (one->subscribed)
        s->received += count;
    one->subscribed = one->subscribed || contains(bytes, "subscription_succeeded");
    begin_anew(s, one);
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

void subscribers_connect(subscribers *s, size_t count, size_t window, int epoll) {
    s->count = count;
    s->epoll = epoll;
    s->sender = -1;
    s->all = calloc(count, sizeof(s->all[0]));
    if (!s->all)
        bench_fail("out of memory");
    size_t opened = 0, subscribed = 0;
    while (subscribed < count) {
        while (opened < count && opened - subscribed < window) {
            subscriber *one = &s->all[opened];
            one->index = opened++;
            px_buffer_init(&one->setup, &bench_allocator, MAX_SETUP);
            open_one(s, one);
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
    close(s->sender);
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
        bench_fail("the server cuts a subscriber: %s", count < 0 ? strerror(errno) : "end of file");
    px_slice bytes = px_slice_of(buffer, (size_t)count);
    if (s->transport == SUBSCRIBERS_STREAM) {
        if (s->look)
            s->look(s->look_context, bytes);
        read_stream(s, one, bytes);
        return;
    }
    if (!one->subscribed) {
        read_setup(s, one, bytes);
        return;
    }
    if (s->look)
        s->look(s->look_context, bytes);
    s->received += count_frames(one, bytes);
}
