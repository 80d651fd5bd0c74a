#include "server.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "network.h"
#include "sealing.h"

enum { MAX_BODY = 16384, LONG_DATA = 9000 };

bool sim_has_server_end(const sim_connection *connection) {
    return connection->hub.app != NULL;
}

/* ---- What the hub delivers ---- */

static void note_event(sim_world *world, sim_connection *connection, uint32_t event) {
    if (connection->greeting == SIM_NOBODY) {
        if (world->publishing != event || connection->mark == event + 1)
            sim_fail(world, "once", "event %" PRIu32 " is delivered once too often", event);
        connection->mark = event + 1;
    }
    if (connection->sent_count == connection->sent_capacity) {
        connection->sent_capacity = connection->sent_capacity ? connection->sent_capacity * 2 : 16;
        connection->sent =
            realloc(connection->sent, connection->sent_capacity * sizeof(*connection->sent));
        if (!connection->sent)
            abort();
    }
    connection->sent[connection->sent_count++] = event;
}

/* What follows the success of a subscription to a cache channel. */
static void check_greeting(sim_world *world, const sim_connection *connection, px_slice event,
                           uint32_t channel) {
    const sim_cached *cached = &world->cached[connection->greeting];
    uint64_t ttl = UINT64_C(1000) * world->plan->world[SIM_W_CACHE_TTL];
    bool remembered = cached->event != SIM_NOBODY && world->now <= cached->at + ttl;
    bool may_miss = cached->event == SIM_NOBODY || world->now >= cached->at + ttl;
    bool is_miss = px_slice_equal(event, PX_SLICE("pusher:cache_miss"));
    if (channel != connection->greeting)
        sim_fail(world, "cache", "the first event of a cache channel is of another channel");
    if (is_miss ? !may_miss : !remembered || sim_event_of(event) != cached->event)
        sim_fail(world, "cache", "%s begins with %.*s, but event %" PRIu32 " is remembered",
                 sim_channel_names[channel], SIM_PRINT(event), cached->event);
}

static void note_success(sim_world *world, sim_connection *connection, uint32_t channel) {
    if (channel == SIM_USER_CHANNEL)
        return;
    if (channel == SIM_NOBODY || connection->subscribed[channel])
        sim_fail(world, "subscription", "the success of a subscription that was there");
    connection->subscribed[channel] = true;
    connection->authorized = connection->authorized || sim_is_private(channel);
    if (sim_is_cache(channel))
        connection->greeting = channel;
}

static void note_signin(sim_world *world, sim_connection *connection) {
    connection->user = sim_setting_of(world, &world->clients[connection->client], SIM_C_USER);
    connection->authorized = true;
}

/* What no engine may bring about, whatever the network does. */
static void check_complaint(sim_world *world, px_slice text) {
    static const char *const never[] = {"Existing subscription", "Invalid JSON", "Invalid message",
                                        "not a member",          "rejected",     "already",
                                        "must include"};
    for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++)
        if (sim_between(text, never[i], '"').ptr)
            sim_fail(world, "complaint", "the server says: %.*s", SIM_PRINT(text));
}

static void note(sim_world *world, sim_connection *connection, px_slice text) {
    px_slice event = sim_between(text, "\"event\":\"", '"');
    uint32_t channel = sim_channel_of(sim_between(text, "\"channel\":\"", '"'));
    uint32_t number = sim_event_of(event);
    sim_say(world, "server > %" PRIu32 "  %.*s", connection->index, SIM_PRINT(text));
    if (connection->greeting != SIM_NOBODY)
        check_greeting(world, connection, event, channel);
    if (number != SIM_NOBODY)
        note_event(world, connection, number);
    connection->greeting = SIM_NOBODY;
    if (px_slice_equal(event, PX_SLICE("pusher:connection_established")))
        connection->established = true;
    else if (px_slice_equal(event, PX_SLICE("pusher_internal:subscription_succeeded")))
        note_success(world, connection, channel);
    else if (px_slice_equal(event, PX_SLICE("pusher:signin_success")))
        note_signin(world, connection);
    else if (px_slice_equal(event, PX_SLICE("pusher:error")) && !connection->is_revived)
        check_complaint(world, text);
}

