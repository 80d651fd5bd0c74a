#include "host_driver.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "memory.h"
#include "net/signature.h"
#include "server/host_session.h"
#include "json/reader.h"
#include "json/writer.h"

enum { MAX_RECEIVED = 1 << 24, READ_SIZE = 65536 };

_Noreturn static void fail(const driver_peer *peer, const char *why) {
    fprintf(stderr, "host driver: %s\n%.*s\n", why, peer ? (int)peer->received.len : 0,
            peer ? peer->received.data : "");
    abort();
}

/* ---- The server ---- */

void driver_start(driver *d) {
    static const px_slice ANY_PORT = PX_LITERAL("127.0.0.1:0");
    px_server_options options;
    char why[PX_SERVER_ERROR_SIZE];
    px_server_options_default(&options);
    options.listen = (px_name_list){&ANY_PORT, 1};
    options.http_disconnect_ms = 10;
    options.http_max_sessions = 20;
    options.max_body = 65536;
    options.max_backlog = 65536;
    options.max_message = 16384;
    *d = (driver){.current = &d->peers[0]};
    if (px_server_new(&options, &d->server, why, sizeof why) != PX_OK)
        fail(NULL, why);
    for (size_t i = 0; i < DRIVER_PEERS; i++) {
        d->peers[i].fd = -1;
        px_buffer_init(&d->peers[i].received, &test_malloc, MAX_RECEIVED);
    }
}

static void turn(driver *d, bool may_wait) {
    if (px_host_turn(d->server, may_wait) != PX_OK)
        fail(NULL, "the loop does not turn");
}

/* ---- What peers receive ---- */

static void use(driver_peer *peer, size_t count) {
    px_buffer_consume(&peer->received, count);
}

static size_t find(px_slice text, px_slice part) {
    for (size_t i = 0; i + part.len <= text.len; i++)
        if (memcmp(text.ptr + i, part.ptr, part.len) == 0)
            return i;
    return SIZE_MAX;
}

static bool is_documented(uint64_t status) {
    static const uint64_t STATUSES[] = {100, 101, 200, 204, 304, 400, 401, 403, 404, 405,
                                        408, 413, 417, 426, 431, 500, 501, 503, 505};
    for (size_t i = 0; i < sizeof STATUSES / sizeof *STATUSES; i++)
        if (STATUSES[i] == status)
            return true;
    return false;
}

/* A frame, or what stands before the first one. */
static void check_frame(const driver_peer *peer, px_slice text) {
    if (text.len == 0 || !strchr("ohac<d\r", text.ptr[0]))
        fail(peer, "this is no frame");
    bool has_json = text.ptr[0] == 'a' || text.ptr[0] == 'c';
    if (has_json && !px_json_valid(px_slice_after(text, 1)))
        fail(peer, "a frame is no JSON");
}

/* Takes the next chunk; false when it is not whole yet. */
static bool take_chunk(driver_peer *peer) {
    px_slice bytes = px_buffer_slice(&peer->received);
    size_t head = find(bytes, PX_SLICE("\r\n"));
    if (head == SIZE_MAX)
        return false;
    char *end;
    char digits[16] = "";
    if (head == 0 || head >= sizeof digits)
        fail(peer, "this is no chunk");
    memcpy(digits, bytes.ptr, head);
    size_t size = strtoul(digits, &end, 16);
    if (*end != '\0')
        fail(peer, "this is no length of a chunk");
    if (bytes.len < head + 2 + size + 2)
        return false;
    if (memcmp(bytes.ptr + head + 2 + size, "\r\n", 2) != 0)
        fail(peer, "a chunk does not end");
    if (size > 0)
        check_frame(peer, px_slice_of(bytes.ptr + head + 2, size));
    peer->is_chunked = size > 0;
    use(peer, head + 2 + size + 2);
    return true;
}

/* Takes the next answer, or its head when it is a stream; false when it is not whole yet. */
static bool take_answer(driver *d, driver_peer *peer) {
    px_slice bytes = px_buffer_slice(&peer->received);
    size_t head_len = find(bytes, PX_SLICE("\r\n\r\n"));
    uint64_t status;
    if (head_len == SIZE_MAX)
        return false;
    px_slice head = px_slice_of(bytes.ptr, head_len + 2);
    if (!px_slice_starts_with(head, PX_SLICE("HTTP/1.1 ")) ||
        !px_slice_to_u64(px_slice_of(head.ptr + 9, 3), &status) || !is_documented(status))
        fail(peer, "this is no answer");
    size_t length_at = find(head, PX_SLICE("\r\nContent-Length: "));
    size_t body = 0;
    if (length_at != SIZE_MAX)
        body = strtoul(head.ptr + length_at + 18, NULL, 10);
    if (bytes.len < head_len + 4 + body)
        return false;
    peer->is_websocket = status == 101;
    peer->is_chunked = find(head, PX_SLICE("\r\nTransfer-Encoding: chunked")) != SIZE_MAX;
    peer->has_answer = true;
    d->answers++;
    use(peer, head_len + 4 + body);
    return true;
}

