/* The life of a connection: accepted, read, written, closed, freed. What its bytes mean is said in
 * host_http.c and host_websocket.c.
 *
 * Nothing is freed but at the end of a turn of the loop, so whoever holds a connection may go on
 * looking at its phase after any call. */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server/heap.h"
#include "server/host_client.h"
#include "server/host_files.h"
#include "server/host_session.h"
#include "server/host_sockjs.h"
#include "server/host_timeline.h"

static void on_readable(evutil_socket_t fd, short what, void *context);
static void on_writable(evutil_socket_t fd, short what, void *context);

static void link_connection(px_host_connection *connection) {
    px_server *server = connection->server;
    connection->next = server->connections;
    if (connection->next)
        connection->next->previous = connection;
    server->connections = connection;
}

static void unlink_connection(px_host_connection *connection) {
    if (connection->next)
        connection->next->previous = connection->previous;
    if (connection->previous)
        connection->previous->next = connection->next;
    else
        connection->server->connections = connection->next;
}

void px_host_set_deadline(px_host_connection *connection, uint32_t ms) {
    px_server *server = connection->server;
    px_wheel_set(&server->deadlines, &connection->deadline, server->now_ms + ms);
}

void px_host_clear_deadline(px_host_connection *connection) {
    px_wheel_clear(&connection->server->deadlines, &connection->deadline);
}

bool px_host_send(px_host_connection *connection, const px_slice *parts, size_t count) {
    px_message *message = px_output_message(&connection->server->pool.allocator, parts, count);
    bool is_sent = message && px_output_add(&connection->output, message) == PX_OK;
    px_message_release(message);
    if (!is_sent)
        px_host_cut(connection);
    return is_sent;
}

void px_host_cut(px_host_connection *connection) {
    if (connection->phase == PX_PHASE_DEAD)
        return;
    bool was_stream = connection->phase == PX_PHASE_STREAM;
    bool was_file = connection->phase == PX_PHASE_FILE;
    connection->phase = PX_PHASE_DEAD;
    px_host_clear_deadline(connection);
    event_del(&connection->readable);
    event_del(&connection->writable);
    px_socket_close(&connection->socket);
    px_host_mark_dirty(connection);
    px_hub_close_connection(connection->server->hub, &connection->hub);
    if (was_stream)
        px_stream_cut(connection);
    if (was_file)
        px_file_cut(connection);
}

void px_host_finish(px_host_connection *connection) {
    if (connection->phase >= PX_PHASE_CLOSING)
        return;
    connection->phase = PX_PHASE_CLOSING;
    px_host_set_deadline(connection, connection->server->options.close_timeout_ms);
    event_add(&connection->readable, NULL);
    px_host_mark_dirty(connection);
}

void px_host_free_connection(px_host_connection *connection) {
    unlink_connection(connection);
    px_output_free(&connection->output);
    px_buffer_free(&connection->received);
    if (connection->is_websocket)
        px_ws_decoder_free(&connection->in.decoder);
    px_sockjs_socket_free(connection);
    px_server *server = connection->server;
    px_free(&px_heap, connection, sizeof *connection);
    px_trim_gone(&server->trim, px_hub_connection_count(server->hub), server->now_ms);
}

/* Everything that was queued is out. */
static void on_written(px_host_connection *connection) {
    connection->is_late = false;
    if (connection->phase == PX_PHASE_ANSWER) {
        px_host_http_answered(connection);
    } else if (connection->phase == PX_PHASE_FILE) {
        px_file_go_on(connection);
    } else if (connection->phase == PX_PHASE_CLOSING && !connection->is_shut) {
        /* Closing at once would reset the connection if the peer has sent something meanwhile, and
         * take our last bytes from it. So wait for its end, within the deadline. */
        px_socket_status status = px_socket_shut(&connection->socket);
        if (status == PX_SOCKET_IS_FULL && px_host_await_room(connection))
            return;
        connection->is_shut = true;
        px_host_set_deadline(connection, connection->server->options.close_timeout_ms);
        if (connection->is_ended || status != PX_SOCKET_GOES_ON)
            px_host_cut(connection);
    }
}

void px_host_note_backlog(px_host_connection *connection) {
    const px_server *server = connection->server;
    if (connection->is_late || connection->output.bytes < server->options.max_backlog / 2)
        return;
    connection->is_late = true;
    char text[PX_IP_TEXT_SIZE];
    px_slice address = px_ip_format(connection->peer, text);
    px_host_log(server, PX_LOG_INFORMATION, "a connection is slow: %zu bytes wait for it (%.*s)",
                connection->output.bytes, (int)address.len, address.ptr);
}

bool px_host_await_room(px_host_connection *connection) {
    connection->awaits_room = event_add(&connection->writable, NULL) == 0;
    return connection->awaits_room;
}

void px_host_wrote(px_host_connection *connection, px_host_written result) {
    if (connection->phase == PX_PHASE_DEAD)
        return;
    if (result == PX_WRITTEN_ALL)
        on_written(connection);
    else if (result == PX_WRITTEN_FAILED || !px_host_await_room(connection))
        px_host_cut(connection);
}

void px_host_write(px_host_connection *connection) {
    if (connection->phase == PX_PHASE_DEAD)
        return;
    if (connection->awaits_room)
        px_host_note_backlog(connection); /* it has grown */
    else
        px_host_wrote(connection, px_output_write(&connection->output, &connection->socket,
                                                  connection->server->joined));
}

