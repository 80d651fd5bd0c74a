/* Delivers events: fills in struct pusher_event and hands it to the bindings. An event that nobody
 * is bound to costs two or three look-ups and nothing else. When a handler frees the client, the
 * bindings at the remaining places see it and stay silent. */
#include "client/box.h"
#include "client/internal.h"

/* Where an event goes at one place: the bindings and the name they know it by. */
typedef struct px_stop {
    px_bindings *bindings;
    px_map_key *name;
} px_stop;

/* What an event is called; all bindings of a client hash alike. */
typedef struct px_event_names {
    px_map_key event;
    px_map_key connection;
} px_event_names;

enum { MAX_STOPS = 5 };

/* In the order of delivery, and only where somebody listens. */
static size_t find_stops(pusher_client *client, pusher_channel *channel, const px_event *event,
                         px_event_names *names, px_stop stops[MAX_STOPS]) {
    px_map_key *name = &names->event;
    const px_stop candidates[MAX_STOPS] = {
        {event->targets & PX_TO_CHANNEL && channel ? &channel->bindings : NULL, name},
        {event->targets & PX_TO_CLIENT ? &client->bindings : NULL, name},
        {event->targets & PX_TO_USER ? &client->user_bindings : NULL, name},
        {event->targets & PX_TO_WATCHLIST ? &client->watchlist_bindings : NULL, name},
        {event->targets & PX_TO_CONNECTION ? &client->connection_bindings : NULL,
         &names->connection},
    };
    size_t count = 0;
    for (size_t i = 0; i < MAX_STOPS; i++) {
        const px_stop *candidate = &candidates[i];
        if (candidate->bindings && px_bindings_want(candidate->bindings, candidate->name))
            stops[count++] = *candidate;
    }
    return count;
}

/* What pusher_event points to. */
typedef struct px_event_details {
    pusher_member member;
    pusher_error error;
} px_event_details;

static pusher_member outside_member(const px_member *member) {
    pusher_member outside = {px_outside(member->id), px_outside(member->info)};
    return outside;
}

/* A transport that the service closed with a code did not fail: the service said something. */
static pusher_error_type outside_error_type(const px_error *error) {
    bool service_said_so = error->type == PX_ERROR_TRANSPORT && error->code && !error->result;
    return service_said_so ? PUSHER_ERROR_PROTOCOL : (pusher_error_type)error->type;
}

static pusher_error outside_error(const px_error *error) {
    pusher_error outside = {
        .type = outside_error_type(error),
        .result = error->result,
        .code = error->code,
        .status = error->status,
        .will_retry = error->will_retry,
        .message = px_outside(error->message),
        .data = px_outside(error->data),
    };
    return outside;
}

/* PX_ERR_NO_MEMORY. */
static int fill(pusher_client *client, const px_event *event, pusher_event *out,
                px_event_details *details) {
    px_slice text = event->data;
    int result = PX_OK;
    if (event->error.type) {
        details->error = outside_error(&event->error);
        out->error = &details->error;
    }
    switch (event->sealed ? event->sealed->data_type : event->data_type) {
    case PX_DATA_STRING:
        result = px_core_event_text(client->core, event, &text);
        out->data_type = PUSHER_DATA_STRING;
        out->data = px_outside(text);
        break;
    case PX_DATA_JSON:
        out->data_type = PUSHER_DATA_JSON;
        out->data = px_outside(text);
        break;
    case PX_DATA_MEMBER:
        details->member = outside_member(&event->member);
        out->member = &details->member;
        break;
    case PX_DATA_DELAY:
        out->delay_ms = event->delay_ms;
        break;
    case PX_DATA_NONE:
    case PX_DATA_ERROR:
    case PX_DATA_SEALED:
    case PX_DATA_MEMBERS: /* pusher_channel_next_member gives them */
        break;
    }
    return result;
}

/* People look for it when an event seems to get lost. */
static void log_no_callbacks(pusher_client *client, pusher_channel *channel, const px_event *event,
                             px_map_key *name) {
    if (client->settings.core.log_level < PX_LOG_DEBUG)
        return;
    if (event->targets & PX_TO_CHANNEL && channel && !px_bindings_name(&channel->bindings, name))
        px_core_no_callbacks(client->core, event->channel_name, event->name);
    if (event->targets & PX_TO_USER && !px_bindings_name(&client->user_bindings, name))
        px_core_no_callbacks(client->core, PX_SLICE("user"), event->name);
    if (event->targets & PX_TO_WATCHLIST && !px_bindings_name(&client->watchlist_bindings, name))
        px_core_no_callbacks(client->core, PX_SLICE("watchlist events"), event->name);
}

static void log_lost(const pusher_client *client) {
    px_client_log(client, PUSHER_LOG_ERROR, "no memory left for an event's data: it is lost");
}

/* What is in a box is for the channel's bindings. */
static void deliver_box(pusher_client *client, const px_event *event, const px_stop *stop,
                        pusher_event out) {
    px_slice text;
    int result = px_box_open(client, event, &text);
    if (result == PX_ERR_SYNTAX)
        return;
    if (result) {
        log_lost(client);
        return;
    }
    out.data_type = PUSHER_DATA_STRING;
    out.data = px_outside(text);
    px_bindings_deliver(stop->bindings, stop->name, &out);
    px_box_trim(client);
}

void px_client_deliver(pusher_client *client, const px_event *event) {
    if (event->data_type == PX_DATA_ERROR && event->error.repeated)
        return; /* one close is one error here */
    pusher_channel *channel = px_client_channel(client, event->channel);
    px_event_names names = {{.text = event->name}, {.text = event->connection_name}};
    px_stop stops[MAX_STOPS];
    size_t count = find_stops(client, channel, event, &names, stops);
    log_no_callbacks(client, channel, event, &names.event);
    if (!count)
        return;
    px_event_details details;
    pusher_event out = {
        .client = client,
        .channel = channel,
        .name = px_outside(event->name),
        .channel_name = px_outside(event->channel_name),
        .user_id = px_outside(event->user_id),
        .previous = (pusher_state)px_core_state(client->core),
        .current = (pusher_state)px_core_state(client->core),
    };
    size_t first = 0;
    if (event->sealed && channel && stops[0].bindings == &channel->bindings)
        deliver_box(client, event, &stops[first++], out);
    if (first == count)
        return;
    if (fill(client, event, &out, &details)) {
        log_lost(client);
        return;
    }
    for (size_t i = first; i < count; i++)
        px_bindings_deliver(stops[i].bindings, stops[i].name, &out);
}

void px_client_deliver_state(pusher_client *client, px_state previous, px_state current) {
    px_bindings *bindings = &client->connection_bindings;
    pusher_event out = {
        .client = client,
        .previous = (pusher_state)previous,
        .current = (pusher_state)current,
    };
    const px_slice names[] = {PX_SLICE("state_change"), px_state_name(current)};
    for (size_t i = 0; i < 2; i++) {
        px_map_key name = {.text = names[i]};
        out.name = px_outside(names[i]);
        if (px_bindings_want(bindings, &name))
            px_bindings_deliver(bindings, &name, &out);
    }
}
