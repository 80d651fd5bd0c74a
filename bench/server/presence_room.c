#define _DEFAULT_SOURCE
#include "presence_room.h"

#include "harness.h"
#include "net/signature.h"
#include "net/ws_frame.h"
#include "net/ws_handshake.h"
#include "subscriber.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MAX_INPUT = 262144, READ_SIZE = 65536, EVENTS = 64, QUIET_MS = 10000, HEAD = 64 };

#define KEY     "dGhlIHNhbXBsZSBub25jZQ=="
#define CHANNEL "presence-room"

static const uint8_t MASK[4] = {1, 2, 3, 4};

static void must(int result) {
    if (result != PX_OK)
        bench_fail("a client of the presence channel has no memory");
}

/* ---- What clients say ---- */

/* The signature is made once: it is good for as long as the connection lives. */
static void write_subscription(presence_client *c, size_t number, px_slice socket_id) {
    char channel_data[128], escaped[160], signature[PX_SIGNATURE_LENGTH], text[512];
    snprintf(channel_data, sizeof(channel_data),
             "{\"user_id\":\"%zu\",\"user_info\":{\"name\":\"User %zu\"}}", number, number);
    snprintf(escaped, sizeof(escaped),
             "{\\\"user_id\\\":\\\"%zu\\\",\\\"user_info\\\":{\\\"name\\\":\\\"User %zu\\\"}}",
             number, number);
    px_slice parts[] = {socket_id, PX_SLICE(":" CHANNEL ":"), px_slice_of_text(channel_data)};
    must(px_signature(PX_SLICE(PROCESS_APP_SECRET), parts, 3, signature));
    int len = snprintf(text, sizeof(text),
                       "{\"event\":\"pusher:subscribe\",\"data\":{\"channel\":\"" CHANNEL
                       "\",\"auth\":\"" PROCESS_APP_KEY ":%.*s\",\"channel_data\":\"%s\"}}",
                       PX_SIGNATURE_LENGTH, signature, escaped);
    must(px_ws_encode(&c->subscribe, PX_WS_TEXT, px_slice_of(text, (size_t)len), MASK));
}

static void join(presence_room *room, presence_client *c) {
    if (c->is_guest) {
        room->joins++;
        room->inside++;
    }
    subscriber_send(c->fd, px_buffer_slice(&c->subscribe));
}

/* The answer to the ping comes when the server has seen the leaving. */
static void leave(presence_client *c) {
    px_buffer frames;
    px_buffer_init(&frames, &bench_allocator, 1024);
    must(px_ws_encode(
        &frames, PX_WS_TEXT,
        PX_SLICE("{\"event\":\"pusher:unsubscribe\",\"data\":{\"channel\":\"" CHANNEL "\"}}"),
        MASK));
    must(px_ws_encode(&frames, PX_WS_TEXT, PX_SLICE("{\"event\":\"pusher:ping\",\"data\":{}}"),
                      MASK));
    subscriber_send(c->fd, px_buffer_slice(&frames));
    px_buffer_free(&frames);
    c->is_leaving = true;
}

/* ---- What they hear ---- */

/* "socket_id":"123.456", inside of a JSON text in a JSON string. */
static void take_socket_id(presence_room *room, presence_client *c, px_slice text) {
    static const char BEFORE[] = "socket_id\\\":\\\"";
    for (size_t i = 0; i + strlen(BEFORE) < text.len; i++) {
        if (memcmp(text.ptr + i, BEFORE, strlen(BEFORE)) != 0)
            continue;
        const char *id = text.ptr + i + strlen(BEFORE);
        size_t len = strspn(id, "0123456789.");
        write_subscription(c, (size_t)(c - room->clients), px_slice_of(id, len));
        if (!c->is_guest)
            join(room, c);
        return;
    }
    bench_fail("the server gives no socket id: %.*s", (int)text.len, text.ptr);
}

static void take_guest_message(presence_room *room, presence_client *c, px_slice head) {
    if (subscriber_contains(head, "subscription_succeeded")) {
        leave(c);
    } else if (c->is_leaving && subscriber_contains(head, "pusher:pong")) {
        c->is_leaving = false;
        room->inside--;
        if (room->is_open)
            join(room, c);
    }
}

static void take_message(presence_room *room, presence_client *c, px_slice text) {
    px_slice head = px_slice_of(text.ptr, text.len < HEAD ? text.len : HEAD);
    if (subscriber_contains(head, "pusher:connection_established"))
        take_socket_id(room, c, text);
    else if (subscriber_contains(head, "pusher:error") ||
             subscriber_contains(head, "subscription_error"))
        bench_fail("the presence channel is refused: %.*s", (int)text.len, text.ptr);
    else if (c->is_guest)
        take_guest_message(room, c, head);
    else if (subscriber_contains(head, "member_added"))
        room->added += c->is_subscribed;
    else if (subscriber_contains(head, "member_removed"))
        room->removed += c->is_subscribed;
    else if (subscriber_contains(head, "subscription_succeeded"))
        c->is_subscribed = true;
}

