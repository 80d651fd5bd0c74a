/* Publishing: what is sent, and what is refused before. */
#include "api_peer.h"

static const pusher_string none;

static void triggers(void **state) {
    (void)state;
    api_peer *api = api_peer_start("200 OK", "{}", NULL);
    pusher_answer answer;
    int result = pusher_app_trigger(api->app, pusher_str("my-channel"), pusher_str("new-comment"),
                                    pusher_str("{\"text\":\"hi\"}"), &answer);
    expect_body(result, &answer, "{}");
    expect_request(api, "POST /apps/3/events",
                   "{\"name\":\"new-comment\",\"data\":\"{\\\"text\\\":\\\"hi\\\"}\","
                   "\"channels\":[\"my-channel\"]}");
    const pusher_string channels[] = {pusher_str("a"), pusher_str("presence-b")};
    const pusher_publication all = {
        channels, 2, pusher_str("e"), none, pusher_str("1.2"), pusher_str("user_count")};
    expect_body(pusher_app_publish(api->app, &all, &answer), &answer, "{}");
    expect_request(api, "POST /apps/3/events",
                   "{\"name\":\"e\",\"data\":\"\",\"channels\":[\"a\",\"presence-b\"],"
                   "\"socket_id\":\"1.2\",\"info\":\"user_count\"}");
    api_peer_stop(api);
}

static void sends_to_users(void **state) {
    (void)state;
    api_peer *api = api_peer_start("200 OK", "{}", NULL);
    pusher_answer answer;
    int result = pusher_app_send_to_user(api->app, pusher_str("ann"), pusher_str("e"),
                                         pusher_str("1"), &answer);
    expect_body(result, &answer, "{}");
    expect_request(api, "POST /apps/3/events",
                   "{\"name\":\"e\",\"data\":\"1\",\"channels\":[\"#server-to-user-ann\"]}");
    result = pusher_app_send_to_user(api->app, pusher_str("a n"), pusher_str("e"), none, &answer);
    expect_failure(result, &answer, PUSHER_ERR_ARGUMENT, "'a n' is no user");
    result = pusher_app_send_to_user(api->app, pusher_str("ann"), none, none, &answer);
    expect_failure(result, &answer, PUSHER_ERR_ARGUMENT, "is no event");
    assert_int_equal(api->count, 1);
    api_peer_stop(api);
}

static void publishes_batches(void **state) {
    (void)state;
    api_peer *api = api_peer_start("200 OK", "{\"batch\":[{},{}]}", NULL);
    pusher_answer answer;
    const pusher_string channels[] = {pusher_str("a"), pusher_str("b")};
    const pusher_publication both[] = {
        {&channels[0], 1, pusher_str("e"), pusher_str("1"), none, none},
        {&channels[1], 1, pusher_str("f"), pusher_str("2"), pusher_str("1.2"),
         pusher_str("user_count")},
    };
    int result = pusher_app_publish_batch(api->app, both, 2, &answer);
    expect_body(result, &answer, "{\"batch\":[{},{}]}");
    expect_request(api, "POST /apps/3/batch_events",
                   "{\"batch\":[{\"name\":\"e\",\"data\":\"1\",\"channel\":\"a\"},"
                   "{\"name\":\"f\",\"data\":\"2\",\"channel\":\"b\",\"socket_id\":\"1.2\","
                   "\"info\":\"user_count\"}]}");
    result = pusher_app_publish_batch(api->app, both, 0, &answer);
    expect_failure(result, &answer, PUSHER_ERR_ARGUMENT, "needs an event");
    result = pusher_app_publish_batch(api->app, both, 11, &answer);
    expect_failure(result, &answer, PUSHER_ERR_LIMIT, "11 events");
    const pusher_publication wide = {channels, 2, pusher_str("e"), none, none, none};
    result = pusher_app_publish_batch(api->app, &wide, 1, &answer);
    expect_failure(result, &answer, PUSHER_ERR_ARGUMENT, "one channel");
    assert_int_equal(api->count, 1);
    api_peer_stop(api);
}

