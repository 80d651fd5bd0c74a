/* Authorization of channels: endpoints that answer well, badly or never; providers; authorizers. */
#include "client_fixture.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OK_HEAD "HTTP/1.1 200 OK\r\nConnection: close\r\n"

/* Both a Channels server and an application that answers authorization requests with `answer`. */
typedef struct test_site {
    const char *answer; /* NULL: never */
    char request[4096]; /* the last one for authorization */
} test_site;

static void serve(test_connection *connection, void *context) {
    test_site *site = context;
    if (!test_read_request(connection))
        return;
    if (strstr(test_request(connection), "Upgrade: websocket")) {
        if (!test_upgrade(connection) || !test_say_hello(connection))
            return;
        while (test_await_text(connection, "\"auth\":\"KEY:signature\""))
            test_send_event(connection, "pusher_internal:subscription_succeeded", "private-news",
                            "{}");
        return;
    }
    snprintf(site->request, sizeof site->request, "%s", test_request(connection));
    if (site->answer)
        test_send_text(connection, site->answer);
    else
        test_hold(connection);
}

static void make(fixture *world) {
    pusher_channel *channel;
    fixture_make(world);
    assert_int_equal(pusher_subscribe(world->client, pusher_str("private-news"), &channel),
                     PUSHER_OK);
    assert_int_equal(pusher_channel_bind_global(channel, note_event, world, NULL), PUSHER_OK);
    pusher_connect(world->client);
}

/* ---- The endpoint ---- */

static const struct answer_case {
    const char *name;
    const char *answer;
    const char *expected;
} answer_cases[] = {
    {"signed", OK_HEAD "Content-Length: 24\r\n\r\n{\"auth\":\"KEY:signature\"}",
     "pusher:subscription_succeeded {}\n"},
    {"signed, no length", OK_HEAD "\r\n{\"auth\":\"KEY:signature\"}",
     "pusher:subscription_succeeded {}\n"},
    {"403", "HTTP/1.1 403 Forbidden\r\nContent-Length: 9\r\nConnection: close\r\n\r\nForbidden",
     "pusher:subscription_error AuthError PUSHER_OK 0 403 "},
    {"500", "HTTP/1.1 500 Oops\r\nConnection: close\r\n\r\n",
     "pusher:subscription_error AuthError PUSHER_OK 0 500 "},
    {"a redirection",
     "HTTP/1.1 302 Found\r\nLocation: /login\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
     "pusher:subscription_error AuthError PUSHER_OK 0 302 "},
    {"a page", OK_HEAD "Content-Type: text/html\r\n\r\n<html><h1>Please log in</h1></html>",
     "pusher:subscription_error AuthError PUSHER_OK 0 200 JSON returned from "},
    {"an empty page", OK_HEAD "Content-Length: 0\r\n\r\n",
     "pusher:subscription_error AuthError PUSHER_OK 0 200 "},
    {"nothing but an end", "", "the connection was closed without an answer by 127.0.0.1:"},
    {"no HTTP", "hello there\r\n\r\n", "pusher:subscription_error AuthError PUSHER_OK 0 0 "},
    {"half an answer", "HTTP/1.1 200 OK\r\nContent-Length: 500\r\nConnection: close\r\n\r\n{\"a",
     "the answer was cut short by 127.0.0.1:"},
    {"never", NULL, "pusher:subscription_error AuthError PUSHER_OK 0 0 "},
};

static void takes_the_answer(void **state) {
    const struct answer_case *test = *state;
    test_site site = {.answer = test->answer};
    fixture *world = fixture_new(serve, &site);
    if (!test->answer)
        world->options.auth_timeout = 50;
    make(world);
    await(world, test->expected);
    fixture_stop_peer(world);
    assert_non_null(strstr(site.request, "POST /pusher/auth HTTP/1.1\r\n"));
    assert_non_null(strstr(site.request, "\r\n\r\nsocket_id=1.1&channel_name=private-news"));
    assert_null(strstr(site.request, "Expect:"));
    fixture_free(world);
}

enum { FLOOD = 1 << 20 };

static void flood(test_connection *connection, void *context) {
    if (!test_read_request(connection))
        return;
    if (strstr(test_request(connection), "Upgrade: websocket")) {
        if (test_upgrade(connection) && test_say_hello(connection))
            test_hold(connection);
        return;
    }
    (void)context;
    char *body = malloc(FLOOD);
    memset(body, ' ', FLOOD);
    if (test_send_text(connection, OK_HEAD "\r\n"))
        test_send(connection, body, FLOOD);
    free(body);
}

