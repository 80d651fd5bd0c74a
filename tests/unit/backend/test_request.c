/* Signed requests: their URLs, and what becomes of the server's answers. */
#include "api_peer.h"

#include "backend/request.h"

#include <pthread.h>

enum { VECTOR_TIME = 1353088179 };

#define AUTH "auth_key=" VECTOR_KEY "&auth_timestamp=1353088179&auth_version=1.0"

static void expect_url(const px_backend_request *request, const char *expected) {
    pusher_app *app = vector_app();
    px_buffer url;
    px_buffer_init(&url, &test_malloc, 4096);
    assert_int_equal(px_backend_request_url(app, request, VECTOR_TIME, &url), PX_OK);
    expect_text((pusher_string){url.data, url.len}, expected);
    px_buffer_free(&url);
    pusher_app_free(app);
}

static void signs_the_vectors(void **state) {
    (void)state;
    const px_backend_request post = {
        .method = PX_SLICE("POST"),
        .path = PX_SLICE("/events"),
        .body = PX_SLICE("{\"name\":\"foo\",\"channels\":[\"project-3\"],"
                         "\"data\":\"{\\\"some\\\":\\\"data\\\"}\"}"),
    };
    expect_url(&post, "http://127.0.0.1:80/apps/3/events?" AUTH
                      "&body_md5=ec365a775a4cd0599faeb73354201b6f&auth_signature="
                      "da454824c97ba181a32ccc17a72625ba02771f50b50e1e7430e47a1f3f457e6c");
    const px_backend_parameter parameters[] = {
        {PX_LITERAL("info"), PX_LITERAL("user_count")},
        {PX_LITERAL("filter_by_prefix"), PX_LITERAL("presence-")}};
    const px_backend_request get = {.method = PX_SLICE("GET"),
                                    .path = PX_SLICE("/channels"),
                                    .parameters = parameters,
                                    .parameter_count = 2};
    expect_url(&get, "http://127.0.0.1:80/apps/3/channels?" AUTH
                     "&filter_by_prefix=presence-&info=user_count&auth_signature="
                     "16819168891cb5dfd72b5c7a5d3d602605b26c6ba1930033b5e2eeeb65010291");
}

/* Sorted before and between those that sign; equal names in their order; escaped only on the way. */
static void sorts_and_escapes_parameters(void **state) {
    (void)state;
    const px_backend_parameter parameters[] = {{PX_LITERAL("channels[]"), PX_LITERAL("b c")},
                                               {PX_LITERAL("channels[]"), PX_LITERAL("a&")},
                                               {PX_LITERAL("a"), PX_LITERAL("\xc3\xa4")}};
    const px_backend_request request = {.method = PX_SLICE("GET"),
                                        .path = PX_SLICE("/x"),
                                        .parameters = parameters,
                                        .parameter_count = 3};
    pusher_app *app = vector_app();
    px_buffer url;
    px_buffer_init(&url, &test_malloc, 4096);
    assert_int_equal(px_backend_request_url(app, &request, VECTOR_TIME, &url), PX_OK);
    assert_int_equal(px_buffer_append_byte(&url, '\0'), PX_OK);
    assert_non_null(strstr(url.data, "/apps/3/x?a=%C3%A4&" AUTH "&channels%5B%5D=b%20c"
                                     "&channels%5B%5D=a%26&auth_signature="));
    px_buffer_free(&url);
    pusher_app_free(app);
}

static void refuses_bad_paths_and_parameters(void **state) {
    (void)state;
    pusher_app *app = vector_app();
    pusher_answer answer;
    static const char *const paths[] = {"",     "channels",  "/a b",   "/a?b",
                                        "/a#b", "/\xc3\xa4", "/a\r\nb"};
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        int result = pusher_app_get(app, pusher_str(paths[i]), NULL, 0, &answer);
        expect_failure(result, &answer, PUSHER_ERR_ARGUMENT, "is no path");
        assert_int_equal(answer.status, 0);
    }
    static const char *const names[] = {"", "auth_key", "auth_x", "body_md5", "Info", "a=b", "a&b"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const pusher_pair parameter = {pusher_str(names[i]), pusher_str("")};
        int result = pusher_app_get(app, pusher_str("/channels"), &parameter, 1, &answer);
        expect_failure(result, &answer, PUSHER_ERR_ARGUMENT, "can't be a parameter");
    }
    int result = pusher_app_get(app, pusher_str("/channels"), NULL, 33, &answer);
    expect_failure(result, &answer, PUSHER_ERR_LIMIT, "33 parameters");
    pusher_app_free(app);
}

