#include "core/http_socket.h"

#include "base/plant.h"
#include "core/http_request.h"
#include "core/internal.h"
#include "core/sockjs.h"

enum {
    MAX_HOST = 253,
    MAX_STREAM = 262144, /* UTF-16 units of one answer; then the next one is asked for */
    MAX_BATCH = 65536,   /* bytes of one POST, unless one message alone is longer */
    KEPT_BUFFER = 4096,
    ALLOWANCE = 65536, /* over maxOutbound: what the engine itself has to say */
    ABNORMAL = 1006,
};

/* ---- Life ---- */

void px_http_socket_new_session(px_core *core, px_http_socket *socket) {
    static const char digits[] = "0123456789abcdefghijklmnopqrstuv";
    socket->server = (uint16_t)px_core_random(core, PX_HTTP_SESSION_SERVERS - 1);
    for (size_t i = 0; i < PX_HTTP_SESSION_ID; i++)
        socket->session_id[i] = digits[px_core_random(core, sizeof(digits) - 2)];
}

static px_http_socket *new_socket(px_core *core, px_transport_type type) {
    px_http_socket *socket = px_alloc(core->allocator, sizeof(*socket));
    if (!socket)
        return NULL;
    *socket = (px_http_socket){.polling = type == PX_TRANSPORT_TYPE_XHR_POLLING,
                               .sockjs = type == PX_TRANSPORT_TYPE_SOCKJS,
                               .tls = core->connection.using_tls,
                               .send_deadline = PX_NO_DEADLINE,
                               .open_deadline = PX_NO_DEADLINE};
    px_http_frames_init(&socket->frames, core->allocator);
    px_buffer_init(&socket->host, core->allocator, MAX_HOST);
    px_buffer_init(&socket->outgoing, core->allocator,
                   2 * (size_t)core->options.max_outbound + ALLOWANCE);
    px_http_socket_new_session(core, socket);
    return socket;
}

int px_http_socket_open(px_core *core, px_transport *transport) {
    transport->http = new_socket(core, transport->type);
    if (!transport->http)
        return PX_ERR_NO_MEMORY;
    core->transports.http_count++;
    int result = px_http_socket_is_sockjs(transport->http)
                     ? px_sockjs_ask(core, transport)
                     : px_http_socket_receive(core, transport);
    if (result != PX_OK)
        px_http_socket_free(core, transport);
    return result;
}

static void cancel(px_core *core, px_id *id) {
    px_request *request = px_request_find(core, *id);
    if (request)
        px_request_cancel(core, request);
    *id = 0;
}

void px_http_socket_free(px_core *core, px_transport *transport) {
    px_http_socket *socket = transport->http;
    if (core->reading.request == socket->receive)
        core->reading = (px_http_reading){0};
    cancel(core, &socket->info);
    cancel(core, &socket->receive);
    cancel(core, &socket->send);
    px_http_frames_free(&socket->frames);
    px_buffer_free(&socket->host);
    px_buffer_free(&socket->outgoing);
    px_free(core->allocator, socket, sizeof(*socket));
    transport->http = NULL;
    core->transports.http_count--;
}

/* "WHAT (STATUS)" */
static px_slice sentence(px_core *core, px_slice what, int status) {
    px_text text = px_text_begin(&core->text);
    px_slice kept = what;
    px_text_add(&text, what);
    px_text_add(&text, PX_SLICE(" ("));
    px_text_add_number(&text, (uint64_t)status);
    px_text_add(&text, PX_SLICE(")"));
    core->connection.untold |= px_core_keep_text(core, &text, &kept) != PX_OK;
    return kept;
}

void px_http_socket_fail(px_core *core, px_transport *transport, px_slice what,
                         const px_answer *answer) {
    px_slice reason = sentence(core, what, answer->status);
    int result = answer->result;
    px_slice message = answer->message;
    if (!transport->http->open && !message.len) {
        result = result ? result : PX_ERR_HANDSHAKE;
        message = reason;
    }
    px_core_transport_closed(core, transport->id, ABNORMAL, reason, false, result, message);
}

/* ---- Receiving ---- */

int px_http_socket_receive(px_core *core, px_transport *transport) {
    px_http_socket *socket = transport->http;
    const px_http_question what = {.kind = PX_REQUEST_RECEIVE,
                                   .path = socket->polling ? PX_SLICE("/xhr")
                                                           : PX_SLICE("/xhr_streaming")};
    px_http_frames_restart(&socket->frames);
    return px_http_socket_ask(core, socket, transport->id, &what, &socket->receive);
}