static bool take_message(driver_peer *peer) {
    px_ws_decoder decoder;
    px_ws_message message;
    size_t consumed = 0;
    px_ws_decoder_init(&decoder, &test_malloc, MAX_RECEIVED, false);
    px_ws_status status =
        px_ws_decode(&decoder, peer->received.data, peer->received.len, &consumed, &message);
    if (status == PX_WS_FAILED)
        fail(peer, "this is no WebSocket frame");
    px_ws_decoder_free(&decoder);
    if (status == PX_WS_MESSAGE)
        use(peer, consumed);
    return status == PX_WS_MESSAGE;
}

static void understand(driver *d, driver_peer *peer) {
    if (peer->is_raw) {
        px_slice start = PX_SLICE("HTTP/1.1 ");
        size_t len = peer->received.len < start.len ? peer->received.len : start.len;
        if (!peer->has_answer && len > 0 && memcmp(peer->received.data, start.ptr, len) != 0)
            fail(peer, "this is no answer");
        peer->has_answer = peer->has_answer || len > 0;
        use(peer, peer->received.len);
        return;
    }
    bool goes_on = true;
    while (goes_on && peer->received.len > 0)
        goes_on = peer->is_websocket ? take_message(peer)
                  : peer->is_chunked ? take_chunk(peer)
                                     : take_answer(d, peer);
}

static void receive(driver *d, driver_peer *peer) {
    static char bytes[READ_SIZE];
    ssize_t len;
    while (peer->fd >= 0 && !peer->is_ended &&
           (len = recv(peer->fd, bytes, sizeof bytes, MSG_DONTWAIT)) >= 0) {
        peer->is_ended = len == 0;
        if (px_buffer_append(&peer->received, px_slice_of(bytes, (size_t)len)) != PX_OK)
            fail(peer, "the server says too much");
    }
    if (peer->fd >= 0)
        understand(d, peer);
}

static void receive_all(driver *d) {
    for (size_t i = 0; i < DRIVER_PEERS; i++)
        receive(d, &d->peers[i]);
}

/* ---- What peers do ---- */

static void close_peer(driver *d, px_slice rest) {
    (void)rest;
    driver_peer *peer = d->current;
    if (peer->fd >= 0)
        close(peer->fd);
    px_buffer_free(&peer->received);
    *peer = (driver_peer){.fd = -1, .received = peer->received};
}

static void connect_peer(driver *d) {
    int fds[2];
    if (d->current->fd >= 0 && !d->current->is_ended)
        return;
    close_peer(d, PX_SLICE(""));
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds) != 0 || fcntl(fds[0], F_SETFL, O_NONBLOCK) != 0)
        fail(NULL, strerror(errno));
    d->current->fd = fds[1];
    px_host_accept(d->server, &(px_host_arrival){.fd = fds[0], .is_local = true});
}

/* All of it, or until the server has closed the connection. */
static void send_bytes(driver *d, px_slice bytes) {
    while (bytes.len > 0 && !d->current->is_ended) {
        ssize_t sent = send(d->current->fd, bytes.ptr, bytes.len, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent > 0)
            bytes = px_slice_after(bytes, (size_t)sent);
        else if (errno != EAGAIN)
            break;
        turn(d, false);
        receive(d, d->current);
    }
}

static px_slice take_word(px_slice *rest) {
    const char *end = rest->len ? memchr(rest->ptr, ' ', rest->len) : NULL;
    px_slice word = px_slice_of(rest->ptr, end ? (size_t)(end - rest->ptr) : rest->len);
    *rest = px_slice_after(*rest, word.len + (end != NULL));
    return word;
}

/* A path that makes no other request of it. */
static bool is_path(px_slice path) {
    for (size_t i = 0; i < path.len; i++)
        if (path.ptr[i] <= ' ' || path.ptr[i] >= 0x7f)
            return false;
    return path.len < 8192;
}

static void request(driver *d, const char *method, const char *headers, px_slice rest) {
    char length[64];
    px_slice path = take_word(&rest);
    if (!is_path(path))
        return;
    connect_peer(d);
    snprintf(length, sizeof length, " HTTP/1.1\r\nHost: a\r\nContent-Length: %zu\r\n", rest.len);
    const px_slice parts[] = {
        px_slice_of_text(method),  PX_SLICE(" /pusher"), path, px_slice_of_text(length),
        px_slice_of_text(headers), PX_SLICE("\r\n"),     rest};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        send_bytes(d, parts[i]);
}

static void post(driver *d, px_slice rest) {
    request(d, "POST", "", rest);
}

static void get(driver *d, px_slice rest) {
    request(d, "GET", "", px_slice_of(rest.ptr, take_word(&rest).len));
}

static void preflight(driver *d, px_slice rest) {
    request(d, "OPTIONS", "Origin: http://a\r\n", px_slice_of(rest.ptr, take_word(&rest).len));
}

