/* The pump: carries out what the core wants, and tells it what the network says. */
#include "client/cache.h"
#include "client/internal.h"
#include "driver/clock.h"
#include "net/ws_frame.h"

static pusher_client *client_of_task(px_task *task) {
    return (pusher_client *)(void *)((char *)task - offsetof(pusher_client, pump));
}

static pusher_client *client_of_deadline(px_deadline *deadline) {
    return (pusher_client *)(void *)((char *)deadline - offsetof(pusher_client, deadline));
}

static void warn_if_insecure(const pusher_client *client, px_slice url, px_slice scheme) {
    if (client->settings.route.tls.insecure && px_slice_starts_with(url, scheme))
        px_client_log(client, PUSHER_LOG_WARN,
                      "TLS certificates are not verified (option insecure): whoever is on the way "
                      "can read and change this connection");
}

/* ---- Transports ---- */

static px_connection_attempt *attempt_by_id(pusher_client *client, px_id id) {
    for (size_t i = 0; i < PX_MAX_ATTEMPTS; i++) {
        if (client->attempts[i].id == id)
            return &client->attempts[i];
    }
    return NULL;
}

static px_connection_attempt *attempt_of(pusher_client *client, const px_ws_transport *socket) {
    for (size_t i = 0; i < PX_MAX_ATTEMPTS; i++) {
        if (client->attempts[i].id && client->attempts[i].socket == socket)
            return &client->attempts[i];
    }
    return NULL;
}

static void open_transport(pusher_client *client, const px_action *action) {
    px_slice url = action->as.open.url;
    warn_if_insecure(client, url, PX_SLICE("wss:"));
    px_connection_attempt *attempt = attempt_by_id(client, 0);
    if (!attempt)
        return; /* the core has no more transports than we have places */
    attempt->id = action->id;
    attempt->socket = px_ws_transport_open(client->multi, url, &client->ws_options);
}

static void send_message(pusher_client *client, const px_action *action) {
    const px_connection_attempt *attempt = attempt_by_id(client, action->id);
    if (attempt && attempt->socket)
        px_ws_transport_send(attempt->socket, action->as.send.message);
}

bool px_client_is_congested(const pusher_client *client, size_t more) {
    size_t backlog = 0;
    for (size_t i = 0; i < PX_MAX_ATTEMPTS; i++) {
        if (client->attempts[i].socket)
            backlog += px_ws_transport_backlog(client->attempts[i].socket);
    }
    return backlog + more > client->settings.max_outbound;
}

static void close_transport(pusher_client *client, const px_action *action) {
    px_connection_attempt *attempt = attempt_by_id(client, action->id);
    if (!attempt)
        return;
    if (attempt->socket)
        px_ws_transport_close(attempt->socket, action->as.close.code, action->as.close.reason);
    *attempt = (px_connection_attempt){0};
}

/* ---- Requests ---- */

/* Where each kind goes. */
static const struct {
    px_http_lane lane;
    bool streams;
} requests[] = {
    [PX_REQUEST_CHANNEL_AUTHORIZATION] = {PX_HTTP_AUTHORIZATION, false},
    [PX_REQUEST_USER_AUTHENTICATION] = {PX_HTTP_AUTHORIZATION, false},
    [PX_REQUEST_RECEIVE] = {PX_HTTP_TRANSPORT, true},
    [PX_REQUEST_SEND] = {PX_HTTP_TRANSPORT, false},
    [PX_REQUEST_INFO] = {PX_HTTP_TRANSPORT, false},
    [PX_REQUEST_STATS] = {PX_HTTP_BACKGROUND, false},
};

/* The core is told when its queue is drained. Where there is no place either, the core's time-outs
 * have to find out. */
static void note_unstarted(pusher_client *client, px_id id) {
    px_client_log(client, PUSHER_LOG_ERROR, "no memory left for a request");
    for (size_t i = 0; i < PX_MAX_ATTEMPTS; i++) {
        if (!client->unstarted[i]) {
            client->unstarted[i] = id;
            return;
        }
    }
}

/* The whole address of a script, with the number of a receiver that nobody else has. */
static int script_url(pusher_client *client, const px_action *action, px_buffer *url) {
    char digits[20];
    int result = px_buffer_append(url, action->as.request.url);
    if (result == PX_OK)
        result =
            px_buffer_append(url, px_slice_of(digits, px_u64_to_text(++client->scripts, digits)));
    return result == PX_OK ? px_buffer_append(url, action->as.request.url_end) : result;
}

