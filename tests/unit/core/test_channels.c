/* Channels by the thousand, and the limits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "engine_fixture.h"

enum { MANY = 2000 };

static void subscribe_many(engine_fixture *engine) {
    for (int i = 0; i < MANY; i++) {
        char name[32];
        px_channel_id channel;
        snprintf(name, sizeof(name), "channel-%d", i);
        assert_int_equal(px_core_subscribe(engine->core, px_slice_of_text(name), &channel), PX_OK);
    }
}

/* After a reconnect the channels are subscribed in pieces, so that what waits to be sent never
 * exceeds the limit; the engine asks to go on by itself. */
static void test_resubscribes_in_pieces(void **state) {
    (void)state;
    engine_fixture engine;
    px_options options = engine_options();
    options.max_outbound = 8192;
    engine_init(&engine, &options);
    subscribe_many(&engine);
    engine_establish(&engine);
    size_t first = engine.counts[PX_ACTION_SEND];
    assert_in_range(first, 1, 100);
    assert_int_equal(px_core_deadline(engine.core), engine.now);
    while (px_core_deadline(engine.core) == engine.now) {
        size_t before = engine.counts[PX_ACTION_SEND];
        px_core_tick(engine.core, engine.now);
        engine_drain(&engine);
        assert_in_range(engine.counts[PX_ACTION_SEND] - before, 1, 100);
    }
    assert_int_equal(engine.counts[PX_ACTION_SEND], MANY);
    engine_free(&engine);
}

/* Channels that are left, or a connection that is lost, before their turn came. */
static void test_left_before_its_turn(void **state) {
    (void)state;
    engine_fixture engine;
    px_options options = engine_options();
    options.max_outbound = 8192;
    engine_init(&engine, &options);
    subscribe_many(&engine);
    engine_establish(&engine);
    size_t sent = engine.counts[PX_ACTION_SEND];
    size_t cursor = 0;
    for (px_channel_id id; (id = px_core_next_channel(engine.core, &cursor));) {
        px_channel_info info;
        assert_true(px_core_channel_info(engine.core, id, &info));
        px_core_unsubscribe(engine.core, info.name);
    }
    engine_drain(&engine);
    assert_int_equal(engine.counts[PX_ACTION_SEND], sent);
    assert_int_equal(engine.counts[PX_ACTION_CHANNEL_GONE], MANY - sent);
    assert_int_equal(px_core_deadline(engine.core), engine.now + 120000);
    px_core_disconnect(engine.core);
    engine_drain(&engine);
    assert_int_equal(engine.counts[PX_ACTION_CHANNEL_GONE], MANY);
    assert_int_equal(px_core_deadline(engine.core), PX_NO_DEADLINE);
    engine_free(&engine);
}

/* The application may not fill the memory with what waits to be sent. */
static void test_outbound_limit(void **state) {
    (void)state;
    engine_fixture engine;
    px_options options = engine_options();
    options.max_outbound = 4096;
    engine_init(&engine, &options);
    engine_establish(&engine);
    int result;
    int sent = -1;
    do {
        result = px_core_send_event(engine.core, PX_SLICE("e"), PX_SLICE("[1,2,3]"), PX_SLICE("c"));
        sent++;
    } while (result == PX_OK);
    assert_int_equal(result, PX_ERR_LIMIT);
    assert_in_range(sent, 50, 200);
    assert_true(px_core_is_live(engine.core));
    engine_drain(&engine);
    assert_int_equal(engine.counts[PX_ACTION_SEND], sent);
    assert_int_equal(px_core_send_event(engine.core, PX_SLICE("e"), PX_SLICE("1"), PX_SLICE("c")),
                     PX_OK);
    engine_free(&engine);
}

/* What a burst took is given back when it is over. */
static void test_memory_after_many_channels(void **state) {
    (void)state;
    engine_fixture engine;
    px_options options = engine_options();
    engine_init(&engine, &options);
    engine_establish(&engine);
    engine_drain(&engine);
    subscribe_many(&engine);
    engine_drain(&engine);
    px_core_disconnect(engine.core);
    size_t cursor = 0;
    for (px_channel_id id; (id = px_core_next_channel(engine.core, &cursor));) {
        px_channel_info info;
        assert_true(px_core_channel_info(engine.core, id, &info));
        px_core_unsubscribe(engine.core, info.name);
    }
    engine_drain(&engine);
    engine_drain(&engine);
    assert_int_equal(engine.counts[PX_ACTION_CHANNEL_GONE], MANY);
    /* The tables of the map and of the slots stay, the queue shrinks. */
    assert_in_range(engine.memory.live_bytes, 1, MANY * 100 + 256 * sizeof(px_action));
    engine_free(&engine);
}

/* Members beyond the limit are told, not taken in. */
static void test_member_limit(void **state) {
    (void)state;
    enum { ROOM = 32 };
    static char message[(PX_MAX_MEMBERS + 2) * ROOM];
    engine_fixture engine;
    px_options options = engine_options();
    engine_init(&engine, &options);
    engine_establish(&engine);
    px_channel_id channel;
    assert_int_equal(px_core_subscribe(engine.core, PX_SLICE("presence-a"), &channel), PX_OK);
    engine_drain(&engine);
    px_core_request_done(
        engine.core, engine.request, 200,
        PX_SLICE("{\"auth\":\"K:s\",\"channel_data\":\"{\\\"user_id\\\":\\\"1\\\"}\"}"), 0,
        PX_SLICE(""));
    engine_drain(&engine);
    size_t len =
        (size_t)sprintf(message, "{\"event\":\"pusher_internal:subscription_succeeded\","
                                 "\"channel\":\"presence-a\",\"data\":{\"presence\":{\"hash\":{");
    for (int i = 0; i <= PX_MAX_MEMBERS; i++)
        len += (size_t)sprintf(message + len, "%s\"%d\":null", i ? "," : "", i);
    len += (size_t)sprintf(message + len, "}}}}");
    size_t events = engine.counts[PX_ACTION_EVENT];
    engine_message(&engine, px_slice_of(message, len));
    /* The error, the success, the message. */
    assert_int_equal(engine.counts[PX_ACTION_EVENT] - events, 3);
    assert_int_equal(px_core_member_count(engine.core, channel), PX_MAX_MEMBERS);
    engine_message(&engine, PX_SLICE("{\"event\":\"pusher_internal:member_added\",\"channel\":"
                                     "\"presence-a\",\"data\":{\"user_id\":\"x\"}}"));
    assert_int_equal(px_core_member_count(engine.core, channel), PX_MAX_MEMBERS);
    px_member member;
    assert_true(px_core_member_me(engine.core, channel, &member));
    assert_false(px_core_member(engine.core, channel, PX_SLICE("x"), &member));
    engine_free(&engine);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_resubscribes_in_pieces),
        cmocka_unit_test(test_left_before_its_turn),
        cmocka_unit_test(test_outbound_limit),
        cmocka_unit_test(test_memory_after_many_channels),
        cmocka_unit_test(test_member_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
