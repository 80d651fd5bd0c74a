/* Turns that come late, for the application was busy elsewhere: what came meanwhile counts before a time-out
 * that has passed meanwhile. */
#include "client_fixture.h"

#include "driver/clock.h"

#include <sched.h>
#include <semaphore.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* Stands in for that of the library. */
static uint64_t lateness;

static uint64_t true_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

uint64_t px_clock_ms(void) {
    return true_ms() + lateness;
}

uint64_t px_clock_unix_ms(void) {
    return 1700000000000 + px_clock_ms();
}

/* Much longer than what a slow machine needs for a question and its answer; LATE_MS is beyond it, but not so far
 * that the machine must have slept. */
enum { TIMEOUT_MS = 10000, LATE_MS = TIMEOUT_MS + TIMEOUT_MS / 2 };

/* The peer answers when the client has ceased to turn. */
typedef struct test_site {
    atomic_bool asked;
    sem_t still;
    sem_t sent; /* the answer to an HTTP transport's message */
    sem_t answered;
} test_site;

static void site_init(test_site *site) {
    atomic_store(&site->asked, false);
    sem_init(&site->still, 0, 0);
    sem_init(&site->sent, 0, 0);
    sem_init(&site->answered, 0, 0);
}

static void site_free(test_site *site) {
    sem_destroy(&site->still);
    sem_destroy(&site->sent);
    sem_destroy(&site->answered);
}

/* Of the peer: before and after it answers. */
static void await_stillness(test_site *site) {
    atomic_store(&site->asked, true);
    sem_wait(&site->still);
}

/* Turns until the peer was asked, and lets it answer: what it has sent then lies in the client's sockets. */
static void await_answer(fixture *world, test_site *site) {
    while (!atomic_load(&site->asked))
        assert_int_equal(pusher_poll(world->client, 1), PUSHER_OK);
    sem_post(&site->still);
    sem_wait(&site->answered);
}

/* The first turn after it: nobody has looked at the clock or the sockets before. */
static void turn_late(fixture *world) {
    lateness += LATE_MS;
    assert_int_equal(pusher_poll(world->client, 0), PUSHER_OK);
}

static void assert_still_connected(fixture *world) {
    assert_int_equal(pusher_connection_state(world->client), PUSHER_CONNECTED);
    assert_int_equal(noted(world, "connecting\n"), 1);
    assert_int_equal(noted(world, "No answer to a ping"), 0);
}

/* ---- Pongs ---- */

#define PONG "{\"event\":\"pusher:pong\",\"data\":{}}"

static void answer_a_ping(test_connection *connection, void *context) {
    test_site *site = context;
    if (!test_greet(connection) || !test_await_text(connection, "pusher:ping"))
        return;
    await_stillness(site);
    test_send_frame(connection, 1, PONG);
    sem_post(&site->answered);
    test_hold(connection);
}

static void hears_a_pong(void **state) {
    (void)state;
    test_site site;
    site_init(&site);
    fixture *world = fixture_new(answer_a_ping, &site);
    world->options.activity_timeout = 10;
    world->options.pong_timeout = TIMEOUT_MS;
    fixture_connect(world);
    await_answer(world, &site);
    turn_late(world);
    assert_still_connected(world);
    fixture_free(world);
    site_free(&site);
}

/* ---- HTTP ---- */

#define GREETING                                                                                   \
    "a[\"{\\\"event\\\":\\\"pusher:connection_established\\\",\\\"data\\\":{\\\"socket_id\\\":"    \
    "\\\"7.7\\\",\\\"activity_timeout\\\":120}}\"]\n"

static bool send_chunk(test_connection *connection, const char *text) {
    char size[32];
    snprintf(size, sizeof size, "%zx\r\n", strlen(text));
    return test_send_text(connection, size) && test_send_text(connection, text) &&
           test_send_text(connection, "\r\n");
}

/* The answer to the ping's request goes first, on its own connection; then the pong in the stream. */
static void answer_a_ping_over_http(test_connection *connection, void *context) {
    test_site *site = context;
    while (test_read_request(connection)) {
        if (strstr(test_request(connection), "/xhr_send?")) {
            await_stillness(site);
            test_send_text(connection, "HTTP/1.1 204 No Content\r\n\r\n");
            sem_post(&site->sent);
            continue;
        }
        if (!test_send_text(connection, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n") ||
            !send_chunk(connection, "o\n") || !send_chunk(connection, GREETING))
            return;
        sem_wait(&site->sent);
        send_chunk(connection, "m" PONG "\n");
        sem_post(&site->answered);
        test_hold(connection);
    }
}

static void hears_a_pong_in_a_stream(void **state) {
    (void)state;
    static const pusher_string streaming[] = {{"xhr_streaming", 13}};
    test_site site;
    site_init(&site);
    fixture *world = fixture_new(answer_a_ping_over_http, &site);
    world->options.enabled_transports = streaming;
    world->options.enabled_transport_count = 1;
    world->options.activity_timeout = 10;
    world->options.pong_timeout = TIMEOUT_MS;
    fixture_connect(world);
    await_answer(world, &site);
    turn_late(world);
    assert_still_connected(world);
    fixture_free(world);
    site_free(&site);
}

/* ---- Authorizations ---- */

static void authorize(test_connection *connection, void *context) {
    test_site *site = context;
    if (!test_read_request(connection))
        return;
    if (strstr(test_request(connection), "Upgrade: websocket")) {
        if (test_upgrade(connection) && test_say_hello(connection) &&
            test_await_text(connection, "KEY:signature") &&
            test_send_event(connection, "pusher_internal:subscription_succeeded", "private-a",
                            "{}"))
            test_hold(connection);
        return;
    }
    await_stillness(site);
    test_send_text(connection, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 24\r\n\r\n"
                               "{\"auth\":\"KEY:signature\"}");
    sem_post(&site->answered);
}

/* libcurl has its own clock: this one passes. */
static void hears_an_authorization(void **state) {
    (void)state;
    enum { SHORT_MS = 1000 };
    test_site site;
    site_init(&site);
    pusher_channel *channel;
    fixture *world = fixture_new(authorize, &site);
    world->options.auth_timeout = SHORT_MS;
    fixture_make(world);
    assert_int_equal(pusher_subscribe(world->client, pusher_str("private-a"), &channel), PUSHER_OK);
    assert_int_equal(pusher_channel_bind_global(channel, note_event, world, NULL), PUSHER_OK);
    pusher_connect(world->client);
    await_answer(world, &site);
    for (uint64_t end = true_ms() + SHORT_MS + SHORT_MS / 2; true_ms() < end;)
        sched_yield();
    assert_int_equal(pusher_poll(world->client, 0), PUSHER_OK);
    await(world, "pusher:subscription_");
    assert_int_equal(noted(world, "pusher:subscription_succeeded"), 1);
    fixture_free(world);
    site_free(&site);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hears_a_pong),
        cmocka_unit_test(hears_a_pong_in_a_stream),
        cmocka_unit_test(hears_an_authorization),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
