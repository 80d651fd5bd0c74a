/* Server fan-out: how fast one channel with a thousand subscribers is served at saturation, with
 * 1, 8 and 32 publishes under way, and what a delivery costs the server. Each server is on
 * processor 0; the subscribers and the publisher share processor 1, so that neither can run
 * ahead of the other. */
#include "contest.h"
#include "figure.h"

#include <stdio.h>
#include <string.h>

enum { SUBSCRIBERS = 1000, CASES = 3 };

static const double BURST_SECONDS = 0.4, WARM_UP_SECONDS = 0.6;
static const size_t OUTSTANDING[CASES] = {1, 8, 32};
static const peer *const PEERS[] = {&PEER_PUSHER,      &PEER_SOKETI,     &PEER_UWEBSOCKETS,
                                    &PEER_WS,          &PEER_NATS,       &PEER_WRITE_FLOOR,
                                    &PEER_URING_FLOOR, &PEER_PUSHER_HTTP};
enum { SERVERS = sizeof(PEERS) / sizeof(PEERS[0]) };

typedef struct figures {
    figure rate, cost, busy;
} figures;

static void name(figures *f, size_t outstanding) {
    f->rate = (figure){.unit = "deliveries/s", .has_ratios = true};
    f->cost = (figure){.unit = "us/delivery", .has_ratios = true};
    f->busy = (figure){.unit = "%"};
    snprintf(f->rate.what, sizeof(f->rate.what), "deliveries, %zu outstanding", outstanding);
    snprintf(f->cost.what, sizeof(f->cost.what), "CPU, %zu outstanding", outstanding);
    snprintf(f->busy.what, sizeof(f->busy.what), "processor busy, %zu outstanding", outstanding);
}

static void measure(contest *c, figures *f, size_t server, size_t outstanding) {
    if (c->missing)
        return;
    burst b = contest_burst(c, outstanding, BURST_SECONDS, contest_write_headline);
    bench_add(&f->rate.values[server], (double)b.deliveries / b.seconds);
    bench_add(&f->cost.values[server], b.server_seconds * 1e6 / (double)b.deliveries);
    bench_add(&f->busy.values[server], b.server_seconds * 100 / b.seconds);
}

static void start_all(contest contests[SERVERS]) {
    for (size_t i = 0; i < SERVERS; i++) {
        contest_start(&contests[i], PEERS[i], SUBSCRIBERS, false);
        if (!contests[i].missing)
            contest_burst(&contests[i], 8, WARM_UP_SECONDS, contest_write_headline);
    }
}

int main(int argc, char **argv) {
    static figures all[CASES];
    contest contests[SERVERS];
    bench b = bench_start("server_fanout", argc, argv);
    process_raise_descriptor_limit();
    bench_pin(1);
    bench_note(&b,
               "server_fanout: %d subscribers of one channel; each publish carries %zu bytes of "
               "data: %s\n",
               SUBSCRIBERS, strlen(CONTEST_DATA), CONTEST_DATA);
    for (size_t of = 0; of < CASES; of++)
        name(&all[of], OUTSTANDING[of]);
    start_all(contests);
    for (size_t run = 0; run < b.runs; run++)
        for (size_t of = 0; of < CASES; of++)
            for (size_t i = 0; i < SERVERS; i++)
                measure(&contests[i], &all[of], i, OUTSTANDING[of]);
    for (size_t of = 0; of < CASES; of++) {
        figure_report(&b, &all[of].rate, PEERS, SERVERS);
        figure_report(&b, &all[of].cost, PEERS, SERVERS);
        figure_report(&b, &all[of].busy, PEERS, SERVERS);
    }
    for (size_t i = 0; i < SERVERS; i++)
        contest_end(&contests[i]);
    return 0;
}
