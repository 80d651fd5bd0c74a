/* Channels as the application sees them: objects, bindings, members, sending. */
#include "client_fixture.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Confirms each subscription of a public channel, and sends it one event. */
static void confirm_all(test_connection *connection, void *context) {
    (void)context;
    test_frame *frame = malloc(sizeof *frame);
    bool open = frame && test_greet(connection);
    while (open && test_read_frame(connection, frame) && frame->opcode != 8) {
        const char *name = strstr(frame->text, "\"channel\":\"");
        char channel[64] = "";
        if (name)
            sscanf(name + 11, "%63[^\"]", channel);
        if (strstr(frame->text, "\"pusher:subscribe\"")) {
            test_send_event(connection, "pusher_internal:subscription_succeeded", channel, "{}");
            test_send_event(connection, "hello", channel, "\"to \\u00e4ll\"");
        } else if (strstr(frame->text, "client-")) {
            test_send_event(connection, "echo", channel, "{\"a\":[1]}");
        }
    }
    free(frame);
}

static pusher_channel *subscribe(fixture *world, const char *name) {
    pusher_channel *channel = NULL;
    assert_int_equal(pusher_subscribe(world->client, pusher_str(name), &channel), PUSHER_OK);
    assert_non_null(channel);
    return channel;
}

static bool is(pusher_string text, const char *expected) {
    return text.len == strlen(expected) && memcmp(text.ptr, expected, text.len) == 0;
}

static void note_all(pusher_channel *channel, fixture *world) {
    assert_int_equal(pusher_channel_bind_global(channel, note_event, world, note_destroyed),
                     PUSHER_OK);
}

/* ---- Objects ---- */

static void subscribes(void **state) {
    (void)state;
    fixture *world = fixture_new(confirm_all, NULL);
    fixture_make(world);
    pusher_channel *news = subscribe(world, "news");
    assert_ptr_equal(subscribe(world, "news"), news);
    assert_ptr_equal(pusher_channel_client(news), world->client);
    assert_true(is(pusher_channel_name(news), "news"));
    assert_false(pusher_channel_is_subscribed(news));
    note_all(news, world);
    pusher_connect(world->client);
    await(world, "pusher:subscription_succeeded {}\n");
    await(world, "hello to \xc3\xa4ll\n");
    assert_true(pusher_channel_is_subscribed(news));
    fixture_free(world);
}

static void lists_channels(void **state) {
    (void)state;
    fixture *world = fixture_new(confirm_all, NULL);
    fixture_make(world);
    pusher_channel *first = subscribe(world, "first");
    pusher_channel *second = subscribe(world, "second");
    pusher_channel *third = subscribe(world, "third");
    size_t cursor = 0;
    assert_ptr_equal(pusher_next_channel(world->client, &cursor), first);
    pusher_unsubscribe(world->client, pusher_str("second"));
    assert_ptr_equal(pusher_next_channel(world->client, &cursor), third);
    assert_null(pusher_next_channel(world->client, &cursor));
    assert_null(pusher_find_channel(world->client, pusher_str("second")));
    assert_ptr_equal(pusher_find_channel(world->client, pusher_str("third")), third);
    assert_ptr_not_equal(subscribe(world, "second"), NULL);
    (void)second;
    fixture_free(world);
}

static void refuses_bad_names(void **state) {
    (void)state;
    fixture *world = fixture_new(confirm_all, NULL);
    world->options.max_channels = 2;
    fixture_make(world);
    char longer[201];
    memset(longer, 'x', sizeof longer);
    pusher_channel *untouched = (pusher_channel *)longer;
    const pusher_string names[] = {{"", 0}, {"#server", 7}, {longer, 201}, {"\xff", 1}};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        assert_int_equal(pusher_subscribe(world->client, names[i], &untouched),
                         PUSHER_ERR_ARGUMENT);
    assert_int_equal(pusher_subscribe(world->client, pusher_str("a"), NULL), PUSHER_OK);
    assert_int_equal(pusher_subscribe(world->client, pusher_str("b"), NULL), PUSHER_OK);
    assert_int_equal(pusher_subscribe(world->client, pusher_str("c"), &untouched),
                     PUSHER_ERR_LIMIT);
    assert_ptr_equal(untouched, longer);
    pusher_unsubscribe(world->client, pusher_str("never heard of"));
    fixture_free(world);
}

/* ---- Leaving ---- */

static void ends_bindings_when_left(void **state) {
    (void)state;
    fixture *world = fixture_new(confirm_all, NULL);
    fixture_make(world);
    note_all(subscribe(world, "a"), world);
    pusher_unsubscribe(world->client, pusher_str("a")); /* not connected: it is gone at once */
    assert_int_equal(noted(world, "destroyed\n"), 1);
    note_all(subscribe(world, "b"), world);
    pusher_connect(world->client);
    await(world, "hello to \xc3\xa4ll\n");
    pusher_unsubscribe(world->client, pusher_str("b"));
    assert_int_equal(noted(world, "destroyed\n"), 2);
    fixture_free(world);
}

