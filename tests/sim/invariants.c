#include "invariants.h"

#include <inttypes.h>

#include "network.h"
#include "server.h"
#include "session.h"

enum { CLOSE_MS = 200 }; /* timers of the server come as late as that */

/* ---- States ---- */

#define TO(state) (1u << PX_STATE_##state)

static const unsigned ways[] = {
    [PX_STATE_INITIALIZED] = TO(CONNECTING) | TO(DISCONNECTED),
    [PX_STATE_CONNECTING] = TO(CONNECTED) | TO(UNAVAILABLE) | TO(DISCONNECTED),
    [PX_STATE_CONNECTED] = TO(CONNECTING) | TO(DISCONNECTED),
    [PX_STATE_UNAVAILABLE] = TO(CONNECTED) | TO(DISCONNECTED),
    [PX_STATE_FAILED] = 0, /* every plan has a transport */
    [PX_STATE_DISCONNECTED] = TO(CONNECTING),
};

void sim_check_state(sim_world *world, sim_client *client, const px_action *action) {
    px_state state = action->as.state.current;
    bool was_refused =
        client->feeding != SIM_NOBODY && world->connections[client->feeding]->was_refused;
    if (client->memory.has_refused && action->as.state.previous == client->state)
        return; /* a change that there was no memory for is told with the next one */
    if (action->as.state.previous != client->state || !(ways[client->state] >> state & 1))
        sim_fail(world, "states", "client %" PRIu32 " goes from %.*s to %.*s", client->index,
                 SIM_PRINT(px_state_name(client->state)), SIM_PRINT(px_state_name(state)));
    if (state == PX_STATE_DISCONNECTED && !client->hang_ups && !was_refused)
        sim_fail(world, "states", "client %" PRIu32 " gives up by itself", client->index);
    if (state == PX_STATE_CONNECTED && !action->as.state.socket_id.len)
        sim_fail(world, "states", "client %" PRIu32 " has no socket id", client->index);
    if (state == PX_STATE_DISCONNECTED && client->hang_ups)
        client->hang_ups--;
    if (state != PX_STATE_CONNECTING || client->state == PX_STATE_CONNECTED)
        return;
    if (!client->asks)
        sim_fail(world, "quiet", "client %" PRIu32 " connects, and nobody has asked",
                 client->index);
    client->asks--;
}

void sim_check_seeks(sim_world *world, const sim_client *client) {
    bool is_seeking = client->state == PX_STATE_CONNECTING || client->state == PX_STATE_UNAVAILABLE;
    if (!is_seeking && !client->memory.has_refused)
        sim_fail(world, "quiet", "client %" PRIu32 " opens a connection while it is %.*s",
                 client->index, SIM_PRINT(px_state_name(client->state)));
}

void sim_check_deadline(sim_world *world, const sim_client *client, uint64_t deadline) {
    bool is_busy = client->state == PX_STATE_CONNECTING || client->state == PX_STATE_CONNECTED ||
                   client->state == PX_STATE_UNAVAILABLE;
    if (is_busy && deadline == PX_NO_DEADLINE)
        sim_fail(world, "deadline", "client %" PRIu32 " is %.*s and waits for nothing",
                 client->index, SIM_PRINT(px_state_name(client->state)));
}

/* ---- After each step ---- */

/* There was no memory to tell what happened: the connection is about to end for that. */
static bool is_breaking(const sim_client *client) {
    return client->memory.has_refused && !px_core_is_live(client->core);
}

static void check_channel(sim_world *world, const sim_client *client, uint32_t channel) {
    const sim_view *view = &client->views[channel];
    px_channel_info info;
    px_channel_id id =
        px_core_find_channel(client->core, px_slice_of_text(sim_channel_names[channel]));
    if (id != view->id || (view->wanted && !id && !view->failed))
        sim_fail(world, "channels", "client %" PRIu32 ": %s is not what the application was told",
                 client->index, sim_channel_names[channel]);
    if (!id || !px_core_channel_info(client->core, id, &info))
        return;
    if (info.subscribed != view->subscribed && !is_breaking(client))
        sim_fail(world, "subscription",
                 "client %" PRIu32 ": %s is %ssubscribed, and nobody was told", client->index,
                 sim_channel_names[channel], info.subscribed ? "" : "not ");
    if ((info.subscribed || info.subscription_pending) && client->state != PX_STATE_CONNECTED)
        sim_fail(world, "subscription", "client %" PRIu32 ": %s is subscribed without a connection",
                 client->index, sim_channel_names[channel]);
    if (view->wanted && info.subscription_cancelled)
        sim_fail(world, "subscription", "client %" PRIu32 ": %s is wanted, but about to be left",
                 client->index, sim_channel_names[channel]);
    if (!info.subscribed && px_core_member_count(client->core, id))
        sim_fail(world, "members", "client %" PRIu32 ": %s has members, but is not subscribed",
                 client->index, sim_channel_names[channel]);
    if (view->due && !client->memory.has_refused)
        sim_fail(world, "sealed", "client %" PRIu32 ": what waited on %s never came", client->index,
                 sim_channel_names[channel]);
}