static void receive_more(px_core *core, px_transport *transport) {
    int result = px_http_socket_receive(core, transport);
    if (result != PX_OK)
        px_connection_transport_broken(core, transport, result);
}

static bool goes_on(const px_http_socket *socket, const px_answer *answer) {
    return answer->status == 200 && socket->open && socket->frames.had_frame &&
           (socket->polling || (px_http_socket_is_sockjs(socket) && !PX_PLANTED(STREAM_ENDS)));
}

void px_http_socket_received(px_core *core, px_request *request, const px_answer *answer) {
    px_transport *transport = px_transport_find(core, request->owner);
    px_http_socket *socket = transport->http;
    px_request_end(core, request);
    socket->receive = 0;
    if (goes_on(socket, answer))
        receive_more(core, transport);
    else if (px_http_socket_is_sockjs(socket) && !socket->open && !socket->polling)
        px_sockjs_poll_instead(core, transport);
    else
        px_http_socket_fail(core, transport, PX_SLICE("Connection interrupted"), answer);
}

/* ---- Frames ---- */

static void bad_frame(px_core *core, const px_http_frame *frame, px_slice why) {
    px_connection_error(core, &(px_error){.type = PX_ERROR_PARSE,
                                          .result = PX_ERR_SYNTAX,
                                          .message = why,
                                          .data = frame->line});
}

/* Later requests go to the host that the server names, if it names one. */
static int move(px_core *core, px_http_socket *socket, const px_http_frame *frame) {
    px_slice host;
    px_slice why;
    int result = px_http_frame_hostname(frame, &core->incoming, &host, &why);
    bool usable = result != PX_ERR_SYNTAX && host.len <= MAX_HOST && px_host_valid(host);
    if (usable && result == PX_OK)
        return px_buffer_append(&socket->host, host);
    if (!usable)
        px_log_text(core, PX_LOG_WARN,
                    PX_SLICE("The server names no usable host for the session, staying here"));
    return usable ? result : PX_OK;
}

static void handle_open(px_core *core, px_transport *transport, const px_http_frame *frame) {
    px_http_socket *socket = transport->http;
    if (socket->open) {
        px_core_transport_closed(core, transport->id, ABNORMAL, PX_SLICE("Server lost session"),
                                 true, 0, PX_SLICE(""));
        return;
    }
    int result = move(core, socket, frame);
    if (result != PX_OK) {
        px_connection_transport_broken(core, transport, result);
        return;
    }
    socket->open = true;
    px_core_transport_opened(core, transport->id);
}

static void handle_messages(px_core *core, px_transport *transport, const px_http_frame *frame) {
    px_slice why;
    if (!transport->http->open)
        return;
    int result = px_http_messages_begin(&core->reading.messages, frame, &why);
    if (result == PX_OK)
        core->reading.in_frame = true;
    else
        bad_frame(core, frame, why);
}

static void take_message(px_core *core, px_transport *transport) {
    px_slice message;
    int result = px_http_messages_next(&core->reading.messages, &core->incoming, &message);
    if (result == PX_OK)
        px_core_transport_message(core, transport->id, message);
    else if (result == PX_ERR_NOT_FOUND)
        core->reading.in_frame = false;
    else
        px_connection_transport_broken(core, transport, result);
}

/* A stream's heartbeat wants an answer; the next poll is one. */
static void handle_heartbeat(px_core *core, px_transport *transport, const px_http_frame *frame) {
    px_http_socket *socket = transport->http;
    (void)frame;
    if (socket->open && !socket->polling && !px_http_socket_is_sockjs(socket))
        px_http_socket_beat(core, socket);
}

static void handle_close(px_core *core, px_transport *transport, const px_http_frame *frame) {
    uint16_t code;
    px_slice reason;
    px_slice why;
    int result = px_http_frame_close(frame, &core->incoming, &code, &reason, &why);
    if (result == PX_ERR_SYNTAX)
        bad_frame(core, frame, why);
    else if (result != PX_OK)
        px_connection_transport_broken(core, transport, result);
    else if (transport->http->open)
        px_core_transport_closed(core, transport->id, code, reason, true, 0, PX_SLICE(""));
    else
        px_core_transport_closed(core, transport->id, code, reason, true, PX_ERR_HANDSHAKE,
                                 sentence(core, PX_SLICE("The server refuses the session"), code));
}

static void ignore(px_core *core, px_transport *transport, const px_http_frame *frame) {
    (void)core;
    (void)transport;
    (void)frame;
}

