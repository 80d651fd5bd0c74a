/* The strategy tree in time: what is opened when, and what ends it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine_fixture.h"

static void start(engine_fixture *engine, const px_options *options) {
    engine_init(engine, options);
    px_core_connect(engine->core);
    engine_drain(engine);
}

/* How long after the start the n-th transport (from 0) was opened. */
static uint64_t opening(const engine_fixture *engine, size_t number) {
    return engine->opened_at[number] - 1000;
}

static void test_time_limits(void **state) {
    (void)state;
    engine_fixture engine;
    px_options options = engine_options();
    start(&engine, &options);
    engine_wait(&engine, 200000);
    static const uint64_t expected[] = {0, 15000, 45000, 105000, 165000};
    assert_int_equal(engine.counts[PX_ACTION_OPEN], 5);
    assert_int_equal(engine.counts[PX_ACTION_CLOSE], 4);
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(opening(&engine, i), expected[i]);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(engine.closed[i], engine.opened[i]);
    engine_free(&engine);
}

static void test_wss_joins_after_2_s(void **state) {
    (void)state;
    engine_fixture engine;
    px_options options = engine_options();
    options.plain = true;
    start(&engine, &options);
    engine_wait(&engine, 1999);
    assert_int_equal(engine.counts[PX_ACTION_OPEN], 1);
    engine_wait(&engine, 1);
    assert_int_equal(engine.counts[PX_ACTION_OPEN], 2);
    engine_wait(&engine, 18000);
    assert_int_equal(engine.counts[PX_ACTION_OPEN], 4);
    assert_int_equal(opening(&engine, 2), 15000);
    assert_int_equal(opening(&engine, 3), 17000);
    engine_free(&engine);
}

/* Both loops go on by themselves; the first handshake ends the other. */
static void test_first_handshake_ends_the_rest(void **state) {
    (void)state;
    engine_fixture engine;
    px_options options = engine_options();
    options.plain = true;
    start(&engine, &options);
    engine_wait(&engine, 2000);
    px_core_transport_opened(engine.core, engine.opened[0]);
    px_core_transport_opened(engine.core, engine.opened[1]);
    engine_message(&engine, PX_SLICE("{\"event\":\"pusher:connection_established\",\"data\":"
                                     "{\"socket_id\":\"1.2\",\"activity_timeout\":120}}"));
    assert_true(px_core_is_live(engine.core));
    assert_int_equal(engine.counts[PX_ACTION_CLOSE], 1);
    assert_int_equal(engine.closed[0], engine.opened[0]);
    engine_wait(&engine, 119999);
    assert_int_equal(engine.counts[PX_ACTION_OPEN], 2);
    assert_int_equal(engine.counts[PX_ACTION_CLOSE], 1);
    engine_free(&engine);
}

/* A refused attempt is not waited out: the pauses are random, but bounded. */
static void test_refusals_are_tried_again(void **state) {
    (void)state;
    engine_fixture engine;
    px_options options = engine_options();
    start(&engine, &options);
    uint64_t bound = 1000;
    for (size_t i = 0; i + 1 < ENGINE_MAX_OPEN; i++) {
        px_core_transport_closed(engine.core, engine.opened[i], 1006, PX_SLICE(""), false, -22,
                                 PX_SLICE("refused"));
        engine_drain(&engine);
        assert_int_equal(engine.counts[PX_ACTION_OPEN], i + 1);
        uint64_t before = engine.now;
        assert_true(px_core_deadline(engine.core) <= before + bound);
        while (engine.counts[PX_ACTION_OPEN] == i + 1)
            engine_wait(&engine, 1);
        bound = bound * 2 < 30000 ? bound * 2 : 30000;
    }
    assert_int_equal(px_core_state(engine.core),
                     engine.now - 1000 >= 10000 ? PX_STATE_UNAVAILABLE : PX_STATE_CONNECTING);
    engine_free(&engine);
}

/* Different seeds wait differently: a crowd does not come back at the same moment. */
static void test_pauses_are_spread(void **state) {
    (void)state;
    enum { CLIENTS = 200, QUARTERS = 4 };
    unsigned quarters[QUARTERS] = {0};
    px_options options = engine_options();
    for (uint64_t i = 0; i < CLIENTS; i++) {
        const uint64_t seed[2] = {i, 99};
        px_core *core;
        px_action action;
        assert_int_equal(px_core_new(&test_malloc, &options, seed, 0, &core), PX_OK);
        px_core_connect(core);
        px_id id = 0;
        while (px_core_next(core, &action))
            id = action.type == PX_ACTION_OPEN ? action.id : id;
        px_core_transport_closed(core, id, 1006, PX_SLICE(""), false, 0, PX_SLICE(""));
        while (px_core_next(core, &action))
            ;
        assert_in_range(px_core_deadline(core), 0, 1000);
        quarters[px_core_deadline(core) * (QUARTERS - 1) / 1000]++;
        px_core_free(core);
    }
    for (size_t i = 0; i + 1 < QUARTERS; i++)
        assert_in_range(quarters[i], CLIENTS / 6, CLIENTS / 2);
}

static void refuse_last(engine_fixture *engine) {
    px_id last = engine->opened[engine->counts[PX_ACTION_OPEN] - 1];
    px_core_transport_closed(engine->core, last, 1006, PX_SLICE(""), false, 0, PX_SLICE(""));
    engine_drain(engine);
}

