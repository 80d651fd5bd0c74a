/* Server connections: what ten thousand idle, subscribed connections cost `pusher serve` in memory,
 * and how long it takes to connect them; by WebSocket, and as sessions that stream by HTTP. */
#include "harness.h"
#include "process.h"
#include "subscribers.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { CONNECTIONS = 10000, WINDOW = 100, TRANSPORTS = 2 };

static const char *const NAMES[TRANSPORTS] = {
    [SUBSCRIBERS_WEBSOCKET] = "10,000 by WebSocket",
    [SUBSCRIBERS_STREAM] = "10,000 by HTTP",
};

typedef struct cost {
    bench_series memory;
    bench_series seconds;
} cost;

static void measure(cost *c, subscribers_transport transport) {
    process server = process_start_pusher();
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    if (epoll < 0)
        bench_fail("epoll: %s", strerror(errno));
    subscribers s = {.port = server.port, .transport = transport};
    size_t before = process_resident(server.pid);
    uint64_t start = bench_now_ns();
    subscribers_connect(&s, CONNECTIONS, WINDOW, epoll);
    bench_add(&c->seconds, (double)(bench_now_ns() - start) / 1e9);
    bench_add(&c->memory, (double)(process_resident(server.pid) - before) / CONNECTIONS);
    process_stop(&server);
    subscribers_free(&s);
    close(epoll);
}

int main(int argc, char **argv) {
    bench b = bench_start("server_connections", argc, argv);
    process_raise_descriptor_limit();
    bench_pin(1);
    bench_note(&b,
               "server_connections: %d connections, each subscribed to one channel, then idle;\n"
               "memory is what the server's resident memory grew by, %d connect at a time.",
               CONNECTIONS, WINDOW);
    cost costs[TRANSPORTS] = {0};
    for (size_t run = 0; run < b.runs; run++)
        for (int i = 0; i < TRANSPORTS; i++)
            measure(&costs[i], (subscribers_transport)i);
    for (int i = 0; i < TRANSPORTS; i++) {
        bench_row(&b, NAMES[i], "memory of the server", &costs[i].memory, "bytes/connection");
        bench_row(&b, NAMES[i], "time to connect all", &costs[i].seconds, "s");
    }
    return 0;
}
