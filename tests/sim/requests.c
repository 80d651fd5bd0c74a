/* Requests of clients, on their way there and back. */
#include "requests.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"
#include "network.h"
#include "server.h"

static const px_slice NOTHING = {NULL, 0};

void sim_nothing(sim_world *world, const sim_event *event) {
    (void)world;
    (void)event;
}

sim_request *sim_new_request(sim_world *world, const sim_client *client, px_id id,
                             px_request_kind kind) {
    if (world->request_count == world->request_capacity) {
        world->request_capacity = world->request_capacity ? world->request_capacity * 2 : 32;
        world->requests = realloc(world->requests, world->request_capacity * sizeof(sim_request *));
    }
    sim_request *request = calloc(1, sizeof(*request));
    if (!request || !world->requests)
        abort();
    *request = (sim_request){.index = (uint32_t)world->request_count,
                             .client = client->index,
                             .life = client->life,
                             .id = id,
                             .kind = kind,
                             .connection = SIM_NOBODY};
    world->requests[world->request_count++] = request;
    return request;
}

static bool is_of_session(const sim_request *request) {
    return request->connection != SIM_NOBODY;
}

static bool is_silent(const sim_world *world, const sim_request *request) {
    return is_of_session(request) && world->connections[request->connection]->is_silent;
}

static sim_client *client_of(sim_world *world, const sim_request *request) {
    sim_client *client = &world->clients[request->client];
    bool cares = client->core && client->life == request->life && !request->is_over;
    return cares ? client : NULL;
}

/* ---- Arriving at the client ---- */

void sim_client_piece(sim_world *world, const sim_event *event) {
    const sim_request *request = world->requests[event->index];
    sim_client *client = client_of(world, request);
    if (!client || is_silent(world, request) || !sim_tell_time(world, client) || request->is_over)
        return;
    sim_client_wakes(world, client, request->connection);
    if (memchr(event->bytes, '\n', event->len))
        sim_heard(world, client);
    sim_say(world, "client %" PRIu32 " < %" PRIu32 "  %.*s", client->index, request->connection,
            (int)event->len, event->bytes);
    px_core_request_progress(client->core, request->id, (int)event->number,
                             px_slice_of(event->bytes, event->len));
    sim_drain_client(world, client);
}

static void finish(sim_world *world, sim_client *client, sim_request *request, int status,
                   px_slice body) {
    sim_client_wakes(world, client, request->connection);
    sim_say(world, "client %" PRIu32 " has answer %" PRIu32 ": %d %.*s", client->index,
            request->index, status, SIM_PRINT(body));
    sim_note_answer(world, client, request, status, body);
    request->is_over = true;
    px_core_tell_time(client->core, world->now);
    px_core_request_done(client->core, request->id, status, body, status ? 0 : PX_ERR_HANDSHAKE,
                         status ? NOTHING : PX_SLICE("connection reset"));
    sim_drain_client(world, client);
}

void sim_client_done(sim_world *world, const sim_event *event) {
    sim_request *request = world->requests[event->index];
    sim_client *client = client_of(world, request);
    if (client && !is_silent(world, request))
        finish(world, client, request, (int)event->number, px_slice_of(event->bytes, event->len));
}

/* The client's HTTP gives up: not even silence stops that. */
static void give_up(sim_world *world, const sim_event *event) {
    sim_request *request = world->requests[event->index];
    sim_client *client = client_of(world, request);
    if (client)
        finish(world, client, request, 0, NOTHING);
}

void sim_answer(sim_world *world, const sim_request *request, uint64_t at, int status,
                px_slice body) {
    sim_later(world, at, sim_client_done, request->client, request->index, (uint32_t)status, body);
}

/* ---- Arriving at the server ---- */

/* Whoever is there may know nothing of SockJS. */
static int info_status(sim_world *world, px_slice *body) {
    bool is_another = !world->is_quiet && sim_random(&world->random, 16) == 0;
    *body = is_another ? PX_SLICE("Who?") : PX_SLICE("{\"websocket\":true}");
    return is_another && sim_random(&world->random, 2) ? 404 : 200;
}