static void bounds_the_answer(void **state) {
    (void)state;
    fixture *world = fixture_new(flood, NULL);
    make(world);
    await(world, "the answer was too big from 127.0.0.1:");
    fixture_free(world);
}

/* Whoever carries requests out numbers the receivers of scripts. */
static void asks_for_a_script(void **state) {
    (void)state;
    test_site site = {.answer =
                          OK_HEAD "\r\nPusher.auth_callbacks['1']({\"auth\":\"KEY:signature\"});"};
    fixture *world = fixture_new(serve, &site);
    world->options.auth_transport = pusher_str("jsonp");
    make(world);
    await(world, "pusher:subscription_succeeded {}\n");
    fixture_stop_peer(world);
    assert_non_null(strstr(site.request, "GET /pusher/auth?callback=Pusher.auth_callbacks%5B'1'%5D&"
                                         "socket_id=1.1&channel_name=private-news HTTP/1.1\r\n"));
    fixture_free(world);
}

static void asks_elsewhere_with_more(void **state) {
    (void)state;
    test_site here = {.answer = NULL};
    test_site there = {.answer = OK_HEAD "\r\n{\"auth\":\"KEY:signature\"}"};
    test_peer *application = test_peer_start(serve, &there, NULL, NULL);
    char url[64];
    snprintf(url, sizeof url, "http://127.0.0.1:%u/sign?a=b", test_peer_port(application));
    const pusher_pair params[] = {{{"room", 4}, {"a b", 3}}};
    const pusher_pair headers[] = {{{"X-Token", 7}, {"secret", 6}}, {{"X-Empty", 7}, {"", 0}}};
    fixture *world = fixture_new(serve, &here);
    world->options.auth_endpoint = pusher_str(url);
    world->options.auth_params = params;
    world->options.auth_param_count = 1;
    world->options.auth_headers = headers;
    world->options.auth_header_count = 2;
    make(world);
    await(world, "pusher:subscription_succeeded {}\n");
    fixture_stop_peer(world);
    test_peer_stop(application);
    assert_non_null(strstr(there.request, "POST /sign?a=b HTTP/1.1\r\n"));
    assert_non_null(strstr(there.request, "\r\nX-Token: secret\r\n"));
    assert_non_null(strstr(there.request, "\r\nX-Empty:\r\n"));
    assert_non_null(strstr(there.request, "&room=a%20b"));
    assert_string_equal(here.request, "");
    fixture_free(world);
}

static void tells_of_an_unreachable_endpoint(void **state) {
    (void)state;
    test_site site = {.answer = NULL};
    fixture *world = fixture_new(serve, &site);
    world->options.auth_endpoint = pusher_str("http://127.0.0.1:1/sign");
    make(world);
    await(world, "could not connect to 127.0.0.1:1: ");
    fixture_free(world);
}

enum { MANY = 40, AT_A_TIME = 6 };

typedef struct test_counters {
    atomic_int started;
    atomic_bool may_end;
} test_counters;

static void count_requests(test_connection *connection, void *context) {
    test_counters *counters = context;
    if (!test_read_request(connection))
        return;
    if (strstr(test_request(connection), "Upgrade: websocket")) {
        if (test_upgrade(connection) && test_say_hello(connection) &&
            test_await_text(connection, "\"question\"") &&
            test_send_event(connection, "answer", "none", "\"\""))
            test_hold(connection);
        return;
    }
    atomic_fetch_add(&counters->started, 1);
    while (!atomic_load(&counters->may_end))
        sched_yield();
    test_send_text(connection, "HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n");
}

static void asks_few_at_a_time(void **state) {
    (void)state;
    test_counters counters = {0, false};
    fixture *world = fixture_new(count_requests, &counters);
    fixture_make(world);
    for (int i = 0; i < MANY; i++) {
        char name[32];
        pusher_channel *channel;
        snprintf(name, sizeof name, "private-%d", i);
        assert_int_equal(pusher_subscribe(world->client, pusher_str(name), &channel), PUSHER_OK);
        assert_int_equal(pusher_channel_bind(channel, pusher_str("pusher:subscription_error"),
                                             note_event, world, NULL),
                         PUSHER_OK);
    }
    pusher_connect(world->client);
    await(world, "connected\n");
    while (atomic_load(&counters.started) < AT_A_TIME)
        assert_int_equal(pusher_poll(world->client, 10), PUSHER_OK);
    /* After a question and its answer others would be there, too. */
    assert_int_equal(
        pusher_send_event(world->client, pusher_str("question"), pusher_str(""), pusher_str("")),
        PUSHER_OK);
    await(world, "answer\n");
    assert_int_equal(atomic_load(&counters.started), AT_A_TIME);
    assert_int_equal(test_peer_count(world->peer), 1 + AT_A_TIME);
    atomic_store(&counters.may_end, true);
    await_times(world, "pusher:subscription_error AuthError", MANY);
    fixture_free(world);
}

