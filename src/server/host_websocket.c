/* WebSocket connections: the upgrade, frames from the peer, and what the hub wants sent. */
#include "net/ws_handshake.h"
#include "server/heap.h"
#include "server/host_client.h"
#include "server/host_session.h"
#include "server/host_sockjs.h"
#include "server/host_webhooks.h"
#include "server/http_params.h"

/* ---- What the hub calls: none of this may call the hub back ---- */

static px_host_connection *host_connection_of(px_hub_connection *connection) {
    return (px_host_connection *)connection; /* its first member */
}

/* Short messages count for what they cost. */
static size_t backlog_of(const px_host_output *output) {
    return output->bytes + output->count * (sizeof(px_message) + sizeof(px_message *));
}

static inline void queue(px_host_connection *connection, px_message *message) {
    px_host_output *output = &connection->output;
    size_t max = connection->server->options.max_backlog;
    bool is_open = connection->phase == PX_PHASE_WEBSOCKET || connection->phase == PX_PHASE_STREAM;
    if (!is_open || connection->is_slow || connection->is_broken)
        return;
    px_host_mark_dirty(connection);
    if (!message || px_output_add(output, message) != PX_OK) {
        connection->is_broken = true;
        return;
    }
    if (backlog_of(output) <= max)
        return;
    /* Perhaps it is only that this turn of the loop has sent so much. */
    if (px_output_write(output, &connection->socket, connection->server->joined) ==
        PX_WRITTEN_FAILED)
        connection->is_broken = true;
    connection->is_slow = backlog_of(output) > max;
    if (connection->is_slow)
        px_output_drop(output);
}

void px_host_queue(px_host_connection *connection, px_message *message) {
    queue(connection, message);
}

/* Subscribers are all over the memory. */
enum { PREFETCH_AHEAD = 8 };

static void deliver(void *context, px_hub_connection *const *connections, size_t count,
                    px_message *message) {
    (void)context;
    for (size_t i = 0; i < count; i++) {
        if (i + PREFETCH_AHEAD < count)
            __builtin_prefetch(&host_connection_of(connections[i + PREFETCH_AHEAD])->output, 1);
        if (connections[i]->carrier == PX_CARRIER_WEBSOCKET)
            queue(host_connection_of(connections[i]), message);
        else if (connections[i]->carrier == PX_CARRIER_SESSION)
            px_session_deliver(connections[i], message);
        else
            px_sockjs_socket_deliver(host_connection_of(connections[i]), message);
    }
}

void px_host_send_frame(px_host_connection *connection, uint8_t opcode, px_slice payload) {
    char head[PX_WS_MAX_HEAD];
    size_t head_len = px_ws_head(head, opcode, payload.len, NULL);
    const px_slice parts[] = {px_slice_of(head, head_len), payload};
    px_message *message = px_output_message(&connection->server->pool.allocator, parts, 2);
    queue(connection, message);
    px_message_release(message);
}

static void ping(void *context, px_hub_connection *connection) {
    (void)context;
    if (connection->carrier == PX_CARRIER_SESSION)
        px_session_ping(connection);
    else
        px_host_send_frame(host_connection_of(connection), PX_WS_PING, PX_SLICE(""));
}

/* The close frame, and the end behind it. */
void px_host_close_websocket(px_host_connection *connection, uint16_t code, px_slice reason) {
    px_buffer frame;
    px_buffer_init(&frame, &px_heap, 128 + PX_WS_MAX_HEAD);
    int result = code == PX_WS_CLOSE_NO_STATUS
                     ? px_ws_encode(&frame, PX_WS_CLOSE, PX_SLICE(""), NULL)
                     : px_ws_encode_close(&frame, code, reason, NULL);
    px_slice bytes = px_buffer_slice(&frame);
    px_message *message =
        result == PX_OK ? px_output_message(&connection->server->pool.allocator, &bytes, 1) : NULL;
    queue(connection, message);
    px_message_release(message);
    px_buffer_free(&frame);
    px_host_finish(connection);
}

static void close_connection(void *context, px_hub_connection *connection, uint16_t code,
                             px_slice reason) {
    (void)context;
    if (connection->carrier == PX_CARRIER_SESSION)
        px_session_closed(connection, code, reason);
    else if (connection->carrier == PX_CARRIER_SOCKJS)
        px_sockjs_socket_close(host_connection_of(connection), code, reason);
    else
        px_host_close_websocket(host_connection_of(connection), code, reason);
}

