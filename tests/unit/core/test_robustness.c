/* The engine under arbitrary input. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/http_socket.h"

#include "engine_fixture.h"

/* Calls of every kind in random order, with random arguments and random frames. The sanitizers
 * and these assertions are what can fail. */

static uint64_t chance_state;

static uint32_t chance(uint32_t below) {
    chance_state = chance_state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(chance_state >> 33) % below;
}

static const char *const frames[] = {
    "{\"event\":\"pusher:connection_established\",\"data\":\"{\\\"socket_id\\\":\\\"1.2\\\","
    "\\\"activity_timeout\\\":120}\"}",
    "{\"event\":\"pusher:error\",\"data\":{\"code\":4100,\"message\":\"m\"}}",
    "{\"event\":\"pusher_internal:subscription_succeeded\",\"channel\":\"presence-a\",\"data\":"
    "\"{\\\"presence\\\":{\\\"count\\\":2,\\\"ids\\\":[\\\"1\\\",\\\"2\\\"],\\\"hash\\\":"
    "{\\\"1\\\":null,\\\"2\\\":{\\\"n\\\":1}}}}\"}",
    "{\"event\":\"pusher_internal:subscription_succeeded\",\"channel\":\"news\",\"data\":\"{}\"}",
    "{\"event\":\"pusher_internal:subscription_succeeded\",\"channel\":\"private-a\"}",
    "{\"event\":\"pusher_internal:member_added\",\"channel\":\"presence-a\",\"data\":"
    "\"{\\\"user_id\\\":3,\\\"user_info\\\":{}}\"}",
    "{\"event\":\"pusher_internal:member_removed\",\"channel\":\"presence-a\",\"data\":"
    "{\"user_id\":\"1\"}}",
    "{\"event\":\"pusher:subscription_error\",\"channel\":\"private-a\",\"data\":{}}",
    "{\"event\":\"pusher_internal:subscription_count\",\"channel\":\"news\",\"data\":"
    "{\"subscription_count\":5}}",
    "{\"event\":\"pusher:ping\"}",
    "{\"event\":\"client-e\",\"channel\":\"presence-a\",\"user_id\":\"1\",\"data\":[1]}",
    "{\"event\":\"pusher:signin_success\",\"data\":{\"user_data\":\"{\\\"id\\\":\\\"2\\\"}\"}}",
    "{\"event\":\"e\",\"channel\":\"#server-to-user-2\",\"data\":1}",
    "{\"event\":\"pusher_internal:watchlist_events\",\"data\":{\"events\":[{\"name\":\"online\"}]}"
    "}",
    "{\"event\":\"pusher_internal:subscription_succeeded\",\"channel\":\"private-encrypted-a\"}",
    "{\"event\":\"e\",\"channel\":\"private-encrypted-a\",\"data\":\"{\\\"nonce\\\":"
    "\\\"bm5ubm5ubm5ubm5ubm5ubm5ubm5ubm5u\\\",\\\"ciphertext\\\":\\\"QUFBQUFBQUFBQUFBQUFBQWhp\\\"}"
    "\"}",
    "{\"event\":\"e\"}",
    "{}",
    "null",
};

static const char *const answers[] = {
    "{\"auth\":\"KEY:sig\"}",
    "{\"auth\":\"KEY:sig\",\"channel_data\":\"{\\\"user_id\\\":1}\"}",
    "{\"auth\":\"KEY:sig\",\"user_data\":\"{\\\"id\\\":\\\"2\\\"}\"}",
    "{\"private-a\":{\"data\":{\"auth\":\"KEY:sig\"}},\"presence-a\":{\"status\":500},"
    "\"presence-b\":{\"data\":{\"auth\":\"KEY:sig\",\"channel_data\":\"{\\\"user_id\\\":1}\"}}}",
    "{\"presence-a\":{\"data\":{\"auth\":\"KEY:sig\"}},\"private-a\":{\"status\":403},\"presence-"
    "b\":1}",
    "{\"auth\":\"KEY:sig\",\"shared_secret\":\"QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=\"}",
    "{\"auth\":1}",
    "null",
    "<html>",
    "",
};

/* What HTTP transports receive. The greeting comes first and often. */
static const char *const pieces[] = {
    "o\na[\"{\\\"event\\\":\\\"pusher:connection_established\\\",\\\"data\\\":"
    "{\\\"socket_id\\\":\\\"1.2\\\",\\\"activity_timeout\\\":120}}\"]\n",
    "o\n",
    "o{\"hostname\":\"other\"}\n",
    "h\n",
    "\n",
    "a[\"{\\\"event\\\":\\\"pusher_internal:member_added\\\",\\\"channel\\\":\\\"presence-a\\\","
    "\\\"data\\\":{\\\"user_id\\\":3}}\",\"{\\\"event\\\":\\\"pusher_internal:member_removed\\\","
    "\\\"channel\\\":\\\"presence-a\\\",\\\"data\\\":{\\\"user_id\\\":3}}\"]\n",
    "a[{\"event\":\"pusher_internal:subscription_succeeded\",\"channel\":\"presence-a\",\"data\":"
    "{\"presence\":{\"count\":1,\"ids\":[\"1\"],\"hash\":{\"1\":null}}}}]\n",
    "m{\"event\":\"e\"}\na[\"cut",
    " short\"]\n",
    "c[4200,\"again\"]\n",
    "c[3000,\"Go away!\"]\n",
};

