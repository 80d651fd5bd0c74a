/* The ways to run a loop: its own, inside another, on a thread; and many clients on one. */
#include "client_fixture.h"

#include "patience.h"

#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void greet_and_hold(test_connection *connection, void *context) {
    (void)context;
    if (test_greet(connection))
        test_hold(connection);
}

/* ---- Its own loop ---- */

static void quit(const pusher_event *event, void *context) {
    note_event(event, context);
    pusher_quit(event->client);
}

static void runs_until_quit(void **state) {
    (void)state;
    fixture *world = fixture_new(greet_and_hold, NULL);
    fixture_make(world);
    assert_int_equal(
        pusher_connection_bind(world->client, pusher_str("connected"), quit, world, NULL),
        PUSHER_OK);
    pusher_connect(world->client);
    assert_int_equal(pusher_run(world->client), PUSHER_OK);
    assert_int_equal(pusher_connection_state(world->client), PUSHER_CONNECTED);
    /* It can be run again, and quit beforehand. */
    pusher_quit(world->client);
    assert_int_equal(pusher_run(world->client), PUSHER_OK);
    fixture_free(world);
}

static void assert_transport(const fixture *world, const char *name) {
    pusher_string transport = pusher_connection_transport(world->client);
    assert_int_equal(transport.len, strlen(name));
    assert_memory_equal(transport.ptr ? transport.ptr : "", name, transport.len);
}

static void tells_what_carries_the_connection(void **state) {
    (void)state;
    fixture *world = fixture_new(greet_and_hold, NULL);
    fixture_make(world);
    assert_transport(world, "");
    pusher_client_free(world->client);
    fixture_connect(world);
    assert_transport(world, "ws");
    pusher_disconnect(world->client);
    assert_transport(world, "");
    fixture_free(world);
}

static void runs_nothing_without_clients(void **state) {
    (void)state;
    pusher_loop *loop;
    assert_int_equal(pusher_loop_new(&loop), PUSHER_OK);
    assert_int_equal(pusher_loop_run(loop), PUSHER_OK);
    assert_int_equal(pusher_loop_timeout(loop), -1);
    pusher_loop_free(loop);
    pusher_loop_free(NULL);
}

static void turn_inside(const pusher_event *event, void *context) {
    note(context, "%d %d\n", pusher_dispatch(event->client), pusher_run(event->client));
}

static void refuses_to_turn_inside_a_turn(void **state) {
    (void)state;
    fixture *world = fixture_new(greet_and_hold, NULL);
    fixture_make(world);
    assert_int_equal(
        pusher_connection_bind(world->client, pusher_str("connected"), turn_inside, world, NULL),
        PUSHER_OK);
    pusher_connect(world->client);
    char expected[32];
    snprintf(expected, sizeof expected, "%d %d\n", PUSHER_ERR_STATE, PUSHER_ERR_STATE);
    await(world, expected);
    fixture_free(world);
}

/* ---- Nothing happens outside of turns ---- */

static void calls_no_handler_outside_of_turns(void **state) {
    (void)state;
    fixture *world = fixture_new(greet_and_hold, NULL);
    fixture_make(world);
    pusher_connect(world->client);
    assert_int_equal(pusher_connection_state(world->client), PUSHER_CONNECTING);
    assert_string_equal(world->journal, "");
    await(world, "connected\n");
    size_t before = world->journal_len;
    pusher_disconnect(world->client);
    assert_int_equal(world->journal_len, before);
    await(world, "disconnected\n");
    fixture_free(world);
}

/* ---- Inside another loop ---- */

/* Where the loop waits with poll, it has no descriptor for others. */
static void skip_without_descriptor(fixture *world) {
    if (pusher_fd(world->client) >= 0)
        return;
    fixture_free(world);
    skip();
}

static void await_outside(fixture *world, const char *text) {
    for (int turns = 0; noted(world, text) == 0; turns++) {
        struct pollfd polled = {.fd = pusher_fd(world->client), .events = POLLIN};
        assert_true(polled.fd >= 0);
        assert_true(turns < 10000);
        poll(&polled, 1, pusher_timeout(world->client));
        assert_int_equal(pusher_dispatch(world->client), PUSHER_OK);
    }
}

static void lives_in_another_loop(void **state) {
    (void)state;
    fixture *world = fixture_new(greet_and_hold, NULL);
    fixture_make(world);
    skip_without_descriptor(world);
    pusher_connect(world->client);
    await_outside(world, "connected\n");
    pusher_disconnect(world->client);
    await_outside(world, "disconnected\n");
    fixture_free(world);
}

