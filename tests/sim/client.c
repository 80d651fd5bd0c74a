#include "client.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "application.h"
#include "invariants.h"
#include "network.h"
#include "requests.h"

enum { MAX_ACTIONS = 5000 };

/* What `transports` in a plan stands for. */
static const struct {
    px_slice names[4];
    size_t count;
} sim_transports[] = {
    {{PX_LITERAL("ws"), PX_LITERAL("wss")}, 2},
    {{PX_LITERAL("ws"), PX_LITERAL("xhr_streaming"), PX_LITERAL("xhr_polling")}, 3},
    {{PX_LITERAL("xhr_streaming"), PX_LITERAL("xhr_polling")}, 2},
    {{PX_LITERAL("xhr_polling")}, 1},
    {{PX_LITERAL("sockjs")}, 1},
    {{PX_LITERAL("ws"), PX_LITERAL("sockjs")}, 2},
    {{PX_LITERAL("ws"), PX_LITERAL("xhr_streaming"), PX_LITERAL("xhr_polling"),
      PX_LITERAL("sockjs")},
     4},
};

/* ---- What is remembered of transports ---- */

static void store(sim_client *client, const px_action *action) {
    px_slice data = action->as.store.data;
    sim_stored *stored = &client->stored[action->as.store.key.len % SIM_STORES];
    stored->key_len = action->as.store.key.len;
    stored->data_len = data.len;
    if (stored->key_len > sizeof(stored->key) || data.len > sizeof(stored->data))
        abort();
    memcpy(stored->key, action->as.store.key.ptr, stored->key_len);
    if (data.len)
        memcpy(stored->data, data.ptr, data.len);
}

static void restore(sim_client *client) {
    for (size_t i = 0; i < SIM_STORES; i++) {
        const sim_stored *stored = &client->stored[i];
        if (stored->data_len)
            px_core_restore(client->core, px_slice_of(stored->key, stored->key_len),
                            px_slice_of(stored->data, stored->data_len));
    }
}

/* ---- Life ---- */

static px_options options_of(const sim_world *world, const sim_client *client) {
    const uint32_t *settings = world->plan->client[client->index];
    uint32_t transports = settings[SIM_C_TRANSPORTS];
    px_slice auth_transport = settings[SIM_C_JSONP] ? PX_SLICE("jsonp") : PX_SLICE("ajax");
    return (px_options){.key = PX_SLICE(SIM_KEY),
                        .ws_host = PX_SLICE("host"),
                        .plain = settings[SIM_C_TLS] == 0,
                        .enabled_transports = {sim_transports[transports].names,
                                               sim_transports[transports].count, true},
                        .activity_timeout = settings[SIM_C_ACTIVITY],
                        .pong_timeout = settings[SIM_C_PONG],
                        .unavailable_timeout = settings[SIM_C_UNAVAILABLE],
                        .auth_timeout = settings[SIM_C_AUTH_TIMEOUT],
                        .auth_transport = auth_transport,
                        .user_auth_transport = auth_transport,
                        .auth_batch = settings[SIM_C_BATCH] != 0,
                        /* Whoever is asked for many is not told for which: let it be for all. */
                        .auth_batch_size = settings[SIM_C_ASKS] ? 0 : settings[SIM_C_BATCH_SIZE],
                        .ask_authorization = settings[SIM_C_ASKS] != 0,
                        .ask_user_authentication = settings[SIM_C_ASKS] != 0,
                        .encryption = true,
                        .enable_stats = settings[SIM_C_STATS] ? PX_CHOICE_YES : PX_CHOICE_NO,
                        .log_level = settings[SIM_C_LOG]};
}