/* ---- The host ---- */

static void host_deliver(void *context, px_hub_connection *const *connections, size_t count,
                         px_message *message) {
    for (size_t i = 0; i < count; i++) {
        sim_connection *connection = (sim_connection *)(void *)connections[i];
        note(context, connection, px_message_text(message));
        sim_network_text(context, connection, px_message_text(message));
    }
}

static void host_ping(void *context, px_hub_connection *connection) {
    sim_network_ping(context, (sim_connection *)(void *)connection);
}

static void forget(sim_connection *connection) {
    memset(connection->subscribed, 0, sizeof(connection->subscribed));
    connection->user = SIM_NOBODY;
    connection->greeting = SIM_NOBODY;
}

static void host_close(void *context, px_hub_connection *hub_connection, uint16_t code,
                       px_slice reason) {
    sim_connection *connection = (sim_connection *)(void *)hub_connection;
    sim_say(context, "server > %" PRIu32 "  close %u %.*s", connection->index, code,
            SIM_PRINT(reason));
    connection->was_refused = code > 4000 && code < 4100;
    forget(connection);
    sim_network_close(context, connection, code, reason);
}

static void host_log(void *context, int level, px_slice line) {
    if (level <= 3)
        sim_say(context, "server: %.*s", SIM_PRINT(line));
}

static void host_notice(void *context, const px_notice *notice) {
    sim_world *world = context;
    uint32_t channel = sim_channel_of(notice->channel);
    uint32_t user = sim_user_of(sim_between(notice->event, "\"user_id\":\"", '"'));
    sim_say(world, "webhook: %.*s", SIM_PRINT(notice->event));
    if (world->memory.has_refused)
        return; /* some are lost, which is said in the log */
    bool is_beginning =
        notice->kind == PX_WEBHOOK_CHANNEL_OCCUPIED || notice->kind == PX_WEBHOOK_MEMBER_ADDED;
    if (notice->kind <= PX_WEBHOOK_CHANNEL_VACATED) {
        if (world->occupied[channel] == is_beginning)
            sim_fail(world, "webhooks", "%.*s comes twice", SIM_PRINT(notice->event));
        world->occupied[channel] = is_beginning;
    } else if (notice->kind <= PX_WEBHOOK_MEMBER_REMOVED) {
        if ((world->present[channel] >> user & 1) == is_beginning)
            sim_fail(world, "webhooks", "%.*s comes twice", SIM_PRINT(notice->event));
        world->present[channel] ^= 1u << user;
    }
}

/* ---- Life ---- */

static px_app_options app_options(const sim_world *world, px_webhook_options *webhook) {
    px_app_options app;
    const uint32_t *settings = world->plan->world;
    px_app_options_default(&app);
    px_webhook_options_default(webhook);
    webhook->url = PX_SLICE("http://host/");
    webhook->event_types = UINT32_MAX;
    app.id = PX_SLICE(SIM_ID);
    app.key = PX_SLICE(SIM_KEY);
    app.secret = PX_SLICE(SIM_SECRET);
    app.client_events_per_second = 0;
    app.subscription_count = settings[SIM_W_COUNTS] != 0;
    app.authorized_connections = settings[SIM_W_AUTHORIZED] != 0;
    if (app.authorized_connections)
        app.authorization_timeout = settings[SIM_W_AUTHORIZED];
    app.cache_ttl = settings[SIM_W_CACHE_TTL];
    app.max_presence_members = settings[SIM_W_MAX_MEMBERS];
    app.webhooks = (px_webhook_list){webhook, 1};
    return app;
}

