/* A machine that slept: the clocks jump, and the connection is asked whether it is still there. */
#include "client_fixture.h"

#include "driver/clock.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

/* These stand in for those of the library. */
static uint64_t slept;
static uint64_t wall_clock = 1700000000000;

uint64_t px_clock_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000 + slept;
}

uint64_t px_clock_unix_ms(void) {
    return wall_clock + px_clock_ms();
}

static const char pong[] = "{\"event\":\"pusher:pong\",\"data\":{}}";

/* Answers pings until the context says no more. */
static void answer_pings(test_connection *connection, void *context) {
    const atomic_bool *dead = context;
    if (!test_greet(connection))
        return;
    while (test_await_text(connection, "\"pusher:ping\"")) {
        if (!atomic_load(dead))
            test_send_frame(connection, 1, pong);
    }
}

enum { HOUR_MS = 3600000, QUIET_MS = 5000, PAUSE_MS = 1000 };

static void asks_after_a_sleep(void **state) {
    (void)state;
    static atomic_bool dead;
    atomic_store(&dead, false);
    fixture *world = fixture_new(answer_pings, &dead);
    fixture_connect(world);
    for (int i = 1; i <= 3; i++) {
        slept += HOUR_MS;
        await_times(world, "pusher:pong", i); /* the pong */
    }
    settle(pusher_client_loop(world->client));
    assert_int_equal(pusher_connection_state(world->client), PUSHER_CONNECTED);
    assert_int_equal(test_peer_count(world->peer), 1);
    fixture_free(world);
}

static void finds_out_what_died_in_a_sleep(void **state) {
    (void)state;
    static atomic_bool dead;
    atomic_store(&dead, true);
    fixture *world = fixture_new(answer_pings, &dead);
    world->options.pong_timeout = 50;
    fixture_connect(world);
    slept += HOUR_MS;
    await_times(world, "connected\n", 2);
    assert_int_equal(test_peer_count(world->peer), 2);
    fixture_free(world);
}

/* The peer hears a ping at once when the program says that the network is another one. */
static void asks_on_another_network(void **state) {
    (void)state;
    static atomic_bool dead;
    atomic_store(&dead, false);
    fixture *world = fixture_new(answer_pings, &dead);
    fixture_connect(world);
    pusher_network_changed(world->client);
    await(world, "pusher:pong");
    fixture_free(world);
}

/* Ends the first connection without a word when the context says so. */
static void hang_up_when_told(test_connection *connection, void *context) {
    const atomic_bool *over = context;
    const struct timespec moment = {.tv_nsec = 1000000};
    if (!test_greet(connection))
        return;
    while (!atomic_load(over))
        nanosleep(&moment, NULL);
    if (test_connection_number(connection) > 0)
        test_hold(connection);
}

/* The pause after a loss begins with it, however long nothing had happened before. */
static void pauses_after_a_quiet_connection(void **state) {
    (void)state;
    static atomic_bool over;
    atomic_store(&over, false);
    fixture *world = fixture_new(hang_up_when_told, &over);
    fixture_connect(world);
    slept += QUIET_MS;
    atomic_store(&over, true);
    await(world, "connecting_in");
    settle(pusher_client_loop(world->client));
    assert_int_equal(noted(world, "connecting\n"), 1);
    slept += PAUSE_MS;
    await_times(world, "connected\n", 2);
    fixture_free(world);
}

static void stay(test_connection *connection, void *context) {
    (void)context;
    if (test_greet(connection))
        test_hold(connection);
}

/* Time-outs begin with the call that needs them, however long nothing had happened before. */
static void connects_after_a_quiet_while(void **state) {
    (void)state;
    fixture *world = fixture_new(stay, NULL);
    fixture_make(world);
    settle(pusher_client_loop(world->client));
    slept += HOUR_MS;
    pusher_connect(world->client);
    await(world, "connected\n");
    assert_int_equal(noted(world, "unavailable\n"), 0);
    assert_int_equal(test_peer_count(world->peer), 1);
    fixture_free(world);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(asks_after_a_sleep),
        cmocka_unit_test(finds_out_what_died_in_a_sleep),
        cmocka_unit_test(asks_on_another_network),
        cmocka_unit_test(pauses_after_a_quiet_connection),
        cmocka_unit_test(connects_after_a_quiet_while),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