static const char *const names[] = {
    "news", "private-a", "presence-a", "presence-b", "private-encrypted-a", "#x", ""};

static px_slice pick(const char *const *texts, size_t count) {
    return px_slice_of_text(texts[chance((uint32_t)count)]);
}

#define PICK(texts) pick(texts, sizeof(texts) / sizeof(texts[0]))

enum { MAX_FRAME = 512 };

/* A text, often damaged: cut, or with a byte changed. */
static px_slice damaged(px_slice frame, char copy[MAX_FRAME]) {
    memcpy(copy, frame.ptr, frame.len);
    if (chance(4) == 0)
        copy[chance((uint32_t)frame.len)] = (char)chance(128);
    if (chance(8) == 0)
        frame.len = chance((uint32_t)frame.len);
    return px_slice_of(copy, frame.len);
}

typedef struct random_session {
    px_core *core;
    uint64_t now;
    px_id transports[4];
    px_id requests[4];
    px_id newest;          /* of the requests */
    char frame[MAX_FRAME]; /* what the network says; it must stay until all is drained */
} random_session;

static void note(random_session *session, const px_action *action) {
    if (action->type == PX_ACTION_OPEN)
        session->transports[chance(4)] = action->id;
    if (action->type == PX_ACTION_REQUEST || action->type == PX_ACTION_AUTHORIZE)
        session->requests[chance(4)] = session->newest = action->id;
    if (action->type == PX_ACTION_EVENT && action->as.event.sealed && chance(2))
        px_core_not_opened(session->core, &action->as.event);
}

static px_id any_request(const random_session *session) {
    return chance(2) ? session->newest : session->requests[chance(4)];
}

static void ask_application(random_session *session) {
    px_channel_id channel;
    int result = PX_OK;
    switch (chance(12)) {
    case 0:
        px_core_connect(session->core);
        break;
    case 1:
        if (chance(8) == 0)
            px_core_disconnect(session->core);
        break;
    case 2:
        result = px_core_subscribe(session->core, PICK(names), &channel);
        break;
    case 3:
        px_core_unsubscribe(session->core, PICK(names));
        break;
    case 4:
        channel = px_core_find_channel(session->core, PICK(names));
        result = px_core_trigger(session->core, channel, PX_SLICE("client-e"), PX_SLICE("{}"));
        break;
    case 5:
        result = px_core_send_event(session->core, PX_SLICE("e"), PICK(answers), PICK(names));
        break;
    case 6:
        result = px_core_authorized(
            session->core, session->requests[chance(4)],
            &(px_authorization){
                .auth = PX_SLICE("KEY:sig"),
                .channel_data = chance(2) ? PX_SLICE("{\"user_id\":\"2\"}") : px_slice_of(NULL, 0),
                .user_data = PX_SLICE("{\"id\":\"2\"}"),
                .shared_secret = PX_SLICE("QkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkI=")});
        break;
    case 7:
        px_core_authorize_failed(session->core, session->requests[chance(4)], 403, PX_SLICE("no"));
        break;
    case 8:
        result = px_core_signin(session->core);
        break;
    case 9:
        if (chance(8) == 0)
            result = px_core_switch(session->core, PX_SLICE("KEY"), PX_SLICE("eu"));
        break;
    case 10:
        result = px_core_send(session->core, PICK(answers));
        break;
    default:
        result =
            px_core_authorize_with(session->core, session->requests[chance(4)], NULL, 0, NULL, 0);
    }
    assert_true(result <= PX_OK);
}

/* Carries out the queue like an application whose handlers call everything. */
static void drain(random_session *session) {
    px_action action;
    while (px_core_next(session->core, &action)) {
        note(session, &action);
        if (chance(4) == 0)
            ask_application(session);
    }
}

