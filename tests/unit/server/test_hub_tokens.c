/* Tokens: an app with several pairs of key and secret. */
#include "hub_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "net/signature.h"

static const px_token TOKENS[] = {
    {PX_LITERAL("new-key"), PX_LITERAL("new-secret")},
    {PX_LITERAL("newest-key"), PX_LITERAL("newest-secret")},
};

/* The test app with these tokens, and beside it an app 4 with "other-key". */
static void start(test_world *world) {
    px_app_options app = world_app();
    const char *why;
    app.tokens = (px_token_list){TOKENS, 2};
    world_start(world, &app, NULL);
    app = world_app();
    app.id = PX_SLICE("4");
    app.key = PX_SLICE("other-key");
    app.secret = PX_SLICE("other-secret");
    assert_int_equal(px_hub_add_app(world->hub, &app, &why), PX_OK);
}

static void open_with(test_world *world, test_client *client, const char *key) {
    px_hub_open open = {.key = px_slice_of_text(key), .protocol = PX_SLICE("7")};
    client_open_as(world, client, &open);
}

static void clients_connect_with_each_key(void **state) {
    (void)state;
    static const char *const KEYS[] = {TEST_KEY, "new-key", "newest-key"};
    test_world world;
    test_client clients[3], stranger;
    start(&world);
    for (int i = 0; i < 3; i++) {
        open_with(&world, &clients[i], KEYS[i]);
        client_join(&world, &clients[i], "news", NULL);
    }
    world_request(&world, "POST", "/apps/3/events", "", "{'name':'e','data':'','channel':'news'}");
    for (int i = 0; i < 3; i++)
        client_expect(&clients[i], "{'event':'e','channel':'news','data':''}");
    open_with(&world, &stranger, "no-key");
    client_expect_close(&stranger, 4001, "Application does not exist");
    for (int i = 0; i < 3; i++)
        client_cut(&world, &clients[i]);
    client_cut(&world, &stranger);
    world_stop(&world);
}

static void the_api_takes_each_pair(void **state) {
    (void)state;
    test_world world;
    start(&world);
    world_request_as(&world, TEST_KEY, TEST_SECRET, "GET", "/apps/3/channels", "", "");
    world_expect(&world, 200, "{'channels':{}}");
    world_request_as(&world, "newest-key", "newest-secret", "GET", "/apps/3/channels", "", "");
    world_expect(&world, 200, "{'channels':{}}");
    world_request_as(&world, "new-key", "newest-secret", "GET", "/apps/3/channels", "", "");
    assert_int_equal(world.status, 401);
    world_request_as(&world, "new-key", TEST_SECRET, "GET", "/apps/3/channels", "", "");
    assert_int_equal(world.status, 401);
    world_request_as(&world, "new-key", "new-secret", "GET", "/apps/4/channels", "", "");
    world_expect_error(&world, 401, "Unknown auth_key: it does not belong to this app");
    world_stop(&world);
}

static void ask(test_world *world, test_client *client, const char *key, const char *secret) {
    char text[200], hex[PX_SIGNATURE_LENGTH + 1] = "";
    (void)snprintf(text, sizeof text, "%s:private-a", client->socket_id);
    px_slice to_sign = px_slice_of_text(text);
    assert_int_equal(px_signature(px_slice_of_text(secret), &to_sign, 1, hex), PX_OK);
    client_send(world, client,
                "{'event':'pusher:subscribe','data':{'channel':'private-a','auth':'%s:%s'}}", key,
                hex);
}

/* A signature counts with the key that it names, whichever the client connected with. */
static void any_pair_authorizes(void **state) {
    (void)state;
    static const struct {
        const char *connects_with;
        const char *key;
        const char *secret;
        bool is_admitted;
    } CASES[] = {
        {TEST_KEY, TEST_KEY, TEST_SECRET, true},
        {TEST_KEY, "new-key", "new-secret", true},
        {"new-key", TEST_KEY, TEST_SECRET, true},
        {"newest-key", "new-key", "new-secret", true},
        {TEST_KEY, "new-key", TEST_SECRET, false},
        {"new-key", TEST_KEY, "new-secret", false},
        {TEST_KEY, "other-key", "other-secret", false},
        {"other-key", "new-key", "new-secret", false},
        {TEST_KEY, "", TEST_SECRET, false},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        test_world world;
        test_client client;
        px_hub_stats stats;
        start(&world);
        open_with(&world, &client, CASES[i].connects_with);
        ask(&world, &client, CASES[i].key, CASES[i].secret);
        px_hub_get_stats(world.hub, &stats);
        assert_int_equal(stats.subscriptions, CASES[i].is_admitted);
        client_cut(&world, &client);
        world_stop(&world);
    }
}

static void no_key_is_given_twice(void **state) {
    (void)state;
    static const px_token TAKEN[][2] = {
        {{PX_LITERAL("free-1"), PX_LITERAL("s")}, {PX_LITERAL("new-key"), PX_LITERAL("s")}},
        {{PX_LITERAL("free-1"), PX_LITERAL("s")}, {PX_LITERAL("other-key"), PX_LITERAL("s")}},
        {{PX_LITERAL("free-1"), PX_LITERAL("s")}, {PX_LITERAL("free-1"), PX_LITERAL("s")}},
        {{PX_LITERAL("free-1"), PX_LITERAL("s")}, {PX_LITERAL("own"), PX_LITERAL("s")}},
    };
    test_world world;
    test_client client;
    start(&world);
    for (size_t i = 0; i < sizeof TAKEN / sizeof *TAKEN; i++) {
        px_app_options app = world_app();
        const char *why = "";
        app.id = PX_SLICE("5");
        app.key = PX_SLICE("own");
        app.tokens = (px_token_list){TAKEN[i], 2};
        assert_int_equal(px_hub_add_app(world.hub, &app, &why), PX_ERR_ARGUMENT);
        assert_string_equal(why, "another app or token has the same key");
    }
    open_with(&world, &client, "free-1");
    client_expect_close(&client, 4001, "Application does not exist");
    client_cut(&world, &client);
    world_stop(&world);
}

/* With so many keys that the map must grow in between. */
static void an_app_is_there_with_all_its_keys_or_not_at_all(void **state) {
    (void)state;
    enum { COUNT = 40 };
    static char names[COUNT][8];
    px_token tokens[COUNT];
    test_world world;
    px_app_options app = world_app();
    const char *why;
    for (int i = 0; i < COUNT; i++) {
        (void)snprintf(names[i], sizeof names[i], "many-%d", i);
        tokens[i] = (px_token){px_slice_of_text(names[i]), PX_LITERAL("s")};
    }
    start(&world);
    app.id = PX_SLICE("5");
    app.key = PX_SLICE("own");
    app.tokens = (px_token_list){tokens, COUNT};
    for (size_t i = 1;; i++) {
        world.memory.fail_at = world.memory.calls + i;
        int result = px_hub_add_app(world.hub, &app, &why);
        world.memory.fail_at = 0;
        for (int k = 0; k < COUNT; k++) {
            test_client client;
            open_with(&world, &client, names[k]);
            assert_int_equal(client.is_closed, result != PX_OK);
            client_cut(&world, &client);
        }
        if (result == PX_OK)
            break;
        assert_int_equal(result, PX_ERR_NO_MEMORY);
    }
    world_stop(&world);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clients_connect_with_each_key),
        cmocka_unit_test(the_api_takes_each_pair),
        cmocka_unit_test(any_pair_authorizes),
        cmocka_unit_test(no_key_is_given_twice),
        cmocka_unit_test(an_app_is_there_with_all_its_keys_or_not_at_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
