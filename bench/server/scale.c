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

/* How it is published: 8 requests under way, so that messages may leave together; or one message
 * after the other, each when the one before has arrived everywhere, so that each is a send of
 * its own. */
enum { TOGETHER, ALONE, WAYS };
static const char *const WAY[WAYS] = {"", ", one at a time"};

static figure cost[WAYS][SIZES];

static burst one_at_a_time(contest *c) {
    burst all = {0};
    while (all.seconds < BURST_SECONDS) {
        burst one = contest_requests(c, 1, 1, contest_write_headline);
        all.seconds += one.seconds;
        all.server_seconds += one.server_seconds;
        all.requests += one.requests;
        all.deliveries += one.deliveries;
    }
    return all;
}

static burst take_turn(contest *c, size_t what) {
    return what == ALONE ? one_at_a_time(c)
                         : contest_burst(c, OUTSTANDING, BURST_SECONDS, contest_write_headline);
}

static void start_all(player players[SIZES][SERVERS]) {
    for (size_t size = 0; size < SIZES; size++)
        for (size_t i = 0; i < SERVERS; i++)
            if (!peer_missing(PEERS[i]) &&
                process_allow_descriptors(SIZE[size].count + SPARE_DESCRIPTORS)) {
                players[size][i] = player_start(PEERS[i], SIZE[size].count, false, take_turn);
                player_play(&players[size][i], TOGETHER);
            }
}

static void measure_all(player players[SIZES][SERVERS]) {
    for (size_t way = 0; way < WAYS; way++)
        for (size_t size = 0; size < SIZES; size++)
            for (size_t i = 0; i < SERVERS; i++) {
                if (players[size][i].pid <= 0)
                    continue;
                burst b = player_play(&players[size][i], way);
                bench_add(&cost[way][size].values[i],
                          b.server_seconds * 1e6 / (double)b.deliveries);
            }
}

/* In each run, how much dearer one of these numbers of subscribers is than a smaller one, at
 * most. */
static bench_series growth(const figure of[SIZES], size_t server) {
    bench_series all = {.count = 0};
    for (size_t run = 0; run < of[FEWEST].values[server].count; run++) {
        double least = of[FEWEST].values[server].values[run], most = 0;
        for (size_t size = FEWEST + 1; size <= FLAT_UP_TO; size++) {
            double this = of[size].values[server].values[run];
            most = this / least > most ? this / least : most;
            least = this < least ? this : least;
        }
        bench_add(&all, most);
    }
    return all;
}

static void report_growth(bench *b, size_t way, size_t server) {
    const figure *of = cost[way];
    char what[64];
    if (of[FLAT_UP_TO].values[server].count == 0)
        return;
    bench_series most = growth(of, server);
    snprintf(what, sizeof(what), "CPU, 10,000 / 100 subscribers%s", WAY[way]);
    bench_ratio(b, what, PEERS[server]->name, &of[FLAT_UP_TO].values[server],
                &of[FEWEST].values[server]);
    snprintf(what, sizeof(what), "CPU, more / fewer subscribers%s", WAY[way]);
    bench_row(b, what, PEERS[server]->name, &most, "times");
}

static void report_sizes(bench *b, size_t way) {
    for (size_t size = 0; size < SIZES; size++) {
        const figure *f = &cost[way][size];
        if (process_allow_descriptors(SIZE[size].count + SPARE_DESCRIPTORS))
            figure_report(b, f, PEERS, SERVERS);
        else
            for (size_t i = 0; i < SERVERS; i++)
                bench_missing(b, f->what, PEERS[i]->name, process_too_few_descriptors());
    }
    for (size_t i = 0; i < SERVERS; i++)
        report_growth(b, way, i);
}

static void name_all(void) {
    for (size_t way = 0; way < WAYS; way++)
        for (size_t size = 0; size < SIZES; size++) {
            figure *f = &cost[way][size];
            *f = (figure){.unit = "us/delivery", .has_ratios = true};
            snprintf(f->what, sizeof(f->what), "CPU, %s subscribers%s", SIZE[size].text, WAY[way]);
        }
}

int main(int argc, char **argv) {
    static player players[SIZES][SERVERS];
    bench b = bench_start("server_scale", argc, argv);
    bench_pin(1);
    bench_note(
        &b,
        "server_scale: so many subscribers of one channel, %d publishes under way, or one at a "
        "time.\n",
        OUTSTANDING);
    name_all();
    start_all(players);
    for (size_t run = 0; run < b.runs; run++)
        measure_all(players);
    for (size_t way = 0; way < WAYS; way++)
        report_sizes(&b, way);
    for (size_t size = 0; size < SIZES; size++)
        for (size_t i = 0; i < SERVERS; i++)
            if (players[size][i].pid > 0)
                player_end(&players[size][i]);
    return 0;
}