static void upgrade(driver *d, px_slice rest) {
    request(d, "GET",
            "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n",
            px_slice_of(rest.ptr, take_word(&rest).len));
}

static void send_message(driver *d, px_slice rest) {
    static const uint8_t MASK[4] = {1, 2, 3, 4};
    px_buffer frame;
    if (!d->current->is_websocket)
        return;
    px_buffer_init(&frame, &test_malloc, MAX_RECEIVED);
    if (px_ws_encode(&frame, PX_WS_TEXT, rest, MASK) == PX_OK)
        send_bytes(d, px_buffer_slice(&frame));
    px_buffer_free(&frame);
}

static void send_raw(driver *d, px_slice rest) {
    connect_peer(d);
    d->current->is_raw = true;
    send_bytes(d, rest);
}

static void send_raw_line(driver *d, px_slice rest) {
    send_raw(d, rest);
    send_bytes(d, PX_SLICE("\r\n"));
}

static void choose(driver *d, px_slice rest) {
    if (rest.len > 0)
        d->current = &d->peers[(unsigned char)rest.ptr[0] % DRIVER_PEERS];
}

static void take_turn(driver *d, px_slice rest) {
    (void)rest;
    turn(d, false);
}

/* By the hub itself, signed as it must be. */
static void publish(driver *d, px_slice rest) {
    char query[256], md5[PX_MD5_LENGTH], signature[PX_SIGNATURE_LENGTH];
    px_buffer body, answer;
    px_json_writer json;
    px_buffer_init(&body, &test_malloc, MAX_RECEIVED);
    px_buffer_init(&answer, &test_malloc, MAX_RECEIVED);
    px_json_writer_init(&json, &body);
    px_json_object_begin(&json);
    px_json_member(&json, PX_SLICE("name"), PX_SLICE("event"));
    px_json_member(&json, PX_SLICE("channel"), PX_SLICE("news"));
    px_json_member(&json, PX_SLICE("data"), rest);
    px_json_object_end(&json);
    px_slice text = px_buffer_slice(&body);
    if (px_json_writer_finish(&json) != PX_OK || px_md5(text, md5) != PX_OK)
        fail(NULL, "no memory");
    int len = snprintf(query, sizeof query,
                       "auth_key=app-key&auth_timestamp=%lld&auth_version=1.0&body_md5=%.*s",
                       (long long)time(NULL), PX_MD5_LENGTH, md5);
    const px_slice parts[] = {PX_SLICE("POST\n/apps/app-id/events\n"),
                              px_slice_of(query, (size_t)len)};
    if (px_signature(PX_SLICE("app-secret"), parts, 2, signature) != PX_OK)
        fail(NULL, "no memory");
    len += snprintf(query + len, sizeof query - (size_t)len, "&auth_signature=%.*s",
                    PX_SIGNATURE_LENGTH, signature);
    px_http_request asked = {PX_SLICE("POST"), PX_SLICE("/apps/app-id/events"),
                             px_slice_of(query, (size_t)len), text};
    px_http_response response = {.body = &answer};
    px_hub_http(d->server->hub, &asked, &response);
    if (response.status != 200 && response.status != 413)
        fail(NULL, "an event was not published");
    px_buffer_free(&body);
    px_buffer_free(&answer);
}

/* ---- Scripts ---- */

static const struct {
    char letter;
    void (*run)(driver *d, px_slice rest);
} COMMANDS[] = {
    {'@', choose},  {'P', post},         {'G', get},           {'O', preflight},
    {'W', upgrade}, {'w', send_message}, {'r', send_raw_line}, {'R', send_raw},
    {'p', publish}, {'x', close_peer},   {'t', take_turn},
};

static void check(const driver *d) {
    const px_server *server = d->server;
    if (px_map_count(&server->sessions.by_key) > server->options.http_max_sessions)
        fail(NULL, "there are too many sessions");
}

void driver_line(driver *d, px_slice line) {
    for (size_t i = 0; line.len && i < sizeof COMMANDS / sizeof *COMMANDS; i++)
        if (COMMANDS[i].letter == line.ptr[0])
            COMMANDS[i].run(d, px_slice_after(line, 1));
    turn(d, false);
    receive_all(d);
    check(d);
}

void driver_run(driver *d, px_slice script) {
    while (script.len > 0) {
        const char *end = memchr(script.ptr, '\n', script.len);
        size_t len = end ? (size_t)(end - script.ptr) : script.len;
        driver_line(d, px_slice_of(script.ptr, len));
        script = px_slice_after(script, end ? len + 1 : len);
    }
}

void driver_stop(driver *d, bool waits) {
    for (size_t i = 0; i < DRIVER_PEERS; i++) {
        d->current = &d->peers[i];
        close_peer(d, PX_SLICE(""));
    }
    while (waits && (d->server->connections || px_map_count(&d->server->sessions.by_key) > 0))
        turn(d, true);
    if (waits && px_hub_connection_count(d->server->hub) > 0)
        fail(NULL, "a connection was left");
    px_server_free(d->server);
}