/* The peer has closed its side. It may still want what it asked for before. */
static void on_end(px_host_connection *connection) {
    connection->is_ended = true;
    if (connection->phase == PX_PHASE_CLOSING && connection->output.count > 0)
        event_del(&connection->readable);
    else
        px_host_cut(connection);
}

static void on_bytes(px_host_connection *connection, char *bytes, size_t len) {
    if (connection->phase == PX_PHASE_PROXY)
        px_host_proxied_input(connection, px_slice_of(bytes, len));
    else if (connection->phase == PX_PHASE_WEBSOCKET)
        px_host_websocket_input(connection, bytes, len);
    else if (connection->phase != PX_PHASE_CLOSING)
        px_host_http_input(connection, px_slice_of(bytes, len));
}

/* The handshake is over; the request gets its own time. */
static void on_ready(px_host_connection *connection) {
    connection->is_unready = false;
    if (connection->phase == PX_PHASE_HEAD)
        px_host_set_deadline(connection, connection->server->options.head_timeout_ms);
}

static void on_broken(px_host_connection *connection) {
    char text[PX_IP_TEXT_SIZE];
    px_slice address = px_ip_format(connection->peer, text);
    const char *failure = px_socket_failure(&connection->socket);
    if (failure)
        px_host_log(connection->server, PX_LOG_DEBUG, "the TLS %s with %.*s failed: %s",
                    connection->is_unready ? "handshake" : "connection", (int)address.len,
                    address.ptr, failure);
    px_host_cut(connection);
}

static void on_plain_http(px_host_connection *connection) {
    if (connection->phase != PX_PHASE_HEAD) {
        px_host_cut(connection);
        return;
    }
    px_socket_become_plain(&connection->socket);
    connection->is_tls = connection->is_unready = false;
    px_host_http_without_tls(connection);
}

static void read_socket(px_host_connection *connection) {
    px_server *server = connection->server;
    size_t len = 0;
    server->inputs++;
    px_socket_status status =
        px_socket_read(&connection->socket, server->read_buffer, PX_HOST_READ_SIZE, &len);
    if (connection->socket.tls && connection->is_unready && px_socket_is_ready(&connection->socket))
        on_ready(connection);
    if (len > 0)
        on_bytes(connection, server->read_buffer, len);
    if (connection->phase == PX_PHASE_DEAD)
        return;
    if (status == PX_SOCKET_ENDED)
        on_end(connection);
    else if (status == PX_SOCKET_BROKEN)
        on_broken(connection);
    else if (status == PX_SOCKET_SPEAKS_HTTP)
        on_plain_http(connection);
    else if (px_socket_read_needs_write(&connection->socket) && !px_host_await_room(connection))
        px_host_cut(connection);
}

/* TLS begins with the bytes that have been received already. */
static void begin_tls(px_host_connection *connection) {
    px_server *server = connection->server;
    px_slice early = px_buffer_slice(&connection->received);
    px_host_set_deadline(connection, server->options.tls_timeout_ms);
    if (px_socket_open(&connection->socket, connection->socket.fd, server->tls, early) != PX_OK) {
        px_host_cut(connection);
        return;
    }
    bool has_early = early.len > 0;
    px_buffer_free(&connection->received);
    if (has_early)
        read_socket(connection);
}

void px_host_begin(px_host_connection *connection) {
    connection->phase = PX_PHASE_HEAD;
    if (connection->is_unready) {
        begin_tls(connection);
        return;
    }
    px_host_set_deadline(connection, connection->server->options.head_timeout_ms);
    if (connection->received.len > 0)
        px_host_http_input(connection, PX_SLICE(""));
}

void px_host_accept(px_server *server, const px_host_arrival *arrival) {
    int fd = arrival->fd;
    px_host_connection *connection = px_alloc_zero(&px_heap, sizeof *connection);
    if (!connection) {
        close(fd);
        return;
    }
    /* Small messages leave at once; whole turns are gathered by the output queue. */
    int on = 1;
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    connection->server = server;
    connection->socket.fd = fd;
    connection->peer = arrival->peer;
    connection->is_local = arrival->is_local;
    connection->is_tls = connection->is_unready = arrival->is_tls;
    px_output_init(&connection->output, &server->pool.allocator);
    px_buffer_init(&connection->received, &server->pool.allocator,
                   (size_t)server->options.max_head + server->options.max_body +
                       server->options.max_message + PX_TIMELINE_MAX_URL + PX_HOST_READ_SIZE);
    link_connection(connection);
    event_assign(&connection->readable, server->base, fd, EV_READ | EV_PERSIST, on_readable,
                 connection);
    event_assign(&connection->writable, server->base, fd, EV_WRITE, on_writable, connection);
    if (server->options.proxy_protocol)
        px_host_set_deadline(connection, server->options.head_timeout_ms);
    else
        px_host_begin(connection);
    if (connection->phase != PX_PHASE_DEAD && event_add(&connection->readable, NULL) != 0)
        px_host_cut(connection);
}

static void on_readable(evutil_socket_t fd, short what, void *context) {
    (void)fd;
    (void)what;
    px_host_connection *connection = context;
    px_host_wake(connection->server);
    if (connection->phase != PX_PHASE_DEAD)
        read_socket(connection);
}

static void on_writable(evutil_socket_t fd, short what, void *context) {
    (void)fd;
    (void)what;
    px_host_connection *connection = context;
    connection->awaits_room = false;
    px_host_wake(connection->server);
    if (connection->phase != PX_PHASE_DEAD && px_socket_read_needs_write(&connection->socket))
        read_socket(connection);
    px_host_write(connection);
}