/* The answer has not come when the channel is left, and taken up again. */
static void forgets_the_bindings_of_a_pending_channel(void **state) {
    (void)state;
    fixture *world = fixture_new(confirm_all, NULL);
    fixture_connect(world);
    note_all(subscribe(world, "a"), world);
    settle(pusher_client_loop(world->client));
    size_t before = world->journal_len;
    pusher_unsubscribe(world->client, pusher_str("a"));
    assert_string_equal(world->journal + before, "destroyed\n");
    assert_null(pusher_find_channel(world->client, pusher_str("a")));
    pusher_channel *again = subscribe(world, "a");
    assert_int_equal(pusher_channel_bind(again, pusher_str("hello"), note_event, world, NULL),
                     PUSHER_OK);
    await(world, "hello to \xc3\xa4ll\n");
    assert_int_equal(noted(world, "destroyed\n"), 1);
    fixture_free(world);
}

static void leave(const pusher_event *event, void *world) {
    pusher_unsubscribe(event->client, pusher_channel_name(event->channel));
    /* The object stays until we return. */
    note(world, "left %.*s\n", (int)pusher_channel_name(event->channel).len,
         pusher_channel_name(event->channel).ptr);
    pusher_channel *again = subscribe(world, "a");
    assert_ptr_not_equal(again, event->channel);
    assert_int_equal(pusher_channel_bind(again, pusher_str("hello"), note_event, world, NULL),
                     PUSHER_OK);
}

static void may_be_left_in_its_own_handler(void **state) {
    (void)state;
    fixture *world = fixture_new(confirm_all, NULL);
    fixture_make(world);
    pusher_channel *channel = subscribe(world, "a");
    assert_int_equal(
        pusher_channel_bind(channel, pusher_str("hello"), leave, world, note_destroyed), PUSHER_OK);
    assert_int_equal(
        pusher_channel_bind(channel, pusher_str("hello"), leave, world, note_destroyed), PUSHER_OK);
    pusher_connect(world->client);
    await(world, "left a\n");
    await(world, "hello to \xc3\xa4ll\n");
    assert_int_equal(noted(world, "left a\n"), 1);
    assert_int_equal(noted(world, "destroyed\n"), 2);
    fixture_free(world);
}

/* A slot that is used again must not lead the dead channel's farewell to the new one. */
static void keeps_channels_apart(void **state) {
    (void)state;
    fixture *world = fixture_new(confirm_all, NULL);
    fixture_connect(world);
    for (int i = 0; i < 50; i++) {
        char name[32];
        snprintf(name, sizeof name, "room-%d", i);
        pusher_channel *channel = subscribe(world, name);
        assert_int_equal(
            pusher_channel_bind(channel, pusher_str("hello"), note_event, world, note_destroyed),
            PUSHER_OK);
        await_times(world, "hello to \xc3\xa4ll\n", i + 1);
        pusher_unsubscribe(world->client, pusher_str(name));
        assert_int_equal(noted(world, "destroyed\n"), i + 1);
    }
    fixture_free(world);
}

/* ---- Where events arrive ---- */

static void note_place(const pusher_event *event, void *context) {
    fixture *world = context;
    note(world, "%s at %.*s\n", event->channel ? "object" : "none", (int)event->channel_name.len,
         event->channel_name.len ? event->channel_name.ptr : "");
}

static void delivers_everywhere(void **state) {
    (void)state;
    fixture *world = fixture_new(confirm_all, NULL);
    fixture_make(world);
    pusher_channel *channel = subscribe(world, "a");
    pusher_string hello = pusher_str("hello");
    assert_int_equal(
        pusher_connection_bind(world->client, pusher_str("message"), note_place, world, NULL),
        PUSHER_OK);
    assert_int_equal(pusher_bind(world->client, hello, note_event, world, NULL), PUSHER_OK);
    assert_int_equal(pusher_channel_bind(channel, hello, note_place, world, NULL), PUSHER_OK);
    pusher_connection_unbind_global(world->client, NULL, NULL);
    pusher_connect(world->client);
    /* The confirmation reaches the connection only; hello the channel, the client, the connection. */
    await(world, "object at a\nobject at a\nhello to \xc3\xa4ll\nobject at a\n");
    fixture_free(world);
}

/* ---- Sending ---- */

static void triggers(void **state) {
    (void)state;
    fixture *world = fixture_new(confirm_all, NULL);
    fixture_make(world);
    pusher_channel *channel = subscribe(world, "private-a");
    pusher_string event = pusher_str("client-e");
    pusher_string data = pusher_str("{\"b\":1}");
    assert_int_equal(pusher_channel_trigger(channel, event, data), PUSHER_ERR_STATE);
    note_all(channel, world);
    pusher_connect(world->client);
    await(world, "connected\n");
    assert_int_equal(pusher_channel_trigger(channel, pusher_str("e"), data), PUSHER_ERR_ARGUMENT);
    assert_int_equal(pusher_channel_trigger(channel, event, pusher_str("{b}")),
                     PUSHER_ERR_ARGUMENT);
    assert_int_equal(pusher_channel_trigger(channel, event, data), PUSHER_OK);
    await(world, "echo {\"a\":[1]}\n");
    fixture_free(world);
}