/* Whoever sleeps on the descriptor wakes up for what was called meanwhile, without asking for the
 * time-out again. */
static void wakes_whoever_waits(void **state) {
    (void)state;
    fixture *world = fixture_new(greet_and_hold, NULL);
    fixture_connect(world);
    skip_without_descriptor(world);
    settle(pusher_client_loop(world->client));
    struct pollfd polled = {.fd = pusher_fd(world->client), .events = POLLIN};
    assert_int_equal(poll(&polled, 1, 0), 0);
    assert_int_equal(
        pusher_send_event(world->client, pusher_str("e"), pusher_str(""), pusher_str("")),
        PUSHER_OK);
    assert_int_equal(poll(&polled, 1, 0), 1);
    settle(pusher_client_loop(world->client));
    assert_int_equal(poll(&polled, 1, 0), 0);
    fixture_free(world);
}

/* ---- On a thread ---- */

/* Static in each test: when the test fails, the thread is still there, and may come late. */
typedef struct test_meeting {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    int connected;
    int posts;
} test_meeting;

static void tell(test_meeting *meeting, int *number) {
    pthread_mutex_lock(&meeting->lock);
    ++*number;
    pthread_cond_broadcast(&meeting->changed);
    pthread_mutex_unlock(&meeting->lock);
}

static void meet(test_meeting *meeting, const int *number, int wanted) {
    struct timespec end;
    clock_gettime(CLOCK_REALTIME, &end);
    end.tv_sec += test_patience_ms(20000) / 1000;
    pthread_mutex_lock(&meeting->lock);
    int result = 0;
    while (*number < wanted && !result)
        result = pthread_cond_timedwait(&meeting->changed, &meeting->lock, &end);
    pthread_mutex_unlock(&meeting->lock);
    assert_int_equal(result, 0);
}

static void on_thread_connected(const pusher_event *event, void *context) {
    (void)event;
    test_meeting *meeting = context;
    tell(meeting, &meeting->connected);
}

static void on_post(pusher_client *client, void *context) {
    (void)client;
    test_meeting *meeting = context;
    tell(meeting, &meeting->posts);
}

static void connect_there(pusher_client *client, void *context) {
    (void)context;
    pusher_connect(client);
}

typedef struct test_poster {
    pusher_client *client;
    test_meeting *meeting;
} test_poster;

enum { POSTERS = 4, POSTS = 500 };

static void *post_many(void *context) {
    const test_poster *poster = context;
    for (int i = 0; i < POSTS; i++) {
        while (pusher_post(poster->client, on_post, poster->meeting))
            sched_yield();
    }
    return NULL;
}

static void runs_on_a_thread(void **state) {
    (void)state;
    fixture *world = fixture_new(greet_and_hold, NULL);
    static test_meeting meeting = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, 0};
    assert_int_equal(pusher_client_new(pusher_str("KEY"), &world->options, &world->client),
                     PUSHER_OK);
    assert_int_equal(pusher_connection_bind(world->client, pusher_str("connected"),
                                            on_thread_connected, &meeting, NULL),
                     PUSHER_OK);
    assert_int_equal(pusher_start(world->client), PUSHER_OK);
    assert_int_equal(pusher_start(world->client), PUSHER_ERR_STATE);
    assert_int_equal(pusher_post(world->client, connect_there, NULL), PUSHER_OK);
    meet(&meeting, &meeting.connected, 1);
    pthread_t threads[POSTERS];
    test_poster poster = {world->client, &meeting};
    for (int i = 0; i < POSTERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, post_many, &poster), 0);
    for (int i = 0; i < POSTERS; i++)
        pthread_join(threads[i], NULL);
    meet(&meeting, &meeting.posts, POSTERS * POSTS);
    pusher_stop(world->client);
    pusher_stop(world->client);
    /* Now it is ours again. */
    assert_int_equal(pusher_connection_state(world->client), PUSHER_CONNECTED);
    assert_int_equal(pusher_start(world->client), PUSHER_OK);
    pusher_stop(world->client);
    fixture_free(world);
}

static void free_there(pusher_client *client, void *context) {
    test_meeting *meeting = context;
    pusher_client_free(client);
    tell(meeting, &meeting->posts);
}

static void may_die_on_its_thread(void **state) {
    (void)state;
    fixture *world = fixture_new(greet_and_hold, NULL);
    static test_meeting meeting = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, 0};
    assert_int_equal(pusher_loop_new(&world->options.loop), PUSHER_OK);
    assert_int_equal(pusher_client_new(pusher_str("KEY"), &world->options, &world->client),
                     PUSHER_OK);
    assert_int_equal(pusher_loop_start(world->options.loop), PUSHER_OK);
    assert_int_equal(pusher_post(world->client, connect_there, NULL), PUSHER_OK);
    assert_int_equal(pusher_post(world->client, free_there, &meeting), PUSHER_OK);
    meet(&meeting, &meeting.posts, 1);
    world->client = NULL;
    pusher_loop_stop(world->options.loop);
    pusher_loop_free(world->options.loop);
    fixture_free(world);
}

