#include "core/liveness.h"

#include "base/plant.h"
#include "core/internal.h"

void px_liveness_heard(px_core *core, const px_transport *transport) {
    px_connection *connection = &core->connection;
    if (transport != connection->live)
        return;
    connection->heard_at = core->now;
    connection->pong_awaited = false;
}

static void ask_for_pong(px_core *core) {
    px_connection *connection = &core->connection;
    connection->pong_awaited = true;
    connection->pong_deadline = core->now + core->options.pong_timeout;
    int result = px_send_ping(core);
    if (result != PX_OK)
        px_connection_broken(core, result);
}

void px_liveness_doubt(px_core *core) {
    px_connection *connection = &core->connection;
    if (!connection->live || connection->pong_awaited)
        return;
    connection->asked_again = false;
    ask_for_pong(core);
}

uint64_t px_liveness_deadline(const px_core *core) {
    const px_connection *connection = &core->connection;
    if (!connection->live)
        return PX_NO_DEADLINE;
    return connection->pong_awaited
               ? connection->pong_deadline
               : connection->heard_at + connection->idle_timeout + PX_PLANTED(LATE_PING);
}

/* When the clock is far beyond the deadline, the machine slept and the pong may be there but not yet
 * read: it is asked for once more. */
void px_liveness_tick(px_core *core) {
    px_connection *connection = &core->connection;
    if (px_liveness_deadline(core) > core->now)
        return;
    if (!connection->pong_awaited) {
        px_liveness_doubt(core);
    } else if (!connection->asked_again &&
               core->now - connection->pong_deadline > core->options.pong_timeout) {
        connection->asked_again = true;
        ask_for_pong(core);
    } else {
        px_log_text(core, PX_LOG_WARN, PX_SLICE("No answer to a ping, connecting again"));
        px_timeline_pong_timed_out(core);
        px_connection_silent(core);
    }
}