static void log_line(void *context, int level, px_slice line) {
    const px_server *server = context;
    if (px_host_logs(server, level))
        server->options.log(server->options.log_context, level, line);
}

px_hub_host px_host_functions(px_server *server) {
    return (px_hub_host){.deliver = deliver,
                         .ping = ping,
                         .close = close_connection,
                         .log = log_line,
                         .context = server,
                         .notice = px_host_take_notice,
                         .transient = &server->pool.allocator};
}

void px_host_shed(px_host_connection *connection) {
    px_host_log(connection->server, PX_LOG_INFORMATION,
                "closing a connection that does not take what is sent to it");
    connection->is_slow = false;
    px_hub_shed_connection(connection->server->hub, &connection->hub);
}

/* ---- What the peer sends ---- */

/* The transport ends, by the peer's wish or fault. */
static void end(px_host_connection *connection, uint16_t code, px_slice reason) {
    px_hub_close_connection(connection->server->hub, &connection->hub);
    px_host_close_websocket(connection, code, reason);
}

static void on_text(px_host_connection *connection, px_slice text) {
    if (connection->sockjs)
        px_sockjs_socket_text(connection, text);
    else
        px_hub_message(connection->server->hub, &connection->hub, text);
}

static void handle(px_host_connection *connection, const px_ws_message *message) {
    px_hub *hub = connection->server->hub;
    switch (message->opcode) {
    case PX_WS_TEXT:
        on_text(connection, message->payload);
        break;
    case PX_WS_PING:
        px_hub_activity(hub, &connection->hub);
        px_host_send_frame(connection, PX_WS_PONG, message->payload);
        break;
    case PX_WS_PONG:
        px_hub_activity(hub, &connection->hub);
        break;
    case PX_WS_CLOSE:
        end(connection, message->close_code, PX_SLICE(""));
        break;
    default:
        end(connection, PX_WS_CLOSE_UNSUPPORTED, PX_SLICE("messages must be text"));
        break;
    }
}

/* Handles the whole messages at the front of `bytes`; returns how many bytes they took. */
static size_t read_messages(px_host_connection *connection, char *bytes, size_t len) {
    size_t used = 0;
    while (connection->phase == PX_PHASE_WEBSOCKET) {
        px_ws_message message;
        size_t consumed = 0;
        px_ws_status status =
            px_ws_decode(&connection->in.decoder, bytes + used, len - used, &consumed, &message);
        used += consumed;
        if (status == PX_WS_NEED_MORE)
            return used;
        if (status == PX_WS_MESSAGE)
            handle(connection, &message);
        else
            end(connection, message.close_code, message.payload);
    }
    return len;
}

/* Keeps `received` only while it holds something: most connections are idle most of the time. */
static void read_received(px_host_connection *connection) {
    px_buffer *received = &connection->received;
    px_buffer_consume(received, read_messages(connection, received->data, received->len));
    if (received->len == 0)
        px_buffer_free(received);
}

void px_host_websocket_input(px_host_connection *connection, char *bytes, size_t len) {
    px_buffer *received = &connection->received;
    size_t used = received->len > 0 ? 0 : read_messages(connection, bytes, len);
    if (used == len)
        return;
    bool is_first = received->len == 0;
    if (px_buffer_append(received, px_slice_of(bytes + used, len - used)) != PX_OK)
        px_host_cut(connection);
    else if (!is_first)
        read_received(connection);
}

/* ---- The upgrade ---- */

bool px_host_read_key(px_slice path, px_slice *key) {
    px_slice start = PX_SLICE("/app/");
    if (!px_slice_starts_with(path, start))
        return false;
    *key = px_slice_after(path, start.len);
    return key->len > 0 && !memchr(key->ptr, '/', key->len);
}

/* Where WebSockets are: /app/KEY, or one of SockJS's paths (key->ptr NULL). */
static bool read_path(const px_server *server, px_slice path, px_slice *key, bool *is_framed) {
    *key = px_slice_of(NULL, 0);
    return px_host_strip_prefix(server, &path) &&
           (px_host_read_key(path, key) || px_sockjs_is_socket(server, path, is_framed));
}

