#include "engine_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

px_options engine_options(void) {
    static const px_slice transports[] = {PX_LITERAL("ws"), PX_LITERAL("wss")};
    return (px_options){.key = PX_SLICE("KEY"),
                        .ws_host = PX_SLICE("host"),
                        .enabled_transports = {transports, 2, true},
                        .log_level = 1};
}

void engine_init(engine_fixture *engine, const px_options *options) {
    static const uint64_t seed[2] = {1, 2};
    *engine = (engine_fixture){.now = 1000};
    test_allocator_init(&engine->memory);
    assert_int_equal(
        px_core_new(&engine->memory.allocator, options, seed, engine->now, &engine->core), PX_OK);
}

void engine_free(engine_fixture *engine) {
    px_core_free(engine->core);
    assert_int_equal(engine->memory.live_blocks, 0);
    assert_int_equal(engine->memory.live_bytes, 0);
}

void engine_drain(engine_fixture *engine) {
    px_action action;
    while (px_core_next(engine->core, &action)) {
        size_t count = engine->counts[action.type]++;
        if (action.type == PX_ACTION_OPEN && count < ENGINE_MAX_OPEN) {
            engine->opened[count] = action.id;
            engine->opened_at[count] = engine->now;
        }
        if (action.type == PX_ACTION_CLOSE && count < ENGINE_MAX_OPEN)
            engine->closed[count] = action.id;
        if (action.type == PX_ACTION_REQUEST || action.type == PX_ACTION_AUTHORIZE)
            engine->request = action.id;
        if (action.type != PX_ACTION_EVENT)
            continue;
        engine->event = action.as.event;
        if (action.as.event.sealed && engine->refuses_boxes)
            px_core_not_opened(engine->core, &action.as.event);
    }
}

void engine_wait(engine_fixture *engine, uint64_t ms) {
    uint64_t end = engine->now + ms;
    while (px_core_deadline(engine->core) <= end) {
        uint64_t deadline = px_core_deadline(engine->core);
        engine->now = deadline > engine->now ? deadline : engine->now;
        px_core_tick(engine->core, engine->now);
        engine_drain(engine);
    }
    engine->now = end;
    px_core_tick(engine->core, end);
    engine_drain(engine);
}

static px_id newest(const engine_fixture *engine) {
    size_t count = engine->counts[PX_ACTION_OPEN];
    assert_in_range(count, 1, ENGINE_MAX_OPEN);
    return engine->opened[count - 1];
}

void engine_message(engine_fixture *engine, px_slice message) {
    px_core_transport_message(engine->core, newest(engine), message);
    engine_drain(engine);
}

void engine_establish(engine_fixture *engine) {
    px_core_connect(engine->core);
    engine_drain(engine);
    px_core_transport_opened(engine->core, newest(engine));
    engine_message(engine, PX_SLICE("{\"event\":\"pusher:connection_established\",\"data\":"
                                    "{\"socket_id\":\"1.2\",\"activity_timeout\":120}}"));
    assert_true(px_core_is_live(engine->core));
}

px_channel_id engine_subscribe(engine_fixture *engine, const char *name) {
    px_channel_id channel;
    char message[512];
    assert_int_equal(px_core_subscribe(engine->core, px_slice_of_text(name), &channel), PX_OK);
    engine_drain(engine);
    snprintf(message, sizeof(message),
             "{\"event\":\"pusher_internal:subscription_succeeded\",\"channel\":\"%s\","
             "\"data\":\"{}\"}",
             name);
    engine_message(engine, px_slice_of_text(message));
    return channel;
}