void sim_check_client(sim_world *world, sim_client *client) {
    px_slice user;
    size_t count = sim_count_connections(world, client);
    bool is_seeking = client->state == PX_STATE_CONNECTING || client->state == PX_STATE_UNAVAILABLE;
    if (px_core_state(client->core) != client->state)
        sim_fail(world, "states", "client %" PRIu32 " has a state that was not told",
                 client->index);
    if (client->live != SIM_NOBODY ? count != 1 : !is_seeking && count != 0)
        sim_fail(world, "transports", "client %" PRIu32 " is %.*s and has %zu connections",
                 client->index, SIM_PRINT(px_state_name(client->state)), count);
    if (px_core_is_live(client->core) && client->state != PX_STATE_CONNECTED)
        sim_fail(world, "states", "client %" PRIu32 " is live, but %.*s", client->index,
                 SIM_PRINT(px_state_name(client->state)));
    if (client->state != PX_STATE_CONNECTED &&
        (client->signed_in || px_core_user(client->core, &user)))
        sim_fail(world, "users", "client %" PRIu32 " is signed in without a connection",
                 client->index);
    for (uint32_t i = 0; i < SIM_CHANNELS; i++)
        check_channel(world, client, i);
}

static uint64_t idle_ms(const sim_world *world, const sim_client *client) {
    uint64_t server = UINT64_C(1000) * world->plan->world[SIM_W_SERVER_ACTIVITY];
    uint64_t own = sim_setting_of(world, client, SIM_C_ACTIVITY);
    return own < server ? own : server;
}

static void check_liveness_of(sim_world *world, const sim_client *client) {
    uint64_t pong = sim_setting_of(world, client, SIM_C_PONG);
    uint64_t limit = client->heard_at + idle_ms(world, client);
    if (!client->core || client->live == SIM_NOBODY || client->asleep_until >= world->now)
        return;
    if (world->connections[client->live]->is_http)
        limit += pong;
    else if (client->pinged_at)
        limit = client->pinged_at + pong;
    if (client->heard_at <= client->slept_until && limit < client->slept_until + 2 * pong)
        limit = client->slept_until + 2 * pong;
    /* What came just before a timer fired late was told with the time before it. */
    uint64_t late =
        (uint64_t)world->plan->world[SIM_W_LATENESS] + sim_setting_of(world, client, SIM_C_TICKS);
    if (world->now > limit + 2 * late)
        sim_fail(world, "liveness", "client %" PRIu32 " hears nothing since %" PRIu64 ", and %s",
                 client->index, client->heard_at, client->pinged_at ? "waits on" : "does not ask");
}

static void check_authorized(sim_world *world, const sim_connection *connection) {
    uint64_t limit = connection->opened_at + UINT64_C(1000) * world->plan->world[SIM_W_AUTHORIZED];
    if (sim_has_server_end(connection) && !connection->authorized && world->now > limit + CLOSE_MS)
        sim_fail(world, "authorized", "connection %" PRIu32 " stays without authorization",
                 connection->index);
}

void sim_check_liveness(sim_world *world) {
    for (size_t i = 0; i < world->plan->world[SIM_W_CLIENTS]; i++)
        check_liveness_of(world, &world->clients[i]);
    for (size_t i = 0; world->plan->world[SIM_W_AUTHORIZED] && i < world->connection_count; i++)
        check_authorized(world, world->connections[i]);
}

/* ---- When faults are over ---- */

static const char *unsettled_channel(const sim_world *world, const sim_client *client,
                                     const sim_connection *live, uint32_t channel) {
    const sim_view *view = &client->views[channel];
    px_channel_info info;
    uint32_t limit = world->plan->world[SIM_W_MAX_MEMBERS];
    bool is_full = view->wanted && view->is_full && !view->subscribed &&
                   (uint32_t)__builtin_popcount(sim_users_in_channel(world, channel)) >= limit;
    if (view->request != SIM_NOBODY || view->renewing)
        return is_full ? NULL : "an authorization is under way";
    if (!view->wanted)
        return view->id || live->subscribed[channel] ? "a channel was not left" : NULL;
    if (is_full)
        return NULL;
    if (!view->id || !px_core_channel_info(client->core, view->id, &info) || !info.subscribed)
        return "a channel is not subscribed";
    if (!live->subscribed[channel])
        return "a channel is not subscribed at the server";
    if (sim_is_presence(channel) && view->members != sim_users_in_channel(world, channel))
        return "a roster is wrong";
    return NULL;
}

