/* Authorization of many channels by one request, over the network: a hundred channels that come back after
 * the connection was lost cost one request. */
#include "client_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ANSWER_HEAD "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"

enum {
    CHANNELS = 100,
    CHANNEL_DATA = 2048, /* bytes of each: together more than a single answer may have */
    ANSWER_MEMORY = CHANNELS * (CHANNEL_DATA + 256),
};

/* Both a Channels server and an application. */
typedef struct test_site {
    atomic_int requests;
    atomic_int names;       /* in the last request */
    bool has_data;          /* answers have much channel_data */
    bool loses_the_first;   /* connection, when all are subscribed */
    char last_fields[4096]; /* what stood behind the names */
} test_site;

static void confirm_all(test_connection *connection) {
    test_frame frame;
    for (int count = 0; count < CHANNELS;) {
        if (!test_read_frame(connection, &frame))
            return;
        const char *name = strstr(frame.text, "\"channel\":\"");
        if (!strstr(frame.text, "pusher:subscribe") || !name)
            continue;
        char channel[32];
        sscanf(name + sizeof "\"channel\":\"" - 1, "%31[^\"]", channel);
        test_send_event(connection, "pusher_internal:subscription_succeeded", channel, "{}");
        count++;
    }
}

static void answer(test_connection *connection, test_site *site) {
    char *body = malloc(ANSWER_MEMORY);
    const char *at = strstr(test_request(connection), "\r\n\r\nsocket_id=1.1");
    size_t len = 0;
    int names = 0;
    body[len++] = '{';
    while (at && (at = strstr(at, "&channel_name%5B"))) {
        int index;
        char name[32];
        if (sscanf(at, "&channel_name%%5B%d%%5D=%31[^&]", &index, name) == 2 && index == names) {
            len +=
                (size_t)sprintf(body + len, "%s\"%s\":{\"status\":200,\"data\":{\"auth\":\"K:s\"",
                                names ? "," : "", name);
            if (site->has_data)
                len += (size_t)sprintf(body + len, ",\"channel_data\":\"%*s\"", CHANNEL_DATA, "");
            len += (size_t)sprintf(body + len, "}}");
            names++;
        }
        at++;
        snprintf(site->last_fields, sizeof site->last_fields, "%s", at);
    }
    sprintf(body + len, "}");
    atomic_fetch_add(&site->requests, 1);
    atomic_store(&site->names, names);
    if (test_send_text(connection, ANSWER_HEAD))
        test_send_text(connection, body);
    free(body);
}

static void serve(test_connection *connection, void *context) {
    test_site *site = context;
    if (!test_read_request(connection))
        return;
    if (!strstr(test_request(connection), "Upgrade: websocket")) {
        answer(connection, site);
        return;
    }
    if (!test_upgrade(connection) || !test_say_hello(connection))
        return;
    confirm_all(connection);
    if (!site->loses_the_first || test_connection_number(connection) > 0)
        test_hold(connection);
}

static void subscribe_all(fixture *world) {
    for (int i = 0; i < CHANNELS; i++) {
        char name[32];
        pusher_channel *channel;
        snprintf(name, sizeof name, "private-%d", i);
        assert_int_equal(pusher_subscribe(world->client, pusher_str(name), &channel), PUSHER_OK);
        assert_int_equal(pusher_channel_bind(channel, pusher_str("pusher:subscription_succeeded"),
                                             note_event, world, NULL),
                         PUSHER_OK);
    }
}

static void asks_once_after_a_reconnection(void **state) {
    (void)state;
    test_site site = {.has_data = true, .loses_the_first = true};
    fixture *world = fixture_new(serve, &site);
    world->options.auth_batch = true;
    fixture_make(world);
    subscribe_all(world);
    pusher_connect(world->client);
    await_times(world, "pusher:subscription_succeeded {}\n", CHANNELS);
    assert_int_equal(atomic_load(&site.requests), 1);
    assert_int_equal(atomic_load(&site.names), CHANNELS);
    await_times(world, "pusher:subscription_succeeded {}\n", 2 * CHANNELS);
    assert_int_equal(atomic_load(&site.requests), 2);
    assert_int_equal(atomic_load(&site.names), CHANNELS);
    fixture_free(world);
}

static void asks_once_for_one_turn(void **state) {
    (void)state;
    test_site site = {.has_data = false};
    fixture *world = fixture_new(serve, &site);
    world->options.auth_batch = true;
    fixture_connect(world);
    subscribe_all(world);
    await_times(world, "pusher:subscription_succeeded {}\n", CHANNELS);
    assert_int_equal(atomic_load(&site.requests), 1);
    fixture_free(world);
}

static void add_token(pusher_client *client, pusher_string channel, pusher_pairs *pairs,
                      void *context) {
    (void)client;
    assert_int_equal(channel.len, 0);
    assert_int_equal(pusher_pairs_add(pairs, pusher_str("token"), pusher_str("t")), PUSHER_OK);
    note(context, "params\n");
}

static void asks_providers_once_for_each_request(void **state) {
    (void)state;
    test_site site = {.has_data = false};
    fixture *world = fixture_new(serve, &site);
    world->options.auth_batch = true;
    world->options.auth_batch_size = CHANNELS / 2;
    world->options.auth_params_provider = add_token;
    world->options.auth_context = world;
    fixture_make(world);
    subscribe_all(world);
    pusher_connect(world->client);
    await_times(world, "pusher:subscription_succeeded {}\n", CHANNELS);
    assert_int_equal(atomic_load(&site.requests), 2);
    assert_int_equal(atomic_load(&site.names), CHANNELS / 2);
    assert_int_equal(noted(world, "params\n"), 2);
    fixture_stop_peer(world);
    assert_non_null(strstr(site.last_fields, "&token=t"));
    fixture_free(world);
}

static void authorize(pusher_authorization *question, pusher_client *client, pusher_string channel,
                      pusher_string socket_id, void *context) {
    (void)client;
    (void)socket_id;
    assert_int_not_equal(channel.len, 0);
    note(context, "asked\n");
    assert_int_equal(pusher_authorization_succeed(question, pusher_str("K:s"), pusher_str("")),
                     PUSHER_OK);
}

static void asks_an_authorizer_for_each_channel(void **state) {
    (void)state;
    test_site site = {.has_data = false};
    fixture *world = fixture_new(serve, &site);
    world->options.auth_batch = true;
    world->options.authorizer = authorize;
    world->options.auth_context = world;
    fixture_make(world);
    subscribe_all(world);
    pusher_connect(world->client);
    await_times(world, "pusher:subscription_succeeded {}\n", CHANNELS);
    assert_int_equal(noted(world, "asked\n"), CHANNELS);
    assert_int_equal(atomic_load(&site.requests), 0);
    fixture_free(world);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(asks_once_after_a_reconnection),
        cmocka_unit_test(asks_once_for_one_turn),
        cmocka_unit_test(asks_providers_once_for_each_request),
        cmocka_unit_test(asks_an_authorizer_for_each_channel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
