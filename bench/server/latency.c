/* Server latency: how long a delivery takes, and what it costs, when 20 publishes a second go to
 * a thousand subscribers. A latency runs from the moment a publish was due to the receipt by
 * each subscriber, which includes the reading of up to 999 others before it. */
#include "contest.h"
#include "figure.h"
#include "request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SUBSCRIBERS = 1000,
    PUBLISHES_PER_SECOND = 20,
    PUBLISHES = 20, /* of a run */
    OUTSTANDING = 8,
    OBSERVED_AT_SATURATION = 100, /* one in so many subscribers */
    MAX_SAMPLES = SUBSCRIBERS * PUBLISHES,
    DIGITS = 20,
};

static const double BURST_SECONDS = 0.4, WARM_UP_SECONDS = 0.6;
static const peer *const PEERS[] = {&PEER_PUSHER, &PEER_SOKETI,      &PEER_UWEBSOCKETS, &PEER_WS,
                                    &PEER_NATS,   &PEER_WRITE_FLOOR, &PEER_PUSHER_HTTP};
enum { SERVERS = sizeof(PEERS) / sizeof(PEERS[0]) };

enum { P50, P99, P999, QUANTILES };

static const struct {
    const char *what;
    double share;
} QUANTILE[QUANTILES] = {{"latency p50", 0.5}, {"latency p99", 0.99}, {"latency p99.9", 0.999}};

/* ---- Samples ---- */

typedef struct samples {
    uint64_t ns[MAX_SAMPLES];
    size_t count;
} samples;

/* Finds "at=NANOSECONDS" of each message in the bytes. */
static void note_latencies(void *context, px_slice bytes) {
    samples *s = context;
    uint64_t now = bench_now_ns();
    for (const char *at; (at = memchr(bytes.ptr, '=', bytes.len)) != NULL;) {
        uint64_t due;
        bytes = px_slice_after(bytes, (size_t)(at + 1 - bytes.ptr));
        if (bytes.len >= DIGITS && px_slice_to_u64(px_slice_of(bytes.ptr, DIGITS), &due) &&
            s->count < MAX_SAMPLES)
            s->ns[s->count++] = now - due;
    }
}

static int compare(const void *a, const void *b) {
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

/* ---- Publishing ---- */

static uint64_t due_ns; /* of the publish that is written */

/* Each message carries the time at which it was due, so that a delay of the publisher counts
 * too. */
static uint64_t write_time(contest *c, px_buffer *request) {
    char data[64];
    int len = snprintf(data, sizeof(data), "at=%0*llu", DIGITS, (unsigned long long)due_ns);
    request_event event = {SUBSCRIBERS_CHANNEL, px_slice_of(data, (size_t)len)};
    request_write(request, c->peer->wire, &event);
    return c->subscribers.count;
}

static void publish_at_leisure(contest *c) {
    uint64_t interval = 1000000000u / PUBLISHES_PER_SECOND;
    due_ns = bench_now_ns();
    for (int i = 0; i < PUBLISHES; i++, due_ns += interval) {
        for (uint64_t now; (now = bench_now_ns()) < due_ns;)
            contest_turn(c, (int)((due_ns - now) / 1000000));
        contest_publish(c, OUTSTANDING, write_time);
    }
    contest_drain(c);
}

/* As fast as answers come: due at once. */
static uint64_t write_now(contest *c, px_buffer *request) {
    due_ns = bench_now_ns();
    return write_time(c, request);
}

/* ---- The contest ---- */

typedef struct figures {
    figure quantiles[QUANTILES];
    figure cost;
    figure saturated[QUANTILES];
} figures;

static samples *observe(contest *c, size_t one_in) {
    static samples s;
    s.count = 0;
    c->subscribers.look = note_latencies;
    c->subscribers.look_context = &s;
    c->subscribers.look_at_one_in = one_in;
    return &s;
}

static void add_quantiles(contest *c, samples *s, figure quantiles[QUANTILES], size_t server) {
    c->subscribers.look = NULL;
    if (s->count == 0)
        bench_fail("%s: no latency was seen", c->peer->name);
    qsort(s->ns, s->count, sizeof(s->ns[0]), compare);
    for (size_t q = 0; q < QUANTILES; q++) {
        size_t at = (size_t)(QUANTILE[q].share * (double)s->count);
        bench_add(&quantiles[q].values[server], (double)s->ns[at] / 1e6);
    }
}

static void measure(contest *c, figures *f, size_t server) {
    if (c->missing)
        return;
    contest_burst(c, 1, 0, contest_write_headline); /* whoever was idle for long is alive again */
    samples *s = observe(c, 1);
    uint64_t used = process_cpu_ns(c->server.pid);
    publish_at_leisure(c);
    used = process_cpu_ns(c->server.pid) - used;
    /* Time stamps that were cut in two by a read are missing. */
    if (s->count < MAX_SAMPLES * 99 / 100)
        bench_fail("%s: %zu of %d latencies were seen", c->peer->name, s->count, MAX_SAMPLES);
    add_quantiles(c, s, f->quantiles, server);
    bench_add(&f->cost.values[server], (double)used / 1e9 * 1e6 / (SUBSCRIBERS * PUBLISHES));
}

static void measure_saturated(contest *c, figures *f, size_t server) {
    if (c->missing)
        return;
    samples *s = observe(c, OBSERVED_AT_SATURATION);
    contest_burst(c, OUTSTANDING, BURST_SECONDS, write_now);
    add_quantiles(c, s, f->saturated, server);
}

static void name_quantiles(figure quantiles[QUANTILES], const char *when) {
    for (size_t q = 0; q < QUANTILES; q++) {
        figure *f = &quantiles[q];
        *f = (figure){.unit = "ms", .has_ratios = true};
        snprintf(f->what, sizeof(f->what), "%s%s", QUANTILE[q].what, when);
    }
}

int main(int argc, char **argv) {
    static figures f = {
        .cost = {"CPU at 20 publishes/s", "s/million deliveries", .has_ratios = true}};
    contest contests[SERVERS];
    bench b = bench_start("server_latency", argc, argv);
    process_raise_descriptor_limit();
    bench_pin(1);
    bench_note(&b, "server_latency: %d publishes/s to %d subscribers of one channel, %d a run.\n",
               PUBLISHES_PER_SECOND, SUBSCRIBERS, PUBLISHES);
    name_quantiles(f.quantiles, "");
    name_quantiles(f.saturated, ", 8 outstanding");
    for (size_t i = 0; i < SERVERS; i++) {
        contest_start(&contests[i], PEERS[i], SUBSCRIBERS, false);
        if (!contests[i].missing)
            contest_burst(&contests[i], OUTSTANDING, WARM_UP_SECONDS, contest_write_headline);
    }
    for (size_t run = 0; run < b.runs; run++) {
        for (size_t i = 0; i < SERVERS; i++)
            measure(&contests[i], &f, i);
        for (size_t i = 0; i < SERVERS; i++)
            measure_saturated(&contests[i], &f, i);
    }
    for (size_t q = 0; q < QUANTILES; q++)
        figure_report(&b, &f.quantiles[q], PEERS, SERVERS);
    figure_report(&b, &f.cost, PEERS, SERVERS);
    for (size_t q = 0; q < QUANTILES; q++)
        figure_report(&b, &f.saturated[q], PEERS, SERVERS);
    for (size_t i = 0; i < SERVERS; i++)
        contest_end(&contests[i]);
    return 0;
}
