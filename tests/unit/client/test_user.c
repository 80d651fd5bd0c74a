/* The user: signing in, what only he hears, and going over to another cluster. */
#include "client_fixture.h"

#include <stdio.h>
#include <string.h>

#define OK_HEAD    "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"
#define USER_DATA  "{\\\"id\\\":\\\"ann\\\"}"
#define USER_QUOTE "{\\\\\\\"id\\\\\\\":\\\\\\\"ann\\\\\\\"}"

/* Both a Channels server and an application that answers with `answer`. */
typedef struct test_site {
    const char *answer;
    char request[4096]; /* the last one that authenticates */
    char upgrade[4096]; /* the last one that opens a WebSocket */
} test_site;

static void serve_socket(test_connection *connection) {
    if (!test_upgrade(connection) || !test_say_hello(connection) ||
        !test_await_text(connection, "\"event\":\"pusher:signin\",\"data\":{\"auth\":\"KEY:sig\","
                                     "\"user_data\":\"" USER_DATA "\"}"))
        return;
    test_send_frame(
        connection, 1,
        "{\"event\":\"pusher:signin_success\",\"data\":\"{\\\"user_data\\\":\\\"" USER_QUOTE
        "\\\"}\"}");
    if (!test_await_text(connection, "\"channel\":\"#server-to-user-ann\""))
        return;
    test_send_event(connection, "hello", "#server-to-user-ann", "\"for you\"");
    test_send_frame(connection, 1,
                    "{\"event\":\"pusher_internal:watchlist_events\",\"data\":"
                    "{\"events\":[{\"name\":\"online\",\"user_ids\":[\"bob\"]}]}}");
    test_hold(connection);
}

static void serve(test_connection *connection, void *context) {
    test_site *site = context;
    if (!test_read_request(connection))
        return;
    if (strstr(test_request(connection), "Upgrade: websocket")) {
        snprintf(site->upgrade, sizeof site->upgrade, "%s", test_request(connection));
        serve_socket(connection);
        return;
    }
    snprintf(site->request, sizeof site->request, "%s", test_request(connection));
    test_send_text(connection, site->answer);
}

static void note_user(const pusher_event *event, void *context) {
    note(context, "user: ");
    note_event(event, context);
    assert_null(event->channel);
    assert_int_equal(event->user_id.len, 0);
}

static void note_watchlist(const pusher_event *event, void *context) {
    note(context, "watchlist: ");
    note_event(event, context);
}

static void make(fixture *world) {
    fixture_make(world);
    assert_int_equal(pusher_user_bind_global(world->client, note_user, world, NULL), PUSHER_OK);
    assert_int_equal(pusher_watchlist_bind_global(world->client, note_watchlist, world, NULL),
                     PUSHER_OK);
    pusher_connect(world->client);
    await(world, "connected\n");
}

static void expect_user(const fixture *world, const char *expected) {
    pusher_string data = {NULL, 0};
    assert_int_equal(pusher_user_data(world->client, &data), expected != NULL);
    assert_int_equal(data.len, expected ? strlen(expected) : 0);
    if (expected)
        assert_memory_equal(data.ptr, expected, data.len);
}

#define SIGNED OK_HEAD "{\"auth\":\"KEY:sig\",\"user_data\":\"" USER_DATA "\"}"

