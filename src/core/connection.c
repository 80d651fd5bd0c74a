#include "core/connection.h"

#include "base/plant.h"
#include "core/internal.h"

enum {
    RETRY_AFTER_LOSS_MS = 1000,
    SHORT_LIFE_MS = 1000,  /* shorter lives are not retried at once twice in a row */
    STABLE_LIFE_MS = 5000, /* after this long the failures before it are forgotten */
};

px_slice px_state_name(px_state state) {
    static const px_slice names[] = {
        [PX_STATE_INITIALIZED] = PX_LITERAL("initialized"),
        [PX_STATE_CONNECTING] = PX_LITERAL("connecting"),
        [PX_STATE_CONNECTED] = PX_LITERAL("connected"),
        [PX_STATE_UNAVAILABLE] = PX_LITERAL("unavailable"),
        [PX_STATE_FAILED] = PX_LITERAL("failed"),
        [PX_STATE_DISCONNECTED] = PX_LITERAL("disconnected"),
    };
    return names[state];
}

void px_connection_init(px_core *core) {
    px_connection *connection = &core->connection;
    *connection = (px_connection){.using_tls = !core->options.plain,
                                  .retry_at = PX_NO_DEADLINE,
                                  .unavailable_at = PX_NO_DEADLINE};
    px_buffer_init(&connection->socket_id, core->allocator, PX_MAX_SOCKET_ID);
}

/* ---- Telling ---- */

static void set_state(px_core *core, px_state state) {
    px_connection *connection = &core->connection;
    px_state previous = connection->state;
    if (previous == state)
        return;
    connection->state = state;
    if (previous == PX_STATE_CONNECTED && !PX_PLANTED(STAYS_SIGNED_IN))
        px_user_disconnected(core);
    px_log_state(core, previous, state);
    px_core_announce_state(core);
    px_timeline_state(core);
    if (state == PX_STATE_CONNECTED)
        px_statistics_send(core);
    if (state == PX_STATE_CONNECTING || state == PX_STATE_DISCONNECTED)
        px_channels_reset(core);
}

/* An event of the connection itself. NULL: no memory; px_core_next will tell that instead. */
static px_event *push_event(px_core *core, px_slice name) {
    px_event *event = px_event_push(core, PX_TO_CONNECTION, name);
    core->connection.untold |= !event;
    if (event)
        event->connection_name = name;
    return event;
}

void px_connection_error(px_core *core, const px_error *error) {
    px_log_error(core, error);
    px_event *event = push_event(core, PX_SLICE("error"));
    if (!event)
        return;
    event->data_type = PX_DATA_ERROR;
    event->error = *error;
}

static void emit_transport_error(px_core *core, int result, int code, px_slice message,
                                 bool will_retry) {
    px_connection_error(core, &(px_error){.type = PX_ERROR_TRANSPORT,
                                          .result = result,
                                          .code = code,
                                          .will_retry = will_retry,
                                          .message = message});
}

static px_slice failure_text(int result) {
    return result == PX_ERR_NO_MEMORY ? PX_SLICE("out of memory")
                                      : PX_SLICE("a limit of the client was exceeded");
}

/* ---- Seeking a connection ---- */

static void seek(px_core *core) {
    px_connection *connection = &core->connection;
    connection->retry_at = PX_NO_DEADLINE;
    if (!px_strategy_supported(core))
        px_transport_managers_reset(core); /* rather a way that has failed than none */
    if (!px_strategy_supported(core)) {
        connection->unavailable_at = PX_NO_DEADLINE;
        set_state(core, PX_STATE_FAILED);
        return;
    }
    if (connection->state != PX_STATE_CONNECTING && connection->state != PX_STATE_UNAVAILABLE) {
        set_state(core, PX_STATE_CONNECTING);
        connection->unavailable_at = core->now + core->options.unavailable_timeout;
    }
    px_strategy_start(core);
}

static void retry_in(px_core *core, uint32_t delay_ms) {
    px_timeline_retry(core, delay_ms);
    if (delay_ms == 0) {
        seek(core);
        return;
    }
    core->connection.retry_at = core->now + delay_ms;
    px_event *event = push_event(core, PX_SLICE("connecting_in"));
    if (!event)
        return;
    event->data_type = PX_DATA_DELAY;
    event->delay_ms = delay_ms;
}

void px_connection_failed_to_open(px_core *core, int result) {
    emit_transport_error(core, result, 0, failure_text(result), true);
}

