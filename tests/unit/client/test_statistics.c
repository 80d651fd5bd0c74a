/* Statistics and log lines of the native client, as they reach a server and a program. */
#include "client_fixture.h"

#include "base/base64.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Both a Channels server and a stats host. */
typedef struct test_site {
    char request[8192]; /* the last one with statistics */
} test_site;

static void serve(test_connection *connection, void *context) {
    test_site *site = context;
    if (!test_read_request(connection))
        return;
    if (strstr(test_request(connection), "Upgrade: websocket")) {
        if (test_upgrade(connection) && test_say_hello(connection) &&
            test_await_text(connection, "news"))
            test_send_event(connection, "hello", "news", "{}");
        test_hold(connection);
        return;
    }
    snprintf(site->request, sizeof site->request, "%s", test_request(connection));
    test_send_text(connection, "HTTP/1.1 503 Not Here\r\nContent-Length: 0\r\n\r\n");
}

/* The date of the first entry: {"instances":1,"timestamp":...}. */
static unsigned long long first_timestamp(const char *request) {
    static const char before[] = "&timeline=";
    enum { ENCODED = 60 };
    char text[ENCODED];
    size_t len = 0;
    const char *encoded = strstr(request, before);
    assert_non_null(encoded);
    encoded += strlen(before);
    assert_true(px_base64_decode(px_slice_of(encoded, ENCODED), text, &len));
    text[len] = '\0';
    const char *timestamp = strstr(text, "\"instances\":1,\"timestamp\":");
    assert_non_null(timestamp);
    return strtoull(timestamp + 26, NULL, 10);
}

/* To the host of the connection, since that is named; and of a failure the log speaks. */
static void sends_statistics(void **state) {
    (void)state;
    static const pusher_pair params[] = {{{"page", 4}, {"start", 5}}};
    test_site site = {{0}};
    fixture *world = fixture_new(serve, &site);
    world->options.enable_stats = true;
    world->options.timeline_params = params;
    world->options.timeline_param_count = 1;
    world->options.log_level = PUSHER_LOG_DEBUG;
    fixture_connect(world);
    await(world, "log 3 [\"Statistics could not be sent to 127.0.0.1:");
    await(world, ": received status 503\"]\n");
    fixture_stop_peer(world);
    assert_non_null(strstr(site.request, "GET /timeline/v2/xhr/2?session="));
    assert_non_null(strstr(site.request, "&lib=bGlicHVzaGVy&"));
    unsigned long long age = (unsigned long long)time(NULL) * 1000 - first_timestamp(site.request);
    assert_true(age + 1000 < 3600000);
    assert_non_null(strstr(site.request, "&page=c3RhcnQ%3D HTTP/1.1\r\n"));
    fixture_free(world);
}

static void takes_the_old_option(void **state) {
    (void)state;
    test_site site = {{0}};
    fixture *world = fixture_new(serve, &site);
    world->options.disable_stats = PUSHER_NO;
    world->options.stats_host = pusher_str("127.0.0.1:1"); /* where nobody listens */
    world->options.log_level = PUSHER_LOG_DEBUG;
    fixture_connect(world);
    await(world, "log 2 [\"The disableStats option is deprecated in favor of enableStats\"]\n");
    await(world, "log 3 [\"Statistics could not be sent to 127.0.0.1:1: could not connect");
    fixture_stop_peer(world);
    assert_string_equal(site.request, "");
    fixture_free(world);
}

static void keeps_them_to_itself(void **state) {
    (void)state;
    test_site site = {{0}};
    fixture *world = fixture_new(serve, &site);
    fixture_connect(world);
    settle(pusher_client_loop(world->client));
    fixture_stop_peer(world);
    assert_string_equal(site.request, "");
    fixture_free(world);
}

static const struct format_case {
    const char *name;
    pusher_log_format format;
    const char *state;
    const char *no_callbacks;
} format_cases[] = {
    {"JSON", PUSHER_LOG_FORMAT_JSON, "log 3 [\"State changed\",\"initialized -> connecting\"]\n",
     "log 3 [\"No callbacks on news for hello\"]\n"},
    {"pusher-js", PUSHER_LOG_FORMAT_PUSHER_JS,
     "log 3 Pusher :  : [\"State changed\",\"initialized -> connecting\"]\n",
     "log 3 Pusher :  : [\"No callbacks on news for hello\"]\n"},
    {"classic", PUSHER_LOG_FORMAT_CLASSIC,
     "log 3 Pusher : State changed : initialized -> connecting\n",
     "log 3 Pusher : No callbacks on news for hello\n"},
};

/* In each format. And a global binding is none to an event's name. */
static void formats_lines(void **state) {
    const struct format_case *test = *state;
    test_site site = {{0}};
    fixture *world = fixture_new(serve, &site);
    world->options.log_level = PUSHER_LOG_DEBUG;
    world->options.log_format = test->format;
    fixture_make(world);
    pusher_channel *channel;
    assert_int_equal(pusher_subscribe(world->client, pusher_str("news"), &channel), PUSHER_OK);
    assert_int_equal(pusher_channel_bind_global(channel, note_event, world, NULL), PUSHER_OK);
    pusher_connect(world->client);
    await(world, test->state);
    await(world, test->no_callbacks);
    fixture_free(world);
}

static void says_nothing_of_bound_events(void **state) {
    (void)state;
    test_site site = {{0}};
    fixture *world = fixture_new(serve, &site);
    world->options.log_level = PUSHER_LOG_DEBUG;
    fixture_make(world);
    pusher_channel *channel;
    assert_int_equal(pusher_subscribe(world->client, pusher_str("news"), &channel), PUSHER_OK);
    assert_int_equal(pusher_channel_bind(channel, pusher_str("hello"), note_event, world, NULL),
                     PUSHER_OK);
    pusher_connect(world->client);
    await(world, "hello {}\n");
    assert_int_equal(noted(world, "No callbacks"), 0);
    fixture_free(world);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sends_statistics),
        cmocka_unit_test(takes_the_old_option),
        cmocka_unit_test(keeps_them_to_itself),
        cmocka_unit_test(says_nothing_of_bound_events),
        cmocka_unit_test_prestate(formats_lines, (void *)(uintptr_t)&format_cases[0]),
        cmocka_unit_test_prestate(formats_lines, (void *)(uintptr_t)&format_cases[1]),
        cmocka_unit_test_prestate(formats_lines, (void *)(uintptr_t)&format_cases[2]),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
