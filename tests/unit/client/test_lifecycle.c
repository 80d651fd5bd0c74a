/* Birth and death: a client may be freed in every state, at every moment, out of every handler; each
 * destructor runs once; nothing is left behind. */
#include "client_fixture.h"

#include "client/internal.h"
#include "memory.h"
#include "patience.h"

#include <dirent.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* A peer that greets, confirms a subscription of "news", sends an event, and closes with 4100. */
static void tell_everything(test_connection *connection, void *context) {
    (void)context;
    if (test_greet(connection) && test_await_text(connection, "pusher:subscribe") &&
        test_send_event(connection, "pusher_internal:subscription_succeeded", "news", "{}") &&
        test_send_event(connection, "headline", "news", "\"x\"") &&
        test_send(connection, "\x88\x02\x10\x04", 4))
        test_hold(connection);
}

static void greet_and_hold(test_connection *connection, void *context) {
    (void)context;
    if (test_greet(connection))
        test_hold(connection);
}

static int open_descriptors(void) {
    int count = 0;
    DIR *folder = opendir("/proc/self/fd");
    assert_non_null(folder);
    while (readdir(folder))
        count++;
    closedir(folder);
    return count;
}

/* ---- Free in every handler ---- */

typedef struct deadly {
    fixture *world;
    const char *event;
    int destroyed;
    int heard_after;
    bool dead;
} deadly;

static void kill_on(const pusher_event *event, void *context) {
    deadly *test = context;
    if (test->dead) {
        test->heard_after++;
        return;
    }
    if (strncmp(event->name.ptr, test->event, event->name.len) == 0 &&
        strlen(test->event) == event->name.len) {
        test->dead = true;
        pusher_client_free(event->client);
    }
}

static void count_destroyed(void *context) {
    ((deadly *)context)->destroyed++;
}

static const char *const events[] = {
    "state_change",     "connecting",
    "connected",        "pusher:connection_established",
    "pusher:subscribe", "pusher:subscription_succeeded",
    "headline",         "error",
    "connecting_in",    "pusher_internal:subscription_succeeded",
};

/* At three places, bound both ways, two times each: whichever hears the event first kills. */
static void bind_everywhere(deadly *test, pusher_client *client) {
    pusher_channel *channel;
    pusher_string name = pusher_str(test->event);
    assert_int_equal(pusher_subscribe(client, pusher_str("news"), &channel), PUSHER_OK);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pusher_bind(client, name, kill_on, test, count_destroyed), PUSHER_OK);
        assert_int_equal(pusher_bind_global(client, kill_on, test, count_destroyed), PUSHER_OK);
        assert_int_equal(pusher_connection_bind(client, name, kill_on, test, count_destroyed),
                         PUSHER_OK);
        assert_int_equal(pusher_connection_bind_global(client, kill_on, test, count_destroyed),
                         PUSHER_OK);
        assert_int_equal(pusher_channel_bind(channel, name, kill_on, test, count_destroyed),
                         PUSHER_OK);
        assert_int_equal(pusher_channel_bind_global(channel, kill_on, test, count_destroyed),
                         PUSHER_OK);
    }
}

static void dies_in_a_handler(void **state) {
    deadly test = {.event = *state};
    int before = open_descriptors();
    for (int shared = 0; shared < 2; shared++) {
        test = (deadly){.event = *state};
        fixture *world = fixture_new(tell_everything, NULL);
        if (shared)
            assert_int_equal(pusher_loop_new(&world->options.loop), PUSHER_OK);
        pusher_client *client;
        assert_int_equal(pusher_client_new(pusher_str("KEY"), &world->options, &client), PUSHER_OK);
        bind_everywhere(&test, client);
        pusher_connect(client);
        /* It returns because the loop has no client any more, if it has not gone with it. */
        assert_int_equal(pusher_run(client), PUSHER_OK);
        assert_true(test.dead);
        assert_int_equal(test.destroyed, 12);
        assert_int_equal(test.heard_after, 0);
        pusher_loop_free(world->options.loop);
        fixture_free(world);
    }
    assert_int_equal(open_descriptors(), before);
}

/* ---- Free in every state ---- */

static void at_once(fixture *world) {
    (void)world;
}

static void after_connect(fixture *world) {
    pusher_connect(world->client);
}

