/* The server while system calls and allocations fail: clients come, subscribe and publish, webhooks are queued and written
 * down. Whatever fails meanwhile, it must not crash, leave a descriptor open, keep memory or run hot, and when nothing
 * fails any more it must serve as if nothing had been.
 *
 *     torture_server         each way to fail, at the first call and for a while, and some at random
 *     torture_server full    at each call that the server makes, and many more at random */
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "host_peer.h"
#include "ways.h"

enum {
    TROUBLE_MS = 60, /* how long clients try while something fails */
    HOT = 300,       /* waits in such a time that are no accident */
    TRIES = 200,     /* for what the test itself repeats */
};

static bool is_full;
static char journal[64];
static int allocations_for_making; /* how many go well before the server is there */

/* ---- The server ---- */

typedef struct world {
    px_server *server;
    pthread_t thread;
    int port;
    int result;
} world;

static void *run(void *context) {
    world *now = context;
    faults_count_this_thread(true);
    now->result = px_server_run(now->server);
    return NULL;
}

/* The webhook is refused, so that its events wait and the journal has something to do. What is refused
 * for want of something may be asked for again. */
static void start(world *now) {
    px_webhook_options webhook;
    px_app_options app;
    px_server_options options = test_server_options();
    char why[PX_SERVER_ERROR_SIZE] = "";
    char address[PX_SERVER_ADDRESS_SIZE];
    px_webhook_options_default(&webhook);
    webhook.url = PX_SLICE("http://127.0.0.1:1/");
    px_app_options_default(&app);
    app.id = PX_SLICE("app-id");
    app.key = PX_SLICE("app-key");
    app.secret = PX_SLICE("app-secret");
    app.webhooks = (px_webhook_list){&webhook, 1};
    options.apps = &app;
    options.app_count = 1;
    options.webhook_state = px_slice_of_text(journal);
    options.webhook_state_is_optional = true;
    faults_count_this_thread(true);
    int result = PX_ERR_STATE;
    for (int i = 0; i < TRIES && result != PX_OK; i++)
        result = px_server_new(&options, &now->server, why, sizeof why);
    faults_count_this_thread(false);
    allocations_for_making = (int)faults_calls(FAULT_allocate);
    if (result != PX_OK)
        fail_msg("no server: %s", why);
    assert_true(px_server_address(now->server, 0, address));
    now->port = (int)strtol(strrchr(address, ':') + 1, NULL, 10);
    assert_int_equal(pthread_create(&now->thread, NULL, run, now), 0);
}

/* ---- Clients ---- */

/* A greeting, a subscription and a question, all at once; whatever comes of it. */
static void try_it(const world *now, int ms) {
    static const char REQUEST[] =
        "GET /app/app-key?protocol=7&client=test&version=1 HTTP/1.1\r\n"
        "Host: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        "\x81\xb9\0\0\0\0{\"event\":\"pusher:subscribe\",\"data\":{\"channel\":\"trouble\"}}";
    test_peer socket = peer_connect(now->port);
    test_peer http = peer_connect(now->port);
    (void)peer_try_send(&socket, px_slice_of(REQUEST, sizeof REQUEST - 1));
    (void)peer_try_send(&http, PX_SLICE("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
    struct pollfd both[] = {{.fd = socket.fd, .events = POLLIN}, {.fd = http.fd, .events = POLLIN}};
    (void)!poll(both, 2, ms);
    (void)!poll(both + 1, 1, ms);
    peer_close(&socket);
    peer_close(&http);
}

/* What must work when nothing fails any more. */
static void assert_serves(const world *now) {
    test_peer peer = peer_open(now->port);
    peer_subscribe(&peer, "news");
    assert_int_equal(peer_publish(now->port, "news", "hello", "1"), 200);
    peer_expect(&peer, "hello");
    peer_close(&peer);
}

/* Everything with the faults that are planned. */
static void live(const char *what, bool may_spin) {
    world now = {0};
    faults_count_this_thread(false);
    unlink(journal);
    int files = faults_open_files();
    long blocks = faults_live_blocks();
    start(&now);
    long waits = faults_waits();
    try_it(&now, TROUBLE_MS / 2);
    try_it(&now, TROUBLE_MS / 2);
    waits = faults_waits() - waits;
    faults_end();
    if (!may_spin && waits > HOT)
        fail_msg("%s: runs hot, %ld turns in %d ms", what, waits, TROUBLE_MS);
    assert_serves(&now);
    px_server_stop(now.server);
    px_server_stop(now.server);
    assert_int_equal(pthread_join(now.thread, NULL), 0);
    if (now.result != PX_OK)
        fail_msg("%s: ended with %d", what, now.result);
    px_server_free(now.server);
    if (faults_open_files() != files)
        fail_msg("%s: %d descriptors before, %d after", what, files, faults_open_files());
    if (faults_live_blocks() != blocks)
        fail_msg("%s: %ld blocks of memory before, %ld after", what, blocks, faults_live_blocks());
}

/* ---- What fails ---- */

static void nothing_fails(void **state) {
    (void)state;
    faults_end();
    live("nothing fails", true);
}

static void each_call_fails_once(void **state) {
    (void)state;
    ways_once(is_full ? 40 : 2, live);
}

/* Only what a running server does: what it can't begin without is refused for as long as it lasts. */
static bool is_for_running(fault_call call) {
    static const fault_call RUNNING[] = {
        FAULT_accept4, FAULT_recv, FAULT_send,   FAULT_sendmsg, FAULT_read,      FAULT_write,
        FAULT_pwrite,  FAULT_open, FAULT_rename, FAULT_connect, FAULT_ftruncate, FAULT_getrandom};
    size_t i = 0;
    while (i < sizeof RUNNING / sizeof *RUNNING && RUNNING[i] != call)
        i++;
    return i < sizeof RUNNING / sizeof *RUNNING;
}

static void a_call_goes_on_failing(void **state) {
    (void)state;
    for (const fault *way = faults; way < faults + fault_count; way++)
        if (is_for_running(way->call))
            ways_lasting(way, 0, is_full ? 20 : 1, live);
}

static void an_allocation_fails(void **state) {
    (void)state;
    ways_without_memory(is_full ? 0 : 60, live);
}

static void no_memory_is_left(void **state) {
    (void)state;
    faults_end();
    live("nothing fails", true);
    ways_with_no_memory_left(allocations_for_making, is_full ? 0 : 10, live);
}

static void calls_fail_at_random(void **state) {
    (void)state;
    ways_at_random(is_full ? 300 : 8, 10, 20, live);
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_fails),          cmocka_unit_test(each_call_fails_once),
        cmocka_unit_test(a_call_goes_on_failing), cmocka_unit_test(an_allocation_fails),
        cmocka_unit_test(no_memory_is_left),      cmocka_unit_test(calls_fail_at_random),
    };
    is_full = argc > 1 && strcmp(argv[1], "full") == 0;
    snprintf(journal, sizeof journal, "/tmp/torture-%ld.state", (long)getpid());
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    unlink(journal);
    return failed;
}