void sim_client_start(sim_world *world, uint32_t index) {
    sim_client *client = &world->clients[index];
    const px_options options = options_of(world, client);
    const uint64_t seed[2] = {world->plan->seed, ++client->life * 8 + index};
    sim_starve(&client->memory, 0, 0);
    if (px_core_new(&client->memory.allocator, &options, seed, world->now, &client->core) != PX_OK)
        abort();
    px_core_set_wall_clock(client->core, UINT64_C(1000) * SIM_UNIX + world->now);
    restore(client);
    client->state = PX_STATE_INITIALIZED;
    client->armed_for = client->armed_at = UINT64_MAX;
    client->live = SIM_NOBODY;
    client->user_request = SIM_NOBODY;
    client->signed_in = client->signin_failed = client->wants_user = client->is_dying = false;
    client->hang_ups = 0;
    client->asks = 0;
    client->online = 0;
    client->pinged_at = 0;
    for (size_t i = 0; i < SIM_CHANNELS; i++) {
        sim_forget_channel(&client->views[i]);
        client->views[i].id = 0;
        client->views[i].request = SIM_NOBODY;
        client->views[i].failed = client->views[i].is_full = false;
    }
    sim_application_start(world, client);
}

void sim_client_stop(sim_world *world, sim_client *client) {
    if (!client->core)
        return;
    if (client->is_draining) {
        client->is_dying = true;
        return;
    }
    sim_say(world, "client %" PRIu32 " is freed", client->index);
    px_core_free(client->core);
    client->core = NULL;
    client->is_dying = false;
    client->live = SIM_NOBODY;
    sim_hang_up(world, client);
}

/* ---- Carrying out ---- */

static bool is_ping(px_slice message) {
    return px_slice_equal(sim_between(message, "\"event\":\"", '"'), PX_SLICE("pusher:ping"));
}

static void carry_out_send(sim_world *world, sim_client *client, const px_action *action) {
    px_slice message = action->as.send.message;
    sim_say(world, "client %" PRIu32 " > %.*s", client->index, SIM_PRINT(message));
    if (is_ping(message))
        client->pinged_at = world->now;
    sim_send_message(world, client, action->id, message);
}

static void change_state(sim_world *world, sim_client *client, const px_action *action) {
    px_state state = action->as.state.current;
    sim_say(world, "client %" PRIu32 " is %.*s", client->index, SIM_PRINT(px_state_name(state)));
    sim_check_state(world, client, action);
    client->state = state;
    if (state == PX_STATE_CONNECTED) {
        client->live = client->feeding;
        client->heard_at = world->now;
        client->pinged_at = 0;
    } else {
        for (size_t i = 0; i < SIM_CHANNELS; i++)
            sim_forget_channel(&client->views[i]);
        client->live = SIM_NOBODY;
    }
    sim_on_state(world, client);
}

static void forget_id(sim_world *world, sim_client *client, px_channel_id id) {
    for (size_t i = 0; i < SIM_CHANNELS; i++) {
        sim_view *view = &client->views[i];
        if (view->id != id)
            continue;
        if (view->wanted)
            sim_fail(world, "channels", "client %" PRIu32 ": %s is gone, though it is wanted",
                     client->index, sim_channel_names[i]);
        sim_forget_channel(view);
        view->id = 0;
    }
}

static void carry_out(sim_world *world, sim_client *client, const px_action *action) {
    switch (action->type) {
    case PX_ACTION_OPEN:
        sim_check_seeks(world, client);
        sim_open_transport(world, client, action->id);
        break;
    case PX_ACTION_SEND:
        carry_out_send(world, client, action);
        break;
    case PX_ACTION_CLOSE:
        sim_close_transport(world, client, action->id);
        break;
    case PX_ACTION_REQUEST:
        sim_start_request(world, client, action);
        break;
    case PX_ACTION_CANCEL:
        sim_cancel_request(world, client, action->id);
        break;
    case PX_ACTION_AUTHORIZE:
        sim_ask_application(world, client, action);
        break;
    case PX_ACTION_STATE:
        change_state(world, client, action);
        break;
    case PX_ACTION_EVENT:
        sim_on_event(world, client, &action->as.event);
        break;
    case PX_ACTION_USER:
        sim_on_user(client, action);
        break;
    case PX_ACTION_CHANNEL_GONE:
        forget_id(world, client, action->as.channel_gone.channel);
        break;
    case PX_ACTION_LOG:
        sim_say(world, "client %" PRIu32 " logs %.*s", client->index,
                SIM_PRINT(action->as.log.line));
        break;
    case PX_ACTION_STORE:
        store(client, action);
        break;
    }
}

