/* Frames on their way from the hub to the client of a session.
 *
 * A stream of the Channels family is held back where pusher-js begins a new one: pusher-js aborts
 * its request when more than 262144 characters have come and all of them were read, and asks again.
 * What the server sent in between would be lost, so it waits at exactly that point for the new
 * request, or, for clients that do not do this, for a moment. */
#include "server/host_frame.h"
#include "server/host_session.h"

/* ---- How much of a stream may be sent ---- */

static bool has_hold(const px_session *session) {
    const px_host_stream *stream = session->receiver->in.stream;
    return !session->is_sockjs && stream->units > PX_PUSHER_JS_STREAM &&
           session->server->options.http_hold_ms > 0 && !stream->is_held_enough;
}

/* SockJS's clients expect streams to end. */
static bool has_ended(const px_session *session) {
    return session->is_sockjs &&
           session->receiver->in.stream->units >= session->server->options.sockjs_max_stream;
}

/* The browser keeps all of a stream in memory. */
static bool is_too_long(const px_session *session) {
    return !session->is_sockjs && !session->farewell &&
           session->receiver->in.stream->units > session->server->options.http_max_stream;
}

static bool is_at_limit(const px_session *session) {
    return has_hold(session) || has_ended(session) || is_too_long(session);
}

/* ---- From the hub ---- */

static size_t backlog_of(const px_host_output *queue) {
    return queue->bytes + queue->count * (sizeof(px_message) + sizeof(px_message *));
}

/* May frames go to the socket without waiting for the end of the turn? */
static bool is_flowing(const px_session *session) {
    if (!session->receiver || !session->is_announced || session->is_opening ||
        session->queue.count > 0)
        return false;
    const px_host_stream *stream = session->receiver->in.stream;
    return stream->style == &px_style_xhr_streaming && !is_at_limit(session);
}

static void enqueue(px_session *session, px_message *frame) {
    if (!frame || px_output_add(&session->queue, frame) != PX_OK)
        session->is_broken = true;
    else if (backlog_of(&session->queue) > session->server->options.max_backlog)
        session->is_slow = true;
    px_session_mark_dirty(session);
}

void px_session_deliver(px_hub_connection *connection, px_message *message) {
    px_session *session = (px_session *)connection;
    if (session->is_slow || session->is_broken || session->is_over)
        return;
    px_message *frame = px_frame_of(message, &session->server->sessions.text);
    if (!frame || !is_flowing(session)) {
        enqueue(session, frame);
        return;
    }
    px_stream_frame(session->receiver, frame);
    if (is_at_limit(session))
        px_session_mark_dirty(session);
}

static void beat_stream(px_session *session) {
    session->awaits_beat = true;
    px_stream_text(session->receiver, PX_SLICE("h"));
}

void px_session_ping(px_hub_connection *connection) {
    px_session *session = (px_session *)connection;
    if (session->receiver && !session->receiver->in.stream->style->is_single &&
        session->is_announced && !is_at_limit(session))
        beat_stream(session);
}

/* ---- To the client ---- */

static void detach(px_session *session) {
    session->receiver = NULL;
    session->held_until_ms = 0;
    /* Asking again and again does not keep a closed session alive. */
    if (!session->is_leaving)
        session->lost_at_ms = session->server->now_ms;
    session->is_leaving = session->farewell != NULL;
    px_session_set_timer(session);
}

/* `o`, or `o{"hostname":"..."}`. */
static px_slice announcement(px_session *session) {
    px_server *server = session->server;
    px_buffer *text = &server->sessions.text;
    px_slice hostname = server->options.http_hostname;
    session->is_announced = true;
    px_buffer_clear(text);
    if (session->is_sockjs || hostname.len == 0 ||
        px_buffer_append(text, PX_SLICE("o{\"hostname\":")) != PX_OK ||
        px_frame_quote(text, hostname) != PX_OK || px_buffer_append(text, PX_SLICE("}")) != PX_OK)
        return PX_SLICE("o");
    return px_buffer_slice(text);
}

/* The one answer to a poll. */
static void answer_poll(px_session *session, px_slice frame) {
    px_host_connection *receiver = session->receiver;
    receiver->is_poller = !session->farewell;
    detach(session);
    receiver->in.stream->session = NULL;
    px_stream_text(receiver, frame);
    px_arena_reset(&session->server->arena);
}

/* All that waits as one frame `a[...]`; behind it on a line of its own what closes the session. */
static int gather(px_session *session, bool with_farewell) {
    px_buffer *text = &session->server->sessions.text;
    px_host_output *queue = &session->queue;
    px_buffer_clear(text);
    int result = PX_OK;
    for (uint32_t i = 0; result == PX_OK && i < queue->count; i++) {
        result = px_buffer_append(text, i == 0 ? PX_SLICE("a[") : PX_SLICE(","));
        if (result == PX_OK)
            result = px_buffer_append(text, px_frame_element(queue->items[queue->first + i]));
    }
    if (result == PX_OK && queue->count > 0)
        result = px_buffer_append(text, with_farewell ? PX_SLICE("]\n") : PX_SLICE("]"));
    if (result == PX_OK && with_farewell) {
        px_slice farewell = px_frame_text(session->farewell);
        result = px_buffer_append(text, px_slice_of(farewell.ptr, farewell.len - 1));
    }
    return result;
}

