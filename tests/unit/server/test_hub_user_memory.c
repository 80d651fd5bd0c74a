/* Users and memory: what signing in costs, and what happens when there is none. */
#include "hub_scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* ---- Costs ---- */

static void signed_in_connection_is_small(void **state) {
    (void)state;
    enum { CLIENTS = 10000, LIMIT = 400 };
    static test_client clients[CLIENTS];
    test_world world;
    world_start(&world, NULL, NULL);
    px_hub_open open = {.key = PX_SLICE(TEST_KEY), .protocol = PX_SLICE("7")};
    size_t before = world.memory.live_bytes;
    for (int i = 0; i < CLIENTS; i++) {
        char data[64];
        client_open_as(&world, &clients[i], &open);
        (void)snprintf(data, sizeof(data), "{'id':'%d','user_info':{'name':'Ann'}}", i);
        client_ask_to_sign_in(&world, &clients[i], data);
    }
    size_t each = sizeof(px_hub_connection) + (world.memory.live_bytes - before) / CLIENTS;
    assert_in_range(each, 1, LIMIT);
    for (int i = 0; i < CLIENTS; i++)
        client_cut(&world, &clients[i]);
    world_stop(&world);
}

static void watching_is_cheap(void **state) {
    (void)state;
    if (PX_IS_TIGHT)
        skip();
    enum { WATCHED = 100, LIMIT = WATCHED * 200 };
    test_world world;
    test_client client;
    char data[2048] = "{'id':'ann','watchlist':['x'";
    size_t len = strlen(data);
    for (int i = 1; i < WATCHED; i++)
        len += (size_t)snprintf(data + len, sizeof(data) - len, ",'user-%d'", i);
    (void)snprintf(data + len, sizeof(data) - len, "]}");
    world_start(&world, NULL, NULL);
    client_open(&world, &client);
    size_t before = world.memory.live_bytes;
    client_ask_to_sign_in(&world, &client, data);
    assert_in_range(world.memory.live_bytes - before, 1, LIMIT);
    client_cut(&world, &client);
    world_stop(&world);
}

/* The hub may end while users are there, watched, and just leaving. */
static void hub_ends_with_users(void **state) {
    (void)state;
    test_world world;
    test_client clients[3];
    world_start(&world, NULL, NULL);
    for (int i = 0; i < 3; i++)
        client_open(&world, &clients[i]);
    client_ask_to_sign_in(&world, &clients[0], "{'id':'b','user_info':{'a':1}}");
    client_ask_to_sign_in(&world, &clients[1], "{'id':'a','watchlist':['a','b','c']}");
    client_ask_to_sign_in(&world, &clients[2], "{'id':'a','watchlist':['b']}");
    client_cut(&world, &clients[0]);
    world_stop(&world);
    px_buffer_free(&clients[1].received);
    px_buffer_free(&clients[2].received);
}

/* ---- Without memory ---- */

enum { ACTORS = 4 };

static void request(scene *s, const char *path, const char *body) {
    world_request(&s->world, "POST", path, "", body);
    assert_true(s->world.status == 200 || s->world.status == 500);
}

/* A bit of everything; each step must cope with what failed before. */
static void play(scene *s) {
    test_client *ann = &s->actors[0], *bob = &s->actors[1], *second = &s->actors[2],
                *stranger = &s->actors[3];
    for (int i = 0; i < ACTORS; i++)
        client_open(&s->world, &s->actors[i]);
    client_ask_to_sign_in(&s->world, ann, "{'id':'ann','watchlist':['bob','c','ann','bob']}");
    client_ask_to_sign_in(&s->world, bob,
                          "{'id':'bob','user_info':{'a':'\\u00e9'},'watchlist':['x','ann','z']}");
    client_ask_to_sign_in(&s->world, second, "{'id':'bob','watchlist':['ann','c','d','e']}");
    client_ask_to_sign_in(&s->world, second, "{'id':'bob','watchlist':['\\u0061nn']}");
    client_ask_to_sign_in(&s->world, second, "{'id':'ann'}");
    client_ask_to_join(&s->world, ann, "presence-a", NULL);
    client_ask_to_join(&s->world, bob, "presence-a", NULL);
    client_ask_to_join(&s->world, bob, "#server-to-user-bob", NULL);
    client_send(&s->world, stranger,
                "{'event':'pusher:signin','data':{'auth':'x:y','user_data':''}}");
    client_ask_to_sign_in(&s->world, stranger, "{'id':'\\u0020'}");
    client_ask_to_sign_in(&s->world, stranger, "{'id':'c','user_info':7}");
    request(s, "/apps/3/batch_events",
            "{'batch':[{'name':'e','data':'','channel':'#server-to-user-bob','info':'user_count'},"
            "{'name':'e','data':'','channel':'#server-to-user-ann'}]}");
    client_cut(&s->world, stranger);
    world_pass(&s->world, 4000);
    client_open(&s->world, stranger);
    client_ask_to_sign_in(&s->world, stranger, "{'id':'c'}");
    request(s, "/apps/3/users/bob/terminate_connections", "{}");
    world_pass(&s->world, 4000);
    client_cut(&s->world, ann);
    px_hub_drain(s->world.hub, 1000);
    world_pass(&s->world, 2000);
}