static void (*const handlers[])(px_core *core, px_transport *transport,
                                const px_http_frame *frame) = {
    [PX_HTTP_FRAME_NONE] = ignore,
    [PX_HTTP_FRAME_OPEN] = handle_open,
    [PX_HTTP_FRAME_MESSAGES] = handle_messages,
    [PX_HTTP_FRAME_MESSAGE] = handle_messages,
    [PX_HTTP_FRAME_HEARTBEAT] = handle_heartbeat,
    [PX_HTTP_FRAME_CLOSE] = handle_close,
    [PX_HTTP_FRAME_UNKNOWN] = ignore,
};

/* A browser keeps all of an answer: a long one is given up for the next of the same session. A
 * SockJS server ends it by itself. */
static void renew_stream(px_core *core, px_transport *transport) {
    px_http_socket *socket = transport->http;
    if (socket->polling || px_http_socket_is_sockjs(socket) || !socket->open ||
        socket->frames.begun.len || socket->frames.received <= MAX_STREAM)
        return;
    cancel(core, &socket->receive);
    receive_more(core, transport);
}

static void take_frame(px_core *core, px_transport *transport) {
    px_http_socket *socket = transport->http;
    px_http_frame frame;
    int result =
        px_http_frames_next(&socket->frames, &core->incoming, &core->reading.piece, &frame);
    if (result != PX_OK) {
        px_connection_transport_broken(core, transport, result);
        return;
    }
    if (socket->open && frame.line.len)
        px_liveness_heard(core, transport);
    handlers[frame.kind](core, transport, &frame);
}

/* Takes the next message or frame of the piece. Each may end the transport. */
static void read_on(px_core *core) {
    px_http_reading *reading = &core->reading;
    const px_request *request = px_request_find(core, reading->request);
    px_transport *transport = request ? px_transport_find(core, request->owner) : NULL;
    if (!transport) {
        *reading = (px_http_reading){0};
    } else if (reading->in_frame) {
        take_message(core, transport);
    } else if (reading->piece.len) {
        take_frame(core, transport);
    } else {
        *reading = (px_http_reading){0};
        renew_stream(core, transport);
    }
}

void px_core_request_progress(px_core *core, px_id id, int status, px_slice piece) {
    const px_request *request = px_request_find(core, id);
    if (!request || request->kind != PX_REQUEST_RECEIVE || status != 200 || !piece.len)
        return;
    core->reading = (px_http_reading){.request = id, .piece = piece};
    px_transport_find(core, request->owner)->http->open_deadline = PX_NO_DEADLINE;
}

/* ---- Sending ---- */

int px_http_socket_send(px_core *core, px_http_socket *socket, px_slice message) {
    px_buffer *outgoing = &socket->outgoing;
    size_t before = outgoing->len;
    px_json_writer writer;
    int result = px_buffer_append_byte(outgoing, before ? ',' : '[');
    if (result == PX_OK) {
        px_json_writer_init(&writer, outgoing);
        px_json_string(&writer, message);
        result = px_json_writer_finish(&writer);
    }
    if (result != PX_OK)
        outgoing->len = before;
    else
        core->transports.unsent = true;
    return result;
}

void px_http_socket_beat(px_core *core, px_http_socket *socket) {
    socket->heartbeat = true;
    core->transports.unsent = true;
}

size_t px_http_socket_backlog(const px_http_socket *socket) {
    return socket->outgoing.len + socket->in_flight;
}

/* How many bytes of what waits go into the next POST: whole messages, one at least. */
static size_t batch_length(const px_http_socket *socket, size_t limit) {
    px_json_reader reader;
    size_t length = socket->outgoing.len;
    if (length <= limit)
        return length;
    px_json_reader_init(&reader, px_buffer_slice(&socket->outgoing));
    px_json_next(&reader);
    for (length = 0; px_json_next(&reader) == PX_JSON_STRING;) {
        if (length && reader.position > limit)
            break;
        length = reader.position;
    }
    return length;
}

/* The first `length` bytes of what waits, as a JSON array; an empty one for none. */
static int copy_batch(px_core *core, const px_http_socket *socket, size_t length, px_slice *body) {
    void *memory;
    if (length == 0) {
        *body = PX_SLICE("[]");
        return PX_OK;
    }
    int result = px_arena_alloc(&core->arena, length + 1, &memory);
    if (result != PX_OK)
        return result;
    memcpy(memory, socket->outgoing.data, length);
    ((char *)memory)[length] = ']';
    *body = px_slice_of(memory, length + 1);
    return PX_OK;
}

static void drop_batch(px_http_socket *socket, size_t length) {
    px_buffer *outgoing = &socket->outgoing;
    px_buffer_consume(outgoing, length);
    if (outgoing->len)
        outgoing->data[0] = '['; /* it was the comma */
    else if (outgoing->capacity > KEPT_BUFFER)
        px_buffer_free(outgoing);
    socket->heartbeat = false;
}