static void signs_in(void **state) {
    (void)state;
    const pusher_pair params[] = {{{"room", 4}, {"a b", 3}}};
    const pusher_pair headers[] = {{{"X-Token", 7}, {"secret", 6}}};
    test_site site = {.answer = SIGNED};
    fixture *world = fixture_new(serve, &site);
    world->options.user_auth_endpoint = pusher_str("/who");
    world->options.user_auth_params = params;
    world->options.user_auth_param_count = 1;
    world->options.user_auth_headers = headers;
    world->options.user_auth_header_count = 1;
    make(world);
    expect_user(world, NULL);
    assert_int_equal(pusher_signin(world->client), PUSHER_OK);
    assert_int_equal(pusher_signin(world->client), PUSHER_OK);
    await(world, "user: hello for you\n");
    await(world, "watchlist: online {\"name\":\"online\",\"user_ids\":[\"bob\"]}\n");
    expect_user(world, "{\"id\":\"ann\"}");
    size_t cursor = 0;
    assert_null(pusher_next_channel(world->client, &cursor));
    pusher_disconnect(world->client);
    await(world, "disconnected\n");
    expect_user(world, NULL);
    fixture_stop_peer(world);
    assert_non_null(strstr(site.request, "POST /who HTTP/1.1\r\n"));
    assert_non_null(strstr(site.request, "\r\nX-Token: secret\r\n"));
    assert_non_null(strstr(site.request, "\r\n\r\nsocket_id=1.1&room=a%20b"));
    fixture_free(world);
}

static void signs_in_by_a_script(void **state) {
    (void)state;
    test_site site = {.answer = OK_HEAD
                      "Pusher.auth_callbacks['1']({\"auth\":\"KEY:sig\",\"user_data\":\"" USER_DATA
                      "\"});"};
    fixture *world = fixture_new(serve, &site);
    world->options.user_auth_transport = pusher_str("jsonp");
    make(world);
    assert_int_equal(pusher_signin(world->client), PUSHER_OK);
    await(world, "user: hello for you\n");
    fixture_stop_peer(world);
    assert_non_null(strstr(site.request,
                           "GET /pusher/user-auth?callback=Pusher.auth_callbacks%5B'1'%5D&"
                           "socket_id=1.1 HTTP/1.1\r\n"));
    fixture_free(world);
}

static void hears_of_a_refusal(void **state) {
    (void)state;
    test_site site = {.answer = "HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n"};
    fixture *world = fixture_new(serve, &site);
    make(world);
    assert_int_equal(pusher_signin(world->client), PUSHER_OK);
    await(world,
          "user: pusher:signin_error AuthError PUSHER_OK 0 403 Unable to retrieve auth string "
          "from user-authentication endpoint");
    fixture_free(world);
}

/* ---- The application's own answers ---- */

static void add_param(pusher_client *client, pusher_string channel, pusher_pairs *pairs,
                      void *context) {
    (void)client;
    assert_int_equal(channel.len, 0);
    assert_int_equal(pusher_pairs_add(pairs, pusher_str("asked"), pusher_str("yes")), PUSHER_OK);
    note(context, "params\n");
}

static void add_header(pusher_client *client, pusher_string channel, pusher_pairs *pairs,
                       void *context) {
    (void)client;
    (void)channel;
    assert_int_equal(pusher_pairs_add(pairs, pusher_str("X-Fresh"), pusher_str("7")), PUSHER_OK);
    note(context, "headers\n");
}

static void asks_providers(void **state) {
    (void)state;
    test_site site = {.answer = SIGNED};
    fixture *world = fixture_new(serve, &site);
    world->options.user_auth_params_provider = add_param;
    world->options.user_auth_headers_provider = add_header;
    world->options.user_auth_context = world;
    make(world);
    assert_int_equal(pusher_signin(world->client), PUSHER_OK);
    await(world, "user: hello for you\n");
    fixture_stop_peer(world);
    assert_int_equal(noted(world, "params\nheaders\n"), 1);
    assert_non_null(strstr(site.request, "&asked=yes"));
    assert_non_null(strstr(site.request, "\r\nX-Fresh: 7\r\n"));
    fixture_free(world);
}

static void authenticate(pusher_authorization *question, pusher_client *client,
                         pusher_string channel, pusher_string socket_id, void *context) {
    (void)client;
    (void)context;
    assert_int_equal(channel.len, 0);
    assert_memory_equal(socket_id.ptr, "1.1", socket_id.len);
    assert_int_equal(pusher_authorization_succeed(question, pusher_str("KEY:sig"),
                                                  pusher_str("{\"id\":\"ann\"}")),
                     PUSHER_OK);
}

