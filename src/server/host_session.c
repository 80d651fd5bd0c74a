/* The life of sessions: found, made, opened, closed, expired, freed. */
#include "server/host_session.h"

#include "server/heap.h"
#include "server/host_frame.h"
#include "server/host_sockjs.h"
#include "server/host_unacked.h"
#include "server/json_object.h"

/* ---- Finding and making ---- */

px_session *px_session_find(const px_server *server, px_slice key) {
    return px_map_get(&server->sessions.by_key, key);
}

static bool is_open(const px_session *session) {
    return !session->farewell && !session->is_broken && !session->is_over;
}

size_t px_sessions_count(const px_server *server) {
    size_t count = 0;
    px_map_entry entry;
    for (size_t cursor = 0; px_map_next(&server->sessions.by_key, &cursor, &entry);)
        count += is_open(entry.value);
    return count;
}

px_session *px_session_new(px_server *server, px_slice key, bool is_sockjs) {
    px_session *made = px_alloc_zero(&px_heap, sizeof *made + key.len);
    if (!made)
        return NULL;
    made->server = server;
    made->hub.carrier = PX_CARRIER_SESSION;
    made->is_sockjs = is_sockjs;
    made->lost_at_ms = made->heard_at_ms = server->now_ms;
    made->path_by_ms = server->now_ms + server->options.head_timeout_ms;
    made->key_len = key.len;
    memcpy(made->key, key.ptr, key.len);
    px_output_init(&made->queue, &server->pool.allocator);
    if (px_map_put(&server->sessions.by_key, px_slice_of(made->key, key.len), made) != PX_OK) {
        px_free(&px_heap, made, sizeof *made + key.len);
        return NULL;
    }
    px_session_set_timer(made);
    return made;
}

void px_session_mark_dirty(px_session *session) {
    if (session->is_dirty)
        return;
    session->is_dirty = true;
    session->next_dirty = session->server->sessions.dirty;
    session->server->sessions.dirty = session;
}

/* ---- Opening ---- */

void px_session_open(px_session *session, const px_host_connection *connection,
                     const px_host_client *client, px_slice key, px_slice query) {
    session->has_path = true;
    session->is_opening = true;
    if (px_host_open(connection, &session->hub, client, key, query) != PX_OK)
        session->is_broken = true;
    session->is_opening = false;
    px_session_mark_dirty(session);
}

/* ---- What the client sends ---- */

void px_session_heard(px_session *session, bool answers) {
    px_hub *hub = session->server->hub;
    session->heard_at_ms = session->server->now_ms;
    if (answers)
        px_hub_activity(hub, &session->hub);
    else
        px_hub_alive(hub, &session->hub);
}

void px_session_beat(px_session *session) {
    session->owes_beat = !session->awaits_beat;
    session->awaits_beat = false;
    if (!session->owes_beat)
        return;
    session->heartbeat_at_ms = session->server->now_ms;
    px_session_set_timer(session);
}

static void close_with(px_session *session, px_protocol_error error) {
    if (session->hub.app)
        px_hub_break_connection(session->server->hub, &session->hub, error);
    else if (!session->farewell)
        px_session_closed(&session->hub, px_protocol_error_code(error),
                          px_protocol_error_text(error));
}

void px_session_message(px_session *session, const px_host_connection *connection,
                        const px_host_client *client, px_slice text) {
    px_server *server = session->server;
    px_slice key, query;
    if (!is_open(session))
        return;
    if (text.len > server->options.max_message)
        close_with(session, PX_ERROR_MESSAGE_SIZE);
    else if (session->has_path)
        px_hub_message(server->hub, &session->hub, text);
    else if (px_sockjs_read_path(server, text, &key, &query))
        px_session_open(session, connection, client, key, query);
    else
        close_with(session, PX_ERROR_PATH);
}

/* ---- Closing ---- */

void px_session_closed(px_hub_connection *connection, uint16_t code, px_slice reason) {
    px_session *session = (px_session *)connection;
    px_buffer *text = &session->server->sessions.text;
    if (session->farewell)
        return;
    if (session->is_opening) /* what was said of the reason is said by the close frame, too */
        px_output_free(&session->queue);
    px_buffer_clear(text);
    if (px_frame_close(text, code, reason) == PX_OK && px_buffer_append_byte(text, '\n') == PX_OK)
        session->farewell = px_frame_new(px_buffer_slice(text));
    if (!session->farewell)
        session->is_broken = true;
    px_session_mark_dirty(session);
}

