/* The HTTP API of servers: publishes per second to channels that nobody is subscribed to,
 * signed, over one connection and over many, and in batches of ten. uWebSockets.js, where
 * nothing is signed or checked, takes what is posted to it as it is. */
#include "contest.h"
#include "figure.h"
#include "request.h"

#include <stdio.h>

enum { BATCH = 10, CASES = 3 };

static const double BURST_SECONDS = 0.4, WARM_UP_SECONDS = 0.6;
static const peer *const PEERS[] = {&PEER_PUSHER, &PEER_SOKETI, &PEER_UWEBSOCKETS};
enum { SERVERS = sizeof(PEERS) / sizeof(PEERS[0]) };

static uint64_t write_batch(contest *c, px_buffer *request) {
    request_event events[BATCH];
    for (size_t i = 0; i < BATCH; i++)
        events[i] = (request_event){SUBSCRIBERS_CHANNEL, PX_SLICE(CONTEST_DATA)};
    (void)c;
    request_write_batch(request, events, BATCH);
    return 0;
}

static const struct {
    const char *what;
    size_t outstanding;
    contest_write *write;
    size_t events; /* of a request */
} CASE[CASES] = {{"1 connection", 1, contest_write_headline, 1},
                 {"32 connections", 32, contest_write_headline, 1},
                 {"batches of 10, 8 connections", 8, write_batch, BATCH}};

static figure rate[CASES], cost[CASES];

static void measure(contest *c, size_t server, size_t of) {
    if (c->missing || (CASE[of].events > 1 && c->peer->wire != WIRE_CHANNELS))
        return;
    burst b = contest_burst(c, CASE[of].outstanding, BURST_SECONDS, CASE[of].write);
    double events = (double)(b.requests * CASE[of].events);
    bench_add(&rate[of].values[server], events / b.seconds);
    bench_add(&cost[of].values[server], b.server_seconds * 1e6 / events);
}

int main(int argc, char **argv) {
    static contest contests[SERVERS];
    bench b = bench_start("server_api", argc, argv);
    process_raise_descriptor_limit();
    bench_pin(1);
    bench_note(&b,
               "server_api: publishes to a channel without subscribers, one request at a time on "
               "each connection.\n");
    for (size_t i = 0; i < SERVERS; i++) {
        contest_start(&contests[i], PEERS[i], 0, false);
        if (!contests[i].missing)
            contest_burst(&contests[i], 8, WARM_UP_SECONDS, contest_write_headline);
    }
    for (size_t run = 0; run < b.runs; run++)
        for (size_t of = 0; of < CASES; of++)
            for (size_t i = 0; i < SERVERS; i++)
                measure(&contests[i], i, of);
    for (size_t of = 0; of < CASES; of++) {
        rate[of].unit = "publishes/s";
        cost[of].unit = "us/publish";
        rate[of].has_ratios = cost[of].has_ratios = true;
        snprintf(rate[of].what, sizeof(rate[of].what), "publishes, %s", CASE[of].what);
        snprintf(cost[of].what, sizeof(cost[of].what), "CPU, %s", CASE[of].what);
        figure_report(&b, &rate[of], PEERS, SERVERS);
        figure_report(&b, &cost[of], PEERS, SERVERS);
    }
    for (size_t i = 0; i < SERVERS; i++)
        contest_end(&contests[i]);
    return 0;
}
