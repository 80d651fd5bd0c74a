#include "network.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"
#include "server.h"
#include "session.h"

enum { ABNORMAL = 1006 };

static const px_slice NOTHING = {NULL, 0};

/* ---- Ways ---- */

static bool is_on(const sim_world *world, const uint64_t until[4], sim_way way) {
    if (until[way] > world->now)
        return true;
    return (way == SIM_WAY_WS || way == SIM_WAY_HTTP) && until[SIM_WAY_ALL] > world->now;
}

bool sim_is_blocked(const sim_world *world, uint32_t client, sim_way way) {
    return is_on(world, world->clients[client].blocked_until, way);
}

bool sim_is_refused(const sim_world *world, uint32_t client, sim_way way) {
    return is_on(world, world->clients[client].refused_until, way);
}

/* ---- Connections ---- */

sim_connection *sim_new_connection(sim_world *world, const sim_client *client, bool is_http) {
    if (world->connection_count == world->connection_capacity) {
        world->connection_capacity =
            world->connection_capacity ? world->connection_capacity * 2 : 16;
        world->connections =
            realloc(world->connections, world->connection_capacity * sizeof(sim_connection *));
    }
    sim_connection *connection = calloc(1, sizeof(*connection));
    if (!connection || !world->connections)
        abort();
    connection->world = world;
    connection->index = (uint32_t)world->connection_count;
    connection->client = client->index;
    connection->life = client->life;
    connection->is_http = is_http;
    connection->user = SIM_NOBODY;
    connection->greeting = SIM_NOBODY;
    connection->receiver = SIM_NOBODY;
    connection->expires_at = UINT64_MAX;
    world->connections[world->connection_count++] = connection;
    return connection;
}

void sim_network_free(sim_world *world) {
    for (size_t i = 0; i < world->connection_count; i++) {
        free(world->connections[i]->sent);
        free(world->connections[i]->waiting);
        free(world->connections[i]);
    }
    free(world->connections);
    for (size_t i = 0; i < world->request_count; i++)
        free(world->requests[i]);
    free(world->requests);
}

uint64_t sim_arrival(sim_world *world, sim_connection *connection, bool at_client) {
    uint64_t *last = at_client ? &connection->to_client_at : &connection->to_server_at;
    uint64_t at = world->now + sim_latency(world);
    uint64_t stalled = world->clients[connection->client].stalled_until;
    if (at < stalled)
        at = stalled;
    if (at < *last)
        at = *last;
    return *last = at;
}

/* The engine that has the connection, if it still cares. */
static sim_client *client_of(sim_world *world, const sim_connection *connection) {
    sim_client *client = &world->clients[connection->client];
    bool cares = client->core && client->life == connection->life && !connection->is_closed;
    return cares ? client : NULL;
}

/* ---- Arriving at the client ---- */

static void client_opened(sim_world *world, const sim_event *event) {
    sim_connection *connection = world->connections[event->index];
    sim_client *client = client_of(world, connection);
    if (!client || connection->is_silent)
        return;
    sim_client_wakes(world, client, connection->index);
    px_core_tell_time(client->core, world->now);
    px_core_transport_opened(client->core, connection->id);
    sim_drain_client(world, client);
}

static void client_text(sim_world *world, const sim_event *event) {
    sim_connection *connection = world->connections[event->index];
    sim_client *client = client_of(world, connection);
    if (!client || connection->is_silent || !sim_tell_time(world, client) || connection->is_closed)
        return;
    sim_client_wakes(world, client, connection->index);
    sim_heard(world, client);
    /* Bytes that end where the message ends: reading beyond it is noticed by sanitizers. */
    px_core_transport_message(client->core, connection->id, px_slice_of(event->bytes, event->len));
    sim_drain_client(world, client);
}

