/* Server connections: what idle, subscribed connections cost a server in memory, and how long it
 * takes to connect them: the first ten thousand, and where that makes sense, fifty thousand. */
#include "contest.h"
#include "figure.h"

enum { FEW = 10000, MANY = 50000, WINDOW = 100, SPARE_DESCRIPTORS = 1000 };

/* soketi would need half a gigabyte for fifty thousand, and several times as long as all others. */
static const peer *const PEERS[] = {&PEER_PUSHER, &PEER_SOKETI, &PEER_UWEBSOCKETS,
                                    &PEER_PUSHER_HTTP};
static const size_t MOST[] = {MANY, FEW, MANY, FEW};
enum { SERVERS = sizeof(PEERS) / sizeof(PEERS[0]) };

typedef struct figures {
    figure few, many, seconds;
} figures;

/* Connects more, until there are so many. Returns the memory of each. */
static double grow(contest *c, size_t count, size_t before) {
    subscribers_connect(&c->subscribers, count, WINDOW);
    return (double)(process_resident(c->server.pid) - before) / (double)count;
}

static void measure(contest *c, figures *f, size_t server, bool may_be_many) {
    contest_start(c, PEERS[server], 0, false);
    if (c->missing)
        return;
    c->subscribers.capacity = MOST[server];
    size_t before = process_resident(c->server.pid);
    uint64_t start = bench_now_ns();
    bench_add(&f->few.values[server], grow(c, FEW, before));
    bench_add(&f->seconds.values[server], (double)(bench_now_ns() - start) / 1e9);
    if (may_be_many && MOST[server] == MANY)
        bench_add(&f->many.values[server], grow(c, MANY, before));
    contest_end(c);
}

int main(int argc, char **argv) {
    static figures f = {
        .few = {"memory, 10,000 connections", "bytes/connection", .has_ratios = true},
        .many = {"memory, 50,000 connections", "bytes/connection", .has_ratios = true},
        .seconds = {"time to connect 10,000", "s", .has_ratios = true}};
    static contest contests[SERVERS];
    bench b = bench_start("server_connections", argc, argv);
    bool may_be_many = process_allow_descriptors(MANY + SPARE_DESCRIPTORS);
    bench_pin(1);
    bench_note(
        &b,
        "server_connections: connections that are subscribed to one channel, then idle; memory "
        "is what the\nserver's resident memory grew by, %d connect at a time.\n",
        WINDOW);
    for (size_t run = 0; run < b.runs; run++)
        for (size_t i = 0; i < SERVERS; i++)
            measure(&contests[i], &f, i, may_be_many);
    figure_report(&b, &f.few, PEERS, SERVERS);
    if (may_be_many)
        figure_report(&b, &f.many, PEERS, SERVERS);
    for (size_t i = 0; i < SERVERS && !may_be_many; i++)
        if (MOST[i] == MANY)
            bench_missing(&b, f.many.what, PEERS[i]->name, process_too_few_descriptors());
    figure_report(&b, &f.seconds, PEERS, SERVERS);
    return 0;
}
