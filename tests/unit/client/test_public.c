/* The public functions that are so small that no other test needs them: each place where handlers can be bound and
 * unbound, and the names of things. */
#include <pusher/pusher.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "client/internal.h"
#include "memory.h"

/* ---- Binding and unbinding ---- */

static pusher_client *client;
static pusher_channel *channel;

typedef int bind_fn(pusher_client *, pusher_string, pusher_event_fn, void *, pusher_destroy_fn);
typedef void unbind_fn(pusher_client *, pusher_string, pusher_event_fn, const void *);
typedef int bind_all_fn(pusher_client *, pusher_event_fn, void *, pusher_destroy_fn);
typedef void unbind_all_fn(pusher_client *, pusher_event_fn, const void *);

static int channel_bind(pusher_client *unused, pusher_string event, pusher_event_fn handler,
                        void *context, pusher_destroy_fn destroy) {
    (void)unused;
    return pusher_channel_bind(channel, event, handler, context, destroy);
}

static void channel_unbind(pusher_client *unused, pusher_string event, pusher_event_fn handler,
                           const void *context) {
    (void)unused;
    pusher_channel_unbind(channel, event, handler, context);
}

static int channel_bind_global(pusher_client *unused, pusher_event_fn handler, void *context,
                               pusher_destroy_fn destroy) {
    (void)unused;
    return pusher_channel_bind_global(channel, handler, context, destroy);
}

static void channel_unbind_global(pusher_client *unused, pusher_event_fn handler,
                                  const void *context) {
    (void)unused;
    pusher_channel_unbind_global(channel, handler, context);
}

static const struct {
    bind_fn *bind;
    unbind_fn *unbind;
    bind_all_fn *bind_global;
    unbind_all_fn *unbind_global;
} PLACES[] = {
    {channel_bind, channel_unbind, channel_bind_global, channel_unbind_global},
    {pusher_bind, pusher_unbind, pusher_bind_global, pusher_unbind_global},
    {pusher_connection_bind, pusher_connection_unbind, pusher_connection_bind_global,
     pusher_connection_unbind_global},
    {pusher_user_bind, pusher_user_unbind, pusher_user_bind_global, pusher_user_unbind_global},
    {pusher_watchlist_bind, pusher_watchlist_unbind, pusher_watchlist_bind_global,
     pusher_watchlist_unbind_global},
};
enum { PLACE_COUNT = sizeof PLACES / sizeof *PLACES };

static void ignore(const pusher_event *event, void *context) {
    (void)event;
    (void)context;
}

static void count(void *context) {
    ++*(int *)context;
}

static void handlers_are_unbound_where_they_were_bound(void **state) {
    (void)state;
    int ended[PLACE_COUNT] = {0};
    assert_int_equal(pusher_client_new(pusher_str("KEY"), NULL, &client), PUSHER_OK);
    assert_int_equal(pusher_subscribe(client, pusher_str("news"), &channel), PUSHER_OK);
    for (int i = 0; i < PLACE_COUNT; i++) {
        assert_int_equal(PLACES[i].bind(client, pusher_str("e"), ignore, &ended[i], count),
                         PUSHER_OK);
        assert_int_equal(PLACES[i].bind_global(client, ignore, &ended[i], count), PUSHER_OK);
    }
    for (int i = 0; i < PLACE_COUNT; i++) {
        PLACES[i].unbind(client, pusher_str("other"), ignore, NULL);
        assert_int_equal(ended[i], 0);
        PLACES[i].unbind(client, pusher_str("e"), ignore, &ended[i]);
        assert_int_equal(ended[i], 1);
        PLACES[i].unbind_global(client, ignore, &ended[i]);
        assert_int_equal(ended[i], 2);
    }
    pusher_client_free(client);
    for (int i = 0; i < PLACE_COUNT; i++)
        assert_int_equal(ended[i], 2);
}

/* ---- Names ---- */

static void everything_has_a_name(void **state) {
    (void)state;
    static const char *const STATES[] = {
        [PUSHER_INITIALIZED] = "initialized", [PUSHER_CONNECTING] = "connecting",
        [PUSHER_CONNECTED] = "connected",     [PUSHER_UNAVAILABLE] = "unavailable",
        [PUSHER_FAILED] = "failed",           [PUSHER_DISCONNECTED] = "disconnected"};
    for (size_t i = 0; i < sizeof STATES / sizeof *STATES; i++)
        assert_string_equal(pusher_state_name((pusher_state)i), STATES[i]);
    static const char *const ERRORS[] = {
        [PUSHER_ERROR_PROTOCOL] = "PusherError",     [PUSHER_ERROR_TRANSPORT] = "WebSocketError",
        [PUSHER_ERROR_HANDSHAKE] = "HandshakeError", [PUSHER_ERROR_PARSE] = "MessageParseError",
        [PUSHER_ERROR_AUTH] = "AuthError",
    };
    for (size_t i = 0; i < sizeof ERRORS / sizeof *ERRORS; i++)
        if (ERRORS[i])
            assert_string_equal(pusher_error_type_name((pusher_error_type)i), ERRORS[i]);
}

/* ---- Before there is a connection ---- */

static void a_new_client_answers_all_questions(void **state) {
    (void)state;
    pusher_options options = PUSHER_OPTIONS_INIT;
    assert_int_equal(pusher_loop_new(&options.loop), PUSHER_OK);
    assert_int_equal(pusher_client_new(pusher_str("KEY"), &options, &client), PUSHER_OK);
    assert_int_equal(pusher_socket_id(client).len, 0);
    pusher_network_offline(client);
    assert_int_equal(pusher_connection_state(client), PUSHER_INITIALIZED);
    assert_ptr_equal(pusher_client_loop(client), options.loop);
    assert_int_equal(pusher_loop_fd(options.loop), pusher_fd(client));
    pusher_loop_quit(options.loop); /* before it begins: it ends at once */
    assert_int_equal(pusher_loop_run(options.loop), PUSHER_OK);
    pusher_client_free(client);
    pusher_loop_free(options.loop);
}

/* ---- Without memory ---- */

/* Each allocation of a call fails in turn: the call says so, and is as if it had not been made. */
static void each_call_fails_whole(void **state) {
    (void)state;
    test_allocator memory;
    int ended = 0;
    bool failed = true;
    for (size_t i = 1; failed; i++) {
        test_allocator_init(&memory);
        memory.fail_at = i;
        memory.fail_once = true;
        client = NULL;
        channel = NULL;
        int made = px_client_new(&memory.allocator, pusher_str("KEY"), NULL, &client);
        assert_true(made == PUSHER_ERR_NO_MEMORY ? client == NULL : made == PUSHER_OK);
        int subscribed = made == PUSHER_OK ? pusher_subscribe(client, pusher_str("news"), &channel)
                                           : PUSHER_ERR_STATE;
        assert_true(subscribed == PUSHER_OK ? channel != NULL : channel == NULL);
        if (subscribed == PUSHER_ERR_NO_MEMORY)
            assert_null(pusher_find_channel(client, pusher_str("news")));
        if (subscribed == PUSHER_OK)
            for (int k = 0; k < PLACE_COUNT; k++)
                (void)!PLACES[k].bind(client, pusher_str("e"), ignore, &ended, count);
        failed = memory.calls >= i;
        if (made == PUSHER_OK)
            pusher_client_free(client);
        assert_int_equal(memory.live_blocks, 0);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(handlers_are_unbound_where_they_were_bound),
        cmocka_unit_test(everything_has_a_name),
        cmocka_unit_test(a_new_client_answers_all_questions),
        cmocka_unit_test(each_call_fails_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