static void refuse(pusher_authorization *question, pusher_client *client, pusher_string channel,
                   pusher_string socket_id, void *context) {
    (void)client;
    (void)channel;
    (void)socket_id;
    (void)context;
    pusher_authorization_fail(question, 0, pusher_str("not today"));
}

static void takes_an_answer(void **state) {
    (void)state;
    test_site site = {.answer = ""};
    fixture *world = fixture_new(serve, &site);
    world->options.user_authenticator = authenticate;
    make(world);
    assert_int_equal(pusher_signin(world->client), PUSHER_OK);
    await(world, "user: hello for you\n");
    fixture_stop_peer(world);
    assert_string_equal(site.request, "");
    fixture_free(world);
}

static void takes_a_refusal(void **state) {
    (void)state;
    test_site site = {.answer = ""};
    fixture *world = fixture_new(serve, &site);
    world->options.user_authenticator = refuse;
    make(world);
    assert_int_equal(pusher_signin(world->client), PUSHER_OK);
    await(world, "user: pusher:signin_error AuthError PUSHER_OK 0 0 not today\n");
    fixture_free(world);
}

/* ---- Bindings ---- */

static void binds_and_unbinds(void **state) {
    (void)state;
    test_site site = {.answer = SIGNED};
    fixture *world = fixture_new(serve, &site);
    fixture_make(world);
    pusher_client *client = world->client;
    pusher_string hello = pusher_str("hello");
    pusher_string online = pusher_str("online");
    assert_int_equal(pusher_user_bind(client, hello, note_user, world, NULL), PUSHER_OK);
    assert_int_equal(pusher_user_bind(client, hello, note_event, world, note_destroyed), PUSHER_OK);
    assert_int_equal(pusher_user_bind_all(client, note_event, world, note_destroyed), PUSHER_OK);
    assert_int_equal(pusher_watchlist_bind(client, online, note_watchlist, world, NULL), PUSHER_OK);
    assert_int_equal(pusher_watchlist_bind(client, online, note_event, world, note_destroyed),
                     PUSHER_OK);
    assert_int_equal(pusher_watchlist_bind_all(client, note_event, world, note_destroyed),
                     PUSHER_OK);
    pusher_user_unbind(client, hello, note_event, NULL);
    pusher_user_unbind_global(client, note_event, NULL);
    pusher_watchlist_unbind(client, online, note_event, NULL);
    pusher_watchlist_unbind_global(client, note_event, NULL);
    assert_int_equal(noted(world, "destroyed\n"), 4);
    assert_int_equal(pusher_signin(client), PUSHER_OK);
    pusher_connect(client);
    await(world, "watchlist: online");
    assert_int_equal(noted(world, "user: hello for you\n"), 1);
    fixture_free(world);
}

/* ---- Another cluster ---- */

static void goes_over(void **state) {
    (void)state;
    test_site site = {.answer = SIGNED};
    fixture *world = fixture_new(serve, &site);
    make(world);
    assert_int_equal(pusher_switch_cluster(world->client, pusher_str("OTHER"), pusher_str("a/b")),
                     PUSHER_ERR_ARGUMENT);
    assert_int_equal(pusher_switch_cluster(world->client, pusher_str("OTHER"), pusher_str("eu")),
                     PUSHER_OK);
    await_times(world, "connected\n", 2);
    fixture_stop_peer(world);
    assert_non_null(strstr(site.upgrade, "GET /app/OTHER?"));
    fixture_free(world);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signs_in),           cmocka_unit_test(signs_in_by_a_script),
        cmocka_unit_test(hears_of_a_refusal), cmocka_unit_test(asks_providers),
        cmocka_unit_test(takes_an_answer),    cmocka_unit_test(takes_a_refusal),
        cmocka_unit_test(binds_and_unbinds),  cmocka_unit_test(goes_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
