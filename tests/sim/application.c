#include "application.h"

#include <inttypes.h>

#include "client.h"
#include "network.h"
#include "sealing.h"
#include "server.h"

enum { RETRY_MS = 700, RESTART_MS = 100, BLOCKED_LONGEST = 4 };

static const px_slice NOTHING = {NULL, 0};

/* ---- Calls ---- */

static bool is_starved(const sim_client *client, int result) {
    return result == PX_ERR_NO_MEMORY && client->memory.has_refused;
}

static void retry_channel_soon(sim_world *world, const sim_client *client, uint32_t channel);

void sim_subscribe(sim_world *world, sim_client *client, uint32_t channel) {
    sim_view *view = &client->views[channel];
    px_channel_id id;
    px_channel_info info;
    sim_say(world, "client %" PRIu32 " wants %s", client->index, sim_channel_names[channel]);
    sim_call_begin(world, client);
    view->wanted = true;
    view->failed = false;
    int result = px_core_subscribe(client->core, px_slice_of_text(sim_channel_names[channel]), &id);
    if (is_starved(client, result)) {
        view->failed = true;
        retry_channel_soon(world, client, channel);
    } else if (result != PX_OK || (view->id && view->id != id &&
                                   px_core_channel_info(client->core, view->id, &info))) {
        sim_fail(world, "channels", "client %" PRIu32 ": subscribing to %s gives %d", client->index,
                 sim_channel_names[channel], result);
    } else {
        if (view->id != id)
            sim_forget_channel(view); /* left and wanted again, before anybody was told */
        view->id = id;
    }
    sim_call_end(world, client);
}

static void unsubscribe(sim_world *world, sim_client *client, uint32_t channel) {
    sim_say(world, "client %" PRIu32 " leaves %s", client->index, sim_channel_names[channel]);
    sim_call_begin(world, client);
    client->views[channel].wanted = false;
    px_core_unsubscribe(client->core, px_slice_of_text(sim_channel_names[channel]));
    sim_call_end(world, client);
}

void sim_trigger(sim_world *world, sim_client *client, uint32_t channel) {
    char name[32];
    char data[32];
    px_channel_info info;
    if (!sim_is_private(channel) || sim_is_encrypted(channel) || !client->views[channel].id ||
        !px_core_channel_info(client->core, client->views[channel].id, &info) || !info.subscribed ||
        !px_core_is_live(client->core) || client->live == SIM_NOBODY)
        return;
    uint32_t event = sim_new_event(world, channel);
    if (event == SIM_NOBODY)
        return;
    (void)snprintf(name, sizeof(name), "client-%" PRIu32, event);
    (void)snprintf(data, sizeof(data), "{\"n\":%" PRIu32 "}", event);
    sim_call_begin(world, client);
    int result = px_core_trigger(client->core, client->views[channel].id, px_slice_of_text(name),
                                 px_slice_of_text(data));
    if (result == PX_OK)
        world->connections[client->live]->triggered++;
    else if (!is_starved(client, result))
        sim_fail(world, "trigger", "client %" PRIu32 " can't trigger on %s: %d", client->index,
                 sim_channel_names[channel], result);
    sim_call_end(world, client);
}

static bool is_off(const sim_client *client) {
    px_state state = px_core_state(client->core);
    return state == PX_STATE_INITIALIZED || state == PX_STATE_DISCONNECTED;
}

static void connect(sim_world *world, sim_client *client) {
    sim_say(world, "client %" PRIu32 " wants to connect", client->index);
    sim_call_begin(world, client);
    client->wants_connection = true;
    client->asks += is_off(client);
    px_core_connect(client->core);
    sim_call_end(world, client);
}

static void disconnect(sim_world *world, sim_client *client) {
    sim_say(world, "client %" PRIu32 " wants to disconnect", client->index);
    sim_call_begin(world, client);
    client->wants_connection = false;
    client->hang_ups += px_core_state(client->core) != PX_STATE_DISCONNECTED;
    px_core_disconnect(client->core);
    sim_call_end(world, client);
}

static void retry_soon(sim_world *world, sim_client *client);

static void sign_in(sim_world *world, sim_client *client) {
    sim_say(world, "client %" PRIu32 " signs in", client->index);
    sim_call_begin(world, client);
    client->wants_user = true;
    int result = px_core_signin(client->core);
    client->signin_failed = client->signin_failed || is_starved(client, result);
    if (client->signin_failed)
        retry_soon(world, client);
    else if (result != PX_OK)
        sim_fail(world, "users", "client %" PRIu32 " can't sign in", client->index);
    sim_call_end(world, client);
}

