#include "host_peer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "memory.h"
#include "net/signature.h"
#include "patience.h"

/* ---- The server ---- */

px_server_options test_server_options(void) {
    static const px_slice ANY_PORT = PX_LITERAL("127.0.0.1:0");
    px_server_options options;
    px_server_options_default(&options);
    options.listen = (px_name_list){&ANY_PORT, 1};
    options.grace_ms = 0;
    return options;
}

static void count_line(void *context, int level, px_slice line) {
    (void)level;
    if (px_slice_starts_with(line, PX_SLICE("a connection is slow")))
        ((test_server *)context)->slow_lines++;
}

static void *run(void *context) {
    test_server *server = context;
    server->result = px_server_run(server->server);
    return NULL;
}

void test_server_start(test_server *server, void (*change)(px_server_options *options)) {
    char why[PX_SERVER_ERROR_SIZE];
    char address[PX_SERVER_ADDRESS_SIZE];
    server->options = test_server_options();
    server->options.log = count_line;
    server->options.log_context = server;
    server->slow_lines = 0;
    if (change)
        change(&server->options);
    if (px_server_new(&server->options, &server->server, why, sizeof why) != PX_OK)
        fail_msg("%s", why);
    assert_true(px_server_address(server->server, 0, address));
    server->port = (int)strtol(strrchr(address, ':') + 1, NULL, 10);
    assert_int_equal(pthread_create(&server->thread, NULL, run, server), 0);
}

void test_server_join(test_server *server) {
    assert_int_equal(pthread_join(server->thread, NULL), 0);
    assert_int_equal(server->result, PX_OK);
    px_server_free(server->server);
}

void test_server_stop(test_server *server) {
    px_server_stop(server->server);
    px_server_stop(server->server);
    test_server_join(server);
}

/* ---- Bytes ---- */

