/* What an incoming event costs, and that its text is right. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "engine_fixture.h"

/* What a message costs: nothing is allocated and nothing copied for an event. */
static void test_no_allocation_per_event(void **state) {
    (void)state;
    static const px_slice messages[] = {
        PX_LITERAL("{\"event\":\"e\",\"channel\":\"news\",\"data\":\"{\\\"text\\\":\\\"hi\\\"}\"}"),
        PX_LITERAL("{\"event\":\"e\",\"channel\":\"other\",\"data\":{\"a\":[1,2,3]}}"),
        PX_LITERAL("{\"event\":\"client-x\",\"channel\":\"news\",\"data\":null,\"user_id\":\"7\"}"),
        PX_LITERAL("{\"event\":\"\\u0065\",\"channel\":\"new\\u0073\",\"data\":\"\\u00e9\"}"),
        PX_LITERAL("{\"event\":\"pusher:ping\",\"data\":{}}"),
        PX_LITERAL("{\"event\":\"pusher:pong\",\"data\":{}}"),
        PX_LITERAL("not json"),
    };
    engine_fixture engine;
    px_options options = engine_options();
    engine_init(&engine, &options);
    engine_establish(&engine);
    engine_subscribe(&engine, "news");
    size_t before = 0;
    for (int round = 0; round < 20; round++) {
        if (round == 2) /* by now every buffer has its size */
            before = engine.memory.calls;
        for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
            px_slice text;
            engine_message(&engine, messages[i]);
            if (engine.event.data_type == PX_DATA_STRING)
                assert_int_equal(px_core_event_text(engine.core, &engine.event, &text), PX_OK);
        }
    }
    assert_int_equal(engine.memory.calls, before);
    engine_free(&engine);
}

/* An event points into the message it came in. */
static void test_no_copy(void **state) {
    (void)state;
    static const char message[] = "{\"event\":\"e\",\"channel\":\"news\",\"data\":\"payload\"}";
    engine_fixture engine;
    px_options options = engine_options();
    engine_init(&engine, &options);
    engine_establish(&engine);
    px_channel_id channel = engine_subscribe(&engine, "news");
    engine_message(&engine, px_slice_of(message, sizeof(message) - 1));
    assert_int_equal(engine.event.channel, channel);
    assert_int_equal(engine.event.targets, PX_TO_CHANNEL | PX_TO_CLIENT | PX_TO_CONNECTION);
    assert_ptr_equal(engine.event.name.ptr, strstr(message, "e\",\"channel"));
    assert_ptr_equal(engine.event.channel_name.ptr, strstr(message, "news"));
    assert_ptr_equal(engine.event.data.ptr, strstr(message, "payload"));
    px_slice text;
    assert_int_equal(px_core_event_text(engine.core, &engine.event, &text), PX_OK);
    assert_ptr_equal(text.ptr, engine.event.data.ptr);
    engine_free(&engine);
}

static void test_escapes(void **state) {
    (void)state;
    static const struct {
        px_slice message;
        const char *text;
    } cases[] = {
        {PX_LITERAL("{\"event\":\"e\",\"data\":\"\"}"), ""},
        {PX_LITERAL("{\"event\":\"e\",\"data\":\"plain\"}"), "plain"},
        {PX_LITERAL("{\"event\":\"e\",\"data\":\"{\\\"a\\\":\\\"b\\\\nc\\\"}\"}"),
         "{\"a\":\"b\\nc\"}"},
        {PX_LITERAL("{\"event\":\"e\",\"data\":\"\\u00e9\\ud83d\\ude00\\/\\t\"}"),
         "\xc3\xa9\xf0\x9f\x98\x80/\t"},
        {PX_LITERAL("{\"event\":\"e\",\"data\":\"\\ud83d!\"}"), "\xef\xbf\xbd!"},
    };
    engine_fixture engine;
    px_options options = engine_options();
    engine_init(&engine, &options);
    engine_establish(&engine);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        px_slice text;
        engine_message(&engine, cases[i].message);
        assert_int_equal(engine.event.data_type, PX_DATA_STRING);
        assert_int_equal(px_core_event_text(engine.core, &engine.event, &text), PX_OK);
        assert_int_equal(text.len, strlen(cases[i].text));
        if (text.len)
            assert_memory_equal(text.ptr, cases[i].text, text.len);
    }
    engine_free(&engine);
}

/* The text of an event is a lot of memory only for a while. */
static void test_memory_after_a_burst(void **state) {
    (void)state;
    enum { SIZE = 1 << 20 };
    static char message[SIZE];
    static const char head[] = "{\"event\":\"e\",\"data\":\"";
    memset(message, '\\', sizeof(message));
    memcpy(message, head, sizeof(head) - 1);
    size_t len = SIZE - ((SIZE - (sizeof(head) - 1)) % 2) - 2;
    message[len] = '"';
    message[len + 1] = '}';
    engine_fixture engine;
    px_options options = engine_options();
    engine_init(&engine, &options);
    engine_establish(&engine);
    engine_subscribe(&engine, "news");
    size_t before = engine.memory.live_bytes;
    px_slice text;
    engine_message(&engine, px_slice_of(message, len + 2));
    assert_int_equal(px_core_event_text(engine.core, &engine.event, &text), PX_OK);
    assert_int_equal(text.len, (len - (sizeof(head) - 1)) / 2);
    assert_true(engine.memory.live_bytes > before + SIZE / 4);
    engine_drain(&engine);
    assert_int_equal(engine.memory.live_bytes, before);
    engine_free(&engine);
}

/* What a connected client with a channel holds. */
static void test_memory_of_a_client(void **state) {
    (void)state;
    engine_fixture engine;
    px_options options = engine_options();
    engine_init(&engine, &options);
    engine_establish(&engine);
    engine_subscribe(&engine, "news");
    assert_in_range(engine.memory.live_bytes, 1, 8192);
    engine_free(&engine);
}

/* Longer than the limit: the connection is given up, and made again. */
static void test_too_long(void **state) {
    (void)state;
    engine_fixture engine;
    px_options options = engine_options();
    engine_init(&engine, &options);
    engine_establish(&engine);
    /* Only the length counts: the bytes are never looked at. */
    engine_message(&engine, px_slice_of("{", PX_MAX_MESSAGE + 1));
    assert_false(px_core_is_live(engine.core));
    assert_int_equal(engine.counts[PX_ACTION_CLOSE], 1);
    engine_wait(&engine, 1000);
    assert_int_equal(engine.counts[PX_ACTION_OPEN], 2);
    engine_free(&engine);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_allocation_per_event),
        cmocka_unit_test(test_no_copy),
        cmocka_unit_test(test_escapes),
        cmocka_unit_test(test_memory_after_a_burst),
        cmocka_unit_test(test_memory_of_a_client),
        cmocka_unit_test(test_too_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