/* POSTs at most `limit` bytes of what waits. */
static int post(px_core *core, px_http_socket *socket, px_id owner, size_t limit, px_id *id) {
    px_http_question what = {.kind = PX_REQUEST_SEND,
                             .path = PX_SLICE("/xhr_send"),
                             .timeout_ms = core->options.pong_timeout};
    size_t length = batch_length(socket, limit);
    int result = copy_batch(core, socket, length, &what.body);
    if (result == PX_OK)
        result = px_http_socket_ask(core, socket, owner, &what, id);
    if (result == PX_OK)
        drop_batch(socket, length);
    return result;
}

static void flush(px_core *core, px_transport *transport) {
    px_http_socket *socket = transport->http;
    size_t waiting = socket->outgoing.len;
    if (socket->send || (!waiting && !socket->heartbeat))
        return;
    int result = post(core, socket, transport->id, MAX_BATCH, &socket->send);
    if (result != PX_OK) {
        px_connection_transport_broken(core, transport, result);
        return;
    }
    socket->in_flight = waiting - socket->outgoing.len;
    socket->send_deadline = core->now + core->options.pong_timeout;
}

bool px_http_sockets_work(px_core *core) {
    if (core->reading.request) {
        read_on(core);
        return true;
    }
    if (!core->transports.unsent)
        return false;
    core->transports.unsent = false;
    for (size_t i = 0; i < PX_TRANSPORT_SLOTS; i++)
        if (core->transports.slots[i].http)
            flush(core, &core->transports.slots[i]);
    return true;
}

void px_http_socket_let_out(px_core *core, px_transport *transport) {
    px_http_socket *socket = transport->http;
    px_id id;
    px_request *request = px_request_find(core, socket->send);
    if (request)
        request->owner = 0;
    socket->send = 0;
    if (!socket->outgoing.len)
        return;
    int result = post(core, socket, 0, SIZE_MAX, &id);
    if (result != PX_OK)
        px_connection_error(core,
                            &(px_error){.type = PX_ERROR_TRANSPORT,
                                        .result = result,
                                        .message = PX_SLICE("what waited to be sent is lost")});
}

void px_http_socket_sent(px_core *core, px_request *request, const px_answer *answer) {
    px_transport *transport = px_transport_find(core, request->owner);
    px_request_end(core, request);
    if (!transport)
        return;
    px_http_socket *socket = transport->http;
    socket->send = 0;
    socket->in_flight = 0;
    socket->send_deadline = PX_NO_DEADLINE;
    if (answer->status != 200 && answer->status != 204)
        px_http_socket_fail(core, transport, PX_SLICE("Sending failed"), answer);
    else if (socket->outgoing.len || socket->heartbeat)
        core->transports.unsent = true;
}

/* ---- Time ---- */

static uint64_t deadline_of(const px_http_socket *socket) {
    return socket->send_deadline < socket->open_deadline ? socket->send_deadline
                                                         : socket->open_deadline;
}

uint64_t px_http_sockets_deadline(const px_core *core) {
    uint64_t earliest = PX_NO_DEADLINE;
    for (size_t i = 0; core->transports.http_count && i < PX_TRANSPORT_SLOTS; i++) {
        const px_http_socket *socket = core->transports.slots[i].http;
        if (socket && deadline_of(socket) < earliest)
            earliest = deadline_of(socket);
    }
    return earliest;
}

static void fire(px_core *core, px_transport *transport) {
    px_http_socket *socket = transport->http;
    const px_answer none = {.result = PX_ERR_TIMEOUT, .message = PX_SLICE("no answer in time")};
    /* Far beyond it the machine slept, and the answer may be there but not yet read. */
    if (core->now > socket->send_deadline &&
        core->now - socket->send_deadline > core->options.pong_timeout)
        socket->send_deadline = core->now + core->options.pong_timeout;
    else if (socket->send_deadline <= core->now)
        px_http_socket_fail(core, transport, PX_SLICE("Sending failed"), &none);
    else if (socket->info)
        px_http_socket_fail(core, transport, PX_SLICE("Can't connect to server"), &none);
    else if (PX_OWN_SOCKJS)
        px_sockjs_poll_instead(core, transport);
}

void px_http_sockets_tick(px_core *core) {
    for (size_t i = 0; core->transports.http_count && i < PX_TRANSPORT_SLOTS; i++) {
        px_transport *transport = &core->transports.slots[i];
        if (transport->http && deadline_of(transport->http) <= core->now)
            fire(core, transport);
    }
}