static void forgets_requests_when_disconnected(void **state) {
    (void)state;
    test_site site = {.answer = NULL};
    fixture *world = fixture_new(serve, &site);
    make(world);
    await(world, "connected\n");
    while (test_peer_count(world->peer) < 2)
        assert_int_equal(pusher_poll(world->client, 10), PUSHER_OK);
    pusher_disconnect(world->client);
    await(world, "disconnected\n");
    assert_int_equal(noted(world, "subscription_error"), 0);
    fixture_free(world);
}

/* ---- Providers ---- */

static void add_param(pusher_client *client, pusher_string channel, pusher_pairs *pairs,
                      void *context) {
    (void)client;
    assert_int_equal(pusher_pairs_add(pairs, pusher_str("asked"), channel), PUSHER_OK);
    note(context, "params\n");
}

static void add_header(pusher_client *client, pusher_string channel, pusher_pairs *pairs,
                       void *context) {
    (void)client;
    (void)channel;
    assert_int_equal(pusher_pairs_add(pairs, pusher_str("X-Bad"), pusher_str("a\r\nb")),
                     PUSHER_ERR_ARGUMENT);
    char value[16] = "copied";
    assert_int_equal(pusher_pairs_add(pairs, pusher_str("X-Good"), pusher_str(value)), PUSHER_OK);
    memset(value, '!', sizeof value);
    note(context, "headers\n");
}

static void asks_providers(void **state) {
    (void)state;
    test_site site = {.answer = OK_HEAD "\r\n{\"auth\":\"KEY:signature\"}"};
    fixture *world = fixture_new(serve, &site);
    world->options.auth_params_provider = add_param;
    world->options.auth_headers_provider = add_header;
    world->options.auth_context = world;
    make(world);
    await(world, "pusher:subscription_succeeded {}\n");
    fixture_stop_peer(world);
    assert_int_equal(noted(world, "params\nheaders\n"), 1);
    assert_non_null(strstr(site.request, "&asked=private-news"));
    assert_non_null(strstr(site.request, "\r\nX-Good: copied\r\n"));
    fixture_free(world);
}

static void free_in_provider(pusher_client *client, pusher_string channel, pusher_pairs *pairs,
                             void *context) {
    (void)channel;
    (void)pairs;
    note(context, "freed\n");
    pusher_client_free(client);
    ((fixture *)context)->client = NULL;
}

static void never_asked(pusher_client *client, pusher_string channel, pusher_pairs *pairs,
                        void *context) {
    (void)client;
    (void)channel;
    (void)pairs;
    note(context, "asked\n");
}

static void dies_in_a_provider(void **state) {
    (void)state;
    test_site site = {.answer = NULL};
    fixture *world = fixture_new(serve, &site);
    world->options.auth_params_provider = free_in_provider;
    world->options.auth_headers_provider = never_asked;
    world->options.auth_context = world;
    make(world);
    assert_int_equal(pusher_run(world->client), PUSHER_OK);
    assert_int_equal(noted(world, "freed\n"), 1);
    assert_int_equal(noted(world, "asked\n"), 0);
    fixture_free(world);
}

/* ---- Custom authorizers ---- */

static pusher_authorization *asked;

static void answer_at_once(pusher_authorization *question, pusher_client *client,
                           pusher_string channel, pusher_string socket_id, void *context) {
    (void)client;
    (void)context;
    assert_memory_equal(channel.ptr, "private-news", channel.len);
    assert_memory_equal(socket_id.ptr, "1.1", socket_id.len);
    assert_int_equal(
        pusher_authorization_succeed(question, pusher_str("KEY:signature"), pusher_str("")),
        PUSHER_OK);
}

