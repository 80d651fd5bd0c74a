/* Server fan-out: deliveries per second of one channel with a thousand subscribers, and how long a
 * delivery takes when little is going on. `pusher serve`, the same with subscribers that stream by
 * HTTP, and soketi take turns, each on processor 0; the subscribers and the publisher share processor
 * 1, so that neither can run ahead of the other. */
#include "harness.h"
#include "process.h"
#include "publisher.h"
#include "subscribers.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

enum {
    SUBSCRIBERS = 1000,
    WINDOW = 50,
    EVENTS = 256,
    SERVERS = 3,
    PUBLISHES_PER_SECOND = 20,
    LATENCY_SECONDS = 3,
    MAX_SAMPLES = 2 * SUBSCRIBERS * PUBLISHES_PER_SECOND * LATENCY_SECONDS,
    QUIET_MS = 10000, /* so long without a delivery: the rest is lost */
};

static const double BURST_SECONDS = 2.0, WARM_UP_SECONDS = 1.0;

#define DATA "{\"title\":\"A headline of some length\",\"number\":1234567,\"urgent\":false}"

typedef struct contest {
    process server;
    int epoll;
    subscribers subscribers;
    publisher publisher;
    bench_series rates;
    bench_series median_ms;
    bench_series p99_ms;
} contest;

/* Waits for input, at most so long, and reads it. False: there was none. */
static bool turn(contest *c, int timeout_ms) {
    struct epoll_event events[EVENTS];
    int ready = epoll_wait(c->epoll, events, EVENTS, timeout_ms);
    if (ready < 0 && errno != EINTR)
        bench_fail("epoll: %s", strerror(errno));
    for (int i = 0; i < ready; i++) {
        if (publisher_owns(&c->publisher, events[i].data.ptr))
            publisher_read(&c->publisher, events[i].data.ptr);
        else
            subscribers_read(&c->subscribers, events[i].data.ptr);
    }
    return ready > 0;
}

/* Until every event that was published has arrived everywhere. */
static void drain(contest *c) {
    while (publisher_is_waiting(&c->publisher) ||
           c->subscribers.received < c->publisher.published * SUBSCRIBERS)
        if (!turn(c, QUIET_MS))
            bench_fail("%s delivered %llu of %llu", c->server.name,
                       (unsigned long long)c->subscribers.received,
                       (unsigned long long)c->publisher.published * SUBSCRIBERS);
}

/* Publishes as fast as the answers come. */
static double burst_rate(contest *c, double seconds) {
    uint64_t before = c->subscribers.received;
    uint64_t start = bench_now_ns();
    uint64_t until = start + (uint64_t)(seconds * 1e9);
    while (bench_now_ns() < until) {
        while (publisher_publish(&c->publisher, PX_SLICE(DATA)))
            ;
        turn(c, QUIET_MS);
    }
    drain(c);
    return (double)(c->subscribers.received - before) * 1e9 / (double)(bench_now_ns() - start);
}

/* ---- Latency ---- */

typedef struct samples {
    uint64_t *ns;
    size_t count;
} samples;

/* Finds "at=NANOSECONDS" of each message in the bytes. */
static void note_latencies(void *context, px_slice bytes) {
    samples *s = context;
    uint64_t now = bench_now_ns();
    for (const char *at; (at = memchr(bytes.ptr, '=', bytes.len)) != NULL;) {
        uint64_t sent;
        bytes = px_slice_after(bytes, (size_t)(at + 1 - bytes.ptr));
        if (bytes.len >= 20 && px_slice_to_u64(px_slice_of(bytes.ptr, 20), &sent) &&
            s->count < MAX_SAMPLES)
            s->ns[s->count++] = now - sent;
    }
}