static void needs_the_id(void **state) {
    (void)state;
    pusher_app_options options = vector_options();
    options.id = pusher_str("");
    pusher_app *app;
    pusher_answer answer;
    assert_int_equal(pusher_app_new(&options, &app), PUSHER_OK);
    int result = pusher_app_channels(app, pusher_str(""), pusher_str(""), &answer);
    expect_failure(result, &answer, PUSHER_ERR_STATE, "option id");
    pusher_app_free(app);
}

static void asks(void **state) {
    (void)state;
    api_peer *api = api_peer_start("200 OK", "{\"channels\":{}}", NULL);
    pusher_answer answer;
    const pusher_string none = pusher_str("");
    int result = pusher_app_channels(api->app, none, none, &answer);
    expect_body(result, &answer, "{\"channels\":{}}");
    expect_request(api, "GET /apps/3/channels", "");
    assert_non_null(strstr(api->requests[0], "\r\nX-Pusher-Library: libpusher-server "));
    result =
        pusher_app_channel(api->app, pusher_str("presence-a@b"), pusher_str("user_count"), &answer);
    expect_body(result, &answer, "{\"channels\":{}}");
    expect_request(api, "GET /apps/3/channels/presence-a%40b", "");
    assert_non_null(strstr(api->requests[1], "&info=user_count&"));
    assert_int_equal(pusher_app_users(api->app, pusher_str("presence-a"), NULL), PUSHER_OK);
    expect_request(api, "GET /apps/3/channels/presence-a/users", "");
    assert_int_equal(pusher_app_terminate_user(api->app, pusher_str("ann"), NULL), PUSHER_OK);
    expect_request(api, "POST /apps/3/users/ann/terminate_connections", "{}");
    assert_int_equal(pusher_app_get(api->app, pusher_str("/channels"), NULL, 0, NULL), PUSHER_OK);
    const pusher_pair parameter = {pusher_str("name"), pusher_str("e")};
    result = pusher_app_post(api->app, pusher_str("/channels/a/events"), &parameter, 1,
                             pusher_str("{}"), NULL);
    assert_int_equal(result, PUSHER_OK);
    expect_request(api, "POST /apps/3/channels/a/events", "{}");
    assert_non_null(strstr(api->requests[5], "\r\nContent-Type: application/json\r\n"));
    assert_int_equal(api->connection, 0); /* one connection for all of them */
    api_peer_stop(api);
}

/* A connection that was closed meanwhile is begun anew. */
static void outlives_connections(void **state) {
    (void)state;
    api_peer *api = api_peer_start("200 OK", "{}", NULL);
    const pusher_string none = pusher_str("");
    api->closes = true;
    for (int i = 0; i < 3; i++)
        assert_int_equal(pusher_app_channels(api->app, none, none, NULL), PUSHER_OK);
    assert_int_equal(api->count, 3);
    assert_int_equal(api->connection, 2);
    api_peer_stop(api);
}

static void refuses_names_before_asking(void **state) {
    (void)state;
    pusher_app *app = vector_app();
    pusher_answer answer;
    const pusher_string none = pusher_str("");
    int result = pusher_app_channel(app, pusher_str("a b"), none, &answer);
    expect_failure(result, &answer, PUSHER_ERR_ARGUMENT, "'a b' is no channel");
    result = pusher_app_users(app, pusher_str("a"), &answer);
    expect_failure(result, &answer, PUSHER_ERR_ARGUMENT, "'a' has no users");
    result = pusher_app_users(app, none, &answer);
    expect_failure(result, &answer, PUSHER_ERR_ARGUMENT, "is no channel");
    result = pusher_app_terminate_user(app, pusher_str("a/b"), &answer);
    expect_failure(result, &answer, PUSHER_ERR_ARGUMENT, "'a/b' is no user");
    pusher_app_free(app);
}