static void client_closed(sim_world *world, const sim_event *event) {
    sim_connection *connection = world->connections[event->index];
    sim_client *client = client_of(world, connection);
    if (!client || connection->is_silent)
        return;
    sim_say(world, "client %" PRIu32 " is told the end of %" PRIu32 ": %" PRIu32, client->index,
            connection->index, event->number);
    connection->is_closed = true;
    sim_client_wakes(world, client, connection->index);
    px_core_tell_time(client->core, world->now);
    px_core_transport_closed(client->core, connection->id, (uint16_t)event->number,
                             px_slice_of(event->bytes, event->len), event->number != ABNORMAL, 0,
                             NOTHING);
    sim_drain_client(world, client);
}

static void client_failed(sim_world *world, const sim_event *event) {
    sim_connection *connection = world->connections[event->index];
    sim_client *client = client_of(world, connection);
    if (!client)
        return;
    connection->is_closed = true;
    sim_client_wakes(world, client, connection->index);
    px_core_tell_time(client->core, world->now);
    px_core_transport_closed(client->core, connection->id, ABNORMAL, NOTHING, false,
                             PX_ERR_HANDSHAKE, PX_SLICE("connection refused"));
    sim_drain_client(world, client);
}

/* ---- Arriving at the server ---- */

static void to_client(sim_world *world, sim_connection *connection,
                      void (*run)(sim_world *world, const sim_event *event), uint32_t number,
                      px_slice bytes) {
    sim_later(world, sim_arrival(world, connection, true), run, connection->client,
              connection->index, number, bytes);
}

static void server_opened(sim_world *world, const sim_event *event) {
    sim_connection *connection = world->connections[event->index];
    if (connection->is_silent || connection->is_closed)
        return;
    if (world->down_until > world->now) {
        to_client(world, connection, client_failed, 0, NOTHING);
        return;
    }
    to_client(world, connection, client_opened, 0, NOTHING);
    sim_server_open(world, connection);
}

static void server_text(sim_world *world, const sim_event *event) {
    sim_connection *connection = world->connections[event->index];
    if (!connection->is_silent)
        sim_server_hear(world, connection, px_slice_of(event->bytes, event->len));
}

static void server_gone(sim_world *world, const sim_event *event) {
    sim_connection *connection = world->connections[event->index];
    if (!connection->is_silent)
        sim_server_gone(world, connection);
}

static void server_pong(sim_world *world, const sim_event *event) {
    sim_connection *connection = world->connections[event->index];
    if (connection->is_silent || !sim_has_server_end(connection))
        return;
    sim_server_tick(world);
    px_hub_activity(world->hub, &connection->hub);
}

static void to_server(sim_world *world, sim_connection *connection,
                      void (*run)(sim_world *world, const sim_event *event), px_slice bytes) {
    sim_later(world, sim_arrival(world, connection, false), run, SIM_NOBODY, connection->index, 0,
              bytes);
}

/* ---- What clients want ---- */

static sim_connection *find(const sim_world *world, const sim_client *client, px_id id) {
    for (size_t i = world->connection_count; i-- > 0;) {
        sim_connection *connection = world->connections[i];
        if (connection->client == client->index && connection->life == client->life &&
            connection->id == id && !connection->is_http)
            return connection;
    }
    return NULL;
}

void sim_open_transport(sim_world *world, const sim_client *client, px_id id) {
    sim_connection *connection = sim_new_connection(world, client, false);
    connection->id = id;
    sim_say(world, "client %" PRIu32 " opens %" PRIu32, client->index, connection->index);
    if (sim_is_refused(world, client->index, SIM_WAY_WS))
        to_client(world, connection, client_failed, 0, NOTHING);
    else if (!sim_is_blocked(world, client->index, SIM_WAY_WS))
        to_server(world, connection, server_opened, NOTHING);
}

void sim_send_message(sim_world *world, const sim_client *client, px_id id, px_slice message) {
    sim_connection *connection = find(world, client, id);
    if (!connection || connection->is_closed)
        sim_fail(world, "transports", "client %" PRIu32 " sends on a transport that is closed",
                 client->index);
    to_server(world, connection, server_text, message);
}

