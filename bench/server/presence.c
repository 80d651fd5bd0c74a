/* Presence: joins and leaves per second in a channel with a hundred members, who are told of
 * each. */
#include "presence_room.h"

#include "figure.h"
#include "harness.h"

static const double BURST_SECONDS = 0.4, WARM_UP_SECONDS = 0.6;
static const peer *const PEERS[] = {&PEER_PUSHER, &PEER_SOKETI};
enum { SERVERS = sizeof(PEERS) / sizeof(PEERS[0]) };

typedef struct venue {
    process server; /* pid 0: it takes no part */
    presence_room room;
} venue;

static figure rate = {"joins and leaves", "changes/s", .has_ratios = true};
static figure cost = {"CPU of a join or leave", "us/change", .has_ratios = true};

static void measure(venue *v, size_t server) {
    uint64_t joins = v->room.joins;
    uint64_t used = process_cpu_ns(v->server.pid);
    uint64_t start = bench_now_ns();
    presence_churn(&v->room, BURST_SECONDS);
    double seconds = (double)(bench_now_ns() - start) / 1e9;
    double changes = 2 * (double)(v->room.joins - joins);
    used = process_cpu_ns(v->server.pid) - used;
    bench_add(&rate.values[server], changes / seconds);
    bench_add(&cost.values[server], (double)used / 1e3 / changes);
}

int main(int argc, char **argv) {
    static venue venues[SERVERS];
    bench b = bench_start("server_presence", argc, argv);
    process_raise_descriptor_limit();
    bench_pin(1);
    bench_note(
        &b,
        "server_presence: %d members of one channel are told of %d others that join and leave, "
        "each as soon as the\nserver has answered; signatures are made beforehand.\n",
        PRESENCE_MEMBERS, PRESENCE_GUESTS);
    for (size_t i = 0; i < SERVERS; i++) {
        if (peer_missing(PEERS[i]))
            continue;
        venues[i].server = process_start(PEERS[i]->name, &PEERS[i]->command);
        presence_start(&venues[i].room, venues[i].server.port);
        presence_churn(&venues[i].room, WARM_UP_SECONDS);
    }
    for (size_t run = 0; run < b.runs; run++)
        for (size_t i = 0; i < SERVERS; i++)
            if (venues[i].server.pid > 0)
                measure(&venues[i], i);
    figure_report(&b, &rate, PEERS, SERVERS);
    figure_report(&b, &cost, PEERS, SERVERS);
    for (size_t i = 0; i < SERVERS; i++)
        if (venues[i].server.pid > 0) {
            process_stop(&venues[i].server);
            presence_end(&venues[i].room);
        }
    return 0;
}