/* The session is no more; its memory goes at the end of the turn. */
static void end(px_session *session) {
    px_server *server = session->server;
    if (session->is_over)
        return;
    session->is_over = true;
    px_wheel_clear(&server->sessions.timers, &session->timer);
    px_map_remove(&server->sessions.by_key, px_slice_of(session->key, session->key_len));
    if (session->receiver)
        px_host_cut(session->receiver);
    px_hub_close_connection(server->hub, &session->hub);
    px_session_mark_dirty(session);
}

static void free_session(px_session *session) {
    px_output_free(&session->queue);
    px_message_release(session->farewell);
    px_free(&px_heap, session, sizeof *session + session->key_len);
}

/* ---- Time ---- */

/* Clients of the Channels family answer each heartbeat of a stream: two that stay without an answer,
 * and some time for that answer, and nobody is there. */
static uint64_t silent_at(const px_session *session) {
    bool answers = !session->is_sockjs && session->receiver && is_open(session) &&
                   !session->receiver->in.stream->style->is_single;
    return answers ? session->heard_at_ms +
                         (uint64_t)session->server->options.http_heartbeat_ms * 12 / 5
                   : UINT64_MAX;
}

static uint64_t earlier(uint64_t one, uint64_t other) {
    return one < other ? one : other;
}

void px_session_set_timer(px_session *session) {
    px_server *server = session->server;
    uint64_t due = session->heartbeat_at_ms;
    if (session->is_over)
        return;
    if (!session->receiver)
        due = session->lost_at_ms + server->options.http_disconnect_ms;
    else
        due = earlier(due, silent_at(session));
    if (session->receiver && session->held_until_ms > 0)
        due = earlier(due, session->held_until_ms);
    if (!session->has_path && is_open(session))
        due = earlier(due, session->path_by_ms);
    px_wheel_set(&server->sessions.timers, &session->timer, due);
}

/* The client can't have read what is still on its way. */
static bool is_on_its_way(const px_host_connection *receiver) {
    return receiver->output.count > 0 || px_socket_has_unacked(receiver->socket.fd);
}

static void stop_holding(px_session *session) {
    if (is_on_its_way(session->receiver)) {
        session->held_until_ms = session->server->now_ms + session->server->options.http_hold_ms;
        return;
    }
    session->held_until_ms = 0;
    session->receiver->in.stream->is_held_enough = true;
    px_session_flush(session);
}

static void on_timer(px_session *session) {
    uint64_t now = session->server->now_ms;
    if (!session->receiver &&
        now >= session->lost_at_ms + session->server->options.http_disconnect_ms)
        end(session);
    if (session->receiver && session->held_until_ms > 0 && now >= session->held_until_ms)
        stop_holding(session);
    if (now >= silent_at(session))
        close_with(session, PX_ERROR_NO_PONG);
    if (session->receiver && now >= session->heartbeat_at_ms)
        px_session_heartbeat(session);
    if (!session->has_path && is_open(session) && now >= session->path_by_ms)
        close_with(session, PX_ERROR_PATH);
    px_session_set_timer(session);
}

void px_sessions_tick(px_server *server) {
    px_wheel_node *node;
    while ((node = px_wheel_pop(&server->sessions.timers, server->now_ms)) != NULL)
        on_timer((px_session *)(void *)((char *)node - offsetof(px_session, timer)));
}

void px_sessions_end_turn(px_server *server) {
    px_session *session;
    while ((session = server->sessions.dirty) != NULL) {
        server->sessions.dirty = session->next_dirty;
        session->is_dirty = false;
        if (session->is_slow)
            px_session_shed(session);
        if (session->is_broken)
            end(session);
        if (!session->is_over)
            px_session_flush(session);
        else if (!session->is_dirty)
            free_session(session);
    }
}

void px_sessions_free(px_server *server) {
    px_map_entry entry;
    for (size_t cursor = 0; px_map_next(&server->sessions.by_key, &cursor, &entry);)
        end(entry.value);
    px_sessions_end_turn(server);
    px_map_free(&server->sessions.by_key);
    px_buffer_free(&server->sessions.text);
    px_buffer_free(&server->sessions.wrapped);
}