void px_connection_strategy_failed(px_core *core) {
    retry_in(core, px_pause_after_failure(core, true) + 1);
}

void px_core_connect(px_core *core) {
    px_statistics_begin(core);
    if (!core->connection.live && !px_strategy_running(core))
        seek(core);
}

/* ---- Ending ---- */

/* Nothing is live any more: what hung on the old socket id is void. */
static void forget_live(px_core *core) {
    px_connection *connection = &core->connection;
    if (core->now - connection->connected_at >= STABLE_LIFE_MS)
        connection->failures = 0;
    connection->live = NULL;
    if (!PX_PLANTED(STALE_SOCKET))
        px_authorizations_cancel_all(core);
}

static void close_live(px_core *core) {
    if (!core->connection.live)
        return;
    px_transport_close(core, core->connection.live);
    forget_live(core);
}

static void end_for_good(px_core *core) {
    px_connection *connection = &core->connection;
    px_strategy_stop(core);
    close_live(core);
    connection->retry_at = PX_NO_DEADLINE;
    connection->unavailable_at = PX_NO_DEADLINE;
    connection->failures = 0;
    connection->quick_retries = 0;
    set_state(core, PX_STATE_DISCONNECTED);
}

void px_core_disconnect(px_core *core) {
    px_statistics_end(core);
    if (core->connection.live)
        px_transport_let_out(core, core->connection.live);
    end_for_good(core);
}

void px_connection_broken(px_core *core, int result) {
    if (!core->connection.live)
        return;
    emit_transport_error(core, result, 0, failure_text(result), true);
    close_live(core);
    retry_in(core, RETRY_AFTER_LOSS_MS);
}

void px_connection_switch(px_core *core) {
    px_connection *connection = &core->connection;
    px_strategy_stop(core);
    px_transport_managers_reset(core);
    if (connection->live)
        px_transport_let_out(core, connection->live);
    close_live(core);
    connection->failures = 0;
    connection->quick_retries = 0;
    retry_in(core, 0);
}

void px_connection_silent(px_core *core) {
    px_transport_learn(core, core->connection.live, 1006, false);
    close_live(core);
    retry_in(core, 0);
}

/* "Retry" is obeyed at once, but a server that says it again and again is left in peace. */
static uint32_t retry_pause(px_core *core, uint64_t lived_ms) {
    px_connection *connection = &core->connection;
    if (lived_ms >= SHORT_LIFE_MS)
        connection->quick_retries = 0;
    else if (connection->quick_retries++)
        return px_pause_after_failure(core, true);
    return 0;
}

/* Does what a close code asks for; nothing is open any more. */
static void follow(px_core *core, px_close_action action, uint64_t lived_ms) {
    switch (action) {
    case PX_CLOSE_NONE:
        retry_in(core, RETRY_AFTER_LOSS_MS);
        break;
    case PX_CLOSE_TLS_ONLY:
        if (core->connection.using_tls) {
            retry_in(core, px_pause_backoff(core));
            break;
        }
        core->connection.using_tls = true;
        px_transport_managers_reset(core);
        retry_in(core, 0);
        break;
    case PX_CLOSE_REFUSED:
        end_for_good(core);
        if (PX_PLANTED(REFUSED_RETRIES))
            retry_in(core, RETRY_AFTER_LOSS_MS);
        break;
    case PX_CLOSE_BACKOFF:
        retry_in(core, px_pause_backoff(core));
        break;
    case PX_CLOSE_RETRY:
        retry_in(core, retry_pause(core, lived_ms));
        break;
    }
}

/* ---- Attempts: from open to established ---- */

void px_core_transport_opened(px_core *core, px_id id) {
    px_transport *transport = px_transport_find(core, id);
    if (!transport || transport->phase != PX_TRANSPORT_OPENING)
        return;
    transport->phase = PX_TRANSPORT_HANDSHAKE;
    transport->opened_at = core->now;
    px_timeline_transport_state(core, transport->cid, PX_SLICE("open"));
    int result = px_transport_table[transport->type].greets ? px_send_path(core, transport) : PX_OK;
    if (result != PX_OK)
        px_connection_transport_broken(core, transport, result);
}

/* An attempt ended, its transport is closed. A code that asks for something ends all attempts;
 * without one the strategy goes on. */
