/* Client connections: what a thousand native clients in one process, on one loop, cost in memory,
 * and how long it takes to connect and subscribe them. Each run is a process of its own. */
#define _DEFAULT_SOURCE
#include "harness.h"
#include "process.h"

#include <pusher/pusher.h>

#include <errno.h>
#include <malloc.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CLIENTS = 1000 };

/* What one run found. */
typedef struct outcome {
    double resident; /* bytes per client */
    double heap;     /* bytes per client, as malloc counts what is in use; 0: it can't tell */
    double seconds;
} outcome;

static void on_subscribed(const pusher_event *event, void *context) {
    size_t *waiting = context;
    if (--*waiting == 0)
        pusher_quit(event->client);
}

static void on_error(const pusher_event *event, void *context) {
    (void)context;
    bench_fail("a client can't connect: %.*s", (int)event->error->message.len,
               event->error->message.ptr);
}

static double heap_in_use(void) {
#if defined(__GLIBC__) && (__GLIBC__ > 2 || __GLIBC_MINOR__ >= 33)
    struct mallinfo2 info = mallinfo2();
    return (double)(info.uordblks + info.hblkhd);
#else
    return 0;
#endif
}

static pusher_client *start_client(pusher_loop *loop, uint16_t port, size_t *waiting) {
    pusher_string ws = pusher_str("ws");
    pusher_options options = PUSHER_OPTIONS_INIT;
    options.host = pusher_str("127.0.0.1");
    options.port = port;
    options.plain = true;
    options.enabled_transports = &ws;
    options.enabled_transport_count = 1;
    options.loop = loop;
    pusher_client *client;
    pusher_channel *channel;
    if (pusher_client_new(pusher_str(PROCESS_APP_KEY), &options, &client) ||
        pusher_connection_bind(client, pusher_str("error"), on_error, NULL, NULL) ||
        pusher_subscribe(client, pusher_str("news"), &channel) ||
        pusher_channel_bind(channel, pusher_str("pusher:subscription_succeeded"), on_subscribed,
                            waiting, NULL))
        bench_fail("a client can't be made");
    pusher_connect(client);
    return client;
}

static outcome connect_all(uint16_t port) {
    static pusher_client *clients[CLIENTS];
    pusher_loop *loop;
    size_t waiting = CLIENTS;
    if (pusher_loop_new(&loop))
        bench_fail("no loop can be made");
    double resident = (double)process_resident(getpid()), heap = heap_in_use();
    uint64_t start = bench_now_ns();
    for (size_t i = 0; i < CLIENTS; i++)
        clients[i] = start_client(loop, port, &waiting);
    if (pusher_loop_run(loop) || waiting)
        bench_fail("%zu clients are not subscribed", waiting);
    outcome found = {.seconds = (double)(bench_now_ns() - start) / 1e9};
    found.resident = ((double)process_resident(getpid()) - resident) / CLIENTS;
    found.heap = (heap_in_use() - heap) / CLIENTS;
    for (size_t i = 0; i < CLIENTS; i++)
        pusher_client_free(clients[i]);
    pusher_loop_free(loop);
    return found;
}

static outcome run_in_child(uint16_t port) {
    int ends[2];
    outcome found;
    pid_t child = pipe(ends) == 0 ? fork() : -1;
    if (child < 0)
        bench_fail("fork: %s", strerror(errno));
    if (child == 0) {
        found = connect_all(port);
        _exit(write(ends[1], &found, sizeof(found)) == (ssize_t)sizeof(found) ? 0 : 1);
    }
    close(ends[1]);
    if (read(ends[0], &found, sizeof(found)) != (ssize_t)sizeof(found))
        bench_fail("the run failed");
    close(ends[0]);
    waitpid(child, NULL, 0);
    return found;
}

int main(int argc, char **argv) {
    bench b = bench_start("client_connections", argc, argv);
    bench_series resident = {.count = 0}, heap = {.count = 0}, seconds = {.count = 0};
    process_raise_descriptor_limit();
    bench_pin(1);
    bench_note(
        &b,
        "client_connections: %d clients in one process, each connected and subscribed to one "
        "channel.\nThe process holds libpusher and libcurl already when it begins to count.",
        CLIENTS);
    process server = process_start_pusher();
    for (size_t run = 0; run < b.runs; run++) {
        outcome found = run_in_child(server.port);
        bench_add(&resident, found.resident);
        bench_add(&heap, found.heap);
        bench_add(&seconds, found.seconds);
    }
    process_stop(&server);
    bench_row(&b, "1,000 clients", "resident memory", &resident, "bytes/client");
    bench_row(&b, "1,000 clients", "heap in use", &heap, "bytes/client");
    bench_row(&b, "1,000 clients", "time to connect all", &seconds, "s");
    return 0;
}
