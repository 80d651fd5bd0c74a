/* What transcripts cannot show of HTTP transports: names of sessions over many clients, large messages
 * and long queues. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/core.h"
#include "core/http_socket.h"
#include "memory.h"
#include "json/reader.h"

enum { BODIES = 64 };

/* An engine with one HTTP transport. */
typedef struct http_engine {
    test_allocator memory;
    px_core *core;
    uint64_t now;
    px_id receive; /* the last request of the kind; 0: none, or it was dropped */
    px_id send;
    char url[512]; /* of the last request that receives */
    size_t body_sizes[BODIES];
    size_t body_count; /* of requests that send */
    size_t messages;   /* in them */
    size_t events;
    size_t errors;
    int error_result;
    size_t data_len; /* of the last event */
} http_engine;

static void note_request(http_engine *engine, const px_action *action) {
    if (action->as.request.kind == PX_REQUEST_RECEIVE) {
        engine->receive = action->id;
        snprintf(engine->url, sizeof engine->url, "%.*s", (int)action->as.request.url.len,
                 action->as.request.url.ptr);
        return;
    }
    engine->send = action->id;
    if (action->as.request.kind == PX_REQUEST_INFO)
        return;
    px_slice body = action->as.request.body;
    assert_true(px_json_valid(body));
    engine->body_sizes[engine->body_count++ % BODIES] = body.len;
    for (size_t i = 0; i + 10 < body.len; i++)
        engine->messages += memcmp(body.ptr + i, "{\\\"event\\\"", 10) == 0;
}

static void drain(http_engine *engine) {
    px_action action;
    while (px_core_next(engine->core, &action)) {
        if (action.type == PX_ACTION_REQUEST)
            note_request(engine, &action);
        if (action.type == PX_ACTION_CANCEL && action.id == engine->receive)
            engine->receive = 0;
        if (action.type != PX_ACTION_EVENT)
            continue;
        if (action.as.event.data_type == PX_DATA_ERROR) {
            engine->errors++;
            engine->error_result = action.as.event.error.result;
        }
        engine->events++;
        engine->data_len = action.as.event.data.len;
    }
}

static void piece(http_engine *engine, px_slice bytes) {
    test_guarded guarded = test_guard(bytes);
    px_core_request_progress(engine->core, engine->receive, 200, guarded.bytes);
    drain(engine);
    test_unguard(&guarded);
}

static void begin(http_engine *engine, const char *transport, uint32_t max_outbound,
                  uint64_t random) {
    const px_slice name = px_slice_of_text(transport);
    const uint64_t seed[2] = {random, 7};
    px_options options = {.key = PX_SLICE("KEY"), .http_host = PX_SLICE("host"), .log_level = 1};
    options.enabled_transports = (px_slices){&name, 1, true};
    options.max_outbound = max_outbound;
    *engine = (http_engine){.now = 1000};
    test_allocator_init(&engine->memory);
    assert_int_equal(
        px_core_new(&engine->memory.allocator, &options, seed, engine->now, &engine->core), PX_OK);
    px_core_connect(engine->core);
    drain(engine);
}

static void establish(http_engine *engine) {
    piece(engine, PX_SLICE("o\nm{\"event\":\"pusher:connection_established\",\"data\":"
                           "{\"socket_id\":\"1.2\",\"activity_timeout\":120}}\n"));
    assert_true(px_core_is_live(engine->core));
}

static void end(http_engine *engine) {
    px_core_free(engine->core);
    assert_int_equal(engine->memory.live_blocks, 0);
}

/* Lets the engine do what it wants to do at once; it must come to rest. */
static void settle(http_engine *engine) {
    for (int round = 0; px_core_deadline(engine->core) <= engine->now; round++) {
        assert_in_range(round, 0, 100);
        px_core_tick(engine->core, engine->now);
        drain(engine);
    }
}

/* Answers one POST after the other until there is none. */
static void answer_posts(http_engine *engine) {
    while (engine->send) {
        px_id send = engine->send;
        engine->send = 0;
        px_core_request_done(engine->core, send, 204, PX_SLICE(""), 0, PX_SLICE(""));
        drain(engine);
        settle(engine);
    }
}

/* ---- Names of sessions ---- */

static bool is_session_id(const char *text) {
    return strspn(text, "0123456789abcdefghijklmnopqrstuv") == 8 && text[8] == '/';
}