static void speak_as_network(random_session *session) {
    px_id transport = session->transports[chance(4)];
    switch (chance(12)) {
    case 0:
        px_core_transport_closed(session->core, transport, (uint16_t)(1000 + chance(3500)),
                                 PX_SLICE("why"), chance(2), chance(2) ? -26 : 0, PX_SLICE(""));
        break;
    case 1:
        px_core_request_done(session->core, any_request(session), chance(2) ? 200 : 403,
                             PICK(answers), 0, PX_SLICE(""));
        break;
    case 2:
        px_core_transport_opened(session->core, transport);
        drain(session);
        px_core_transport_message(session->core, transport, px_slice_of_text(frames[0]));
        break;
    case 3:
        if (chance(2))
            px_core_network_online(session->core);
        else
            px_core_network_offline(session->core);
        break;
    case 4:
        session->now += chance(8) == 0 ? chance(200000) : chance(2000);
        px_core_tick(session->core, session->now);
        break;
    case 5:
        px_core_request_progress(session->core, any_request(session), 200,
                                 px_slice_of_text(pieces[0]));
        break;
    case 6:
    case 7:
        px_core_request_progress(session->core, any_request(session), chance(16) ? 200 : 404,
                                 damaged(PICK(pieces), session->frame));
        break;
    case 8:
        px_core_network_changed(session->core);
        break;
    default:
        px_core_transport_message(session->core, transport, damaged(PICK(frames), session->frame));
    }
}

/* The engine always has a way forward: it is live, at rest, or wants to be woken. */
static void check(const random_session *session) {
    px_state state = px_core_state(session->core);
    bool at_rest = state == PX_STATE_INITIALIZED || state == PX_STATE_DISCONNECTED;
    assert_int_not_equal(state, PX_STATE_FAILED);
    assert_true(at_rest == (px_core_deadline(session->core) == PX_NO_DEADLINE));
    assert_true(!px_core_is_live(session->core) || state == PX_STATE_CONNECTED);
    size_t cursor = 0;
    for (px_channel_id id; (id = px_core_next_channel(session->core, &cursor));) {
        px_channel_info info;
        assert_true(px_core_channel_info(session->core, id, &info));
        assert_int_equal(px_core_find_channel(session->core, info.name), id);
        assert_true(!info.subscription_cancelled || info.subscription_pending);
        assert_true(state == PX_STATE_CONNECTED ||
                    (!info.subscribed && !info.subscription_pending));
        assert_true(info.subscribed || state != PX_STATE_CONNECTED ||
                    info.kind != PX_CHANNEL_PRESENCE ||
                    px_core_member_count(session->core, id) <= 5);
    }
}

static void run(uint64_t seed, const px_allocator *allocator) {
    px_options options = engine_options();
    options.log_level = 1 + (uint32_t)seed % 3;
    options.plain = seed & 1;
    options.ask_authorization = (seed >> 1) & 1;
    options.ask_user_authentication = (seed >> 2) & 1;
    options.sockjs_client = !PX_OWN_SOCKJS || ((seed >> 3) & 1); /* one of both can do it */
    options.encryption = seed % 7 != 0;
    options.max_outbound = seed % 5 ? 0 : 1024;
    options.auth_batch = (seed >> 4) & 1;
    options.auth_batch_size = 1 + (uint32_t)seed % 3;
    static const px_slice fallbacks[] = {PX_LITERAL("xhr_streaming"), PX_LITERAL("xhr_polling"),
                                         PX_LITERAL("sockjs")};
    if (seed % 2)
        options.enabled_transports =
            (px_slices){&fallbacks[seed / 2 % 3], 1 + seed / 2 % 3 % 2, true};
    chance_state = seed;
    random_session session = {.now = 1};
    const uint64_t seeds[2] = {seed, 1};
    assert_int_equal(px_core_new(allocator, &options, seeds, session.now, &session.core), PX_OK);
    for (int step = 0; step < 400; step++) {
        if (chance(3) == 0)
            ask_application(&session);
        drain(&session);
        speak_as_network(&session);
        drain(&session);
        check(&session);
    }
    px_core_free(session.core);
}

static void test_random_calls(void **state) {
    (void)state;
    test_allocator memory;
    test_allocator_init(&memory);
    for (uint64_t seed = 1; seed <= 500; seed++) {
        run(seed, &memory.allocator);
        assert_int_equal(memory.live_blocks, 0);
    }
}

/* Fails now and then. */
static void *unreliable_resize(void *context, void *ptr, size_t old_size, size_t new_size) {
    test_allocator *memory = context;
    if (new_size > old_size && memory->live_blocks > 4 && chance(20) == 0)
        return NULL;
    return memory->allocator.resize(memory, ptr, old_size, new_size);
}

static void test_random_calls_with_little_memory(void **state) {
    (void)state;
    test_allocator memory;
    test_allocator_init(&memory);
    const px_allocator unreliable = {unreliable_resize, &memory};
    for (uint64_t seed = 1; seed <= 500; seed++) {
        run(seed, &unreliable);
        assert_int_equal(memory.live_blocks, 0);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_calls),
        cmocka_unit_test(test_random_calls_with_little_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