static void refuses_before_sending(void **state) {
    (void)state;
    static char long_data[10241];
    static pusher_string many[101];
    memset(long_data, 'x', sizeof long_data);
    for (size_t i = 0; i < 101; i++)
        many[i] = pusher_str("a");
    const pusher_string a = pusher_str("a"), e = pusher_str("e");
    const pusher_string bad = pusher_str("a b"), user = pusher_str("#server-to-user-a");
    const pusher_string mixed[] = {a, pusher_str("private-encrypted-x")};
    const struct {
        pusher_publication publication;
        int result;
        const char *words;
    } rows[] = {
        {{NULL, 0, e, none, none, none}, PUSHER_ERR_ARGUMENT, "needs a channel"},
        {{many, 101, e, none, none, none}, PUSHER_ERR_LIMIT, "101 channels"},
        {{&bad, 1, e, none, none, none}, PUSHER_ERR_ARGUMENT, "'a b' is no channel"},
        {{&user, 1, e, none, none, none}, PUSHER_ERR_ARGUMENT, "is no channel"},
        {{mixed, 2, e, none, none, none}, PUSHER_ERR_ARGUMENT, "publish to it alone"},
        {{&a, 1, none, none, none, none}, PUSHER_ERR_ARGUMENT, "is no event"},
        {{&a, 1, e, none, pusher_str("1"), none}, PUSHER_ERR_ARGUMENT, "'1' is no socket id"},
        {{&a, 1, e, pusher_str("\xff"), none, none}, PUSHER_ERR_ARGUMENT, "not UTF-8"},
        {{&a, 1, e, {long_data, 10241}, none, none}, PUSHER_ERR_LIMIT, "10241 bytes"},
    };
    pusher_app *app = vector_app();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        pusher_answer answer;
        int result = pusher_app_publish(app, &rows[i].publication, &answer);
        expect_failure(result, &answer, rows[i].result, rows[i].words);
        assert_int_equal(answer.status, 0);
        result = pusher_app_publish_batch(app, &rows[i].publication, 1, &answer);
        if (rows[i].publication.channel_count == 1)
            expect_failure(result, &answer, rows[i].result, rows[i].words);
    }
    pusher_app_free(app);
}

static void takes_the_most_that_is_allowed(void **state) {
    (void)state;
    static char data[10240], more[20000];
    static pusher_string many[100];
    memset(data, 'x', sizeof data);
    memset(more, 'x', sizeof more);
    for (size_t i = 0; i < 100; i++)
        many[i] = pusher_str("a");
    const pusher_publication most = {many, 100, pusher_str("e"), {data, sizeof data}, none, none};
    api_peer *api = api_peer_start("200 OK", "{}", NULL);
    assert_int_equal(pusher_app_publish(api->app, &most, NULL), PUSHER_OK);
    api_peer_stop(api);
    pusher_app_options options = vector_options();
    options.max_data = sizeof more;
    api = api_peer_start("200 OK", "{}", &options);
    assert_int_equal(pusher_app_trigger(api->app, pusher_str("a"), pusher_str("e"),
                                        (pusher_string){more, sizeof more}, NULL),
                     PUSHER_OK);
    api_peer_stop(api);
}

/* All that happens before the request; that itself has tests of its own. */
static int publish_without_a_network(pusher_app *app) {
    const pusher_string channel = pusher_str("private-encrypted-a");
    const pusher_publication events[] = {
        {&channel, 1, pusher_str("e"), pusher_str("secret"), none, none},
        {&channel, 1, pusher_str("f"), pusher_str("secret"), none, none},
        {&channel, 1, none, none, none, none},
    };
    pusher_answer answer;
    int result = pusher_app_publish_batch(app, events, 3, &answer);
    assert_string_not_equal(answer.error, "");
    /* The last one is wrong; without libsodium the first one is. */
    return result == PUSHER_ERR_ARGUMENT || result == PUSHER_ERR_STATE ? PUSHER_OK : result;
}

static void survives_without_memory(void **state) {
    (void)state;
    expect_no_memory(publish_without_a_network);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(triggers),
        cmocka_unit_test(sends_to_users),
        cmocka_unit_test(publishes_batches),
        cmocka_unit_test(refuses_before_sending),
        cmocka_unit_test(takes_the_most_that_is_allowed),
        cmocka_unit_test(survives_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