/* The peer reads nothing: what waits is bounded, and said. */
static void never_read(test_connection *connection, void *context) {
    if (test_greet(connection)) {
        while (!atomic_load((atomic_bool *)context))
            sched_yield();
    }
}

static void bounds_what_waits(void **state) {
    (void)state;
    atomic_bool done = false;
    fixture *world = fixture_new(never_read, &done);
    enum { LIMIT = 100000 };
    world->options.max_outbound = LIMIT;
    fixture_connect(world);
    static char data[10002];
    memset(data, '1', sizeof data);
    int result = PUSHER_OK;
    for (int i = 0; i < 10000 && !result; i++) {
        result = pusher_send_event(world->client, pusher_str("e"),
                                   (pusher_string){data, sizeof data}, pusher_str(""));
        settle(pusher_client_loop(world->client));
    }
    assert_int_equal(result, PUSHER_ERR_LIMIT);
    assert_int_equal(pusher_connection_state(world->client), PUSHER_CONNECTED);
    assert_int_equal(noted(world, "error"), 0);
    atomic_store(&done, true);
    fixture_free(world);
}

/* ---- Presence ---- */

static void sign(pusher_authorization *question, pusher_client *client, pusher_string channel,
                 pusher_string socket_id, void *context) {
    (void)client;
    (void)channel;
    (void)socket_id;
    (void)context;
    assert_int_equal(pusher_authorization_succeed(question, pusher_str("KEY:signature"),
                                                  pusher_str("{\"user_id\":\"ann\"}")),
                     PUSHER_OK);
}

static void play_presence(test_connection *connection, void *context) {
    (void)context;
    if (test_greet(connection) && test_await_text(connection, "presence-room") &&
        test_send_event(connection, "pusher_internal:subscription_succeeded", "presence-room",
                        "{\"presence\":{\"count\":2,\"ids\":[\"ann\",\"bob\"],\"hash\":"
                        "{\"ann\":{\"age\":7},\"bob\":null}}}") &&
        test_send_event(connection, "pusher_internal:member_added", "presence-room",
                        "{\"user_id\":\"cid\",\"user_info\":{\"age\":9}}") &&
        test_send_event(connection, "pusher_internal:member_removed", "presence-room",
                        "{\"user_id\":\"bob\"}"))
        test_hold(connection);
}

static void note_members(const pusher_event *event, void *context) {
    fixture *world = context;
    pusher_member member;
    size_t cursor = 0;
    note(world, "%zu:", pusher_channel_member_count(event->channel));
    while (pusher_channel_next_member(event->channel, &cursor, &member))
        note(world, " %.*s=%.*s", (int)member.id.len, member.id.ptr, (int)member.info.len,
             member.info.len ? member.info.ptr : "");
    if (event->member)
        note(world, " (%.*s)", (int)event->member->id.len, event->member->id.ptr);
    note(world, "\n");
}

static void knows_the_members(void **state) {
    (void)state;
    fixture *world = fixture_new(play_presence, NULL);
    world->options.authorizer = sign;
    fixture_make(world);
    pusher_channel *room = subscribe(world, "presence-room");
    static const char *const events[] = {"pusher:subscription_succeeded", "pusher:member_added",
                                         "pusher:member_removed"};
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(
            pusher_channel_bind(room, pusher_str(events[i]), note_members, world, NULL), PUSHER_OK);
    pusher_connect(world->client);
    await(world, "2: ann={\"age\":7} bob=null\n");
    await(world, "3: ann={\"age\":7} bob=null cid={\"age\":9} (cid)\n");
    await(world, "2: ann={\"age\":7} cid={\"age\":9} (bob)\n");
    pusher_member member;
    assert_true(pusher_channel_me(room, &member));
    assert_true(is(member.id, "ann"));
    assert_true(pusher_channel_member(room, pusher_str("cid"), &member));
    assert_true(is(member.info, "{\"age\":9}"));
    assert_false(pusher_channel_member(room, pusher_str("bob"), &member));
    pusher_disconnect(world->client);
    assert_int_equal(pusher_channel_member_count(room), 0);
    fixture_free(world);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(subscribes),
        cmocka_unit_test(lists_channels),
        cmocka_unit_test(refuses_bad_names),
        cmocka_unit_test(ends_bindings_when_left),
        cmocka_unit_test(forgets_the_bindings_of_a_pending_channel),
        cmocka_unit_test(may_be_left_in_its_own_handler),
        cmocka_unit_test(keeps_channels_apart),
        cmocka_unit_test(delivers_everywhere),
        cmocka_unit_test(triggers),
        cmocka_unit_test(bounds_what_waits),
        cmocka_unit_test(knows_the_members),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