static void tells_what_the_server_said(void **state) {
    (void)state;
    static const struct {
        int number;
        const char *status, *body, *words;
    } rows[] = {
        {401, "401 Unauthorized", "{\"code\":401,\"error\":\"Invalid\\nsignature\"}",
         " refused this (HTTP 401): Invalid signature; check the key, the secret and"},
        {413, "413 Too Large", "The data content \x1b[31m\r\n",
         "(HTTP 413): The data content  [31m; "},
        {500, "500 Oops", "", "(HTTP 500): "},
        {302, "302 Found", "{\"error\":7}", "(HTTP 302): {\"error\":7}"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        api_peer *api = api_peer_start(rows[i].status, rows[i].body, NULL);
        pusher_answer answer;
        int result = pusher_app_users(api->app, pusher_str("presence-a"), &answer);
        expect_failure(result, &answer, PUSHER_ERR_REFUSED, rows[i].words);
        assert_int_equal(answer.status, rows[i].number);
        expect_text(answer.body, rows[i].body);
        assert_null(strstr(answer.error, VECTOR_SECRET));
        api_peer_stop(api);
    }
}

static void tells_when_nobody_answers(void **state) {
    (void)state;
    pusher_app_options options = vector_options();
    options.port = 1;
    pusher_app *app;
    pusher_answer answer;
    assert_int_equal(pusher_app_new(&options, &app), PUSHER_OK);
    int result = pusher_app_users(app, pusher_str("presence-a"), &answer);
    expect_failure(result, &answer, PUSHER_ERR_CONNECT, "could not connect to 127.0.0.1:1");
    assert_int_equal(answer.status, 0);
    assert_int_equal(answer.body.len, 0);
    pusher_app_free(app);
}

static void hold(test_connection *connection, void *context) {
    (void)context;
    test_hold(connection);
}

static void waits_no_longer_than_it_must(void **state) {
    (void)state;
    test_peer *peer = test_peer_start(hold, NULL, NULL, NULL);
    pusher_app_options options = vector_options();
    options.port = test_peer_port(peer);
    options.timeout = 50;
    pusher_app *app;
    pusher_answer answer;
    assert_int_equal(pusher_app_new(&options, &app), PUSHER_OK);
    int result = pusher_app_users(app, pusher_str("presence-a"), &answer);
    expect_failure(result, &answer, PUSHER_ERR_TIMEOUT, "no answer in time");
    pusher_app_free(app);
    test_peer_stop(peer);
}

/* The prefix of a gateway is not signed. */
static void puts_the_path_in_front(void **state) {
    (void)state;
    pusher_app_options options = vector_options();
    options.path = pusher_str("/realtime");
    api_peer *api = api_peer_start("200 OK", "{}", &options);
    assert_int_equal(pusher_app_users(api->app, pusher_str("presence-a"), NULL), PUSHER_OK);
    expect_request(api, "GET /realtime/apps/3/channels/presence-a/users", "");
    api_peer_stop(api);
}

/* Two threads, each with an app of its own to the same service. */
static void *ask_often(void *context) {
    api_peer *api = context;
    uintptr_t failures = 0;
    for (int i = 0; i < API_MAX_REQUESTS; i++) {
        pusher_answer answer;
        failures += pusher_app_trigger(api->app, pusher_str("a"), pusher_str("e"), pusher_str("1"),
                                       &answer) != PUSHER_OK;
        failures += pusher_app_authorize(api->app, pusher_str("1.2"), pusher_str("private-a"),
                                         pusher_str(""), &answer) != PUSHER_OK;
    }
    return (void *)failures;
}

static void works_in_two_threads(void **state) {
    (void)state;
    api_peer *apis[2];
    pthread_t threads[2];
    for (int i = 0; i < 2; i++) {
        apis[i] = api_peer_start("200 OK", "{}", NULL);
        assert_int_equal(pthread_create(&threads[i], NULL, ask_often, apis[i]), 0);
    }
    for (int i = 0; i < 2; i++) {
        void *failures;
        assert_int_equal(pthread_join(threads[i], &failures), 0);
        assert_null(failures);
        api_peer_stop(apis[i]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signs_the_vectors),
        cmocka_unit_test(sorts_and_escapes_parameters),
        cmocka_unit_test(refuses_bad_paths_and_parameters),
        cmocka_unit_test(needs_the_id),
        cmocka_unit_test(asks),
        cmocka_unit_test(outlives_connections),
        cmocka_unit_test(refuses_names_before_asking),
        cmocka_unit_test(tells_what_the_server_said),
        cmocka_unit_test(tells_when_nobody_answers),
        cmocka_unit_test(waits_no_longer_than_it_must),
        cmocka_unit_test(puts_the_path_in_front),
        cmocka_unit_test(works_in_two_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