void sim_server_start(sim_world *world) {
    px_hub_options options;
    px_webhook_options webhook;
    const char *why;
    const uint32_t *settings = world->plan->world;
    const uint64_t seed[2] = {world->plan->seed, ++world->hubs};
    sim_starve(&world->memory, 0, 0);
    px_app_options app = app_options(world, &webhook);
    const px_hub_host host = {host_deliver, host_ping,   host_close, host_log,
                              world,        host_notice, NULL};
    px_hub_options_default(&options);
    options.activity_timeout = settings[SIM_W_SERVER_ACTIVITY];
    options.pong_timeout = settings[SIM_W_SERVER_PONG];
    options.max_connections = settings[SIM_W_MAX_CONNECTIONS]
                                  ? settings[SIM_W_MAX_CONNECTIONS] + settings[SIM_W_CLIENTS]
                                  : 0;
    options.watchlist_grace_ms = settings[SIM_W_WATCH_GRACE];
    options.webhook_grace_ms = settings[SIM_W_WEBHOOK_GRACE];
    if (px_hub_new(&world->memory.allocator, &options, &host, seed, world->now,
                   SIM_UNIX + world->now / 1000, &world->hub) != PX_OK ||
        px_hub_add_app(world->hub, &app, &why) != PX_OK)
        abort();
    for (size_t i = 0; i < SIM_CHANNELS; i++)
        world->cached[i].event = SIM_NOBODY;
    memset(world->occupied, 0, sizeof(world->occupied));
    memset(world->present, 0, sizeof(world->present));
}

void sim_server_free(sim_world *world) {
    px_hub_free(world->hub);
    world->hub = NULL;
}

void sim_server_tick(sim_world *world) {
    px_hub_tick(world->hub, world->now, SIM_UNIX + world->now / 1000);
}

/* ---- What arrives ---- */

void sim_server_open(sim_world *world, sim_connection *connection) {
    const px_hub_open open = {.key = PX_SLICE(SIM_KEY),
                              .protocol = PX_SLICE("7"),
                              .client = PX_SLICE("sim"),
                              .address = PX_SLICE("sim")};
    sim_server_tick(world);
    connection->opened_at = world->now;
    connection->authorized = false;
    px_hub_open_connection(world->hub, &connection->hub, &open);
}

static void check_delivered(sim_world *world, uint32_t event, uint32_t except) {
    uint32_t channel = world->published[event].channel;
    for (size_t i = 0; i < world->connection_count; i++) {
        const sim_connection *other = world->connections[i];
        bool is_due = sim_has_server_end(other) && i != except && other->subscribed[channel];
        if ((other->mark == event + 1) != is_due)
            sim_fail(world, "delivery", "event %" PRIu32 " on %s %s connection %zu", event,
                     sim_channel_names[channel], is_due ? "does not reach" : "reaches", i);
    }
}

static void note_departure(sim_world *world, sim_connection *connection, px_slice text) {
    uint32_t channel = sim_channel_of(sim_between(text, "\"channel\":\"", '"'));
    if (channel == SIM_NOBODY || (!connection->subscribed[channel] && !connection->is_revived))
        sim_fail(world, "unsubscribe", "what is left was not subscribed: %.*s", SIM_PRINT(text));
    connection->subscribed[channel] = false;
}

void sim_server_hear(sim_world *world, sim_connection *connection, px_slice text) {
    px_slice event = sim_between(text, "\"event\":\"", '"');
    uint32_t number = sim_event_of(event);
    if (!sim_has_server_end(connection))
        return;
    sim_say(world, "server < %" PRIu32 "  %.*s", connection->index, SIM_PRINT(text));
    sim_server_tick(world);
    if (!sim_has_server_end(connection))
        return;
    world->publishing = number;
    px_hub_message(world->hub, &connection->hub, text);
    world->publishing = SIM_NOBODY;
    if (connection->greeting != SIM_NOBODY)
        sim_fail(world, "cache", "nothing follows the success of a cache channel");
    if (number != SIM_NOBODY) {
        connection->heard++;
        if (!connection->is_revived && sim_has_server_end(connection))
            check_delivered(world, number, connection->index);
    }
    if (sim_has_server_end(connection) && px_slice_equal(event, PX_SLICE("pusher:unsubscribe")))
        note_departure(world, connection, text);
}