static int begin_request(pusher_client *client, const px_action *action, px_slice url) {
    px_http_call_options options = {
        .method = action->as.request.method,
        .url = url,
        .headers = action->as.request.headers,
        .header_count = action->as.request.header_count,
        .body = action->as.request.body,
        .route = &client->settings.route,
        .timeout_ms =
            action->as.request.timeout_ms ? action->as.request.timeout_ms : PX_HTTP_NO_TIMEOUT,
        .max_body = action->as.request.kind == PX_REQUEST_CHANNEL_AUTHORIZATION
                        ? client->settings.max_authorization
                        : 0,
    };
    warn_if_insecure(client, options.url, PX_SLICE("https:"));
    px_request_kind kind = action->as.request.kind;
    return px_http_queue_start(&client->requests, action->id, requests[kind].lane,
                               requests[kind].streams, &options);
}

static void start_request(pusher_client *client, const px_action *action) {
    px_buffer url;
    int result = PX_OK;
    px_buffer_init(&url, client->allocator, PX_MAX_MESSAGE);
    if (action->as.request.jsonp)
        result = script_url(client, action, &url);
    if (result == PX_OK)
        result = begin_request(client, action,
                               action->as.request.jsonp ? px_buffer_slice(&url)
                                                        : action->as.request.url);
    px_buffer_free(&url);
    if (result != PX_OK)
        note_unstarted(client, action->id);
}

/* ---- What is remembered ---- */

static void store(pusher_client *client, const px_action *action) {
    if (px_cache_store(client->core, &client->settings, client->loop, action->as.store.key,
                       action->as.store.data))
        px_client_log(client, PUSHER_LOG_DEBUG,
                      "which transport worked can't be remembered: see the option cache_dir");
}

/* ---- Carrying out ---- */

static void carry_out(pusher_client *client, const px_action *action) {
    switch (action->type) {
    case PX_ACTION_OPEN:
        open_transport(client, action);
        break;
    case PX_ACTION_SEND:
        send_message(client, action);
        break;
    case PX_ACTION_CLOSE:
        close_transport(client, action);
        break;
    case PX_ACTION_REQUEST:
        start_request(client, action);
        break;
    case PX_ACTION_CANCEL:
        px_http_queue_cancel(&client->requests, action->id);
        break;
    case PX_ACTION_AUTHORIZE:
        px_client_authorize(client, action);
        break;
    case PX_ACTION_STATE:
        px_client_deliver_state(client, action->as.state.previous, action->as.state.current);
        break;
    case PX_ACTION_EVENT:
        px_client_deliver(client, &action->as.event);
        break;
    case PX_ACTION_CHANNEL_GONE: {
        pusher_channel *channel = px_client_channel(client, action->as.channel_gone.channel);
        if (channel)
            px_channel_end(channel);
        break;
    }
    case PX_ACTION_LOG:
        px_client_log_line(client, (pusher_log_level)action->as.log.level, action->as.log.line);
        break;
    case PX_ACTION_USER: /* pusher_user_data tells, and events do */
        break;
    case PX_ACTION_STORE:
        store(client, action);
        break;
    }
}

static void drain(pusher_client *client) {
    px_action action;
    while (!client->dying && px_core_next(client->core, &action))
        carry_out(client, &action);
}

/* Tells the core of a transport that could not even be begun. False: there is none. */
static bool tell_failed_attempt(pusher_client *client) {
    for (size_t i = 0; i < PX_MAX_ATTEMPTS; i++) {
        px_connection_attempt attempt = client->attempts[i];
        if (!attempt.id || attempt.socket)
            continue;
        client->attempts[i] = (px_connection_attempt){0};
        px_core_transport_closed(client->core, attempt.id, PX_WS_CLOSE_ABNORMAL, PX_SLICE(""),
                                 false, PX_ERR_NO_MEMORY,
                                 PX_SLICE("no memory left for a connection"));
        return true;
    }
    return false;
}

/* The same for requests. */
static bool tell_unstarted_request(pusher_client *client) {
    for (size_t i = 0; i < PX_MAX_ATTEMPTS; i++) {
        px_id id = client->unstarted[i];
        if (!id)
            continue;
        client->unstarted[i] = 0;
        px_core_request_done(client->core, id, 0, PX_SLICE(""), PX_ERR_NO_MEMORY,
                             PX_SLICE("no memory left for a request"));
        return true;
    }
    return false;
}