static void attempt_ended(px_core *core, uint8_t node, px_close_action action) {
    if (action == PX_CLOSE_NONE) {
        px_strategy_attempt_failed(core, node);
    } else {
        px_strategy_attempt_answered(core, node);
        px_strategy_stop(core);
        follow(core, action, 0);
    }
}

static void drop_attempt(px_core *core, px_transport *transport, px_close_action action) {
    uint8_t node = transport->node;
    px_transport_close(core, transport);
    attempt_ended(core, node, action);
}

static void refuse_handshake(px_core *core, px_transport *transport, px_slice why,
                             px_slice message) {
    px_timeline_handshake_error(core, why);
    px_connection_error(
        core, &(px_error){
                  .type = PX_ERROR_HANDSHAKE, .will_retry = true, .message = why, .data = message});
    drop_attempt(core, transport, PX_CLOSE_NONE);
}

static void fail_attempt(px_core *core, px_transport *transport, int result) {
    emit_transport_error(core, result, 0, failure_text(result), true);
    drop_attempt(core, transport, PX_CLOSE_NONE);
}

static uint32_t smallest_timeout(const px_core *core, const px_transport *transport,
                                 const px_handshake *handshake) {
    uint32_t timeout = core->options.activity_timeout;
    if (handshake->activity_timeout_ms < timeout)
        timeout = handshake->activity_timeout_ms;
    if (transport->ping_delay && transport->ping_delay < timeout)
        timeout = transport->ping_delay;
    return timeout;
}

static void establish(px_core *core, px_transport *transport, const px_handshake *handshake) {
    px_connection *connection = &core->connection;
    px_buffer_clear(&connection->socket_id);
    int result = px_buffer_append(&connection->socket_id, handshake->socket_id);
    if (result != PX_OK) {
        fail_attempt(core, transport, result);
        return;
    }
    transport->phase = PX_TRANSPORT_LIVE;
    px_strategy_attempt_succeeded(core, transport->node);
    connection->live = transport;
    connection->unavailable_at = PX_NO_DEADLINE;
    connection->connected_at = core->now;
    connection->idle_timeout = smallest_timeout(core, transport, handshake);
    px_liveness_heard(core, transport);
    px_user_connecting(core);
    set_state(core, PX_STATE_CONNECTED);
    px_user_connected(core);
    const px_frame *frame = &handshake->frame;
    if (!px_event_of_frame(core, frame, frame->event, PX_TO_CLIENT))
        px_connection_broken(core, PX_ERR_NO_MEMORY);
    else
        px_channels_resubscribe(core);
}

static void shake_hands(px_core *core, px_transport *transport, px_slice message) {
    px_handshake handshake;
    int result = px_handshake_read(core, message, &handshake);
    if (result != PX_OK) {
        fail_attempt(core, transport, result);
    } else if (handshake.kind == PX_HANDSHAKE_ESTABLISHED) {
        establish(core, transport, &handshake);
    } else if (handshake.kind == PX_HANDSHAKE_REFUSED) {
        px_close_action action = px_close_code_action(handshake.code);
        if (px_close_code_is_error(handshake.code))
            emit_transport_error(core, 0, handshake.code, handshake.text,
                                 action != PX_CLOSE_REFUSED);
        drop_attempt(core, transport, action);
    } else {
        refuse_handshake(core, transport, handshake.text, message);
    }
}

/* ---- Messages ---- */

static void receive(px_core *core, px_slice message) {
    px_connection *connection = &core->connection;
    px_liveness_heard(core, connection->live);
    connection->failures = 0;
    int result = px_dispatch(core, message);
    if (result != PX_OK)
        px_connection_broken(core, result);
}

void px_core_transport_message(px_core *core, px_id id, px_slice message) {
    px_transport *transport = px_transport_find(core, id);
    if (!transport || transport->phase == PX_TRANSPORT_OPENING)
        return;
    if (message.len > PX_MAX_MESSAGE)
        px_connection_transport_broken(core, transport, PX_ERR_LIMIT);
    else if (transport->phase == PX_TRANSPORT_LIVE)
        receive(core, message);
    else
        shake_hands(core, transport, message);
}

/* ---- A transport that is gone ---- */

void px_connection_transport_broken(px_core *core, px_transport *transport, int result) {
    if (transport->phase == PX_TRANSPORT_LIVE)
        px_connection_broken(core, result);
    else
        fail_attempt(core, transport, result);
}