/* PX_OK, or *answer says what is wrong. */
static bool check(px_server *server, const px_http_head *head, px_slice *key, bool *is_framed,
                  px_host_answer *answer) {
    const px_ws_upgrade upgrade = {
        .connection = head->upgrade ? PX_SLICE("upgrade") : PX_SLICE(""),
        .upgrade = head->fields[PX_HTTP_UPGRADE],
        .version = head->fields[PX_HTTP_WEBSOCKET_VERSION],
        .key = head->fields[PX_HTTP_WEBSOCKET_KEY],
    };
    int status = 400;
    const char *why = "A WebSocket handshake is a GET request without a body.";
    if (!read_path(server, head->path, key, is_framed)) {
        *answer = px_host_error(server, 404, PX_SLICE("WebSocket connections are at /app/KEY."));
        return false;
    }
    bool is_get = px_slice_equal(head->method, PX_SLICE("GET"));
    if (is_get && head->content_length == 0 && !head->chunked &&
        px_ws_check_upgrade(&upgrade, &status, &why) == PX_OK)
        return true;
    *answer = px_host_error(server, status, px_slice_of_text(why));
    if (status == 426)
        answer->headers = PX_SLICE("Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n");
    return false;
}

/* For such a client the app is not there. */
static bool is_kept_away(const px_host_connection *connection, const px_host_client *client,
                         px_slice key) {
    const px_server_options *options = &connection->server->options;
    px_slice secret;
    for (size_t i = 0; !client->is_local && i < options->app_count; i++)
        if (px_app_find_secret(&options->apps[i], key, &secret))
            return px_host_keeps_away(connection, client, &options->apps[i]);
    return false;
}

int px_host_open(const px_host_connection *connection, px_hub_connection *opened,
                 const px_host_client *client, px_slice key, px_slice query) {
    px_server *server = connection->server;
    px_http_params params;
    char address[PX_IP_TEXT_SIZE];
    px_hub_open open = {.origin = client->origin,
                        .address = px_ip_format(client->address, address),
                        .is_tls = client->is_tls};
    int result = px_percent_decode(&server->arena, key, false, &open.key);
    if (result == PX_OK && is_kept_away(connection, client, open.key))
        open.key = PX_SLICE("");
    if (result == PX_OK)
        result = px_http_params_read(&server->arena, query, &params);
    if (result != PX_OK)
        return result;
    open.protocol = px_http_param_value(&params, PX_SLICE("protocol"));
    open.client = px_http_param_value(&params, PX_SLICE("client"));
    open.version = px_http_param_value(&params, PX_SLICE("version"));
    px_hub_open_connection(server->hub, opened, &open);
    return PX_OK;
}

/* From here on, unknown apps and the like are answered with close codes, which clients understand;
 * an HTTP error would make them try again for ever. */
static int open_connection(px_host_connection *connection, const px_http_head *head, px_slice key,
                           bool is_framed) {
    px_host_client client = px_host_client_of(connection, head);
    connection->peer = client.address;
    if (!key.ptr)
        return px_sockjs_socket_open(connection, &client, is_framed);
    int result = px_host_open(connection, &connection->hub, &client, key, head->query);
    px_arena_reset(&connection->server->arena);
    return result;
}

bool px_host_upgrade(px_host_connection *connection, const px_http_head *head,
                     px_host_answer *answer) {
    px_server *server = connection->server;
    px_slice key;
    bool is_framed = false;
    if (!check(server, head, &key, &is_framed, answer))
        return false;
    px_buffer_clear(&server->scratch);
    if (px_ws_accept_reply(&server->scratch, head->fields[PX_HTTP_WEBSOCKET_KEY]) != PX_OK) {
        px_host_cut(connection);
        return true;
    }
    px_slice reply = px_buffer_slice(&server->scratch);
    if (!px_host_send(connection, &reply, 1))
        return true;
    px_host_mark_dirty(connection);
    px_host_clear_deadline(connection);
    connection->phase = PX_PHASE_WEBSOCKET;
    connection->is_websocket = true;
    px_ws_decoder_init(&connection->in.decoder, &px_heap, server->options.max_message, true);
    size_t head_len = head->length;
    if (open_connection(connection, head, key, is_framed) != PX_OK) {
        px_host_cut(connection);
        return true;
    }
    px_buffer_consume(&connection->received, head_len);
    read_received(connection);
    return true;
}