static void arrive(sim_world *world, const sim_event *event) {
    sim_request *request = world->requests[event->index];
    px_slice body = NOTHING;
    int status = 0;
    if (is_silent(world, request))
        return;
    if (request->kind == PX_REQUEST_RECEIVE && world->down_until <= world->now) {
        if (!request->is_over)
            sim_session_receive(world, request);
        return;
    }
    if (request->kind == PX_REQUEST_SEND && world->down_until <= world->now)
        status = sim_session_send(world, request, px_slice_of(event->bytes, event->len));
    else if (request->kind == PX_REQUEST_STATS)
        status = 200;
    else if (request->kind == PX_REQUEST_INFO && world->down_until <= world->now)
        status = info_status(world, &body);
    sim_answer(world, request, world->now + sim_latency(world), status, body);
}

static void receiver_gone(sim_world *world, const sim_event *event) {
    sim_session_receiver_gone(world, world->requests[event->index]);
}

/* ---- Starting ---- */

/* The session of the URL; a new one, if the request receives. */
static sim_connection *session_of(sim_world *world, const sim_client *client, px_slice url,
                                  bool receives) {
    px_slice name = sim_between(url, "/app/" SIM_KEY "/", 'x');
    bool is_polling = !sim_between(url, "/xhr_streaming", '?').ptr;
    bool is_sockjs = !name.ptr;
    if (is_sockjs)
        name = sim_between(url, "/pusher/", 'x');
    for (size_t i = world->connection_count; i-- > 0;) {
        sim_connection *connection = world->connections[i];
        if (connection->is_http && connection->client == client->index &&
            connection->life == client->life &&
            px_slice_equal(name, px_slice_of_text(connection->name))) {
            if (receives && connection->is_polling != is_polling)
                sim_fail(world, "requests", "session %" PRIu32 " is received in another way",
                         connection->index);
            return connection;
        }
    }
    if (!receives || !name.len || name.len >= sizeof(((sim_connection *)0)->name))
        sim_fail(world, "requests", "there is no such session: %.*s", SIM_PRINT(url));
    sim_connection *made = sim_new_connection(world, client, true);
    memcpy(made->name, name.ptr, name.len);
    made->is_polling = is_polling;
    made->is_sockjs = is_sockjs;
    sim_say(world, "client %" PRIu32 " opens %" PRIu32 " (%s, %s)", client->index, made->index,
            is_sockjs ? "SockJS" : "session", made->is_polling ? "polling" : "streaming");
    return made;
}

/* To the server, where it arrives at that time. */
static void travel(sim_world *world, sim_request *request, uint64_t at, px_slice body) {
    if (sim_is_refused(world, request->client, SIM_WAY_HTTP))
        sim_answer(world, request, world->now + sim_latency(world), 0, NOTHING);
    else if (sim_is_blocked(world, request->client, SIM_WAY_HTTP))
        request->is_lost = true;
    else
        sim_later(world, at, arrive, SIM_NOBODY, request->index, 0, body);
}

/* The form of a script's request is in its address. */
static px_slice form_of(const px_action *action) {
    return action->as.request.jsonp ? sim_between(action->as.request.url_end, "&", '\0')
                                    : action->as.request.body;
}

static void start_of_session(sim_world *world, sim_client *client, sim_request *request,
                             const px_action *action) {
    bool receives = request->kind == PX_REQUEST_RECEIVE;
    sim_connection *connection = session_of(world, client, action->as.request.url, receives);
    request->connection = connection->index;
    if (receives)
        connection->asked = request->index;
    travel(world, request, sim_arrival(world, connection, false), action->as.request.body);
}