static void test_session_names(void **state) {
    (void)state;
    size_t lengths[4] = {0};
    unsigned least = 1000;
    unsigned most = 0;
    for (uint64_t random = 0; random < 3000; random++) {
        http_engine engine;
        begin(&engine, "xhr_streaming", 0, random * 0x9e3779b97f4a7c15u);
        static const char before[] = "https://host:443/pusher/app/KEY/";
        assert_memory_equal(engine.url, before, sizeof before - 1);
        const char *server = engine.url + sizeof before - 1;
        size_t digits = strspn(server, "0123456789");
        unsigned number = (unsigned)strtoul(server, NULL, 10);
        assert_in_range(digits, 1, 3);
        assert_true(server[0] != '0' || digits == 1);
        assert_true(server[digits] == '/' && is_session_id(server + digits + 1));
        lengths[digits]++;
        least = number < least ? number : least;
        most = number > most ? number : most;
        end(&engine);
    }
    assert_true(lengths[1] && lengths[2] && lengths[3]);
    assert_in_range(least, 0, 10);
    assert_in_range(most, 990, 999);
}

static void test_sockjs_session_names(void **state) {
    (void)state;
    if (!PX_OWN_SOCKJS)
        skip();
    for (uint64_t random = 0; random < 500; random++) {
        http_engine engine;
        begin(&engine, "sockjs", 0, random * 0x9e3779b97f4a7c15u);
        px_core_request_done(engine.core, engine.send, 200, PX_SLICE("{}"), 0, PX_SLICE(""));
        drain(&engine);
        static const char before[] = "https://host:443/pusher/";
        assert_memory_equal(engine.url, before, sizeof before - 1);
        const char *server = engine.url + sizeof before - 1;
        assert_int_equal(strspn(server, "0123456789"), 3);
        assert_true(server[3] == '/' && is_session_id(server + 4));
        end(&engine);
    }
}

/* ---- Receiving much ---- */

/* A message in a thousand pieces, which is more than all that may be sent. */
static void test_large_message(void **state) {
    (void)state;
    enum { PIECE = 8192, PIECES = 1000 };
    static char letters[PIECE];
    memset(letters, 'x', sizeof letters);
    http_engine engine;
    begin(&engine, "xhr_polling", 4096, 1);
    establish(&engine);
    size_t before = engine.memory.live_bytes;
    piece(&engine, PX_SLICE("a[\"{\\\"event\\\":\\\"e\\\",\\\"data\\\":\\\""));
    for (int i = 0; i < PIECES; i++)
        piece(&engine, px_slice_of(letters, PIECE));
    size_t events = engine.events;
    piece(&engine, PX_SLICE("\\\"}\"]\n"));
    assert_int_equal(engine.events, events + 1);
    assert_int_equal(engine.data_len, (size_t)PIECE * PIECES);
    assert_true(engine.memory.live_bytes <= before + 16384);
    end(&engine);
}

/* A line without an end is given up, with the connection. */
static void test_endless_line(void **state) {
    (void)state;
    enum { PIECE = 1 << 20 };
    char *letters = calloc(1, PIECE);
    assert_non_null(letters);
    http_engine engine;
    begin(&engine, "xhr_streaming", 0, 1);
    establish(&engine);
    size_t peak = 0;
    for (int i = 0; i < 40 && engine.receive; i++) {
        piece(&engine, px_slice_of(letters, PIECE));
        peak = engine.memory.live_bytes > peak ? engine.memory.live_bytes : peak;
    }
    assert_int_equal(engine.receive, 0);
    assert_int_equal(engine.errors, 1);
    assert_int_equal(engine.error_result, PX_ERR_LIMIT);
    assert_true(peak < 3 * (size_t)PX_MAX_MESSAGE);
    free(letters);
    end(&engine);
}

/* ---- Carrying out from within a handler ---- */

static void next_event(px_core *core, const char *data) {
    px_action action;
    do
        assert_true(px_core_next(core, &action));
    while (action.type != PX_ACTION_EVENT);
    assert_int_equal(action.as.event.data.len, strlen(data));
    assert_memory_equal(action.as.event.data.ptr, data, strlen(data));
}

/* A handler of the first of two messages subscribes: what that queues comes, the second message does
 * not, and the data of the first one stays. */
