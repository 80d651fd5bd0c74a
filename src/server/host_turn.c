/* The end of a turn of the loop: what was queued meanwhile is written, and who is to be closed is
 * closed. Of many connections only some are looked at in each turn, so that what arrives while a
 * broadcast is written need not wait for the end of it: the messages that it brings go out together
 * with that broadcast to those who are still to be written to. So the more there is to do, the more
 * messages leave with one system call, and nothing ever waits for company. */
#include "server/host_session.h"
#include "server/host_write.h"

/* How many connections a turn looks at, at least, and how many more for each input that it has
 * handled: writing gets no less time than reading, whatever comes. */
enum { SHARE_OF_TURN = 64, SHARE_OF_INPUT = 8 };

void px_host_mark_dirty(px_host_connection *connection) {
    px_server *server = connection->server;
    if (connection->is_dirty)
        return;
    connection->is_dirty = true;
    connection->next_dirty = NULL;
    if (server->dirty)
        server->last_dirty->next_dirty = connection;
    else
        server->dirty = connection;
    server->last_dirty = connection;
}

/* The peer does not take what is sent to it. */
static void shed(px_host_connection *connection) {
    if (connection->phase == PX_PHASE_WEBSOCKET)
        px_host_shed(connection);
    else if (connection->phase == PX_PHASE_STREAM && connection->in.stream->session)
        px_session_shed(connection->in.stream->session);
}

/* Ends what must end. True: the connection is to be written to. */
static bool is_to_write(px_host_connection *connection) {
    if (connection->is_slow)
        shed(connection);
    if (connection->is_broken)
        px_host_cut(connection);
    if (connection->phase == PX_PHASE_DEAD) {
        if (!connection->is_dirty)
            px_host_free_connection(connection);
        return false;
    }
    if (connection->awaits_room)
        px_host_note_backlog(connection);
    return !connection->awaits_room;
}

/* Takes at most `max` connections off the queue, and none that came into it meanwhile: so none that
 * is in the batch already can be freed. Returns how many; *count of them are to be written to. */
static size_t take(px_server *server, size_t max, px_host_connection **batch, size_t *count) {
    const px_host_connection *last = server->last_dirty;
    bool is_last = false;
    size_t taken = 0;
    *count = 0;
    for (px_host_connection *next; taken < max && !is_last && (next = server->dirty); taken++) {
        is_last = next == last;
        server->dirty = next->next_dirty;
        __builtin_prefetch(server->dirty);
        next->is_dirty = false;
        if (is_to_write(next))
            batch[(*count)++] = next;
    }
    return taken;
}

bool px_host_is_behind(const px_server *server) {
    return server->dirty || server->sessions.dirty;
}

void px_host_end_turn(px_server *server) {
    px_host_connection *batch[PX_WRITE_MAX];
    size_t share = SHARE_OF_TURN + SHARE_OF_INPUT * server->inputs;
    server->inputs = 0;
    while (share > 0 && px_host_is_behind(server)) {
        px_sessions_end_turn(server);
        size_t count;
        share -= take(server, share < PX_WRITE_MAX ? share : PX_WRITE_MAX, batch, &count);
        px_host_write_all(server, batch, count);
    }
    if (px_host_is_behind(server))
        return;
    px_joined_clear(server->joined);
    px_pool_trim(&server->pool, server->now_ms);
}