/* Handlers may call anything, but nothing they call comes back here: they only queue a task. */
static void pump(pusher_client *client) {
    client->pumping = true;
    do
        drain(client);
    while (!client->dying && (tell_failed_attempt(client) || tell_unstarted_request(client)));
    client->pumping = false;
    if (client->dying) {
        px_client_finish(client);
        return;
    }
    /* A deadline that moved away is left alone until it fires: most messages move it. */
    uint64_t deadline = px_core_deadline(client->core);
    if (deadline < client->deadline.at)
        px_loop_arm(client->loop, &client->deadline, deadline);
}

/* ---- What makes it run ---- */

/* The wall clock is told when it was set: when it is not where it should be by the other one. */
void px_client_tell_time(pusher_client *client) {
    enum { TOLERANCE_MS = 1000 };
    uint64_t now = px_loop_now(client->loop);
    uint64_t unix_now = px_clock_unix_ms();
    uint64_t distance = unix_now - now; /* modulo 2^64, as all of this */
    px_core_tick(client->core, now);
    if (distance - client->wall_distance + TOLERANCE_MS <= 2 * TOLERANCE_MS)
        return;
    client->wall_distance = distance;
    px_core_set_wall_clock(client->core, unix_now);
}

px_core *px_client_core(pusher_client *client) {
    px_core_tell_time(client->core, px_loop_now(client->loop));
    return client->core;
}

void px_client_changed(pusher_client *client) {
    px_loop_queue(client->loop, &client->pump);
}

void px_client_on_pump(px_task *task) {
    pusher_client *client = client_of_task(task);
    px_client_tell_time(client);
    pump(client);
}

/* The wall clock may have been set since; deadlines are rare enough to look at it each time. */
void px_client_on_deadline(px_deadline *deadline) {
    pusher_client *client = client_of_deadline(deadline);
    px_client_tell_time(client);
    pump(client);
}

/* A deadline that has passed fires afterwards: what was here before we looked at the clock may be what it
 * waits for. */
static void tell_time_of_input(pusher_client *client) {
    (void)px_client_core(client);
}

static void on_piece(void *owner, uint32_t id, int status, px_slice piece) {
    pusher_client *client = owner;
    tell_time_of_input(client);
    px_core_request_progress(client->core, id, status, piece);
    pump(client);
}

static void on_reply(void *owner, uint32_t id, const px_http_reply *reply) {
    pusher_client *client = owner;
    tell_time_of_input(client);
    px_core_request_done(client->core, id, reply->status, px_buffer_slice(&reply->body),
                         reply->failure.result, px_slice_of_text(reply->failure.text));
    pump(client);
}

const px_http_events px_client_http_events = {on_piece, on_reply};

static void on_opened(void *owner, px_ws_transport *socket) {
    pusher_client *client = owner;
    px_core_transport_opened(client->core, attempt_of(client, socket)->id);
    pump(client);
}

static void on_begin(void *owner, px_ws_transport *socket) {
    (void)socket;
    tell_time_of_input(owner);
}

static void on_message(void *owner, px_ws_transport *socket, px_slice text) {
    pusher_client *client = owner;
    px_core_transport_message(client->core, attempt_of(client, socket)->id, text);
    pump(client);
}

static void on_closed(void *owner, px_ws_transport *socket, const px_ws_end *end) {
    pusher_client *client = owner;
    px_connection_attempt *attempt = attempt_of(client, socket);
    px_id id = attempt->id;
    *attempt = (px_connection_attempt){0};
    tell_time_of_input(client);
    px_core_transport_closed(client->core, id, end->code, end->reason, end->clean, end->result,
                             end->message);
    pump(client);
}

const px_ws_events px_client_ws_events = {on_opened, on_begin, on_message, on_closed};

/* ---- The end ---- */

void px_client_hang_up(pusher_client *client) {
    px_core_disconnect(client->core);
    px_action action;
    while (px_core_next(client->core, &action)) {
        if (action.type == PX_ACTION_SEND)
            send_message(client, &action);
        else if (action.type == PX_ACTION_CLOSE)
            close_transport(client, &action);
    }
    for (size_t i = 0; i < PX_MAX_ATTEMPTS; i++) {
        if (client->attempts[i].socket)
            px_ws_transport_close(client->attempts[i].socket, PX_WS_CLOSE_NORMAL, PX_SLICE(""));
        client->attempts[i] = (px_connection_attempt){0};
    }
}