static char order[4];

static void append(void *letter) {
    strncat(order, letter, 1);
}

static void keeps_the_order_of_posts(void **state) {
    (void)state;
    pusher_loop *loop;
    static char letters[] = "abc";
    assert_int_equal(pusher_loop_new(&loop), PUSHER_OK);
    for (int i = 0; i < 3; i++)
        assert_int_equal(pusher_loop_post(loop, append, &letters[i]), PUSHER_OK);
    assert_string_equal(order, "");
    assert_int_equal(pusher_loop_dispatch(loop), PUSHER_OK);
    assert_string_equal(order, "abc");
    /* One that did not run before the loop goes is dropped. */
    assert_int_equal(pusher_loop_post(loop, append, &letters[0]), PUSHER_OK);
    pusher_loop_free(loop);
    assert_string_equal(order, "abc");
}

/* ---- Many ---- */

enum { MANY = 200 };

static void carries_many_clients(void **state) {
    (void)state;
    fixture *world = fixture_new(greet_and_hold, NULL);
    assert_int_equal(pusher_loop_new(&world->options.loop), PUSHER_OK);
    pusher_client *clients[MANY];
    fixture_make(world);
    for (int i = 0; i < MANY; i++) {
        assert_int_equal(pusher_client_new(pusher_str("KEY"), &world->options, &clients[i]),
                         PUSHER_OK);
        assert_int_equal(
            pusher_connection_bind(clients[i], pusher_str("connected"), note_event, world, NULL),
            PUSHER_OK);
        pusher_connect(clients[i]);
    }
    await_times(world, "connected\n", MANY);
    for (int i = 0; i < MANY; i++) {
        assert_int_equal(pusher_connection_state(clients[i]), PUSHER_CONNECTED);
        pusher_client_free(clients[i]);
    }
    pusher_client_free(world->client);
    world->client = NULL;
    pusher_loop_free(world->options.loop);
    fixture_free(world);
}

/* One peer never stops talking; another's greeting still comes through. */
static void flood(test_connection *connection, void *context) {
    (void)context;
    if (test_connection_number(connection) > 0) {
        greet_and_hold(connection, NULL);
        return;
    }
    if (!test_greet(connection))
        return;
    static char frames[65536];
    size_t len = 0;
    static const char frame[] = "\x81\x11{\"event\":\"flood\"}";
    while (len + sizeof frame - 1 <= sizeof frames) {
        memcpy(frames + len, frame, sizeof frame - 1);
        len += sizeof frame - 1;
    }
    while (test_send(connection, frames, len))
        continue;
}

static void count_event(const pusher_event *event, void *context) {
    (void)event;
    ++*(int *)context;
}

static void starves_nobody(void **state) {
    (void)state;
    fixture *world = fixture_new(flood, NULL);
    int events = 0;
    assert_int_equal(pusher_loop_new(&world->options.loop), PUSHER_OK);
    pusher_client *flooded;
    assert_int_equal(pusher_client_new(pusher_str("KEY"), &world->options, &flooded), PUSHER_OK);
    assert_int_equal(pusher_bind(flooded, pusher_str("flood"), count_event, &events, NULL),
                     PUSHER_OK);
    pusher_connect(flooded);
    while (events < 1000)
        assert_int_equal(pusher_loop_poll(world->options.loop, 1000), PUSHER_OK);
    fixture_connect(world);
    pusher_client_free(flooded);
    pusher_client_free(world->client);
    world->client = NULL;
    pusher_loop_free(world->options.loop);
    fixture_free(world);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(runs_until_quit),
        cmocka_unit_test(tells_what_carries_the_connection),
        cmocka_unit_test(runs_nothing_without_clients),
        cmocka_unit_test(refuses_to_turn_inside_a_turn),
        cmocka_unit_test(calls_no_handler_outside_of_turns),
        cmocka_unit_test(lives_in_another_loop),
        cmocka_unit_test(wakes_whoever_waits),
        cmocka_unit_test(runs_on_a_thread),
        cmocka_unit_test(may_die_on_its_thread),
        cmocka_unit_test(keeps_the_order_of_posts),
        cmocka_unit_test(carries_many_clients),
        cmocka_unit_test(starves_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
