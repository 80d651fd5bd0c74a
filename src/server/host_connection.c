/* The life of a connection: accepted, read, written, closed, freed. What its bytes mean is said in
 * host_http.c and host_websocket.c.
 *
 * Nothing is freed but at the end of a turn of the loop, so whoever holds a connection may go on
 * looking at its phase after any call. */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server/heap.h"
#include "server/host.h"
#include "server/host_session.h"
#include "server/host_sockjs.h"

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

void px_host_accept(px_server *server, int fd, bool is_local) {
    px_host_connection *connection = px_alloc_zero(&px_heap, sizeof *connection);
    if (!connection) {
        close(fd);
        return;
    }
    /* Small messages leave at once; whole turns are gathered by the output queue. */
    int on = 1;
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    connection->server = server;
    connection->fd = fd;
    connection->is_local = is_local;
    px_output_init(&connection->output);
    px_buffer_init(&connection->received, &px_heap,
                   (size_t)server->options.max_head + server->options.max_body +
                       server->options.max_message + PX_HOST_READ_SIZE);
    link_connection(connection);
    event_assign(&connection->readable, server->base, fd, EV_READ | EV_PERSIST, on_readable,
                 connection);
    event_assign(&connection->writable, server->base, fd, EV_WRITE, on_writable, connection);
    px_host_set_deadline(connection, server->options.head_timeout_ms);
    if (event_add(&connection->readable, NULL) != 0)
        px_host_cut(connection);
}

void px_host_set_deadline(px_host_connection *connection, uint32_t ms) {
    px_server *server = connection->server;
    px_wheel_set(&server->deadlines, &connection->deadline, server->now_ms + ms);
}

void px_host_clear_deadline(px_host_connection *connection) {
    px_wheel_clear(&connection->server->deadlines, &connection->deadline);
}

void px_host_mark_dirty(px_host_connection *connection) {
    if (connection->is_dirty)
        return;
    connection->is_dirty = true;
    connection->next_dirty = connection->server->dirty;
    connection->server->dirty = connection;
}

bool px_host_send(px_host_connection *connection, const px_slice *parts, size_t count) {
    px_message *message = px_output_message(parts, count);
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
    connection->phase = PX_PHASE_DEAD;
    px_host_clear_deadline(connection);
    event_del(&connection->readable);
    event_del(&connection->writable);
    close(connection->fd);
    px_host_mark_dirty(connection);
    px_hub_close_connection(connection->server->hub, &connection->hub);
    if (was_stream)
        px_stream_cut(connection);
}

void px_host_finish(px_host_connection *connection) {
    if (connection->phase >= PX_PHASE_CLOSING)
        return;
    connection->phase = PX_PHASE_CLOSING;
    px_host_set_deadline(connection, connection->server->options.close_timeout_ms);
    event_add(&connection->readable, NULL);
    px_host_mark_dirty(connection);
}

static void free_connection(px_host_connection *connection) {
    unlink_connection(connection);
    px_output_free(&connection->output);
    px_buffer_free(&connection->received);
    if (connection->is_websocket)
        px_ws_decoder_free(&connection->in.decoder);
    px_sockjs_socket_free(connection);
    px_free(&px_heap, connection, sizeof *connection);
}

/* Everything that was queued is out. */
static void on_written(px_host_connection *connection) {
    connection->is_late = false;
    if (connection->phase == PX_PHASE_ANSWER) {
        px_host_http_answered(connection);
    } else if (connection->phase == PX_PHASE_CLOSING && !connection->is_shut) {
        /* Closing at once would reset the connection if the peer has sent something meanwhile, and
         * take our last bytes from it. So wait for its end, within the deadline. */
        connection->is_shut = true;
        px_host_set_deadline(connection, connection->server->options.close_timeout_ms);
        if (connection->is_ended || shutdown(connection->fd, SHUT_WR) != 0)
            px_host_cut(connection);
    }
}

/* Half of what makes a connection too slow is worth a word, once. */
static void note_backlog(px_host_connection *connection) {
    const px_server *server = connection->server;
    if (connection->is_late || connection->output.bytes < server->options.max_backlog / 2)
        return;
    connection->is_late = true;
    px_host_log(server, PX_LOG_INFORMATION, "a connection is slow: %zu bytes wait for it",
                connection->output.bytes);
}

void px_host_write(px_host_connection *connection) {
    if (connection->phase == PX_PHASE_DEAD)
        return;
    if (event_pending(&connection->writable, EV_WRITE, NULL)) {
        note_backlog(connection); /* it has grown */
        return;
    }
    switch (px_output_write(&connection->output, connection->fd)) {
    case PX_WRITTEN_ALL:
        on_written(connection);
        break;
    case PX_WRITTEN_SOME:
        if (event_add(&connection->writable, NULL) != 0)
            px_host_cut(connection);
        break;
    case PX_WRITTEN_FAILED:
        px_host_cut(connection);
        break;
    }
}

static void on_writable(evutil_socket_t fd, short what, void *context) {
    (void)fd;
    (void)what;
    px_host_connection *connection = context;
    px_host_wake(connection->server);
    px_host_write(connection);
}

/* The peer has closed its side. It may still want what it asked for before. */
static void on_end(px_host_connection *connection) {
    connection->is_ended = true;
    if (connection->phase == PX_PHASE_CLOSING && connection->output.count > 0)
        event_del(&connection->readable);
    else
        px_host_cut(connection);
}

static void on_readable(evutil_socket_t fd, short what, void *context) {
    (void)what;
    px_host_connection *connection = context;
    px_server *server = connection->server;
    px_host_wake(server);
    if (connection->phase == PX_PHASE_DEAD)
        return;
    ssize_t len = recv(fd, server->read_buffer, PX_HOST_READ_SIZE, 0);
    if (len < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
        return;
    if (len < 0)
        px_host_cut(connection);
    else if (len == 0)
        on_end(connection);
    else if (connection->phase == PX_PHASE_WEBSOCKET)
        px_host_websocket_input(connection, server->read_buffer, (size_t)len);
    else if (connection->phase != PX_PHASE_CLOSING)
        px_host_http_input(connection, px_slice_of(server->read_buffer, (size_t)len));
}

/* The peer does not take what is sent to it. */
static void shed(px_host_connection *connection) {
    if (connection->phase == PX_PHASE_WEBSOCKET)
        px_host_shed(connection);
    else if (connection->phase == PX_PHASE_STREAM && connection->in.stream->session)
        px_session_shed(connection->in.stream->session);
}

static void end_turns_of_connections(px_server *server) {
    px_host_connection *connection;
    while ((connection = server->dirty) != NULL) {
        server->dirty = connection->next_dirty;
        connection->is_dirty = false;
        if (connection->is_slow)
            shed(connection);
        if (connection->is_broken)
            px_host_cut(connection);
        if (connection->phase != PX_PHASE_DEAD)
            px_host_write(connection);
        else if (!connection->is_dirty)
            free_connection(connection);
    }
}

void px_host_end_turn(px_server *server) {
    while (server->dirty || server->sessions.dirty) {
        px_sessions_end_turn(server);
        end_turns_of_connections(server);
    }
}