typedef struct closing {
    int code;
    px_slice reason;
    int result;
    px_slice message;
    px_close_action action;
} closing;

/* Tells why the live connection, or an opened attempt, ended. A failure of the driver counts for
 * itself; a code is told as the service's error and, when it asks for something or ends an
 * attempt, as the transport's. */
static void emit_ending(px_core *core, const closing *ending, px_transport_phase phase) {
    bool will_retry = ending->action != PX_CLOSE_REFUSED;
    if (ending->result || ending->message.len) {
        emit_transport_error(core, ending->result, 0, ending->message, will_retry);
        return;
    }
    if (phase == PX_TRANSPORT_OPENING || !px_close_code_is_error(ending->code))
        return;
    if (phase == PX_TRANSPORT_LIVE)
        px_connection_error(core, &(px_error){.type = PX_ERROR_PROTOCOL,
                                              .code = ending->code,
                                              .will_retry = will_retry,
                                              .message = ending->reason});
    if (phase == PX_TRANSPORT_HANDSHAKE || ending->action != PX_CLOSE_NONE)
        px_connection_error(core, &(px_error){.type = PX_ERROR_TRANSPORT,
                                              .code = ending->code,
                                              .will_retry = will_retry,
                                              .repeated = phase == PX_TRANSPORT_LIVE,
                                              .message = ending->reason});
}

void px_core_transport_closed(px_core *core, px_id id, uint16_t code, px_slice reason, bool clean,
                              int result, px_slice message) {
    px_transport *transport = px_transport_find(core, id);
    if (!transport)
        return;
    px_transport_phase phase = transport->phase;
    uint8_t node = transport->node;
    closing ending = {code, reason, result, message, px_close_code_action(code)};
    if (phase == PX_TRANSPORT_OPENING)
        ending.action = PX_CLOSE_NONE;
    px_transport_learn(core, transport, code, clean);
    if (message.len)
        px_timeline_transport_error(core, transport->cid, message);
    px_timeline_transport_closed(core, transport->cid, code, reason, clean);
    px_transport_forget(core, transport);
    emit_ending(core, &ending, phase);
    if (phase == PX_TRANSPORT_LIVE) {
        forget_live(core);
        follow(core, ending.action, core->now - core->connection.connected_at);
    } else {
        attempt_ended(core, node, ending.action);
    }
}

/* ---- Time ---- */

uint64_t px_connection_deadline(const px_core *core) {
    const px_connection *connection = &core->connection;
    uint64_t deadline = px_liveness_deadline(core);
    if (connection->retry_at < deadline)
        deadline = connection->retry_at;
    return connection->unavailable_at < deadline ? connection->unavailable_at : deadline;
}

void px_connection_tick(px_core *core) {
    px_connection *connection = &core->connection;
    if (connection->retry_at <= core->now)
        seek(core);
    if (connection->unavailable_at <= core->now) {
        connection->unavailable_at = PX_NO_DEADLINE;
        set_state(core, PX_STATE_UNAVAILABLE);
    }
    px_liveness_tick(core);
}

/* ---- The network ---- */

void px_core_network_online(px_core *core) {
    px_timeline_network(core, PX_SLICE("online"));
    px_connection *connection = &core->connection;
    if (connection->state != PX_STATE_CONNECTING && connection->state != PX_STATE_UNAVAILABLE)
        return;
    px_strategy_stop(core);
    connection->failures = 0;
    seek(core);
}

void px_core_network_offline(px_core *core) {
    px_timeline_network(core, PX_SLICE("offline"));
    px_liveness_doubt(core);
}

void px_core_network_changed(px_core *core) {
    px_connection *connection = &core->connection;
    if (connection->live) {
        px_liveness_doubt(core);
    } else if (connection->retry_at != PX_NO_DEADLINE || px_strategy_running(core)) {
        px_strategy_stop(core);
        connection->failures = 0;
        seek(core);
    }
}

/* ---- Looking ---- */

px_state px_core_state(const px_core *core) {
    return core->connection.state;
}

px_slice px_core_socket_id(const px_core *core) {
    return px_buffer_slice(&core->connection.socket_id);
}

px_slice px_core_transport(const px_core *core) {
    const px_transport *live = core->connection.live;
    return live ? px_transport_table[live->type].name : PX_SLICE("");
}

bool px_core_is_live(const px_core *core) {
    return core->connection.live != NULL;
}