static void flush_poll(px_session *session) {
    if (!session->is_announced) {
        answer_poll(session, announcement(session));
        return;
    }
    if (session->queue.count == 0 && !session->farewell)
        return;
    /* Several frames are several lines, for which scripts have no place. */
    bool can_add = session->queue.count == 0 || !session->receiver->in.stream->style->is_quoted;
    if (gather(session, session->farewell && can_add) != PX_OK) {
        session->is_broken = true;
        px_session_mark_dirty(session);
        return;
    }
    px_output_free(&session->queue);
    answer_poll(session, px_buffer_slice(&session->server->sessions.text));
}

static void end_stream(px_session *session) {
    px_host_connection *receiver = session->receiver;
    receiver->is_poller = !session->farewell;
    detach(session);
    receiver->in.stream->session = NULL;
    px_stream_end(receiver);
}

static void send_frame(px_session *session, px_message *frame) {
    px_slice text = px_frame_text(frame);
    if (session->receiver->in.stream->style == &px_style_xhr_streaming)
        px_stream_frame(session->receiver, frame);
    else
        px_stream_text(session->receiver, px_slice_of(text.ptr, text.len - 1));
}

static void send_next(px_session *session) {
    px_message *frame = px_output_shift(&session->queue);
    send_frame(session, frame);
    px_message_release(frame);
}

static void begin_holding(px_session *session) {
    if (session->held_until_ms > 0)
        return;
    session->held_until_ms = session->server->now_ms + session->server->options.http_hold_ms;
    px_session_set_timer(session);
}

static bool is_receiving(const px_session *session) {
    return session->receiver && !session->receiver->is_slow;
}

static void flush_stream(px_session *session) {
    if (!session->is_announced)
        px_stream_text(session->receiver, announcement(session));
    while (is_receiving(session) && session->queue.count > 0 && !is_at_limit(session))
        send_next(session);
    if (!is_receiving(session))
        return;
    if (has_hold(session)) {
        begin_holding(session);
    } else if (has_ended(session)) {
        end_stream(session);
    } else if (is_too_long(session)) {
        px_hub_break_connection(session->server->hub, &session->hub, PX_ERROR_RECONNECT);
    } else if (session->farewell) {
        send_frame(session, session->farewell);
        end_stream(session);
    }
}

void px_session_flush(px_session *session) {
    if (!session->receiver)
        return;
    if (session->receiver->in.stream->style->is_single)
        flush_poll(session);
    else
        flush_stream(session);
}

void px_session_heartbeat(px_session *session) {
    px_server *server = session->server;
    session->heartbeat_at_ms = server->now_ms + server->options.http_heartbeat_ms;
    if (!session->is_announced)
        return;
    session->owes_beat = false;
    if (session->receiver->in.stream->style->is_single)
        answer_poll(session, PX_SLICE("h"));
    else if (!is_at_limit(session))
        beat_stream(session);
}

/* ---- Receivers come and go ---- */

/* Takes back what the connection has not sent: a frame that is only partly out was not understood. */
static void take_back(px_session *session, const px_host_output *output) {
    px_host_output rest;
    px_output_init(&rest, session->queue.memory);
    int result = PX_OK;
    for (uint32_t i = 0; result == PX_OK && i < output->count; i++) {
        px_message *frame = output->items[output->first + i];
        bool is_out = i == 0 && output->written + 2 >= frame->frame_len;
        if (px_frame_is_event(frame) && !is_out)
            result = px_output_add(&rest, frame);
    }
    for (px_message *frame; (frame = px_output_shift(&session->queue)) != NULL;) {
        if (result == PX_OK)
            result = px_output_add(&rest, frame);
        px_message_release(frame);
    }
    for (px_message *frame; (frame = px_output_shift(&rest)) != NULL;) {
        if (result == PX_OK)
            result = px_output_add(&session->queue, frame);
        px_message_release(frame);
    }
    if (result != PX_OK) {
        session->is_broken = true;
        px_session_mark_dirty(session);
    }
}

void px_session_lost(px_session *session) {
    take_back(session, &session->receiver->output);
    detach(session);
    if (!session->is_sockjs || session->farewell || session->is_over)
        return;
    px_hub_close_connection(session->server->hub, &session->hub);
    px_session_closed(&session->hub, 1002, PX_SLICE("Connection interrupted"));
}

void px_session_shed(px_session *session) {
    session->is_slow = false;
    if (session->receiver)
        session->receiver->is_slow = false;
    px_output_free(&session->queue);
    px_host_log(session->server, PX_LOG_INFORMATION,
                "closing a session that does not take what is sent to it");
    px_hub_shed_connection(session->server->hub, &session->hub);
}

/* The client has begun a new request before it was seen that it gave up the old one. */
static void displace(px_session *session) {
    px_host_connection *old = session->receiver;
    if (old->output.count > 0)
        px_host_cut(old);
    else if (old->in.stream->style->is_single)
        answer_poll(session, PX_SLICE("h"));
    else
        end_stream(session);
}

void px_session_receive(px_session *session, px_host_connection *connection,
                        const px_http_head *head, const px_stream_style *style, px_slice callback) {
    px_server *server = session->server;
    bool is_second = session->receiver && session->is_sockjs;
    if (session->receiver && !is_second)
        displace(session);
    if (!px_stream_begin(connection, head, style, callback))
        return;
    if (is_second) {
        px_stream_text(connection, PX_SLICE("c[2010,\"Another connection still open\"]"));
        if (connection->phase == PX_PHASE_STREAM)
            px_stream_end(connection);
        return;
    }
    connection->in.stream->session = session;
    session->receiver = connection;
    session->awaits_beat = false;
    session->heartbeat_at_ms =
        server->now_ms + (session->owes_beat ? 0 : server->options.http_heartbeat_ms);
    px_session_heard(session, false);
    px_session_set_timer(session);
    px_session_mark_dirty(session);
}
