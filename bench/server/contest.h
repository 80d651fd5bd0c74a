/* One server of a benchmark, its subscribers and its publisher, and bursts of publishes. Servers
 * that are compared are all there at once and take turns; whoever has no turn is idle. */
#ifndef BENCH_CONTEST_H
#define BENCH_CONTEST_H

#include "harness.h"
#include "publisher.h"
#include "subscribers.h"

typedef struct contest {
    const peer *peer;
    const char *missing; /* why it takes no part; NULL: it does */
    process server;
    int epoll;
    subscribers subscribers;
    publisher publisher;
    uint64_t expected; /* messages that subscribers must have received by the end of a burst */
    uint64_t kept_alive_ns;
} contest;

typedef struct burst {
    double seconds;
    double server_seconds; /* processor time of the server */
    uint64_t requests;     /* publishes, or batches of them */
    uint64_t deliveries;
} burst;

/* What a burst publishes: writes the next request, and returns how many messages the subscribers
 * must get for it. */
typedef uint64_t contest_write(contest *c, px_buffer *request);

/* Starts the server, if it is there, and connects `count` subscribers, each in a channel of its
 * own if so wanted. */
void contest_start(contest *c, const peer *p, size_t count, bool are_in_own);
void contest_end(contest *c);

/* Publishes for so long, with `outstanding` requests under way, and waits until all that was
 * published has arrived everywhere, and not more: otherwise the program ends. */
burst contest_burst(contest *c, size_t outstanding, double seconds, contest_write *maker);

/* The same for a number of requests. */
burst contest_requests(contest *c, size_t outstanding, uint64_t requests, contest_write *maker);

/* For those who publish by themselves. Sends one request as soon as one of so many connections
 * is free. */
void contest_publish(contest *c, size_t outstanding, contest_write *maker);

/* Waits for input, at most so long, and reads it. False: there was none. */
bool contest_turn(contest *c, int timeout_ms);

/* Waits until all has arrived. */
void contest_drain(contest *c);

/* The event of most benchmarks, to all subscribers of the one channel. */
#define CONTEST_DATA "{\"title\":\"A headline of some length\",\"number\":1234567,\"urgent\":false}"
contest_write contest_write_headline;

#endif
