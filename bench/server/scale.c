/* Scale: what a delivery costs a server as its connections grow from a hundred to fifty
 * thousand, all of them subscribed to one channel. */
#include "contest.h"
#include "figure.h"
#include "player.h"

#include <stdio.h>

enum { SIZES = 4, OUTSTANDING = 8, SPARE_DESCRIPTORS = 1000, FEWEST = 0, FLAT_UP_TO = 2 };

static const double BURST_SECONDS = 0.4;
static const struct {
    size_t count;
    const char *text;
} SIZE[SIZES] = {{100, "100"}, {1000, "1,000"}, {10000, "10,000"}, {50000, "50,000"}};
static const peer *const PEERS[] = {&PEER_PUSHER, &PEER_UWEBSOCKETS};
enum { SERVERS = sizeof(PEERS) / sizeof(PEERS[0]) };

static figure cost[SIZES];

static burst take_turn(contest *c, size_t what) {
    (void)what;
    return contest_burst(c, OUTSTANDING, BURST_SECONDS, contest_write_headline);
}

static void start_all(player players[SIZES][SERVERS]) {
    for (size_t size = 0; size < SIZES; size++)
        for (size_t i = 0; i < SERVERS; i++)
            if (!peer_missing(PEERS[i]) &&
                process_allow_descriptors(SIZE[size].count + SPARE_DESCRIPTORS)) {
                players[size][i] = player_start(PEERS[i], SIZE[size].count, false, take_turn);
                player_play(&players[size][i], 0);
            }
}

static void measure_all(size_t runs, player players[SIZES][SERVERS]) {
    for (size_t run = 0; run < runs; run++)
        for (size_t size = 0; size < SIZES; size++)
            for (size_t i = 0; i < SERVERS; i++) {
                if (players[size][i].pid <= 0)
                    continue;
                burst b = player_play(&players[size][i], 0);
                bench_add(&cost[size].values[i], b.server_seconds * 1e6 / (double)b.deliveries);
            }
}

/* In each run, the most that a number of subscribers is dearer than a smaller one. */
static bench_series growth(size_t server) {
    bench_series all = {.count = 0};
    for (size_t run = 0; run < cost[FEWEST].values[server].count; run++) {
        double most = 0, least = cost[FEWEST].values[server].values[run];
        for (size_t size = FEWEST + 1; size <= FLAT_UP_TO; size++) {
            double this = cost[size].values[server].values[run];
            most = this / least > most ? this / least : most;
            least = this < least ? this : least;
        }
        bench_add(&all, most);
    }
    return all;
}

static void report_flatness(bench *b, size_t server) {
    const bench_series *few = &cost[FEWEST].values[server];
    const bench_series *many = &cost[FLAT_UP_TO].values[server];
    if (many->count == 0)
        return;
    bench_series grown = growth(server);
    bench_ratio(b, "CPU, 10,000 / 100 subscribers", PEERS[server]->name, many, few);
    bench_row(b, "CPU, most growth from 100 to 10,000 subscribers", PEERS[server]->name, &grown,
              "times");
}

static void report_sizes(bench *b) {
    for (size_t size = 0; size < SIZES; size++) {
        if (process_allow_descriptors(SIZE[size].count + SPARE_DESCRIPTORS))
            figure_report(b, &cost[size], PEERS, SERVERS);
        else
            for (size_t i = 0; i < SERVERS; i++)
                bench_missing(b, cost[size].what, PEERS[i]->name, process_too_few_descriptors());
    }
    for (size_t i = 0; i < SERVERS; i++)
        report_flatness(b, i);
}

int main(int argc, char **argv) {
    static player players[SIZES][SERVERS];
    bench b = bench_start("server_scale", argc, argv);
    bench_pin(1);
    bench_note(&b, "server_scale: so many subscribers of one channel, %d publishes under way.\n",
               OUTSTANDING);
    for (size_t size = 0; size < SIZES; size++) {
        cost[size].unit = "us/delivery";
        cost[size].has_ratios = true;
        snprintf(cost[size].what, sizeof(cost[size].what), "CPU, %s subscribers", SIZE[size].text);
    }
    start_all(players);
    measure_all(b.runs, players);
    report_sizes(&b);
    for (size_t size = 0; size < SIZES; size++)
        for (size_t i = 0; i < SERVERS; i++)
            if (players[size][i].pid > 0)
                player_end(&players[size][i]);
    return 0;
}