static test_peer connect_with(int port, int receive_buffer) {
    test_peer made = {.fd = socket(AF_INET, SOCK_STREAM, 0), .bytes = malloc(PEER_BUFFER)};
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int on = 1;
    assert_true(made.fd >= 0);
    assert_non_null(made.bytes);
    made.bytes[0] = '\0';
    setsockopt(made.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (receive_buffer > 0)
        setsockopt(made.fd, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    if (connect(made.fd, (struct sockaddr *)&address, sizeof address) != 0)
        fail_msg("can't connect: %s", strerror(errno));
    return made;
}

test_peer peer_connect(int port) {
    return connect_with(port, 0);
}

test_peer peer_connect_narrow(int port) {
    return connect_with(port, 65536);
}

void peer_close(test_peer *peer) {
    close(peer->fd);
    free(peer->bytes);
    peer->fd = -1;
    peer->bytes = NULL;
}

bool peer_try_send(test_peer *peer, px_slice bytes) {
    while (bytes.len > 0) {
        ssize_t sent = send(peer->fd, bytes.ptr, bytes.len, MSG_NOSIGNAL);
        if (sent < 0)
            return false;
        bytes = px_slice_after(bytes, (size_t)sent);
    }
    return true;
}

void peer_send(test_peer *peer, px_slice bytes) {
    assert_true(peer_try_send(peer, bytes));
}

void peer_send_text(test_peer *peer, const char *text) {
    peer_send(peer, px_slice_of_text(text));
}

size_t peer_receive(test_peer *peer) {
    struct pollfd wait = {.fd = peer->fd, .events = POLLIN};
    assert_true(peer->len + 1 < PEER_BUFFER);
    if (poll(&wait, 1, test_patience_ms(PEER_WAIT_MS)) != 1)
        fail_msg("nothing came; so far: %s", peer->bytes);
    ssize_t got = recv(peer->fd, peer->bytes + peer->len, PEER_BUFFER - 1 - peer->len, 0);
    if (got > 0)
        peer->len += (size_t)got;
    peer->bytes[peer->len] = '\0';
    return got > 0 ? (size_t)got : 0;
}

void peer_receive_all(test_peer *peer) {
    while (peer_receive(peer) > 0)
        ;
}

bool peer_is_at_end(test_peer *peer) {
    return peer->len == 0 && peer_receive(peer) == 0;
}

static void use(test_peer *peer, size_t count) {
    memmove(peer->bytes, peer->bytes + count, peer->len - count + 1);
    peer->len -= count;
}

/* ---- HTTP ---- */

static size_t head_length(const test_peer *peer) {
    const char *end = strstr(peer->bytes, "\r\n\r\n");
    return end ? (size_t)(end - peer->bytes) + 4 : 0;
}

int peer_answer(test_peer *peer) {
    use(peer, peer->answered);
    while (head_length(peer) == 0)
        if (peer_receive(peer) == 0)
            fail_msg("the connection ended inside a head: '%s'", peer->bytes);
    const char *length = strstr(peer->bytes, "Content-Length: ");
    size_t whole = head_length(peer);
    if (length && length < peer->bytes + whole)
        whole += strtoul(length + 16, NULL, 10);
    while (peer->len < whole)
        if (peer_receive(peer) == 0)
            break;
    peer->answered = whole < peer->len ? whole : peer->len;
    return (int)strtol(peer->bytes + strlen("HTTP/1.1 "), NULL, 10);
}

const char *peer_answer_body(test_peer *peer) {
    return peer->bytes + head_length(peer);
}

int peer_request(int port, const char *request, test_peer *answer) {
    *answer = peer_connect(port);
    peer_send_text(answer, request);
    return peer_answer(answer);
}

/* ---- WebSocket ---- */

static const char UPGRADE[] = "GET /app/app-key?protocol=7&client=test&version=1 HTTP/1.1\r\n"
                              "Host: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                              "Sec-WebSocket-Version: 13\r\n"
                              "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

test_peer peer_open(int port) {
    test_peer made = peer_connect(port);
    peer_send_text(&made, UPGRADE);
    while (head_length(&made) == 0)
        assert_true(peer_receive(&made) > 0);
    assert_non_null(strstr(made.bytes, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
    assert_memory_equal(made.bytes, "HTTP/1.1 101 ", 13);
    use(&made, head_length(&made));
    peer_expect(&made, "pusher:connection_established");
    return made;
}

void peer_send_frame(test_peer *peer, uint8_t opcode, px_slice payload) {
    static const uint8_t MASK[4] = {1, 2, 3, 4};
    px_buffer frame;
    px_buffer_init(&frame, &test_malloc, 1 << 24);
    assert_int_equal(px_ws_encode(&frame, opcode, payload, MASK), PX_OK);
    peer_send(peer, px_buffer_slice(&frame));
    px_buffer_free(&frame);
}

void peer_send_message(test_peer *peer, const char *text) {
    peer_send_frame(peer, PX_WS_TEXT, px_slice_of_text(text));
}

bool peer_next_frame(test_peer *peer, peer_frame *frame) {
    px_ws_decoder decoder;
    px_ws_message message;
    size_t consumed = 0;
    px_ws_decoder_init(&decoder, &test_malloc, PEER_BUFFER, false);
    for (;;) {
        px_ws_status status = px_ws_decode(&decoder, peer->bytes, peer->len, &consumed, &message);
        if (status == PX_WS_MESSAGE)
            break;
        assert_int_equal(status, PX_WS_NEED_MORE);
        if (peer_receive(peer) == 0)
            return false;
    }
    frame->opcode = message.opcode;
    frame->close_code = message.close_code;
    frame->len = message.payload.len;
    size_t kept = frame->len < sizeof frame->text - 1 ? frame->len : sizeof frame->text - 1;
    if (kept > 0)
        memcpy(frame->text, message.payload.ptr, kept);
    frame->text[kept] = '\0';
    use(peer, consumed);
    px_ws_decoder_free(&decoder);
    return true;
}

void peer_expect(test_peer *peer, const char *part) {
    peer_frame frame;
    if (!peer_next_frame(peer, &frame))
        fail_msg("the connection ended before: %s", part);
    if (frame.opcode != PX_WS_TEXT || !strstr(frame.text, part))
        fail_msg("not %s but opcode %d: %d %s", part, frame.opcode, frame.close_code, frame.text);
}

void peer_expect_close(test_peer *peer, uint16_t code) {
    peer_frame frame;
    assert_true(peer_next_frame(peer, &frame));
    if (frame.opcode != PX_WS_CLOSE || frame.close_code != code)
        fail_msg("not a close with %d but opcode %d: %d %s", code, frame.opcode, frame.close_code,
                 frame.text);
    assert_true(peer_is_at_end(peer));
}

void peer_subscribe(test_peer *peer, const char *channel) {
    char text[512];
    snprintf(text, sizeof text, "{\"event\":\"pusher:subscribe\",\"data\":{\"channel\":\"%s\"}}",
             channel);
    peer_send_message(peer, text);
    peer_expect(peer, "pusher_internal:subscription_succeeded");
}

void peer_sign(const char *path, const char *body, char target[PEER_TARGET_SIZE]) {
    char query[256];
    char md5[PX_MD5_LENGTH];
    char signature[PX_SIGNATURE_LENGTH];
    assert_int_equal(px_md5(px_slice_of_text(body), md5), PX_OK);
    snprintf(query, sizeof query,
             "auth_key=app-key&auth_timestamp=%lld&auth_version=1.0&body_md5=%.*s",
             (long long)time(NULL), PX_MD5_LENGTH, md5);
    const px_slice parts[] = {PX_SLICE("POST\n"), px_slice_of_text(path), PX_SLICE("\n"),
                              px_slice_of_text(query)};
    assert_int_equal(px_signature(PX_SLICE("app-secret"), parts, 4, signature), PX_OK);
    snprintf(target, PEER_TARGET_SIZE, "%s?%s&auth_signature=%.*s", path, query,
             PX_SIGNATURE_LENGTH, signature);
}

int peer_post(int port, const char *path, const char *body) {
    static char request[70000];
    char target[PEER_TARGET_SIZE];
    peer_sign(path, body, target);
    int len = snprintf(request, sizeof request,
                       "POST %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                       "Content-Length: %zu\r\n\r\n%s",
                       target, strlen(body), body);
    assert_in_range(len, 0, sizeof request - 1);
    test_peer answer;
    int status = peer_request(port, request, &answer);
    peer_close(&answer);
    return status;
}

int peer_publish(int port, const char *channel, const char *event, const char *data) {
    static char body[65536];
    snprintf(body, sizeof body, "{\"name\":\"%s\",\"channel\":\"%s\",\"data\":\"%s\"}", event,
             channel, data);
    return peer_post(port, "/apps/app-id/events", body);
}