static void switch_over(sim_world *world, sim_client *client) {
    bool was_off = is_off(client);
    int result = px_core_switch(client->core, PX_SLICE(SIM_KEY), PX_SLICE(""));
    if (is_starved(client, result))
        return;
    if (result != PX_OK)
        sim_fail(world, "states", "client %" PRIu32 " can't go over", client->index);
    client->wants_connection = true;
    client->asks += was_off;
}

static void restart(sim_world *world, const sim_event *event) {
    if (!world->clients[event->index].core)
        sim_client_start(world, event->index);
}

static void renew(sim_world *world, sim_client *client) {
    sim_client_stop(world, client);
    sim_later(world, world->now + RESTART_MS, restart, client->index, client->index, 0, NOTHING);
}

/* In one turn, as a program's beginning. */
void sim_application_start(sim_world *world, sim_client *client) {
    client->is_draining = true;
    for (uint32_t i = 0; i < SIM_CHANNELS; i++)
        if (client->views[i].wanted)
            sim_subscribe(world, client, i);
    if (sim_setting_of(world, client, SIM_C_AS_USER) || world->plan->world[SIM_W_AUTHORIZED])
        sign_in(world, client);
    if (client->wants_connection)
        connect(world, client);
    client->is_draining = false;
    sim_call_end(world, client);
}

/* ---- What an application does about failures ---- */

static void retry_channel(sim_world *world, const sim_event *event) {
    sim_client *client = &world->clients[event->machine];
    const sim_view *view = &client->views[event->index];
    if (client->core && client->life == event->number && view->wanted && view->failed)
        sim_subscribe(world, client, event->index);
}

static void retry_channel_soon(sim_world *world, const sim_client *client, uint32_t channel) {
    sim_later(world, world->now + RETRY_MS, retry_channel, client->index, channel, client->life,
              NOTHING);
}

static void retry_connection(sim_world *world, const sim_event *event) {
    sim_client *client = &world->clients[event->machine];
    client->retries = false;
    if (!client->core)
        return;
    if (!client->wants_connection) {
        client->signin_failed = false;
        if (client->wants_user)
            sign_in(world, client);
        return;
    }
    if (client->signin_failed && client->state != PX_STATE_DISCONNECTED)
        disconnect(world, client);
    client->signin_failed = false;
    if (client->wants_user)
        sign_in(world, client); /* does nothing, unless there was no memory for it */
    connect(world, client);
}

static void retry_soon(sim_world *world, sim_client *client) {
    if (client->retries)
        return;
    client->retries = true;
    sim_later(world, world->now + RETRY_MS + sim_random(&client->random, RETRY_MS),
              retry_connection, client->index, 0, 0, NOTHING);
}

void sim_on_state(sim_world *world, sim_client *client) {
    if (client->state == PX_STATE_DISCONNECTED && client->wants_connection)
        retry_soon(world, client);
}

/* ---- Handlers ---- */

static void react(sim_world *world, sim_client *client) {
    uint32_t percent = sim_setting_of(world, client, SIM_C_REACTS);
    if (world->is_quiet || !percent || sim_random(&client->random, 100) >= percent)
        return;
    uint32_t channel = (uint32_t)sim_random(&client->random, SIM_CHANNELS);
    switch (sim_random(&client->random, 12)) {
    case 0:
    case 1:
    case 2:
        sim_subscribe(world, client, channel);
        break;
    case 3:
    case 4:
    case 5:
        unsubscribe(world, client, channel);
        break;
    case 6:
    case 7:
        sim_trigger(world, client, channel);
        break;
    case 8:
        disconnect(world, client);
        break;
    case 9:
        disconnect(world, client);
        if (!client->is_dying)
            connect(world, client);
        break;
    case 10:
        sign_in(world, client);
        break;
    default:
        sim_say(world, "client %" PRIu32 " is freed by its handler", client->index);
        renew(world, client);
    }
}

void sim_forget_channel(sim_view *view) {
    view->subscribed = false;
    view->members = 0;
    sim_forget_keys(view);
}

static uint32_t members_of(sim_client *client, px_channel_id id) {
    px_member member;
    uint32_t users = 0;
    for (size_t cursor = 0; px_core_next_member(client->core, id, &cursor, &member);)
        users |= 1u << sim_user_of(member.id);
    return users;
}