void sim_close_transport(sim_world *world, const sim_client *client, px_id id) {
    sim_connection *connection = find(world, client, id);
    if (!connection || connection->is_closed)
        sim_fail(world, "transports", "client %" PRIu32 " closes a transport that is closed",
                 client->index);
    sim_say(world, "client %" PRIu32 " closes %" PRIu32, client->index, connection->index);
    connection->is_closed = true;
    to_server(world, connection, server_gone, NOTHING);
}

void sim_hang_up(sim_world *world, const sim_client *client) {
    for (size_t i = 0; i < world->connection_count; i++) {
        sim_connection *connection = world->connections[i];
        if (connection->client != client->index || connection->life != client->life ||
            connection->is_closed)
            continue;
        connection->is_closed = true;
        to_server(world, connection, server_gone, NOTHING);
    }
    sim_drop_requests(world, client);
}

size_t sim_count_connections(const sim_world *world, const sim_client *client) {
    size_t count = 0;
    for (size_t i = 0; i < world->connection_count; i++) {
        const sim_connection *connection = world->connections[i];
        count += connection->client == client->index && connection->life == client->life &&
                 !connection->is_closed;
    }
    return count;
}

/* ---- What the server wants ---- */

void sim_network_text(sim_world *world, sim_connection *connection, px_slice text) {
    if (connection->is_http)
        sim_session_text(world, connection, text);
    else
        to_client(world, connection, client_text, 0, text);
}

/* The client's WebSocket answers pings by itself, unless the machine sleeps; the engine never hears of them. */
void sim_network_ping(sim_world *world, sim_connection *connection) {
    const sim_client *client = &world->clients[connection->client];
    if (connection->is_http) {
        sim_session_ping(world, connection);
        return;
    }
    uint64_t there = world->now + sim_latency(world);
    if (client->asleep_until > there)
        there = client->asleep_until;
    if (!connection->is_closed)
        sim_later(world, there + sim_latency(world), server_pong, SIM_NOBODY, connection->index, 0,
                  NOTHING);
}

void sim_network_close(sim_world *world, sim_connection *connection, uint16_t code,
                       px_slice reason) {
    if (connection->is_http)
        sim_session_close(world, connection, code, reason);
    else
        to_client(world, connection, client_closed, code, reason);
}

void sim_network_server_died(sim_world *world, sim_connection *connection, bool was_open) {
    if (connection->is_http)
        sim_session_server_died(world, connection);
    else if (was_open && !connection->is_closed)
        to_client(world, connection, client_closed, ABNORMAL, NOTHING);
}

/* ---- Trouble ---- */

/* What is under way and would arrive later than this never does: then the end is told. */
static void cut(sim_world *world, sim_connection *connection) {
    uint64_t lost_after = world->now + sim_random(&world->random, sim_latency(world) + 1);
    for (size_t i = 0; i < world->agenda.count; i++) {
        sim_event *event = world->agenda.heap[i];
        bool travels = event->run == client_text || event->run == client_opened ||
                       event->run == server_text || event->run == server_opened ||
                       event->run == client_closed;
        if (travels && event->index == connection->index && event->at > lost_after &&
            !event->is_here)
            event->run = sim_nothing;
    }
    sim_say(world, "network cuts %" PRIu32, connection->index);
    sim_later(world, lost_after, client_closed, connection->client, connection->index, ABNORMAL,
              NOTHING);
    sim_later(world, lost_after, server_gone, SIM_NOBODY, connection->index, 0, NOTHING);
}

void sim_cut(sim_world *world, uint32_t client) {
    size_t count = world->connection_count;
    for (size_t i = 0; i < count; i++) {
        sim_connection *connection = world->connections[i];
        if (connection->client == client && !connection->is_http && !connection->is_closed)
            cut(world, connection);
    }
    sim_cut_sessions(world, client);
}

void sim_silence(sim_world *world, uint32_t client) {
    for (size_t i = 0; i < world->connection_count; i++)
        if (world->connections[i]->client == client)
            world->connections[i]->is_silent = true;
}