static void test_only_what_is_queued(void **state) {
    (void)state;
    http_engine engine;
    px_action action;
    px_channel_id channel;
    begin(&engine, "xhr_streaming", 0, 1);
    establish(&engine);
    px_core_request_progress(engine.core, engine.receive, 200,
                             PX_SLICE("a[\"{\\\"event\\\":\\\"e\\\",\\\"data\\\":1}\","
                                      "\"{\\\"event\\\":\\\"e\\\",\\\"data\\\":2}\"]\n"));
    assert_true(px_core_next(engine.core, &action));
    px_slice data = action.as.event.data;
    assert_false(px_core_next_queued(engine.core, &action));
    assert_int_equal(px_core_subscribe(engine.core, PX_SLICE("news"), &channel), PX_OK);
    assert_true(px_core_next_queued(engine.core, &action));
    assert_int_equal(action.type, PX_ACTION_EVENT);
    assert_memory_equal(action.as.event.name.ptr, "pusher:subscribe", 16);
    assert_false(px_core_next_queued(engine.core, &action));
    assert_memory_equal(data.ptr, "1", data.len);
    next_event(engine.core, "2");
    drain(&engine);
    end(&engine);
}

/* ---- Sending much ---- */

/* No POST is larger than 64 KiB when it need not be, and nothing is lost or torn. */
static void test_batches(void **state) {
    (void)state;
    enum { MESSAGES = 300 };
    static char data[1000];
    http_engine engine;
    begin(&engine, "xhr_streaming", 0, 1);
    establish(&engine);
    memset(data, 'x', sizeof data);
    data[0] = data[sizeof data - 1] = '"';
    for (int i = 0; i < MESSAGES; i++)
        assert_int_equal(px_core_send_event(engine.core, PX_SLICE("e"),
                                            px_slice_of(data, sizeof data), PX_SLICE("")),
                         PX_OK);
    drain(&engine);
    assert_int_equal(engine.body_count, 1);
    answer_posts(&engine);
    assert_int_equal(engine.messages, MESSAGES);
    assert_in_range(engine.body_count, 5, 7);
    for (size_t i = 0; i < engine.body_count; i++)
        assert_in_range(engine.body_sizes[i], 1000, 65536 + 1);
    end(&engine);
}

/* One that is larger alone goes alone. */
static void test_large_sent_message(void **state) {
    (void)state;
    enum { SIZE = 100000 };
    char *data = malloc(SIZE);
    assert_non_null(data);
    memset(data, 'x', SIZE);
    data[0] = data[SIZE - 1] = '"';
    http_engine engine;
    begin(&engine, "xhr_streaming", 0, 1);
    establish(&engine);
    for (int i = 0; i < 3; i++)
        assert_int_equal(
            px_core_send_event(engine.core, PX_SLICE("e"), px_slice_of(data, SIZE), PX_SLICE("")),
            PX_OK);
    drain(&engine);
    answer_posts(&engine);
    assert_int_equal(engine.body_count, 3);
    assert_int_equal(engine.messages, 3);
    free(data);
    end(&engine);
}

/* Subscriptions of many channels wait for the answers, without a tight loop. */
static void test_resubscribing_in_portions(void **state) {
    (void)state;
    enum { CHANNELS = 1000 };
    char name[32];
    http_engine engine;
    begin(&engine, "xhr_streaming", 8192, 1);
    for (int i = 0; i < CHANNELS; i++) {
        px_channel_id id;
        snprintf(name, sizeof name, "channel-%d", i);
        assert_int_equal(px_core_subscribe(engine.core, px_slice_of_text(name), &id), PX_OK);
    }
    establish(&engine);
    settle(&engine);
    assert_int_equal(engine.body_count, 1);
    assert_in_range(engine.messages, 1, 100);
    answer_posts(&engine);
    assert_int_equal(engine.messages, CHANNELS);
    end(&engine);
}

/* What is on its way counts, too. */
static void test_limit(void **state) {
    (void)state;
    http_engine engine;
    begin(&engine, "xhr_streaming", 4096, 1);
    establish(&engine);
    int result = PX_OK;
    size_t sent = 0;
    for (; result == PX_OK; sent += result == PX_OK) {
        result = px_core_send_event(engine.core, PX_SLICE("e"), PX_SLICE("[1,2,3]"), PX_SLICE(""));
        drain(&engine);
    }
    assert_int_equal(result, PX_ERR_LIMIT);
    assert_in_range(sent, 50, 200);
    assert_true(px_core_is_live(engine.core));
    answer_posts(&engine);
    assert_int_equal(engine.messages, sent);
    assert_int_equal(
        px_core_send_event(engine.core, PX_SLICE("e"), PX_SLICE("[1,2,3]"), PX_SLICE("")), PX_OK);
    end(&engine);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_session_names),
        cmocka_unit_test(test_sockjs_session_names),
        cmocka_unit_test(test_large_message),
        cmocka_unit_test(test_endless_line),
        cmocka_unit_test(test_only_what_is_queued),
        cmocka_unit_test(test_batches),
        cmocka_unit_test(test_large_sent_message),
        cmocka_unit_test(test_resubscribing_in_portions),
        cmocka_unit_test(test_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
