/* The client while system calls and allocations fail: it connects, subscribes, gets an event, loses the connection, is
 * back, gets another event, and is freed. Whatever fails meanwhile, it must not crash, leave a
 * descriptor open, keep memory or run hot, and when nothing fails any more it must get there.
 *
 *     torture_client         each way to fail, at the first call and for a while, and some at random
 *     torture_client full    at each call that the client makes, and many more at random */
#include "net/ws_frame.h"
#include "patience.h"
#include "peer.h"
#include "ways.h"

#include <pusher/pusher.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

enum {
    PATIENCE_MS = 20000, /* to get there when nothing fails any more */
    TROUBLE_MS = 150,    /* how long something fails that goes on failing */
    HOT = 300,           /* waits in such a time that are no accident */
    TRIES = 200,         /* for calls that the program itself repeats */
};

static bool is_full;

/* ---- The peer: whoever subscribes gets an event; every other connection ends then ---- */

static const char COME_BACK[] = "\x10\x68"; /* 4200: at once */

static void serve(test_connection *connection, void *context) {
    atomic_int *served = context;
    if (!test_greet(connection) || !test_await_text(connection, "pusher:subscribe") ||
        !test_send_event(connection, "pusher_internal:subscription_succeeded", "news", "{}"))
        return;
    bool stays = atomic_fetch_add(served, 1) % 2 == 1;
    if (!test_send_event(connection, "hello", "news", stays ? "2" : "1"))
        return;
    if (stays)
        test_hold(connection);
    else
        test_send_frame(connection, PX_WS_CLOSE, COME_BACK);
}

/* ---- The client ---- */

typedef struct world {
    atomic_int served;
    test_peer *peer;
    pusher_client *client;
    bool has_heard; /* the event of a connection that stays */
} world;

static int64_t now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void on_hello(const pusher_event *event, void *context) {
    ((world *)context)->has_heard |= event->data.len == 1 && *event->data.ptr == '2';
}

/* How many allocations go well before the client is made and asked for something. */
static int allocations_for_making;

/* What is refused for want of something may be asked for again. */
static pusher_client *make_client(const world *now) {
    static const pusher_string ONLY_WS[] = {{"ws", 2}};
    pusher_options options = PUSHER_OPTIONS_INIT;
    options.host = pusher_str("127.0.0.1");
    options.port = test_peer_port(now->peer);
    options.plain = true;
    options.enabled_transports = ONLY_WS;
    options.enabled_transport_count = 1;
    pusher_client *client = NULL;
    for (int i = 0; i < TRIES && !client; i++)
        (void)!pusher_client_new(pusher_str("KEY"), &options, &client);
    assert_non_null(client);
    return client;
}

static void subscribe(world *now) {
    pusher_channel *channel = NULL;
    int result = PUSHER_ERR_NO_MEMORY;
    for (int i = 0; i < TRIES && result == PUSHER_ERR_NO_MEMORY; i++)
        result = pusher_subscribe(now->client, pusher_str("news"), &channel);
    assert_int_equal(result, PUSHER_OK);
    result = PUSHER_ERR_NO_MEMORY;
    for (int i = 0; i < TRIES && result == PUSHER_ERR_NO_MEMORY; i++)
        result = pusher_channel_bind(channel, pusher_str("hello"), on_hello, now, NULL);
    assert_int_equal(result, PUSHER_OK);
}

static bool is_there(const world *now) {
    return now->has_heard && pusher_connection_state(now->client) == PUSHER_CONNECTED;
}

/* Turns the loop until the client is there, or the time is over. */
static void run_for(world *now, int ms) {
    int64_t end = now_ms() + ms;
    while (!is_there(now) && now_ms() < end)
        (void)!pusher_poll(now->client, 20);
}

static void assert_gets_there(world *now, const char *what) {
    int64_t end = now_ms() + test_patience_ms(PATIENCE_MS);
    while (!is_there(now) && now_ms() < end) {
        pusher_network_online(now->client); /* the test need not wait for the back-off */
        run_for(now, 100);
    }
    if (!is_there(now))
        fail_msg("%s: %s, the event %s", what,
                 pusher_state_name(pusher_connection_state(now->client)),
                 now->has_heard ? "has come" : "has not come");
}

/* Everything with the faults that are planned; they end after `trouble_ms`. */
static void live_for(const char *what, int trouble_ms, bool may_spin) {
    world now = {0};
    faults_count_this_thread(false);
    int files = faults_open_files();
    long blocks = faults_live_blocks();
    now.peer = test_peer_start(serve, &now.served, NULL, NULL);
    faults_count_this_thread(true);
    now.client = make_client(&now);
    subscribe(&now);
    allocations_for_making = (int)faults_calls(FAULT_allocate);
    pusher_connect(now.client);
    long waits = faults_waits();
    run_for(&now, trouble_ms);
    waits = faults_waits() - waits;
    if (!may_spin && waits > HOT)
        fail_msg("%s: runs hot, %ld turns in %d ms", what, waits, trouble_ms);
    faults_end();
    assert_gets_there(&now, what);
    pusher_client_free(now.client);
    faults_count_this_thread(false);
    test_peer_stop(now.peer);
    if (faults_open_files() != files)
        fail_msg("%s: %d descriptors before, %d after", what, files, faults_open_files());
    if (faults_live_blocks() != blocks)
        fail_msg("%s: %ld blocks of memory before, %ld after", what, blocks, faults_live_blocks());
}

static void live(const char *what, bool may_spin) {
    live_for(what, TROUBLE_MS, may_spin);
}

static void live_longer(const char *what, bool may_spin) {
    live_for(what, 2 * TROUBLE_MS, may_spin);
}

/* ---- What fails ---- */

static void nothing_fails(void **state) {
    (void)state;
    faults_end();
    live("nothing fails", true);
}

static void each_call_fails_once(void **state) {
    (void)state;
    ways_once(is_full ? 40 : 1, live);
}

/* Making a client is no part of it: what it can't do without is refused for as long as it lasts. */
static bool is_for_making(fault_call call) {
    return call == FAULT_epoll_create1 || call == FAULT_pipe || call == FAULT_allocate;
}

static void a_call_goes_on_failing(void **state) {
    (void)state;
    for (const fault *way = faults; way < faults + fault_count; way++) {
        /* One call of each kind is for making it. */
        if (!is_for_making(way->call))
            ways_lasting(way, way->call == FAULT_epoll_ctl, is_full ? 20 : 1, live);
    }
}

static void an_allocation_fails(void **state) {
    (void)state;
    ways_without_memory(is_full ? 0 : 40, live);
}

static void no_memory_is_left(void **state) {
    (void)state;
    faults_end();
    live("nothing fails", true);
    ways_with_no_memory_left(allocations_for_making, is_full ? 0 : 10, live);
}

static void calls_fail_at_random(void **state) {
    (void)state;
    ways_at_random(is_full ? 200 : 4, 20, 40, live_longer);
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_fails),          cmocka_unit_test(each_call_fails_once),
        cmocka_unit_test(a_call_goes_on_failing), cmocka_unit_test(an_allocation_fails),
        cmocka_unit_test(no_memory_is_left),      cmocka_unit_test(calls_fail_at_random),
    };
    is_full = argc > 1 && strcmp(argv[1], "full") == 0;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