static void remember(pusher_authorization *question, pusher_client *client, pusher_string channel,
                     pusher_string socket_id, void *context) {
    (void)client;
    (void)channel;
    (void)socket_id;
    asked = question;
    note(context, "asked\n");
}

static void free_in_authorizer(pusher_authorization *question, pusher_client *client,
                               pusher_string channel, pusher_string socket_id, void *context) {
    (void)question;
    free_in_provider(client, channel, NULL, context);
    (void)socket_id;
}

static fixture *with_authorizer(pusher_authorizer_fn authorizer, test_site *site) {
    fixture *world = fixture_new(serve, site);
    world->options.authorizer = authorizer;
    world->options.auth_context = world;
    make(world);
    return world;
}

static void takes_an_answer_at_once(void **state) {
    (void)state;
    test_site site = {.answer = NULL};
    fixture *world = with_authorizer(answer_at_once, &site);
    await(world, "pusher:subscription_succeeded {}\n");
    fixture_stop_peer(world);
    assert_string_equal(site.request, "");
    fixture_free(world);
}

static void takes_a_late_answer(void **state) {
    (void)state;
    test_site site = {.answer = NULL};
    fixture *world = with_authorizer(remember, &site);
    await(world, "asked\n");
    settle(pusher_client_loop(world->client));
    assert_int_equal(
        pusher_authorization_succeed(asked, pusher_str("KEY:signature"), pusher_str("")),
        PUSHER_OK);
    await(world, "pusher:subscription_succeeded {}\n");
    fixture_free(world);
}

static void takes_a_refusal(void **state) {
    (void)state;
    test_site site = {.answer = NULL};
    fixture *world = with_authorizer(remember, &site);
    await(world, "asked\n");
    pusher_authorization_fail(asked, 418, pusher_str("not for you"));
    await(world, "pusher:subscription_error AuthError PUSHER_OK 0 418 not for you\n");
    fixture_free(world);
}

/* The question of a connection that is gone: its answer is no answer to the next one. */
static void ignores_a_stale_answer(void **state) {
    (void)state;
    test_site site = {.answer = NULL};
    fixture *world = with_authorizer(remember, &site);
    await(world, "asked\n");
    pusher_authorization *old = asked;
    pusher_disconnect(world->client);
    await(world, "disconnected\n");
    pusher_connect(world->client);
    await_times(world, "asked\n", 2);
    assert_ptr_not_equal(old, asked);
    pusher_authorization_fail(old, 0, pusher_str("too late"));
    assert_int_equal(
        pusher_authorization_succeed(asked, pusher_str("KEY:signature"), pusher_str("")),
        PUSHER_OK);
    await(world, "pusher:subscription_succeeded {}\n");
    assert_int_equal(noted(world, "too late"), 0);
    fixture_free(world);
}

static void dies_with_open_questions(void **state) {
    (void)state;
    test_site site = {.answer = NULL};
    fixture *world = with_authorizer(remember, &site);
    await(world, "asked\n");
    fixture_free(world);
    world = with_authorizer(free_in_authorizer, &site);
    assert_int_equal(pusher_run(world->client), PUSHER_OK);
    assert_int_equal(noted(world, "freed\n"), 1);
    fixture_free(world);
}

int main(void) {
    enum { CASES = sizeof answer_cases / sizeof answer_cases[0] };
    const struct CMUnitTest others[] = {
        cmocka_unit_test(bounds_the_answer),
        cmocka_unit_test(asks_for_a_script),
        cmocka_unit_test(asks_elsewhere_with_more),
        cmocka_unit_test(tells_of_an_unreachable_endpoint),
        cmocka_unit_test(asks_few_at_a_time),
        cmocka_unit_test(forgets_requests_when_disconnected),
        cmocka_unit_test(asks_providers),
        cmocka_unit_test(dies_in_a_provider),
        cmocka_unit_test(takes_an_answer_at_once),
        cmocka_unit_test(takes_a_late_answer),
        cmocka_unit_test(takes_a_refusal),
        cmocka_unit_test(ignores_a_stale_answer),
        cmocka_unit_test(dies_with_open_questions),
    };
    struct CMUnitTest tests[CASES + sizeof others / sizeof others[0]];
    for (size_t i = 0; i < CASES; i++)
        tests[i] = (struct CMUnitTest){answer_cases[i].name, takes_the_answer, NULL, NULL,
                                       (void *)&answer_cases[i]};
    memcpy(tests + CASES, others, sizeof others);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