void sim_server_gone(sim_world *world, sim_connection *connection) {
    if (!sim_has_server_end(connection))
        return;
    sim_say(world, "server   %" PRIu32 " is gone", connection->index);
    forget(connection);
    px_hub_close_connection(world->hub, &connection->hub);
}

/* ---- The application's server ---- */

uint32_t sim_new_event(sim_world *world, uint32_t channel) {
    if (world->published_count == SIM_MAX_EVENTS)
        return SIM_NOBODY;
    world->published[world->published_count] = (sim_published){channel, world->master_key};
    return world->published_count++;
}

/* The body of a request; its data is as long as `pad` says. */
static void write_body(const sim_world *world, uint32_t event, const char *channel, px_slice except,
                       size_t pad, char *body, size_t size) {
    char data[256];
    sim_sealed_data(world, event, data, sizeof(data));
    int len =
        snprintf(body, size, "{\"name\":\"e-%" PRIu32 "\",\"channel\":\"%s\",", event, channel);
    if (except.len)
        len +=
            snprintf(body + len, size - (size_t)len, "\"socket_id\":\"%.*s\",", SIM_PRINT(except));
    len += snprintf(body + len, size - (size_t)len, "\"data\":\"%s", data);
    if (sim_is_encrypted(world->published[event].channel))
        pad = 0;
    memset(body + len, ' ', pad);
    (void)snprintf(body + len + pad, size - (size_t)len - pad, "\"}");
}

/* The status of the answer. */
static int publish(sim_world *world, uint32_t event, const char *channel, px_slice except,
                   size_t pad) {
    char body[MAX_BODY];
    px_buffer answer;
    write_body(world, event, channel, except, pad, body, sizeof(body));
    px_buffer_init(&answer, &world->memory.allocator, MAX_BODY);
    px_http_response response = {.body = &answer};
    world->publishing = event;
    px_hub_publish(world->hub, PX_SLICE(SIM_ID), px_slice_of_text(body), &response);
    world->publishing = SIM_NOBODY;
    if (response.status != 200 && response.status != 503 && !world->memory.has_refused)
        sim_fail(world, "publish", "status %d: %.*s", response.status,
                 SIM_PRINT(px_buffer_slice(&answer)));
    px_buffer_free(&answer);
    uint32_t number = world->published[event].channel;
    if (response.status == 200 && sim_is_cache(number))
        world->cached[number] = (sim_cached){event, world->now};
    return response.status;
}

/* Nothing was published. */
static void check_undelivered(sim_world *world, uint32_t event) {
    for (size_t i = 0; i < world->connection_count; i++)
        if (world->connections[i]->mark == event + 1)
            sim_fail(world, "delivery", "event %" PRIu32 " was refused, and reaches connection %zu",
                     event, i);
}

static void publish_on(sim_world *world, uint32_t channel, uint32_t except, size_t pad) {
    uint32_t event = sim_new_event(world, channel);
    px_slice socket_id = px_slice_of(NULL, 0);
    uint32_t excluded = SIM_NOBODY;
    if (event == SIM_NOBODY || world->down_until > world->now)
        return;
    sim_server_tick(world);
    if (except != SIM_NOBODY && world->clients[except].live != SIM_NOBODY) {
        socket_id = px_core_socket_id(world->clients[except].core);
        excluded = world->clients[except].live;
    }
    sim_say(world, "server publishes event %" PRIu32 " on %s", event, sim_channel_names[channel]);
    if (publish(world, event, sim_channel_names[channel], socket_id, pad) == 200)
        check_delivered(world, event, excluded);
    else
        check_undelivered(world, event);
}