/* Each message carries the time at which it was due, so that a delay of the publisher counts too. */
static void publish_at_leisure(contest *c) {
    uint64_t interval = 1000000000u / PUBLISHES_PER_SECOND;
    uint64_t due = bench_now_ns();
    for (int i = 0; i < PUBLISHES_PER_SECOND * LATENCY_SECONDS; i++, due += interval) {
        for (uint64_t now; (now = bench_now_ns()) < due;)
            turn(c, (int)((due - now) / 1000000));
        char data[64];
        int len = snprintf(data, sizeof(data), "at=%020llu", (unsigned long long)due);
        while (!publisher_publish(&c->publisher, px_slice_of(data, (size_t)len)))
            turn(c, QUIET_MS);
    }
    drain(c);
}

static int compare(const void *a, const void *b) {
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

static void measure_latency(contest *c) {
    samples s = {.ns = malloc(MAX_SAMPLES * sizeof(uint64_t))};
    if (!s.ns)
        bench_fail("out of memory");
    c->subscribers.look = note_latencies;
    c->subscribers.look_context = &s;
    publish_at_leisure(c);
    c->subscribers.look = NULL;
    if (s.count == 0)
        bench_fail("%s: no latency was measured", c->server.name);
    qsort(s.ns, s.count, sizeof(s.ns[0]), compare);
    bench_add(&c->median_ms, (double)s.ns[s.count / 2] / 1e6);
    bench_add(&c->p99_ms, (double)s.ns[s.count * 99 / 100] / 1e6);
    free(s.ns);
}

/* ---- The contest ---- */

static void start(contest *c, process server, subscribers_transport transport) {
    *c = (contest){.server = server, .epoll = epoll_create1(EPOLL_CLOEXEC)};
    c->subscribers = (subscribers){.port = server.port, .transport = transport};
    if (c->epoll < 0)
        bench_fail("epoll: %s", strerror(errno));
    subscribers_connect(&c->subscribers, SUBSCRIBERS, WINDOW, c->epoll);
    publisher_connect(&c->publisher, server.port, c->epoll);
    burst_rate(c, WARM_UP_SECONDS);
}

static void end(contest *c) {
    process_stop(&c->server);
    subscribers_free(&c->subscribers);
    publisher_free(&c->publisher);
    close(c->epoll);
}

int main(int argc, char **argv) {
    bench b = bench_start("server_fanout", argc, argv);
    process_raise_descriptor_limit();
    bench_pin(1);
    bench_note(&b,
               "server_fanout: %d subscribers of one channel; each publish (HTTP API, %d at a time)"
               "\ncarries %zu bytes of data: %s\nLatency: from the publish to the receipt by each "
               "subscriber, at %d publishes/s.",
               SUBSCRIBERS, PUBLISHER_CONNECTIONS, strlen(DATA), DATA, PUBLISHES_PER_SECOND);
    contest contests[SERVERS];
    start(&contests[0], process_start_pusher(), SUBSCRIBERS_WEBSOCKET);
    start(&contests[1], process_start_soketi(), SUBSCRIBERS_WEBSOCKET);
    process streaming = process_start_pusher();
    streaming.name = "pusher serve, HTTP";
    start(&contests[2], streaming, SUBSCRIBERS_STREAM);
    for (size_t run = 0; run < b.runs; run++) {
        for (int i = 0; i < SERVERS; i++)
            bench_add(&contests[i].rates, burst_rate(&contests[i], BURST_SECONDS));
        for (int i = 0; i < SERVERS; i++)
            measure_latency(&contests[i]);
    }
    for (int i = 0; i < SERVERS; i++)
        bench_row(&b, "deliveries", contests[i].server.name, &contests[i].rates, "deliveries/s");
    bench_ratio(&b, "deliveries", "pusher serve / soketi", &contests[0].rates, &contests[1].rates);
    bench_ratio(&b, "deliveries", "HTTP / WebSocket", &contests[2].rates, &contests[0].rates);
    for (int i = 0; i < SERVERS; i++)
        bench_row(&b, "latency p50", contests[i].server.name, &contests[i].median_ms, "ms");
    for (int i = 0; i < SERVERS; i++)
        bench_row(&b, "latency p99", contests[i].server.name, &contests[i].p99_ms, "ms");
    for (int i = 0; i < SERVERS; i++)
        end(&contests[i]);
    return 0;
}