static px_app_options small_app(void) {
    px_app_options app = world_app();
    app.max_watchlist = 3;
    app.authorized_connections = true;
    return app;
}

static void every_failing_allocation_is_survived(void **state) {
    (void)state;
    const px_app_options app = small_app();
    scene_without_memory(&app, ACTORS, play);
}

/* A sign-in that fails for want of memory looks to the others as if it had never been tried, unless
 * there was none to tell them: then they are closed. */
static void failed_signin_is_invisible(void **state) {
    (void)state;
    for (size_t i = 1; i < 100; i++) {
        test_world world;
        test_client watcher, client;
        px_hub_stats stats;
        world_start(&world, NULL, NULL);
        client_open(&world, &watcher);
        client_open(&world, &client);
        client_ask_to_sign_in(&world, &watcher, "{'id':'w','watchlist':['c']}");
        client_clear(&watcher);
        world.memory.fail_at = world.memory.calls + i;
        client_ask_to_sign_in(&world, &client,
                              "{'id':'c','user_info':1,'watchlist':['w','c','x']}");
        bool failed = world.memory.calls >= world.memory.fail_at;
        world.memory.fail_at = 0;
        px_hub_get_stats(world.hub, &stats);
        if (client.is_closed) {
            assert_int_equal(client.close_code, 4200);
            assert_int_equal(stats.users, 1);
            client_expect_nothing(&watcher);
        } else {
            client_expect(&client, "{'event':'pusher:signin_success','data':'{\\'user_data\\':\\'"
                                   "{\\\\\\'id\\\\\\':\\\\\\'c\\\\\\',\\\\\\'user_info\\\\\\':1,"
                                   "\\\\\\'watchlist\\\\\\':[\\\\\\'w\\\\\\',\\\\\\'c\\\\\\',"
                                   "\\\\\\'x\\\\\\']}\\'}'}");
            client_expect(&client,
                          "{'event':'pusher_internal:watchlist_events','data':'{\\'events\\':"
                          "[{\\'name\\':\\'online\\',\\'user_ids\\':[\\'w\\',\\'c\\']},"
                          "{\\'name\\':\\'offline\\',\\'user_ids\\':[\\'x\\']}]}'}");
            client_expect_nothing(&client);
            assert_int_equal(watcher.is_closed, failed);
        }
        client_cut(&world, &watcher);
        client_cut(&world, &client);
        world_stop(&world);
        if (!failed)
            return;
    }
    fail_msg("the sign-in never had enough memory");
}

/* Refusing must not turn into admitting because there is no memory to say why. */
static void nobody_signs_in_for_want_of_memory(void **state) {
    (void)state;
    static const char *const MESSAGES[] = {
        "{'event':'pusher:signin','data':{'auth':'x:y','user_data':'{\\'id\\':\\'a\\'}'}}",
        "{'event':'pusher:signin','data':{'auth':'" TEST_KEY ":00',"
        "'user_data':'{\\'id\\':\\'\\u0061\\'}'}}",
    };
    for (size_t i = 1; i < 200; i++) {
        test_world world;
        test_client client;
        px_hub_stats stats;
        world_start(&world, NULL, NULL);
        client_open(&world, &client);
        world.memory.fail_at = world.memory.calls + i;
        for (size_t j = 0; j < 2; j++)
            client_send(&world, &client, "%s", MESSAGES[j]);
        client_ask_to_sign_in(&world, &client, "{'id':'\\u0020'}");
        px_hub_get_stats(world.hub, &stats);
        assert_int_equal(stats.users, 0);
        world.memory.fail_at = 0;
        client_cut(&world, &client);
        world_stop(&world);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signed_in_connection_is_small),
        cmocka_unit_test(watching_is_cheap),
        cmocka_unit_test(hub_ends_with_users),
        cmocka_unit_test(every_failing_allocation_is_survived),
        cmocka_unit_test(failed_signin_is_invisible),
        cmocka_unit_test(nobody_signs_in_for_want_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