/* After the failures that are counted here, the longest of many pauses. */
static uint64_t longest_pause(engine_fixture *engine, int refusals) {
    uint64_t longest = 0;
    for (int i = 0; i < refusals; i++) {
        refuse_last(engine);
        uint64_t pause = px_core_deadline(engine->core) - engine->now;
        longest = pause > longest ? pause : longest;
        engine->counts[PX_ACTION_OPEN] = 0;
        while (engine->counts[PX_ACTION_OPEN] == 0)
            engine_wait(engine, px_core_deadline(engine->core) - engine->now);
    }
    return longest;
}

static void test_pauses_have_a_bound(void **state) {
    (void)state;
    engine_fixture engine;
    px_options options = engine_options();
    options.unavailable_timeout = 1;
    start(&engine, &options);
    engine_wait(&engine, 1);
    assert_in_range(longest_pause(&engine, 300), 25000, 30000);
    engine_free(&engine);
}

static void establish_last(engine_fixture *engine) {
    px_core_transport_opened(engine->core, engine->opened[engine->counts[PX_ACTION_OPEN] - 1]);
    engine_message(engine, PX_SLICE("{\"event\":\"pusher:connection_established\",\"data\":"
                                    "{\"socket_id\":\"1.2\",\"activity_timeout\":120}}"));
    assert_true(px_core_is_live(engine->core));
}

/* Loses the connection after `ms`; the bound of the pause after the next refusal. */
static uint64_t pause_after_life(engine_fixture *engine, uint64_t ms, px_slice message) {
    establish_last(engine);
    if (message.len)
        engine_message(engine, message);
    engine_wait(engine, ms);
    refuse_last(engine);
    engine->counts[PX_ACTION_OPEN] = 0;
    engine_wait(engine, 1000);
    assert_int_equal(engine->counts[PX_ACTION_OPEN], 1);
    engine_wait(engine, 1); /* the state is `unavailable` now: that timer is gone */
    refuse_last(engine);    /* what worked last is not paused for */
    assert_int_equal(engine->counts[PX_ACTION_OPEN], 2);
    return longest_pause(engine, 1);
}

/* A connection that lives for 5 s, or over which something comes, makes good for the failures
 * before it; a shorter one does not. */
static void test_success_is_remembered(void **state) {
    (void)state;
    static const struct {
        uint64_t life;
        px_slice message;
        bool forgets;
    } cases[] = {{4999, PX_LITERAL(""), false},
                 {5000, PX_LITERAL(""), true},
                 {0, PX_LITERAL("{\"event\":\"e\"}"), true}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint64_t longest = 0;
        for (int round = 0; round < 20; round++) {
            engine_fixture engine;
            px_options options = engine_options();
            options.unavailable_timeout = 1;
            start(&engine, &options);
            engine_wait(&engine, 1);
            longest_pause(&engine, 6 + round);
            uint64_t pause = pause_after_life(&engine, cases[i].life, cases[i].message);
            longest = pause > longest ? pause : longest;
            engine_free(&engine);
        }
        if (cases[i].forgets)
            assert_in_range(longest, 500, 1000);
        else
            assert_in_range(longest, 10000, 30000);
    }
}

/* Late words of dead transports, and made-up ids, change nothing. */
static void test_dead_ids(void **state) {
    (void)state;
    engine_fixture engine;
    px_options options = engine_options();
    start(&engine, &options);
    px_id old = engine.opened[0];
    engine_wait(&engine, 15000);
    assert_int_not_equal(engine.opened[1], old);
    const px_id ids[] = {0, old, old + 1, 0xffffffff, 12345678};
    for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
        px_core_transport_opened(engine.core, ids[i]);
        px_core_transport_message(engine.core, ids[i], PX_SLICE("x"));
        px_core_transport_closed(engine.core, ids[i], 4001, PX_SLICE(""), true, 0, PX_SLICE(""));
        px_core_request_done(engine.core, ids[i], 200, PX_SLICE("{}"), 0, PX_SLICE(""));
        engine_drain(&engine);
    }
    assert_int_equal(px_core_state(engine.core), PX_STATE_UNAVAILABLE);
    assert_int_equal(engine.counts[PX_ACTION_OPEN], 2);
    engine_free(&engine);
}

/* Ids stay apart through every generation of a slot, and none is 0. */
static void test_many_generations(void **state) {
    (void)state;
    engine_fixture engine;
    px_options options = engine_options();
    start(&engine, &options);
    px_id last = engine.opened[0];
    for (int i = 0; i < 1000; i++) {
        engine.counts[PX_ACTION_OPEN] = 0;
        px_core_disconnect(engine.core);
        px_core_connect(engine.core);
        engine_drain(&engine);
        assert_int_equal(engine.counts[PX_ACTION_OPEN], 1);
        assert_int_not_equal(engine.opened[0], last);
        assert_int_not_equal(engine.opened[0], 0);
        last = engine.opened[0];
    }
    engine_free(&engine);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_time_limits),
        cmocka_unit_test(test_wss_joins_after_2_s),
        cmocka_unit_test(test_first_handshake_ends_the_rest),
        cmocka_unit_test(test_refusals_are_tried_again),
        cmocka_unit_test(test_pauses_are_spread),
        cmocka_unit_test(test_pauses_have_a_bound),
        cmocka_unit_test(test_success_is_remembered),
        cmocka_unit_test(test_dead_ids),
        cmocka_unit_test(test_many_generations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
