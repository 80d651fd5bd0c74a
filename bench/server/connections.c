/* Server connections: what ten thousand idle, subscribed connections cost `pusher serve` in memory,
 * and how long it takes to connect them. */
#include "harness.h"
#include "process.h"
#include "subscribers.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { CONNECTIONS = 10000, WINDOW = 100 };

int main(int argc, char **argv) {
    bench b = bench_start("server_connections", argc, argv);
    process_raise_descriptor_limit();
    bench_pin(1);
    bench_note(&b,
               "server_connections: %d connections, each subscribed to one channel, then idle;\n"
               "memory is what the server's resident memory grew by, %d connect at a time.",
               CONNECTIONS, WINDOW);
    bench_series memory = {.count = 0}, seconds = {.count = 0};
    for (size_t run = 0; run < b.runs; run++) {
        process server = process_start_pusher();
        int epoll = epoll_create1(EPOLL_CLOEXEC);
        if (epoll < 0)
            bench_fail("epoll: %s", strerror(errno));
        subscribers s;
        size_t before = process_resident(server.pid);
        uint64_t start = bench_now_ns();
        subscribers_connect(&s, server.port, CONNECTIONS, WINDOW, epoll);
        bench_add(&seconds, (double)(bench_now_ns() - start) / 1e9);
        bench_add(&memory, (double)(process_resident(server.pid) - before) / CONNECTIONS);
        process_stop(&server);
        subscribers_free(&s);
        close(epoll);
    }
    bench_row(&b, "10,000 subscribed", "memory of the server", &memory, "bytes/connection");
    bench_row(&b, "10,000 subscribed", "time to connect all", &seconds, "s");
    return 0;
}