static void while_connecting(fixture *world) {
    pusher_connect(world->client);
    await(world, "connecting\n");
}

static void while_connected(fixture *world) {
    pusher_connect(world->client);
    await(world, "connected\n");
}

static void with_messages_waiting(fixture *world) {
    while_connected(world);
    for (int i = 0; i < 100; i++)
        assert_int_equal(
            pusher_send_event(world->client, pusher_str("e"), pusher_str("{}"), pusher_str("c")),
            PUSHER_OK);
}

static void after_disconnect(fixture *world) {
    while_connected(world);
    pusher_disconnect(world->client);
}

static void while_disconnected(fixture *world) {
    after_disconnect(world);
    await(world, "disconnected\n");
}

static void while_failed(fixture *world) {
    pusher_client_free(world->client);
    world->options.disabled_transports = world->options.enabled_transports;
    world->options.disabled_transport_count = 1;
    fixture_make(world);
    pusher_connect(world->client);
    await(world, "failed\n");
}

static void while_unavailable(fixture *world) {
    pusher_client_free(world->client);
    world->options.unavailable_timeout = 1;
    test_peer_stop(world->peer);
    fixture_make(world);
    pusher_connect(world->client);
    await(world, "unavailable\n");
    world->peer = test_peer_start(greet_and_hold, NULL, NULL, NULL);
}

static void (*const states[])(fixture *) = {
    at_once,
    after_connect,
    while_connecting,
    while_connected,
    with_messages_waiting,
    after_disconnect,
    while_disconnected,
    while_failed,
    while_unavailable,
};

static void dies_in_every_state(void **state) {
    (void)state;
    int before = open_descriptors();
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++) {
        fixture *world = fixture_new(greet_and_hold, NULL);
        fixture_make(world);
        states[i](world);
        assert_int_equal(pusher_bind_global(world->client, note_event, world, note_destroyed),
                         PUSHER_OK);
        pusher_client_free(world->client);
        world->client = NULL;
        assert_int_equal(noted(world, "destroyed"), 1);
        fixture_free(world);
    }
    assert_int_equal(open_descriptors(), before);
}

/* ---- What was sent before ---- */

static void count_messages(test_connection *connection, void *context) {
    if (!test_greet(connection))
        return;
    test_frame *frame = malloc(sizeof *frame);
    while (frame && test_read_frame(connection, frame) && frame->opcode != 8)
        atomic_fetch_add((atomic_int *)context, strstr(frame->text, "\"farewell\"") != NULL);
    free(frame);
}

static void sends_before_it_dies(void **state) {
    (void)state;
    atomic_int count = 0;
    fixture *world = fixture_new(count_messages, &count);
    fixture_connect(world);
    for (int i = 0; i < 10; i++)
        assert_int_equal(pusher_send_event(world->client, pusher_str("farewell"), pusher_str("{}"),
                                           pusher_str("")),
                         PUSHER_OK);
    pusher_client_free(world->client);
    world->client = NULL;
    while (atomic_load(&count) < 10)
        sched_yield();
    fixture_free(world);
}

/* ---- Posts ---- */

static void never(pusher_client *client, void *context) {
    (void)client;
    (void)context;
    fail_msg("a post ran for a client that is gone");
}

static void free_it(pusher_client *client, void *context) {
    note(context, "freed\n");
    pusher_client_free(client);
}

static void drops_the_posts_of_the_dead(void **state) {
    (void)state;
    fixture *world = fixture_new(greet_and_hold, NULL);
    assert_int_equal(pusher_loop_new(&world->options.loop), PUSHER_OK);
    fixture_make(world);
    assert_int_equal(pusher_post(world->client, free_it, world), PUSHER_OK);
    assert_int_equal(pusher_post(world->client, never, NULL), PUSHER_OK);
    settle(world->options.loop);
    assert_int_equal(noted(world, "freed"), 1);
    world->client = NULL;
    pusher_loop_free(world->options.loop);
    fixture_free(world);
}

/* ---- Memory ---- */