static void read_frames(presence_room *room, presence_client *c) {
    px_ws_decoder decoder;
    px_ws_decoder_init(&decoder, &bench_allocator, MAX_INPUT, false);
    size_t used = 0, consumed;
    px_ws_message message;
    px_ws_status status;
    while ((status = px_ws_decode(&decoder, c->input.data + used, c->input.len - used, &consumed,
                                  &message)) == PX_WS_MESSAGE) {
        if (message.opcode == PX_WS_CLOSE)
            bench_fail("the server closes a member");
        take_message(room, c, message.payload);
        used += consumed;
    }
    if (status == PX_WS_FAILED)
        bench_fail("the server sends what is no frame");
    px_buffer_consume(&c->input, used);
    px_ws_decoder_free(&decoder);
}

static void read_handshake(presence_client *c) {
    size_t head_len;
    int status;
    const char *why;
    px_ws_reply reply =
        px_ws_read_reply(px_buffer_slice(&c->input), PX_SLICE(KEY), &head_len, &status, &why);
    if (reply == PX_WS_REPLY_REFUSED)
        bench_fail("a member is refused: %s", why);
    c->shook_hands = reply == PX_WS_REPLY_ACCEPTED;
    if (c->shook_hands)
        px_buffer_consume(&c->input, head_len);
}

static void read_client(presence_room *room, presence_client *c) {
    static char bytes[READ_SIZE];
    ssize_t count = recv(c->fd, bytes, sizeof(bytes), MSG_DONTWAIT);
    if (count < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (count <= 0)
        bench_fail("the server cuts a member");
    must(px_buffer_append(&c->input, px_slice_of(bytes, (size_t)count)));
    if (!c->shook_hands)
        read_handshake(c);
    if (c->shook_hands)
        read_frames(room, c);
}

static void turn(presence_room *room) {
    struct epoll_event events[EVENTS];
    int ready = epoll_wait(room->epoll, events, EVENTS, QUIET_MS);
    if (ready == 0)
        bench_fail("%llu joined, and members were told so %llu times, of leaving %llu times",
                   (unsigned long long)room->joins, (unsigned long long)room->added,
                   (unsigned long long)room->removed);
    for (int i = 0; i < ready; i++)
        read_client(room, events[i].data.ptr);
}

/* ---- The room ---- */

static void open_client(presence_room *room, presence_client *c, size_t index) {
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
    c->is_guest = index >= PRESENCE_MEMBERS;
    c->fd = subscriber_connect(room->port, index);
    px_buffer_init(&c->input, &bench_allocator, MAX_INPUT);
    px_buffer_init(&c->subscribe, &bench_allocator, 1024);
    if (epoll_ctl(room->epoll, EPOLL_CTL_ADD, c->fd, &event) != 0)
        bench_fail("epoll: %s", strerror(errno));
    subscriber_send(c->fd,
                    PX_SLICE("GET /app/" PROCESS_APP_KEY "?protocol=7&client=bench&version=1 "
                             "HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
                             "Connection: Upgrade\r\nSec-WebSocket-Key: " KEY "\r\n"
                             "Sec-WebSocket-Version: 13\r\n\r\n"));
}

static bool is_ready(const presence_client *c) {
    return c->is_guest ? c->subscribe.len > 0 : c->is_subscribed;
}

/* One after the other, so that none is told of others that are still to be counted. */
void presence_start(presence_room *room, uint16_t port) {
    *room = (presence_room){.port = port, .epoll = epoll_create1(EPOLL_CLOEXEC)};
    if (room->epoll < 0)
        bench_fail("epoll: %s", strerror(errno));
    for (size_t i = 0; i < PRESENCE_ALL; i++) {
        uint64_t told = room->added + (i < PRESENCE_MEMBERS ? i : 0);
        open_client(room, &room->clients[i], i);
        while (!is_ready(&room->clients[i]) || room->added < told)
            turn(room);
    }
    room->added = 0;
}

void presence_end(presence_room *room) {
    for (size_t i = 0; i < PRESENCE_ALL; i++) {
        close(room->clients[i].fd);
        px_buffer_free(&room->clients[i].input);
        px_buffer_free(&room->clients[i].subscribe);
    }
    close(room->epoll);
}

void presence_churn(presence_room *room, double seconds) {
    uint64_t until = bench_now_ns() + (uint64_t)(seconds * 1e9);
    room->is_open = true;
    for (size_t i = PRESENCE_MEMBERS; i < PRESENCE_ALL; i++)
        join(room, &room->clients[i]);
    while (bench_now_ns() < until)
        turn(room);
    room->is_open = false;
    while (room->inside > 0 || room->added < room->joins * PRESENCE_MEMBERS ||
           room->removed < room->joins * PRESENCE_MEMBERS)
        turn(room);
    if (room->added + room->removed != 2 * room->joins * PRESENCE_MEMBERS)
        bench_fail("members were told too much");
}