static const char *unsettled_user(const sim_world *world, const sim_client *client,
                                  const sim_connection *live) {
    uint32_t watches = sim_setting_of(world, client, SIM_C_WATCHES);
    if (client->signed_in != client->wants_user || (live->user != SIM_NOBODY) != client->wants_user)
        return "the user is not signed in as wanted";
    if (client->signed_in && client->online != (sim_users_online(world) & watches))
        return "the watchlist is wrong";
    return NULL;
}

static const char *unsettled_client(const sim_world *world, const sim_client *client) {
    const char *why = NULL;
    if (!client->core)
        return "a client is about to start";
    if (!client->wants_connection)
        return client->state == PX_STATE_CONNECTED || client->state == PX_STATE_CONNECTING
                   ? "a client is connected, though it should not be"
                   : NULL;
    if (client->live == SIM_NOBODY)
        return "a client is not connected";
    const sim_connection *live = world->connections[client->live];
    if (!sim_has_server_end(live) || live->is_silent)
        return "a connection is gone, and the client does not know";
    if (sim_has_lost_requests(world, client))
        return "a request is lost, and the client does not know";
    if (live->received != live->sent_count)
        return "events are under way";
    if (live->triggered != live->heard)
        return "client events are under way";
    for (uint32_t i = 0; i < SIM_CHANNELS && !why; i++)
        why = unsettled_channel(world, client, live, i);
    return why ? why : unsettled_user(world, client, live);
}

/* The second opinion beside the hub's own. */
static const char *unsettled_hub(const sim_world *world) {
    px_hub_stats stats;
    size_t connected = 0;
    size_t subscriptions = 0;
    for (size_t i = 0; i < world->plan->world[SIM_W_CLIENTS]; i++)
        connected += world->clients[i].live != SIM_NOBODY;
    px_hub_get_stats(world->hub, &stats);
    if (stats.connections != connected)
        return "the server has connections that nobody has";
    for (size_t i = 0; i < world->connection_count; i++)
        for (size_t channel = 0; channel < SIM_CHANNELS; channel++)
            subscriptions += world->connections[i]->subscribed[channel];
    if (stats.subscriptions != subscriptions)
        return "the server has subscriptions that nobody has";
    return NULL;
}

static const char *unsettled_webhooks(const sim_world *world, uint32_t channel) {
    bool is_occupied = false;
    for (size_t i = 0; i < world->connection_count; i++)
        is_occupied = is_occupied || world->connections[i]->subscribed[channel];
    if (world->memory.has_refused)
        return NULL;
    if (world->occupied[channel] != is_occupied)
        return "webhooks tell of a channel what is not so";
    if (sim_is_presence(channel) && world->present[channel] != sim_users_in_channel(world, channel))
        return "webhooks tell of members what is not so";
    return NULL;
}

static const char *unsettled_counts(const sim_world *world, uint32_t channel) {
    int64_t count = 0;
    if (!world->plan->world[SIM_W_COUNTS] || sim_is_presence(channel) || world->memory.has_refused)
        return NULL;
    for (size_t i = 0; i < world->connection_count; i++)
        count += world->connections[i]->subscribed[channel];
    for (size_t i = 0; i < world->plan->world[SIM_W_CLIENTS]; i++) {
        const sim_client *client = &world->clients[i];
        px_channel_info info;
        if (client->live != SIM_NOBODY && client->views[channel].subscribed &&
            px_core_channel_info(client->core, client->views[channel].id, &info) &&
            info.subscription_count != count)
            return "a subscription count is wrong";
    }
    return NULL;
}

const char *sim_unsettled(sim_world *world) {
    const char *why = NULL;
    for (size_t i = 0; i < world->plan->world[SIM_W_CLIENTS] && !why; i++)
        why = unsettled_client(world, &world->clients[i]);
    if (!why)
        why = unsettled_hub(world);
    for (uint32_t channel = 0; channel < SIM_CHANNELS && !why; channel++)
        why = unsettled_webhooks(world, channel);
    for (uint32_t channel = 0; channel < SIM_CHANNELS && !why; channel++)
        why = unsettled_counts(world, channel);
    return why;
}
