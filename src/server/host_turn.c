/* The end of a turn of the loop: what was queued meanwhile is written, and who is to be closed is
 * closed. Of many connections only some are looked at in each turn, so that what arrives while a
 * broadcast is written need not wait for the end of it: the messages that it brings go out together
 * with that broadcast to those who are still to be written to. So the more there is to do, the more
 * messages leave with one system call, and nothing ever waits for company. */
#include "server/host_session.h"

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

static void end_turn_of(px_host_connection *connection) {
    connection->is_dirty = false;
    if (connection->is_slow)
        shed(connection);
    if (connection->is_broken)
        px_host_cut(connection);
    if (connection->phase != PX_PHASE_DEAD)
        px_host_write(connection);
    else if (!connection->is_dirty)
        px_host_free_connection(connection);
}

bool px_host_is_behind(const px_server *server) {
    return server->dirty || server->sessions.dirty;
}

void px_host_end_turn(px_server *server) {
    size_t share = SHARE_OF_TURN + SHARE_OF_INPUT * server->inputs;
    server->inputs = 0;
    while (share > 0 && px_host_is_behind(server)) {
        px_sessions_end_turn(server);
        px_host_connection *connection;
        for (; share > 0 && (connection = server->dirty) != NULL; share--) {
            server->dirty = connection->next_dirty;
            end_turn_of(connection);
        }
    }
}
