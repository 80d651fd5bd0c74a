/* The server's side of HTTP sessions. */
#include "session.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "network.h"
#include "requests.h"
#include "server.h"
#include "json/reader.h"

enum {
    DISCONNECT_MS = 5000,
    HEARTBEAT_MS = 25000,
    MAX_TEXT = 65536,
    PRELUDE = 64,
    MAX_STREAM = 262144,  /* then the client asks for the next one */
    SOCKJS_STREAM = 3000, /* then the server ends it */
    NO_APP = 4005,
};

static const px_slice NOTHING = {NULL, 0};

/* ---- Sending ---- */

static void piece(sim_world *world, sim_connection *connection, px_slice bytes) {
    bool splits = world->plan->world[SIM_W_SPLIT] != 0;
    connection->streamed += bytes.len;
    while (bytes.len) {
        size_t len = splits ? 1 + (size_t)sim_random(&world->random, bytes.len) : bytes.len;
        sim_later(world, sim_arrival(world, connection, true), sim_client_piece, connection->client,
                  connection->receiver, 200, px_slice_of(bytes.ptr, len));
        bytes = px_slice_after(bytes, len);
    }
}

/* The server knows no such session any more. */
static void forget(sim_connection *connection) {
    connection->receiver = SIM_NOBODY;
    connection->is_opened = connection->greeted = false;
    connection->waiting_len = 0;
    connection->ending[0] = '\0';
    connection->beat = connection->must_beat = false;
}

static void expire(sim_world *world, const sim_event *event) {
    sim_connection *connection = world->connections[event->index];
    if (connection->receiver != SIM_NOBODY || connection->expires_at > world->now)
        return;
    sim_server_gone(world, connection);
    forget(connection);
}

/* Nobody receives from now on: the session goes if that stays so. */
static void begin_to_expire(sim_world *world, sim_connection *connection) {
    connection->receiver = SIM_NOBODY;
    connection->expires_at = world->now + DISCONNECT_MS;
    sim_later(world, connection->expires_at, expire, SIM_NOBODY, connection->index, 0, NOTHING);
}

static void end_answer(sim_world *world, sim_connection *connection, int status) {
    sim_later(world, sim_arrival(world, connection, true), sim_client_done, connection->client,
              connection->receiver, (uint32_t)status, NOTHING);
    begin_to_expire(world, connection);
}

static void send_waiting(sim_world *world, sim_connection *connection) {
    char *frame = malloc(connection->waiting_len + 8);
    if (!frame)
        abort();
    int len = snprintf(frame, connection->waiting_len + 8, "a[%.*s]\n",
                       (int)connection->waiting_len, connection->waiting);
    connection->waiting_len = 0;
    piece(world, connection, px_slice_of(frame, (size_t)len));
    free(frame);
}

static void flush(sim_world *world, const sim_event *event) {
    sim_connection *connection = world->connections[event->index];
    bool something = connection->waiting_len || connection->must_beat || connection->ending[0];
    connection->is_flushing = false;
    if (connection->receiver == SIM_NOBODY || !something || connection->streamed > MAX_STREAM)
        return;
    if (connection->waiting_len) {
        send_waiting(world, connection);
    } else if (connection->must_beat) {
        piece(world, connection, PX_SLICE("h\n"));
        connection->must_beat = false;
        connection->beat = true;
    }
    if (connection->ending[0])
        piece(world, connection, px_slice_of_text(connection->ending));
    bool is_long = connection->is_sockjs && connection->streamed > SOCKJS_STREAM;
    if (connection->is_polling || connection->ending[0] || is_long)
        end_answer(world, connection, 200);
}

static void flush_soon(sim_world *world, sim_connection *connection) {
    if (connection->is_flushing)
        return;
    connection->is_flushing = true;
    sim_later(world, world->now + sim_random(&world->random, 4), flush, SIM_NOBODY,
              connection->index, 0, NOTHING);
}

void sim_session_text(sim_world *world, sim_connection *connection, px_slice text) {
    connection->waiting = realloc(connection->waiting, connection->waiting_len + 2 * text.len + 3);
    if (!connection->waiting)
        abort();
    char *to = connection->waiting + connection->waiting_len;
    if (connection->waiting_len)
        *to++ = ',';
    *to++ = '"';
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '"' || text.ptr[i] == '\\')
            *to++ = '\\';
        *to++ = text.ptr[i];
    }
    *to++ = '"';
    connection->waiting_len = (size_t)(to - connection->waiting);
    flush_soon(world, connection);
}

void sim_session_ping(sim_world *world, sim_connection *connection) {
    connection->must_beat = true;
    flush_soon(world, connection);
}

void sim_session_close(sim_world *world, sim_connection *connection, uint16_t code,
                       px_slice reason) {
    (void)snprintf(connection->ending, sizeof(connection->ending), "c[%u,\"", code);
    size_t len = strlen(connection->ending);
    for (size_t i = 0; i < reason.len && len + 5 < sizeof(connection->ending); i++) {
        if (reason.ptr[i] == '"')
            connection->ending[len++] = '\\';
        connection->ending[len++] = reason.ptr[i];
    }
    memcpy(connection->ending + len, "\"]\n", 4);
    flush_soon(world, connection);
}

