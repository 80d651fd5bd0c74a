/* What the engine refuses, and how it copes with having no memory, where no transcript can say it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine_fixture.h"

static void test_no_engine(void **state) {
    (void)state;
    px_core_free(NULL);
}

static void test_message_that_is_no_text(void **state) {
    (void)state;
    engine_fixture engine;
    px_options options = engine_options();
    engine_init(&engine, &options);
    engine_establish(&engine);
    size_t sent = engine.counts[PX_ACTION_SEND];
    assert_int_equal(px_core_send(engine.core, PX_SLICE("\xff")), PX_ERR_SYNTAX);
    assert_int_equal(px_core_send(engine.core, PX_SLICE("\xc3\xbf")), PX_OK);
    engine_drain(&engine);
    assert_int_equal(engine.counts[PX_ACTION_SEND], sent + 1);
    engine_free(&engine);
}

/* The question stays open: a better answer is taken. */
static void test_header_that_is_none(void **state) {
    (void)state;
    static const px_header bad = {PX_LITERAL("X-Name"), PX_LITERAL("a\r\nX-Other: b")};
    static const px_header good = {PX_LITERAL("X-Name"), PX_LITERAL("a")};
    engine_fixture engine;
    px_channel_id channel;
    px_options options = engine_options();
    options.ask_authorization = true;
    engine_init(&engine, &options);
    engine_establish(&engine);
    assert_int_equal(px_core_subscribe(engine.core, PX_SLICE("private-a"), &channel), PX_OK);
    engine_drain(&engine);
    assert_int_equal(engine.counts[PX_ACTION_AUTHORIZE], 1);
    px_id asked = engine.request;
    assert_int_equal(px_core_authorize_with(engine.core, asked, NULL, 0, &bad, 1), PX_ERR_ARGUMENT);
    engine_drain(&engine);
    assert_int_equal(engine.counts[PX_ACTION_REQUEST], 0);
    assert_int_equal(px_core_authorize_with(engine.core, asked, NULL, 0, &good, 1), PX_OK);
    engine_drain(&engine);
    assert_int_equal(engine.counts[PX_ACTION_REQUEST], 1);
    engine_free(&engine);
}

static void test_unwanted_log_line(void **state) {
    (void)state;
    engine_fixture engine;
    px_options options = engine_options();
    engine_init(&engine, &options);
    px_core_no_callbacks(engine.core, PX_SLICE("news"), PX_SLICE("e"));
    engine_drain(&engine);
    assert_int_equal(engine.counts[PX_ACTION_LOG], 0);
    px_core_set_log_level(engine.core, PX_LOG_DEBUG);
    px_core_no_callbacks(engine.core, PX_SLICE("news"), PX_SLICE("e"));
    engine_drain(&engine);
    assert_int_equal(engine.counts[PX_ACTION_LOG], 1);
    engine_free(&engine);
}

/* Fields that fill a URL by themselves leave no room for any entry: nothing is sent. */
static void test_statistics_too_long_for_a_url(void **state) {
    (void)state;
    enum { LENGTH = 8180 };
    char *value = malloc(LENGTH);
    assert_non_null(value);
    memset(value, 0xff, LENGTH); /* slashes in base64, each three bytes of a URL */
    const px_pair pair = {PX_LITERAL("field"), px_slice_of(value, LENGTH)};
    engine_fixture engine;
    px_options options = engine_options();
    options.enable_stats = true;
    options.timeline_params.items = &pair;
    options.timeline_params.count = 1;
    engine_init(&engine, &options);
    engine_establish(&engine);
    assert_int_equal(engine.counts[PX_ACTION_REQUEST], 0);
    engine_free(&engine);
    options.timeline_params.count = 0;
    engine_init(&engine, &options);
    engine_establish(&engine);
    assert_int_equal(engine.counts[PX_ACTION_REQUEST], 1);
    engine_free(&engine);
    free(value);
}

/* ---- Without memory ---- */

/* A state that was never told, and is over, is not told. */
static void test_state_that_passed_unseen(void **state) {
    (void)state;
    engine_fixture engine;
    px_options options = engine_options();
    engine_init(&engine, &options);
    px_core_connect(engine.core);
    engine_drain(&engine);
    px_core_disconnect(engine.core);
    engine_drain(&engine);
    size_t told = engine.counts[PX_ACTION_STATE];
    for (int i = 0; i < 100; i++) { /* until the queue is full */
        engine.memory.fail_at = 1;
        px_core_connect(engine.core);
        px_core_disconnect(engine.core);
    }
    assert_int_equal(px_core_state(engine.core), PX_STATE_DISCONNECTED);
    engine.memory.fail_at = 0;
    px_action action = {0};
    px_state last = PX_STATE_DISCONNECTED;
    while (px_core_next(engine.core, &action)) {
        if (action.type != PX_ACTION_STATE)
            continue;
        assert_int_equal(action.as.state.previous, last);
        assert_int_not_equal(action.as.state.current, last);
        last = action.as.state.current;
        told++;
    }
    assert_int_equal(last, PX_STATE_DISCONNECTED);
    engine_free(&engine);
}

/* Something that could not be told, here why the connection was lost, is told as a lack of memory. */
static void test_error_that_could_not_be_told(void **state) {
    (void)state;
    engine_fixture engine;
    px_options options = engine_options();
    engine_init(&engine, &options);
    engine_establish(&engine);
    size_t taken = 0; /* the places of the queue */
    while (px_core_send(engine.core, PX_SLICE("x")) == PX_OK && taken < 5000) {
        engine.memory.fail_at = 1;
        taken++;
    }
    px_core_transport_closed(engine.core, engine.opened[0], 4001, PX_SLICE("no such app"), true, 0,
                             PX_SLICE(""));
    engine.memory.fail_at = 0;
    engine_drain(&engine);
    assert_int_equal(px_core_state(engine.core), PX_STATE_DISCONNECTED);
    assert_true(px_slice_equal(engine.event.name, PX_SLICE("error")));
    assert_int_equal(engine.event.error.result, PX_ERR_NO_MEMORY);
    assert_false(engine.event.error.will_retry);
    size_t events = engine.counts[PX_ACTION_EVENT];
    engine_drain(&engine);
    assert_int_equal(engine.counts[PX_ACTION_EVENT], events); /* once */
    engine_free(&engine);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_engine),
        cmocka_unit_test(test_message_that_is_no_text),
        cmocka_unit_test(test_header_that_is_none),
        cmocka_unit_test(test_unwanted_log_line),
        cmocka_unit_test(test_statistics_too_long_for_a_url),
        cmocka_unit_test(test_state_that_passed_unseen),
        cmocka_unit_test(test_error_that_could_not_be_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