void sim_start_request(sim_world *world, sim_client *client, const px_action *action) {
    sim_request *request = sim_new_request(world, client, action->id, action->as.request.kind);
    sim_say(world, "client %" PRIu32 " asks %" PRIu32 ": %.*s %.*s", client->index, request->index,
            SIM_PRINT(action->as.request.url), SIM_PRINT(action->as.request.body));
    if (action->as.request.timeout_ms)
        sim_later(world, world->now + action->as.request.timeout_ms + sim_random(&world->random, 3),
                  give_up, client->index, request->index, 0, NOTHING);
    switch (request->kind) {
    case PX_REQUEST_RECEIVE:
    case PX_REQUEST_SEND:
        start_of_session(world, client, request, action);
        break;
    case PX_REQUEST_CHANNEL_AUTHORIZATION:
    case PX_REQUEST_USER_AUTHENTICATION:
        request->is_script = action->as.request.jsonp;
        sim_ask_endpoint(world, client, request, form_of(action));
        break;
    case PX_REQUEST_INFO:
        travel(world, request, world->now + sim_latency(world), NOTHING);
        break;
    default:
        sim_later(world, world->now + sim_latency(world), arrive, SIM_NOBODY, request->index, 0,
                  NOTHING);
    }
}

/* ---- Ending ---- */

void sim_cancel_request(sim_world *world, sim_client *client, px_id id) {
    for (size_t i = world->request_count; i-- > 0;) {
        sim_request *request = world->requests[i];
        if (request->client != client->index || request->life != client->life ||
            request->id != id || request->is_over)
            continue;
        request->is_over = true;
        sim_say(world, "client %" PRIu32 " cancels %" PRIu32, client->index, request->index);
        sim_note_no_answer(client, request);
        if (request->kind == PX_REQUEST_RECEIVE)
            sim_later(world, world->now + sim_latency(world), receiver_gone, SIM_NOBODY,
                      request->index, 0, NOTHING);
        return;
    }
    sim_fail(world, "requests", "client %" PRIu32 " cancels what is no request", client->index);
}

void sim_drop_requests(sim_world *world, const sim_client *client) {
    for (size_t i = 0; i < world->request_count; i++) {
        sim_request *request = world->requests[i];
        if (request->client != client->index || request->life != client->life || request->is_over)
            continue;
        request->is_over = true;
        if (request->kind == PX_REQUEST_RECEIVE && is_of_session(request))
            sim_later(world, world->now + sim_latency(world), receiver_gone, SIM_NOBODY,
                      request->index, 0, NOTHING);
    }
}

bool sim_has_lost_requests(const sim_world *world, const sim_client *client) {
    for (size_t i = 0; i < world->request_count; i++) {
        const sim_request *request = world->requests[i];
        if (request->is_lost && !request->is_over && request->client == client->index &&
            request->life == client->life)
            return true;
    }
    return false;
}

void sim_close_sessions(sim_world *world, const sim_client *client) {
    for (size_t i = 0; i < world->connection_count; i++) {
        sim_connection *connection = world->connections[i];
        if (connection->is_http && connection->client == client->index &&
            connection->life == client->life && world->requests[connection->asked]->is_over)
            connection->is_closed = true;
    }
}

/* Pieces that would come later than this never do. */
static void lose(sim_world *world, const sim_request *request) {
    uint64_t lost_after = world->now + sim_random(&world->random, sim_latency(world) + 1);
    for (size_t i = 0; i < world->agenda.count; i++) {
        sim_event *event = world->agenda.heap[i];
        bool travels =
            event->run == sim_client_piece || event->run == sim_client_done || event->run == arrive;
        if (travels && event->index == request->index && event->at > lost_after && !event->is_here)
            event->run = sim_nothing;
    }
    sim_say(world, "network cuts request %" PRIu32, request->index);
    sim_answer(world, request, lost_after, 0, NOTHING);
    if (request->kind == PX_REQUEST_RECEIVE)
        sim_later(world, lost_after, receiver_gone, SIM_NOBODY, request->index, 0, NOTHING);
}

void sim_cut_sessions(sim_world *world, uint32_t client) {
    size_t count = world->request_count;
    for (size_t i = 0; i < count; i++) {
        const sim_request *request = world->requests[i];
        if (request->client == client && !request->is_over && is_of_session(request))
            lose(world, request);
    }
}