void sim_session_server_died(sim_world *world, sim_connection *connection) {
    if (connection->receiver != SIM_NOBODY && !connection->is_silent)
        end_answer(world, connection, 0);
    forget(connection);
}

/* ---- Heartbeats ---- */

static void set_heartbeat(sim_world *world, sim_connection *connection);

static void heartbeat(sim_world *world, const sim_event *event) {
    sim_connection *connection = world->connections[event->index];
    if (connection->receiver == SIM_NOBODY || connection->beats_at > world->now)
        return;
    sim_session_ping(world, connection);
    set_heartbeat(world, connection);
}

static void set_heartbeat(sim_world *world, sim_connection *connection) {
    connection->beats_at = world->now + HEARTBEAT_MS;
    sim_later(world, connection->beats_at, heartbeat, SIM_NOBODY, connection->index, 0, NOTHING);
}

/* ---- What arrives ---- */

static void note_alive(sim_world *world, sim_connection *connection) {
    if (!sim_has_server_end(connection))
        return;
    sim_server_tick(world);
    if (connection->beat && connection->is_polling && !connection->is_sockjs)
        px_hub_activity(world->hub, &connection->hub);
    else
        px_hub_alive(world->hub, &connection->hub);
    connection->beat = connection->beat && !connection->is_polling;
}

static void greet(sim_world *world, sim_connection *connection) {
    char prelude[PRELUDE + 1];
    memset(prelude, 'h', PRELUDE);
    prelude[PRELUDE] = '\n';
    if (!connection->is_polling)
        piece(world, connection, px_slice_of(prelude, sizeof(prelude)));
    if (connection->greeted)
        return;
    piece(world, connection, PX_SLICE("o\n"));
    connection->greeted = true;
    if (connection->is_polling)
        end_answer(world, connection, 200);
}

static void open_connection(sim_world *world, sim_connection *connection) {
    connection->is_revived = connection->established;
    connection->is_opened = true;
    sim_server_open(world, connection);
}

void sim_session_receive(sim_world *world, const sim_request *request) {
    sim_connection *connection = world->connections[request->connection];
    if (connection->receiver != SIM_NOBODY && connection->is_sockjs)
        sim_fail(world, "complaint", "SockJS session %" PRIu32 " is received twice",
                 connection->index);
    if (connection->receiver != SIM_NOBODY)
        end_answer(world, connection, 200);
    connection->receiver = request->index;
    connection->streamed = 0;
    connection->expires_at = UINT64_MAX;
    set_heartbeat(world, connection);
    note_alive(world, connection);
    greet(world, connection);
    if (!connection->is_opened && !connection->is_sockjs)
        open_connection(world, connection);
    flush_soon(world, connection);
}

/* The first message of plain SockJS. */
static void hear_path(sim_world *world, sim_connection *connection, px_slice text) {
    px_slice path = sim_between(text, "{\"path\":\"/app/" SIM_KEY "?protocol=7&", '"');
    if (path.ptr) {
        open_connection(world, connection);
        return;
    }
    if (!connection->established)
        sim_fail(world, "complaint", "the first message of a SockJS session is %.*s",
                 SIM_PRINT(text));
    sim_session_close(world, connection, NO_APP, PX_SLICE("no app"));
}

static void hear(sim_world *world, sim_connection *connection, px_slice text) {
    if (connection->is_sockjs && !connection->is_opened)
        hear_path(world, connection, text);
    else
        sim_server_hear(world, connection, text);
}

/* There is a session, with a connection or before its first message. */
static bool is_there(const sim_connection *connection) {
    return sim_has_server_end(connection) ||
           (connection->is_sockjs && connection->greeted && !connection->is_opened);
}

int sim_session_send(sim_world *world, const sim_request *request, px_slice body) {
    char text[MAX_TEXT];
    px_json_reader reader;
    sim_connection *connection = world->connections[request->connection];
    if (!is_there(connection) || connection->ending[0])
        return connection->ending[0] ? 204 : 404;
    bool was_asked = connection->beat;
    connection->beat = false;
    if (px_slice_equal(body, PX_SLICE("[]"))) {
        sim_server_tick(world);
        px_hub_activity(world->hub, &connection->hub);
        if (!was_asked) /* the client asks */
            sim_session_ping(world, connection);
        return 204;
    }
    px_json_reader_init(&reader, body);
    if (px_json_next(&reader) != PX_JSON_ARRAY_BEGIN || body.len > MAX_TEXT)
        sim_fail(world, "requests", "what is sent is no array: %.*s", SIM_PRINT(body));
    while (px_json_next(&reader) == PX_JSON_STRING)
        hear(world, connection, px_slice_of(text, px_json_unescape_to(reader.text, text)));
    if (reader.error != PX_JSON_ERROR_NONE)
        sim_fail(world, "requests", "what is sent is no JSON: %.*s", SIM_PRINT(body));
    return 204;
}

void sim_session_receiver_gone(sim_world *world, const sim_request *request) {
    sim_connection *connection = world->connections[request->connection];
    if (connection->receiver != request->index || connection->is_silent)
        return;
    if (!connection->is_sockjs) {
        begin_to_expire(world, connection);
        return;
    }
    sim_server_gone(world, connection); /* SockJS: whoever hangs up has left */
    forget(connection);
}
