/* The library's own client with a single transport. */
#include "cli/doctor_client.h"
#include "cli/client_options.h"
#include "driver/clock.h"

const char *const px_doctor_transport_names[PX_DOCTOR_TRANSPORTS] = {
    [PX_DOCTOR_WS] = "ws",
    [PX_DOCTOR_STREAMING] = "xhr_streaming",
    [PX_DOCTOR_POLLING] = "xhr_polling",
    [PX_DOCTOR_SOCKJS] = "sockjs",
};

enum { MAX_WHY = 256 };

/* ---- What the client tells ---- */

static void keep_error(px_doctor_visit *visit, const pusher_error *error) {
    snprintf(visit->error, sizeof visit->error, "%.*s", (int)error->message.len,
             error->message.ptr ? error->message.ptr : "");
    if (error->type == PUSHER_ERROR_PROTOCOL && error->code >= 4000)
        visit->code = error->code;
}

static void on_error(const pusher_event *event, void *context) {
    px_doctor_visit *visit = context;
    if (!event->error || visit->connected)
        return;
    keep_error(visit, event->error);
    visit->gave_up = true; /* a second try would say the same */
}

static void on_state(const pusher_event *event, void *context) {
    px_doctor_visit *visit = context;
    if (event->current == PUSHER_CONNECTED)
        visit->connected = true;
    else if (event->current == PUSHER_FAILED || event->current == PUSHER_DISCONNECTED)
        visit->gave_up = true;
}

static bool is_named(const pusher_event *event, const char *name) {
    return px_slice_equal(px_slice_of(event->name.ptr, event->name.len), px_slice_of_text(name));
}

static void on_channel_event(const pusher_event *event, void *context) {
    px_doctor_visit *visit = context;
    if (is_named(event, "pusher:subscription_succeeded")) {
        visit->subscribed = true;
    } else if (is_named(event, "pusher:subscription_error")) {
        visit->refused = true;
        if (event->error)
            keep_error(visit, event->error);
        else
            snprintf(visit->error, sizeof visit->error, "%.*s", (int)event->data.len,
                     event->data.ptr ? event->data.ptr : "");
    } else if (visit->awaited) {
        visit->received |= px_slice_equal(px_slice_of(event->data.ptr, event->data.len),
                                          px_slice_of_text(visit->awaited));
    }
}

/* ---- Making it ---- */

static bool make_client(px_doctor_visit *visit, const char *endpoint) {
    const px_cli_settings *settings = visit->doctor->settings;
    const px_doctor_options *own = visit->doctor->options;
    const pusher_string transport = pusher_str(px_doctor_transport_names[visit->transport]);
    pusher_options options = PUSHER_OPTIONS_INIT;
    px_cli_client_options(settings, &options);
    options.enabled_transports = &transport;
    options.enabled_transport_count = 1;
    options.no_transport_cache = true; /* what is tried here says nothing of what is best */
    if (endpoint) {
        options.auth_endpoint = pusher_str(endpoint);
        options.auth_params = visit->parameters;
        options.auth_param_count = px_cli_cut_pairs(&own->auth_parameters, '=', visit->parameters);
        options.auth_headers = visit->headers;
        options.auth_header_count = px_cli_cut_pairs(&own->auth_headers, ':', visit->headers);
    }
    pusher_string key = pusher_str(settings->key);
    char why[MAX_WHY];
    if (pusher_options_check(key, &options, why, sizeof why) != PUSHER_OK) {
        snprintf(visit->error, sizeof visit->error, "%s", why);
        return false;
    }
    int result = pusher_client_new(key, &options, &visit->client);
    if (result != PUSHER_OK)
        snprintf(visit->error, sizeof visit->error, "%s", pusher_result_text(result));
    return result == PUSHER_OK;
}

static bool prepare(px_doctor_visit *visit) {
    pusher_client *client = visit->client;
    int result = pusher_connection_bind(client, pusher_str("error"), on_error, visit, NULL);
    if (result == PUSHER_OK)
        result = pusher_connection_bind(client, pusher_str("state_change"), on_state, visit, NULL);
    pusher_channel *channel;
    if (result == PUSHER_OK && visit->channel)
        result = pusher_subscribe(client, pusher_str(visit->channel), &channel);
    if (result == PUSHER_OK && visit->channel)
        result = pusher_channel_bind_global(channel, on_channel_event, visit, NULL);
    if (result != PUSHER_OK)
        snprintf(visit->error, sizeof visit->error, "%s", pusher_result_text(result));
    return result == PUSHER_OK;
}

/* ---- Waiting ---- */

static bool is_ready(const px_doctor_visit *visit) {
    return visit->connected && (!visit->channel || visit->subscribed);
}

static bool is_over(const px_doctor_visit *visit) {
    return visit->gave_up || visit->refused || is_ready(visit);
}

static bool has_received(const px_doctor_visit *visit) {
    return visit->received;
}

/* Lets the client go on until `done` or the deadline. */
static void run(px_doctor_visit *visit, bool (*done)(const px_doctor_visit *visit)) {
    uint64_t deadline = px_clock_ms() + px_doctor_timeout_ms(visit->doctor), now;
    while (!done(visit) && (now = px_clock_ms()) < deadline) {
        if (pusher_poll(visit->client, (int)(deadline - now)) != PUSHER_OK)
            return;
    }
}

bool px_doctor_visit_begin(px_doctor_visit *visit, px_doctor *doctor, px_doctor_transport transport,
                           const char *channel, const char *endpoint) {
    *visit = (px_doctor_visit){.doctor = doctor, .transport = transport, .channel = channel};
    uint64_t start = px_clock_ms();
    if (!make_client(visit, endpoint) || !prepare(visit))
        return false;
    pusher_connect(visit->client);
    run(visit, is_over);
    visit->connected_ms = px_clock_ms() - start;
    if (visit->connected) {
        pusher_string id = pusher_socket_id(visit->client);
        snprintf(doctor->socket_id, sizeof doctor->socket_id, "%.*s", (int)id.len, id.ptr);
        doctor->accepted = true;
    } else if (visit->code) {
        doctor->refusal = visit->code;
        snprintf(doctor->refusal_text, sizeof doctor->refusal_text, "%.255s", visit->error);
    }
    if (!is_ready(visit) && !visit->error[0])
        snprintf(visit->error, sizeof visit->error, "no answer within %u s",
                 (unsigned)doctor->options->timeout);
    return is_ready(visit);
}

bool px_doctor_visit_wait(px_doctor_visit *visit, const char *data) {
    visit->awaited = data;
    run(visit, has_received);
    return visit->received;
}

void px_doctor_visit_end(px_doctor_visit *visit) {
    pusher_client_free(visit->client);
    visit->client = NULL;
}