static void on_success(sim_world *world, sim_client *client, uint32_t channel) {
    sim_view *view = &client->views[channel];
    if (view->subscribed)
        sim_fail(world, "subscription", "client %" PRIu32 ": %s is subscribed twice", client->index,
                 sim_channel_names[channel]);
    view->subscribed = true;
    view->failed = view->is_full = false;
    view->members = members_of(client, view->id);
    px_member me;
    if (sim_is_presence(channel) &&
        (!px_core_member_me(client->core, view->id, &me) ||
         sim_user_of(me.id) != sim_setting_of(world, client, SIM_C_USER)))
        sim_fail(world, "members", "client %" PRIu32 " is no member of %s", client->index,
                 sim_channel_names[channel]);
}

static void on_refusal(sim_world *world, sim_client *client, uint32_t channel,
                       const px_event *event) {
    sim_view *view = &client->views[channel];
    sim_forget_channel(view);
    view->failed = !event->error.will_retry;
    view->is_full = event->error.status == 4100;
    if (view->failed)
        retry_channel_soon(world, client, channel);
}

static void on_member(sim_world *world, sim_client *client, uint32_t channel, const px_event *event,
                      bool is_here) {
    sim_view *view = &client->views[channel];
    uint32_t user = 1u << sim_user_of(event->member.id);
    if (((view->members & user) != 0) == is_here)
        sim_fail(world, "members", "client %" PRIu32 ": %.*s of %.*s comes twice", client->index,
                 SIM_PRINT(event->name), SIM_PRINT(event->member.id));
    view->members ^= user;
    if (members_of(client, view->id) != view->members)
        sim_fail(world, "members", "client %" PRIu32 ": the members of %s are others than told",
                 client->index, sim_channel_names[channel]);
}

/* What the service says on a channel. */
static void on_service(sim_world *world, sim_client *client, uint32_t channel,
                       const px_event *event) {
    px_channel_info info;
    const sim_view *view = &client->views[channel];
    bool is_refusal = px_slice_equal(event->name, PX_SLICE("pusher:subscription_error"));
    if (event->channel != view->id || !px_core_channel_info(client->core, view->id, &info) ||
        (!info.subscribed && !is_refusal))
        return; /* a handler has left it, or the connection, in between */
    if (px_slice_equal(event->name, PX_SLICE("pusher:subscription_succeeded")))
        on_success(world, client, channel);
    else if (is_refusal)
        on_refusal(world, client, channel, event);
    else if (px_slice_equal(event->name, PX_SLICE("pusher:member_added")))
        on_member(world, client, channel, event, true);
    else if (px_slice_equal(event->name, PX_SLICE("pusher:member_removed")))
        on_member(world, client, channel, event, false);
}

/* Each event of the application goes to everybody once, in the order in which the server sent it. */
static void check_turn(sim_world *world, sim_client *client, uint32_t number) {
    sim_connection *connection =
        client->live == SIM_NOBODY ? NULL : world->connections[client->live];
    if (!connection || connection->received == connection->sent_count ||
        connection->sent[connection->received] != number)
        sim_fail(world, "order", "client %" PRIu32 " gets event %" PRIu32 " out of turn",
                 client->index, number);
    connection->received++;
}

static void on_application_event(sim_world *world, sim_client *client, const px_event *event,
                                 uint32_t number) {
    uint32_t channel = world->published[number].channel;
    bool is_user = channel == SIM_USER_CHANNEL;
    px_channel_id known = is_user ? 0 : client->views[channel].id;
    bool to_channel = (event->targets & PX_TO_CHANNEL) != 0;
    if (event->targets & PX_TO_CLIENT)
        check_turn(world, client, number);
    else if (!event->sealed)
        sim_fail(world, "targets", "client %" PRIu32 ": event %" PRIu32 " is kept from the client",
                 client->index, number);
    if (((event->targets & PX_TO_USER) != 0) != (is_user && client->signed_in))
        sim_fail(world, "targets", "client %" PRIu32 ": event %" PRIu32 " and its user",
                 client->index, number);
    if (event->sealed) {
        sim_take_sealed(world, client, event);
        return;
    }
    if (known && sim_is_encrypted(channel)) {
        sim_keep_sealed(world, client, channel, number);
        return;
    }
    if (to_channel != (known != 0) || (known && event->channel != known))
        sim_fail(world, "targets", "client %" PRIu32 ": event %" PRIu32 " and its channel",
                 client->index, number);
}

static void on_signin_error(sim_world *world, sim_client *client, const px_event *event) {
    client->signin_failed = !event->error.will_retry;
    if (client->signin_failed)
        retry_soon(world, client);
}

