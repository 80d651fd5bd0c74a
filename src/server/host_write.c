#include "server/host_write.h"

#include "server/host_uring.h"

/* So few are not worth the ring. */
enum { MIN_TOGETHER = 2 };

static bool can_go_together(const px_host_connection *connection) {
    return connection->phase != PX_PHASE_DEAD && !connection->socket.tls &&
           connection->output.count > 0;
}

typedef struct px_sendings {
    px_sending items[PX_URING_MAX];
    px_host_output *outputs[PX_URING_MAX];
    size_t count;
} px_sendings;

/* The bytes stay where they are until all is sent. */
static void send_now(px_server *server, px_sendings *sendings) {
    if (sendings->count >= MIN_TOGETHER) {
        px_uring_send(server->uring, sendings->items, sendings->count);
        for (size_t i = 0; i < sendings->count; i++)
            px_output_sent(sendings->outputs[i], sendings->items[i].sent);
    }
    sendings->count = 0;
    px_joined_pin(server->joined, false);
}

static void send_together(px_server *server, px_host_connection *const *connections, size_t count) {
    px_sendings sendings = {.count = 0};
    for (size_t i = 0; i < count; i++) {
        px_host_connection *connection = connections[i];
        px_host_output *output = &connection->output;
        px_slice bytes;
        if (!can_go_together(connection))
            continue;
        if (!px_output_next(output, server->joined, &bytes)) {
            send_now(server, &sendings);
            (void)px_output_next(output, server->joined, &bytes); /* nothing is pinned now */
        }
        px_joined_pin(server->joined, true);
        sendings.items[sendings.count] = (px_sending){connection->socket.fd, bytes, 0};
        sendings.outputs[sendings.count++] = output;
    }
    send_now(server, &sendings);
}

/* The ring belongs to the thread that runs the server, which need not be the one that made it: when a
 * ring is closed, system calls of the threads that had to do with it are interrupted. */
static px_uring *ring_of(px_server *server) {
    if (server->options.io_uring && !server->has_asked_for_uring) {
        server->has_asked_for_uring = true;
        server->uring = px_uring_new();
    }
    return server->uring;
}

void px_host_write_all(px_server *server, px_host_connection *const *connections, size_t count) {
    px_host_written results[PX_WRITE_MAX];
    if (count >= MIN_TOGETHER && ring_of(server))
        send_together(server, connections, count);
    /* Whatever is left, by that or without it; and it says why. */
    for (size_t i = 0; i < count; i++)
        results[i] =
            connections[i]->phase == PX_PHASE_DEAD
                ? PX_WRITTEN_FAILED
                : px_output_write(&connections[i]->output, &connections[i]->socket, server->joined);
    for (size_t i = 0; i < count; i++)
        px_host_wrote(connections[i], results[i]);
}
