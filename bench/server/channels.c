/* Many channels: ten thousand of them with one subscriber each, so that each publish is one
 * delivery; single events, and batches of ten. */
#include "contest.h"
#include "figure.h"
#include "player.h"
#include "request.h"

#include <stdio.h>

enum {
    CHANNELS = 10000,
    STRIDE = 7919, /* the next channel is never near the one before */
    OUTSTANDING = 8,
    BATCH = 10,
    CASES = 2,
};

static const double BURST_SECONDS = 0.4;
static const peer *const PEERS[] = {&PEER_PUSHER, &PEER_SOKETI, &PEER_UWEBSOCKETS, &PEER_WS,
                                    &PEER_NATS};
enum { SERVERS = sizeof(PEERS) / sizeof(PEERS[0]) };

static size_t next_channel;

static request_event next_event(const contest *c, char channel[SUBSCRIBERS_MAX_CHANNEL]) {
    subscribers_channel(&c->subscribers, next_channel, channel);
    next_channel = (next_channel + STRIDE) % CHANNELS;
    return (request_event){channel, PX_SLICE(CONTEST_DATA)};
}

static uint64_t write_one(contest *c, px_buffer *request) {
    char channel[SUBSCRIBERS_MAX_CHANNEL];
    request_event event = next_event(c, channel);
    request_write(request, c->peer->wire, &event);
    return 1;
}

static uint64_t write_batch(contest *c, px_buffer *request) {
    char channels[BATCH][SUBSCRIBERS_MAX_CHANNEL];
    request_event events[BATCH];
    for (size_t i = 0; i < BATCH; i++)
        events[i] = next_event(c, channels[i]);
    request_write_batch(request, events, BATCH);
    return BATCH;
}

static const struct {
    const char *what;
    contest_write *write;
} CASE[CASES] = {{"10,000 channels", write_one}, {"10,000 channels, batches of 10", write_batch}};

static burst take_turn(contest *c, size_t what) {
    return contest_burst(c, OUTSTANDING, BURST_SECONDS, CASE[what].write);
}

static figure rate[CASES], cost[CASES];

static void measure(const player *p, size_t server, size_t of) {
    burst b = player_play(p, of);
    bench_add(&rate[of].values[server], (double)b.deliveries / b.seconds);
    bench_add(&cost[of].values[server], b.server_seconds * 1e6 / (double)b.deliveries);
}

/* In turns; batches are the HTTP API's. */
static void measure_all(const bench *b, const player players[SERVERS]) {
    for (size_t run = 0; run < b->runs; run++)
        for (size_t of = 0; of < CASES; of++)
            for (size_t i = 0; i < SERVERS; i++)
                if (players[i].pid > 0 && (of == 0 || PEERS[i]->wire == WIRE_CHANNELS))
                    measure(&players[i], i, of);
}

int main(int argc, char **argv) {
    player players[SERVERS] = {{0}};
    bench b = bench_start("server_channels", argc, argv);
    process_raise_descriptor_limit();
    bench_pin(1);
    bench_note(&b,
               "server_channels: %d channels with one subscriber each, %d publishes under way.\n",
               CHANNELS, OUTSTANDING);
    for (size_t i = 0; i < SERVERS; i++)
        if (!peer_missing(PEERS[i])) {
            players[i] = player_start(PEERS[i], CHANNELS, true, take_turn);
            player_play(&players[i], 0);
        }
    measure_all(&b, players);
    for (size_t of = 0; of < CASES; of++) {
        rate[of].unit = "deliveries/s";
        cost[of].unit = "us/delivery";
        rate[of].has_ratios = cost[of].has_ratios = true;
        snprintf(rate[of].what, sizeof(rate[of].what), "deliveries, %s", CASE[of].what);
        snprintf(cost[of].what, sizeof(cost[of].what), "CPU, %s", CASE[of].what);
        figure_report(&b, &rate[of], PEERS, SERVERS);
        figure_report(&b, &cost[of], PEERS, SERVERS);
    }
    for (size_t i = 0; i < SERVERS; i++)
        if (players[i].pid > 0)
            player_end(&players[i]);
    return 0;
}