static void on_watched(sim_client *client, const px_event *event) {
    uint32_t users = sim_users_in(event->data);
    if (px_slice_equal(event->name, PX_SLICE("online")))
        client->online |= users;
    else
        client->online &= ~users;
}

void sim_on_event(sim_world *world, sim_client *client, const px_event *event) {
    uint32_t number = sim_event_of(event->name);
    uint32_t channel = sim_channel_of(event->channel_name);
    if (number != SIM_NOBODY)
        on_application_event(world, client, event, number);
    else if (event->targets & PX_TO_WATCHLIST)
        on_watched(client, event);
    else if (px_slice_equal(event->name, PX_SLICE("pusher:signin_error")))
        on_signin_error(world, client, event);
    else if (event->targets & PX_TO_CHANNEL && channel < SIM_CHANNELS)
        on_service(world, client, channel, event);
    if (event->targets & (PX_TO_CHANNEL | PX_TO_USER | PX_TO_WATCHLIST | PX_TO_CONNECTION))
        react(world, client);
}

void sim_on_user(sim_client *client, const px_action *action) {
    client->signed_in = action->as.user.signed_in;
    if (!client->signed_in)
        client->online = 0;
    else
        client->signin_failed = false;
}

/* ---- Operations of the plan ---- */

static void run_of_client(sim_world *world, sim_client *client, const sim_op *op) {
    switch (op->kind) {
    case SIM_OP_CONNECT:
        connect(world, client);
        break;
    case SIM_OP_DISCONNECT:
        disconnect(world, client);
        break;
    case SIM_OP_SUBSCRIBE:
        sim_subscribe(world, client, op->first);
        break;
    case SIM_OP_UNSUBSCRIBE:
        unsubscribe(world, client, op->first);
        break;
    case SIM_OP_TRIGGER:
        sim_trigger(world, client, op->first);
        break;
    case SIM_OP_SIGNIN:
        sign_in(world, client);
        break;
    case SIM_OP_RENEW:
        renew(world, client);
        break;
    default:
        sim_call_begin(world, client);
        if (op->kind == SIM_OP_ONLINE)
            px_core_network_online(client->core);
        else if (op->kind == SIM_OP_OFFLINE)
            px_core_network_offline(client->core);
        else if (op->kind == SIM_OP_CHANGED)
            px_core_network_changed(client->core);
        else
            switch_over(world, client);
        sim_call_end(world, client);
    }
}

static void run_fault(sim_world *world, sim_client *client, const sim_op *op) {
    uint64_t until = world->now + op->first;
    switch (op->kind) {
    case SIM_OP_SLEEP:
        if (until > client->asleep_until)
            client->asleep_until = client->slept_until = until;
        break;
    case SIM_OP_STALL:
        client->stalled_until = until;
        break;
    case SIM_OP_BLOCK:
        client->blocked_until[op->second % BLOCKED_LONGEST] = until;
        break;
    case SIM_OP_REFUSE:
        client->refused_until[op->second % BLOCKED_LONGEST] = until;
        break;
    case SIM_OP_CUT:
        sim_cut(world, op->client);
        break;
    case SIM_OP_SILENCE:
        sim_silence(world, op->client);
        break;
    case SIM_OP_KICK:
        sim_kick(world, op->client, op->first);
        break;
    case SIM_OP_ENDPOINT:
        world->endpoint_mode = op->second;
        world->endpoint_until = until;
        break;
    case SIM_OP_ROTATE:
        world->master_key++;
        break;
    case SIM_OP_CRASH:
        sim_crash(world, op->first);
        break;
    case SIM_OP_STARVE:
        sim_starve(&client->memory, op->first, op->second);
        break;
    case SIM_OP_STARVE_SERVER:
        sim_starve(&world->memory, op->first, op->second);
        break;
    case SIM_OP_FLOOD:
        sim_flood(world, op->first, op->second);
        break;
    default:
        sim_drain(world, op->first);
    }
}

void sim_run_op(sim_world *world, const sim_op *op) {
    sim_client *client = &world->clients[op->client];
    if (op->kind == SIM_OP_PUBLISH)
        sim_publish(world, op->first,
                    op->second < world->plan->world[SIM_W_CLIENTS] ? op->second : SIM_NOBODY);
    else if (op->kind == SIM_OP_TELL)
        sim_tell_user(world, op->first);
    else if (op->kind >= SIM_OP_CUT || op->kind == SIM_OP_SLEEP)
        run_fault(world, client, op);
    else if (client->core && client->asleep_until <= world->now)
        run_of_client(world, client, op);
}