void sim_drain_nested(sim_world *world, sim_client *client) {
    px_action action;
    if (!sim_setting_of(world, client, SIM_C_NESTED))
        return;
    while (!client->is_dying && px_core_next_queued(client->core, &action))
        carry_out(world, client, &action);
}

/* A deadline that moved away is left alone until it fires, as the native client does. */
static void arm(sim_world *world, sim_client *client) {
    uint32_t ticks = sim_setting_of(world, client, SIM_C_TICKS);
    if (ticks && client->armed_at == UINT64_MAX)
        client->armed_at = world->now + ticks;
    if (ticks && sim_random(&world->random, 64))
        return; /* it is told the time often enough, and seldom asks when it should */
    uint64_t deadline = px_core_deadline(client->core);
    sim_check_deadline(world, client, deadline);
    if (deadline >= client->armed_for || ticks)
        return;
    client->armed_for = deadline;
    client->armed_at = deadline > world->now ? deadline : world->now;
    client->armed_at += sim_random(&world->random, world->plan->world[SIM_W_LATENESS] + 1u);
}

void sim_drain_client(sim_world *world, sim_client *client) {
    px_action action;
    size_t count = 0;
    client->is_draining = true;
    while (!client->is_dying && px_core_next(client->core, &action)) {
        carry_out(world, client, &action);
        if (++count > MAX_ACTIONS)
            sim_fail(world, "queue", "client %" PRIu32 " never runs out of actions", client->index);
    }
    client->is_draining = false;
    client->feeding = SIM_NOBODY;
    if (client->is_dying) {
        sim_client_stop(world, client);
        return;
    }
    if (!px_core_is_live(client->core))
        client->live = SIM_NOBODY;
    sim_close_sessions(world, client);
    arm(world, client);
    sim_check_client(world, client);
}

/* ---- Time ---- */

void sim_client_wakes(sim_world *world, sim_client *client, uint32_t feeding) {
    (void)world;
    client->feeding = feeding;
}

void sim_heard(sim_world *world, sim_client *client) {
    client->heard_at = world->now;
    client->pinged_at = 0;
}

bool sim_tell_time(sim_world *world, sim_client *client) {
    if (sim_setting_of(world, client, SIM_C_TICKS)) {
        px_core_tick(client->core, world->now);
        sim_drain_client(world, client);
    } else {
        px_core_tell_time(client->core, world->now);
    }
    return client->core != NULL;
}

uint64_t sim_client_deadline(const sim_client *client) {
    if (!client->core)
        return UINT64_MAX;
    if (client->armed_at != UINT64_MAX && client->asleep_until > client->armed_at)
        return client->asleep_until;
    return client->armed_at;
}

void sim_client_fire(sim_world *world, sim_client *client) {
    client->armed_for = client->armed_at = UINT64_MAX;
    client->feeding = SIM_NOBODY;
    px_core_tick(client->core, world->now);
    sim_drain_client(world, client);
}

void sim_call_begin(sim_world *world, sim_client *client) {
    if (!client->is_draining)
        client->feeding = SIM_NOBODY;
    px_core_tell_time(client->core, world->now);
}

/* The pump runs, as a task of the loop. */
void sim_call_end(sim_world *world, sim_client *client) {
    if (client->is_draining) {
        sim_drain_nested(world, client);
        return;
    }
    px_core_tick(client->core, world->now);
    sim_drain_client(world, client);
}