void sim_publish(sim_world *world, uint32_t channel, uint32_t except) {
    publish_on(world, channel, except, 0);
}

void sim_flood(sim_world *world, uint32_t channel, uint32_t count) {
    for (uint32_t i = 0; i < count; i++)
        publish_on(world, channel, SIM_NOBODY, LONG_DATA);
}

void sim_tell_user(sim_world *world, uint32_t user) {
    char channel[32];
    uint32_t event = sim_new_event(world, SIM_USER_CHANNEL);
    if (event == SIM_NOBODY || world->down_until > world->now)
        return;
    sim_server_tick(world);
    (void)snprintf(channel, sizeof(channel), "#server-to-user-u%" PRIu32, user);
    sim_say(world, "server publishes event %" PRIu32 " on %s", event, channel);
    if (publish(world, event, channel, px_slice_of(NULL, 0), 0) != 200) {
        check_undelivered(world, event);
        return;
    }
    for (size_t i = 0; i < world->connection_count; i++)
        if ((world->connections[i]->mark == event + 1) !=
            (sim_has_server_end(world->connections[i]) && world->connections[i]->user == user))
            sim_fail(world, "users", "event %" PRIu32 " for u%" PRIu32 " and connection %zu", event,
                     user, i);
}

/* ---- Trouble ---- */

void sim_kick(sim_world *world, uint32_t client, uint32_t reason) {
    static const px_protocol_error reasons[] = {
        PX_ERROR_TLS_ONLY,         PX_ERROR_TERMINATED,   PX_ERROR_CAPACITY,   PX_ERROR_RECONNECT,
        PX_ERROR_TOO_MUCH_GARBAGE, PX_ERROR_MESSAGE_SIZE, PX_ERROR_UNKNOWN_APP};
    sim_server_tick(world);
    for (size_t i = 0; i < world->connection_count; i++)
        if (world->connections[i]->client == client && sim_has_server_end(world->connections[i]))
            px_hub_break_connection(world->hub, &world->connections[i]->hub, reasons[reason]);
}

static void replace(sim_world *world, const sim_event *event) {
    (void)event;
    sim_crash(world, 0);
}

void sim_drain(sim_world *world, uint32_t grace_ms) {
    px_hub_stats stats;
    px_hub_get_stats(world->hub, &stats);
    if (stats.draining)
        return;
    sim_server_tick(world);
    px_hub_drain(world->hub, grace_ms);
    sim_later(world, world->now + grace_ms + 1, replace, SIM_NOBODY, 0, 0, px_slice_of(NULL, 0));
}

void sim_crash(sim_world *world, uint32_t down_ms) {
    sim_say(world, "server dies, and is back in %" PRIu32 " ms", down_ms);
    sim_server_free(world);
    for (size_t i = 0; i < world->connection_count; i++) {
        sim_connection *connection = world->connections[i];
        bool was_open = sim_has_server_end(connection);
        connection->hub = (px_hub_connection){0};
        forget(connection);
        sim_network_server_died(world, connection, was_open);
    }
    if (world->now + down_ms > world->down_until)
        world->down_until = world->now + down_ms;
    sim_server_start(world);
}

/* ---- Looking ---- */

uint32_t sim_users_online(const sim_world *world) {
    uint32_t users = 0;
    for (size_t i = 0; i < world->connection_count; i++)
        if (world->connections[i]->user != SIM_NOBODY)
            users |= 1u << world->connections[i]->user;
    return users;
}

uint32_t sim_users_in_channel(const sim_world *world, uint32_t channel) {
    uint32_t users = 0;
    for (size_t i = 0; i < world->connection_count; i++) {
        const sim_connection *connection = world->connections[i];
        if (connection->subscribed[channel])
            users |= 1u << world->plan->client[connection->client][SIM_C_USER];
    }
    return users;
}
