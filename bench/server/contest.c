#include "contest.h"

#include "request.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

enum {
    WINDOW = 50,
    EVENTS = 256,
    QUIET_MS = 10000,        /* so long without a delivery: the rest is lost */
    KEEP_ALIVE_SECONDS = 30, /* servers of Channels give up after 120 */
};

void contest_start(contest *c, const peer *p, size_t count, bool are_in_own) {
    *c = (contest){.peer = p, .missing = peer_missing(p)};
    if (c->missing) {
        c->missing = strdup(c->missing);
        return;
    }
    c->server = process_start(p->name, &p->command);
    c->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (c->epoll < 0)
        bench_fail("epoll: %s", strerror(errno));
    c->subscribers = (struct subscribers){.server = p->name,
                                          .port = c->server.port,
                                          .wire = p->wire,
                                          .epoll = c->epoll,
                                          .capacity = count,
                                          .are_in_own = are_in_own};
    if (count > 0)
        subscribers_connect(&c->subscribers, count, WINDOW);
    publisher_connect(&c->publisher, p->wire, c->server.port, c->epoll);
    c->expected = c->subscribers.received;
    c->kept_alive_ns = bench_now_ns();
}

void contest_end(contest *c) {
    if (c->missing)
        return;
    process_stop(&c->server);
    subscribers_free(&c->subscribers);
    publisher_free(&c->publisher);
    close(c->epoll);
}

bool contest_turn(contest *c, int timeout_ms) {
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
    return ready != 0;
}

/* The same when something must come. */
static void await(contest *c) {
    if (!contest_turn(c, QUIET_MS))
        bench_fail("%s answered %llu requests and delivered %llu of %llu", c->peer->name,
                   (unsigned long long)c->publisher.answered,
                   (unsigned long long)c->subscribers.received, (unsigned long long)c->expected);
}

void contest_drain(contest *c) {
    while (c->publisher.waiting > 0 || c->subscribers.received < c->expected)
        await(c);
    if (c->subscribers.received != c->expected)
        bench_fail("%s delivered %llu too many", c->peer->name,
                   (unsigned long long)(c->subscribers.received - c->expected));
}

static void keep_alive(contest *c) {
    uint64_t now = bench_now_ns();
    if (now - c->kept_alive_ns < KEEP_ALIVE_SECONDS * 1000000000ull)
        return;
    c->kept_alive_ns = now;
    c->expected += subscribers_keep_alive(&c->subscribers);
    contest_drain(c);
}

void contest_publish(contest *c, size_t outstanding, contest_write *maker) {
    publisher_connection *connection;
    while (!(connection = publisher_idle(&c->publisher, outstanding)))
        await(c);
    c->expected += maker(c, &connection->request);
    publisher_send(&c->publisher, connection);
}

static burst run(contest *c, size_t outstanding, double seconds, uint64_t requests,
                 contest_write *maker) {
    keep_alive(c);
    uint64_t before = c->subscribers.received;
    uint64_t answered = c->publisher.answered;
    uint64_t used = process_cpu_ns(c->server.pid);
    uint64_t start = bench_now_ns();
    uint64_t until = start + (uint64_t)(seconds * 1e9);
    for (uint64_t sent = 0; sent < requests && bench_now_ns() < until; sent++)
        contest_publish(c, outstanding, maker);
    contest_drain(c);
    return (burst){
        .seconds = (double)(bench_now_ns() - start) / 1e9,
        .server_seconds = (double)(process_cpu_ns(c->server.pid) - used) / 1e9,
        .requests = c->publisher.answered - answered,
        .deliveries = c->subscribers.received - before,
    };
}

burst contest_burst(contest *c, size_t outstanding, double seconds, contest_write *maker) {
    return run(c, outstanding, seconds, UINT64_MAX, maker);
}

burst contest_requests(contest *c, size_t outstanding, uint64_t requests, contest_write *maker) {
    enum { FOREVER = 3600 };
    return run(c, outstanding, FOREVER, requests, maker);
}

uint64_t contest_write_headline(contest *c, px_buffer *request) {
    request_event event = {SUBSCRIBERS_CHANNEL, PX_SLICE(CONTEST_DATA)};
    request_write(request, c->peer->wire, &event);
    return c->subscribers.count;
}