static void is_born_whole_or_not_at_all(void **state) {
    (void)state;
    pusher_pair pairs[] = {{{"a", 1}, {"b", 1}}};
    pusher_options options = PUSHER_OPTIONS_INIT;
    options.host = pusher_str("127.0.0.1");
    options.ca_file = pusher_str("/ca.pem");
    options.auth_params = pairs;
    options.auth_param_count = 1;
    test_allocator memory;
    test_allocator_init(&memory);
    int before = open_descriptors();
    for (size_t i = 1;; i++) {
        pusher_client *client = NULL;
        memory.calls = 0;
        memory.fail_at = i;
        int result = px_client_new(&memory.allocator, pusher_str("KEY"), &options, &client);
        memory.fail_at = 0;
        if (result == PUSHER_OK) {
            pusher_client_free(client);
            assert_true(i > 5);
            break;
        }
        assert_int_equal(result, PUSHER_ERR_NO_MEMORY);
        assert_null(client);
        assert_int_equal(memory.live_blocks, 0);
    }
    assert_int_equal(memory.live_blocks, 0);
    assert_int_equal(open_descriptors(), before);
}

enum { VICTIMS = 64 };

typedef struct victim {
    test_allocator memory;
    pusher_client *client;
    bool heard;
} victim;

static void survive(const pusher_event *event, void *context) {
    (void)event;
    ((victim *)context)->heard = true;
}

static void make_victim(victim *made, const pusher_options *options, size_t fail_at) {
    pusher_channel *channel;
    test_allocator_init(&made->memory);
    assert_int_equal(
        px_client_new(&made->memory.allocator, pusher_str("KEY"), options, &made->client),
        PUSHER_OK);
    assert_int_equal(pusher_subscribe(made->client, pusher_str("news"), &channel), PUSHER_OK);
    assert_int_equal(pusher_channel_bind(channel, pusher_str("headline"), survive, made, NULL),
                     PUSHER_OK);
    made->memory.calls = 0;
    made->memory.fail_once = true;
    made->memory.fail_at = fail_at;
    pusher_connect(made->client);
}

/* Each has a loop of its own: we wait for all their descriptors. */
static void turn_all(victim *victims) {
    time_t end = time(NULL) + test_patience_ms(10000) / 1000;
    for (size_t heard = 0; heard < VICTIMS && time(NULL) < end;) {
        struct pollfd polled[VICTIMS];
        int timeout = 1000;
        heard = 0;
        for (size_t i = 0; i < VICTIMS; i++) {
            assert_int_equal(pusher_dispatch(victims[i].client), PUSHER_OK);
            int wanted = pusher_timeout(victims[i].client);
            if (wanted >= 0 && wanted < timeout)
                timeout = wanted;
            polled[i] = (struct pollfd){.fd = pusher_fd(victims[i].client), .events = POLLIN};
            heard += victims[i].heard;
        }
        if (heard < VICTIMS)
            poll(polled, VICTIMS, timeout);
    }
}

/* One allocation fails, each client's at another moment; all of them come through. */
static void survives_a_lack_of_memory(void **state) {
    (void)state;
    fixture *world = fixture_new(tell_everything, NULL);
    victim *victims = calloc(VICTIMS, sizeof *victims);
    assert_non_null(victims);
    size_t failures = 0;
    for (size_t i = 0; i < VICTIMS; i++)
        make_victim(&victims[i], &world->options, i + 1);
    turn_all(victims);
    for (size_t i = 0; i < VICTIMS; i++) {
        assert_true(victims[i].heard);
        failures += victims[i].memory.calls > i;
        pusher_client_free(victims[i].client);
        assert_int_equal(victims[i].memory.live_blocks, 0);
    }
    assert_true(failures > 10);
    free(victims);
    fixture_free(world);
}

int main(void) {
    enum { EVENTS = sizeof events / sizeof events[0] };
    const struct CMUnitTest others[] = {
        cmocka_unit_test(dies_in_every_state),
        cmocka_unit_test(sends_before_it_dies),
        cmocka_unit_test(drops_the_posts_of_the_dead),
        cmocka_unit_test(is_born_whole_or_not_at_all),
        cmocka_unit_test(survives_a_lack_of_memory),
    };
    struct CMUnitTest tests[EVENTS + sizeof others / sizeof others[0]];
    for (size_t i = 0; i < EVENTS; i++)
        tests[i] = (struct CMUnitTest){events[i], dies_in_a_handler, NULL, NULL,
                                       (void *)(uintptr_t)events[i]};
    memcpy(tests + EVENTS, others, sizeof others);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
