/* SockJS over WebSockets: /pusher/SERVER/SESSION/websocket, where each message is a frame as the HTTP
 * transports have them, and /pusher/websocket, where messages are what they are. Both ways the first
 * message of the client names the app. */
#include "server/heap.h"
#include "server/host_frame.h"
#include "server/host_sockjs.h"

typedef struct px_sockjs_socket {
    bool is_framed;
    bool has_path;
    px_host_client client; /* its origin is the text behind */
    char origin[];
} px_sockjs_socket;

static void send_text(px_host_connection *connection, px_slice text) {
    px_host_send_frame(connection, PX_WS_TEXT, text);
}

int px_sockjs_socket_open(px_host_connection *connection, const px_host_client *client,
                          bool is_framed) {
    px_slice origin = client->origin;
    px_sockjs_socket *made = px_alloc_zero(&px_heap, sizeof *made + origin.len);
    if (!made)
        return PX_ERR_NO_MEMORY;
    made->is_framed = is_framed;
    made->client = *client;
    if (origin.len > 0)
        memcpy(made->origin, origin.ptr, origin.len);
    if (origin.ptr)
        made->client.origin.ptr = made->origin;
    connection->sockjs = made;
    connection->hub.carrier = PX_CARRIER_SOCKJS;
    px_host_set_deadline(connection, connection->server->options.head_timeout_ms);
    if (is_framed)
        send_text(connection, PX_SLICE("o"));
    return PX_OK;
}

void px_sockjs_socket_free(px_host_connection *connection) {
    px_sockjs_socket *socket = connection->sockjs;
    connection->sockjs = NULL;
    if (socket)
        px_free(&px_heap, socket, sizeof *socket + socket->client.origin.len);
}

/* ---- To the client ---- */

void px_sockjs_socket_deliver(px_host_connection *connection, px_message *message) {
    if (!connection->sockjs->is_framed) {
        px_host_queue(connection, message);
        return;
    }
    const px_message *frame = px_frame_of(message, &connection->server->sessions.text);
    if (!frame) {
        px_host_queue(connection, NULL);
        return;
    }
    px_slice text = px_frame_text(frame);
    send_text(connection, px_slice_of(text.ptr, text.len - 1));
}

void px_sockjs_socket_close(px_host_connection *connection, uint16_t code, px_slice reason) {
    px_buffer *text = &connection->server->sessions.text;
    px_buffer_clear(text);
    if (connection->sockjs->is_framed && px_frame_close(text, code, reason) == PX_OK)
        send_text(connection, px_buffer_slice(text));
    px_host_close_websocket(connection, code, reason);
}

void px_sockjs_socket_timer(px_host_connection *connection) {
    px_protocol_error error = PX_ERROR_PATH;
    if (!connection->sockjs->has_path) {
        px_sockjs_socket_close(connection, px_protocol_error_code(error),
                               px_protocol_error_text(error));
        return;
    }
    send_text(connection, PX_SLICE("h"));
    px_host_set_deadline(connection, connection->server->options.http_heartbeat_ms);
}

/* ---- From the client ---- */

/* The first message. */
static void open_app(px_host_connection *connection, px_slice text) {
    px_server *server = connection->server;
    px_sockjs_socket *socket = connection->sockjs;
    px_protocol_error error = PX_ERROR_PATH;
    px_slice key, query;
    if (!px_sockjs_read_path(server, text, &key, &query)) {
        px_sockjs_socket_close(connection, px_protocol_error_code(error),
                               px_protocol_error_text(error));
        return;
    }
    socket->has_path = true;
    if (socket->is_framed)
        px_host_set_deadline(connection, server->options.http_heartbeat_ms);
    else
        px_host_clear_deadline(connection);
    if (px_host_open(connection, &connection->hub, &socket->client, key, query) != PX_OK)
        px_host_cut(connection);
    else if (!socket->is_framed)
        connection->hub.carrier = PX_CARRIER_WEBSOCKET;
}

static void take_message(void *context, px_slice text) {
    px_host_connection *connection = context;
    if (connection->phase != PX_PHASE_WEBSOCKET)
        return;
    if (connection->sockjs->has_path)
        px_hub_message(connection->server->hub, &connection->hub, text);
    else
        open_app(connection, text);
}

void px_sockjs_socket_text(px_host_connection *connection, px_slice text) {
    px_arena *arena = &connection->server->arena;
    if (!connection->sockjs->is_framed) {
        take_message(connection, text);
    } else if (text.len > 0 && px_sockjs_check_messages(text)) {
        px_host_cut(connection); /* as SockJS has it: no close frame */
    } else if (text.len > 0) {
        if (px_sockjs_each_message(arena, text, take_message, connection) != PX_OK)
            px_host_cut(connection);
    }
    px_arena_reset(arena);
}
