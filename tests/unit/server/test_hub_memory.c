/* Memory: what connections and deliveries cost, and what happens when there is none. */
#include "hub_scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

/* ---- Costs ---- */

static void connection_with_a_subscription_is_small(void **state) {
    (void)state;
    enum { CLIENTS = 10000, LIMIT = 300 };
    static test_client clients[CLIENTS];
    test_world world;
    world_start(&world, NULL, NULL);
    world.is_recording = false;
    px_hub_open open = {.key = PX_SLICE(TEST_KEY), .protocol = PX_SLICE("7")};
    size_t before = world.memory.live_bytes;
    for (int i = 0; i < CLIENTS; i++) {
        client_open_as(&world, &clients[i], &open);
        client_send(&world, &clients[i], "{'event':'pusher:subscribe','data':{'channel':'news'}}");
    }
    size_t each = sizeof(px_hub_connection) + (world.memory.live_bytes - before) / CLIENTS;
    assert_in_range(each, 1, LIMIT);
    px_hub_stats stats;
    px_hub_get_stats(world.hub, &stats);
    assert_int_equal(stats.subscriptions, CLIENTS);
    for (int i = 1; i < CLIENTS; i++)
        client_cut(&world, &clients[i]);
    /* A crowd that has left leaves only the place for its ids, even in a channel that goes on. */
    assert_in_range(world.memory.live_bytes - before, 0, 12 * 16384 + 1000);
    client_cut(&world, &clients[0]);
    world_stop(&world);
}

static size_t allocations_of_a_publish(unsigned subscribers) {
    enum { MOST = 1000 };
    static test_client clients[MOST];
    test_world world;
    world_start(&world, NULL, NULL);
    for (unsigned i = 0; i < subscribers; i++) {
        client_open(&world, &clients[i]);
        client_join(&world, &clients[i], "news", NULL);
    }
    size_t calls = 0, delivers = 0;
    for (int i = 0; i < 3; i++) { /* the first may make room that stays */
        calls = world.memory.calls;
        delivers = world.deliver_calls;
        world_request(&world, "POST", "/apps/3/events", "",
                      "{'name':'e','data':'some data','channel':'news'}");
        assert_int_equal(world.status, 200);
    }
    calls = world.memory.calls - calls;
    assert_int_equal(world.deliver_calls - delivers, 1);
    for (unsigned i = 0; i < subscribers; i++)
        client_cut(&world, &clients[i]);
    world_stop(&world);
    return calls;
}

static void deliveries_allocate_nothing(void **state) {
    (void)state;
    assert_int_equal(allocations_of_a_publish(1000), allocations_of_a_publish(1));
}

static void client_events_allocate_one_message(void **state) {
    (void)state;
    if (PX_IS_TIGHT)
        skip();
    test_world world;
    test_client sender, others[20];
    world_start(&world, NULL, NULL);
    client_open(&world, &sender);
    client_join(&world, &sender, "private-a", NULL);
    for (int i = 0; i < 20; i++) {
        client_open(&world, &others[i]);
        client_join(&world, &others[i], "private-a", NULL);
    }
    size_t calls = world.memory.calls;
    client_send(&world, &sender, "{'event':'client-x','channel':'private-a','data':1}");
    assert_int_equal(world.memory.calls - calls, 1);
    client_cut(&world, &sender);
    for (int i = 0; i < 20; i++)
        client_cut(&world, &others[i]);
    world_stop(&world);
}

static void pings_allocate_nothing(void **state) {
    (void)state;
    test_world world;
    test_client client;
    world_start(&world, NULL, NULL);
    client_open(&world, &client);
    size_t calls = world.memory.calls;
    client_send(&world, &client, "{'event':'pusher:ping','data':{}}");
    world_pass(&world, 140 * 1000);
    assert_int_equal(client.pings, 1);
    assert_int_equal(world.memory.calls, calls);
    client_cut(&world, &client);
    world_stop(&world);
}

static void handled_inputs_leave_nothing_behind(void **state) {
    (void)state;
    test_world world;
    test_client client;
    size_t settled = 0;
    world_start(&world, NULL, NULL);
    world.is_recording = false;
    client_open(&world, &client);
    for (int i = 0; i < 1000; i++) {
        client_send(&world, &client,
                    "{'event':'pusher:\\u0073ubscribe','data':'{\\'channel\\':\\'a b\\'}'}");
        client_send(&world, &client, "{'event':'client-x','channel':'caf\\u00e9','data':1}");
        world_request(&world, "GET", "/apps/3/channels/a%20b", "x=%20", "");
        if (i == 10)
            settled = world.memory.live_bytes;
    }
    assert_int_equal(world.memory.live_bytes, settled);
    client_cut(&world, &client);
    world_stop(&world);
}

/* ---- Without memory ---- */

enum { ACTORS = 3 };

static void request(scene *s, const char *method, const char *path, const char *query,
                    const char *body) {
    world_request(&s->world, method, path, query, body);
    assert_true(s->world.status == 200 || s->world.status == 202 || s->world.status == 500);
}

/* A bit of everything; each step must cope with what failed before. */
static void play(scene *s) {
    for (int i = 0; i < ACTORS; i++)
        client_open(&s->world, &s->actors[i]);
    for (int i = 0; i < ACTORS; i++) {
        char data[64];
        (void)snprintf(data, sizeof(data), "{'user_id':'%d','user_info':{'a':'\\u00e9'}}", i % 2);
        client_ask_to_join(&s->world, &s->actors[i], "news", NULL);
        client_ask_to_join(&s->world, &s->actors[i], "private-a", NULL);
        client_ask_to_join(&s->world, &s->actors[i], "presence-a", data);
        client_ask_to_join(&s->world, &s->actors[i], "cache-a", NULL);
    }
    client_send(&s->world, &s->actors[0],
                "{'event':'client-\\u0061','channel':'presence-a','data':{}}");
    client_ask_to_join(&s->world, &s->actors[1], "news", NULL);
    client_ask_to_join(&s->world, &s->actors[1], "no name", NULL);
    client_send(&s->world, &s->actors[2],
                "{'event':'pusher:subscribe','data':{'channel':'private-b','auth':'x:y'}}");
    client_send(&s->world, &s->actors[2], "nonsense");
    request(s, "POST", "/apps/3/events", "",
            "{'name':'e','data':{'a': 1},'channels':['news','private-a'],'info':'user_count'}");
    request(s, "POST", "/apps/3/batch_events", "",
            "{'batch':[{'name':'e','data':'','channel':'news'},"
            "{'name':'e','data':'\\u00e9','channel':'presence-a','info':'user_count'}]}");
    request(s, "POST", "/apps/3/events", "",
            "{'name':'e','data':'','channels':['cache-a','presence-cache-b','cache-c']}");
    client_ask_to_join(&s->world, &s->actors[1], "presence-cache-b", "{'user_id':'1'}");
    request(s, "GET", "/apps/3/channels/cache-c", "info=cache", "");
    request(s, "GET", "/apps/3/channels", "filter_by_prefix=presence-&info=user_count", "");
    request(s, "GET", "/apps/3/channels/presence-a/users", "", "");
    request(s, "POST", "/apps/3/channels/news/events", "name=e", "x");
    client_send(&s->world, &s->actors[1],
                "{'event':'pusher:unsubscribe','data':'{\\'channel\\':\\'presence-a\\'}'}");
    client_cut(&s->world, &s->actors[0]);
    px_hub_drain(s->world.hub, 1000);
    world_pass(&s->world, 2000);
}

static void every_failing_allocation_is_survived(void **state) {
    (void)state;
    px_app_options app = world_app();
    app.subscription_count = true;
    scene_without_memory(&app, ACTORS, play);
}

static void hub_without_memory_is_not_made(void **state) {
    (void)state;
    static const uint64_t SEED[2] = {1, 2};
    px_hub_options options;
    px_hub_options_default(&options);
    px_app_options app = world_app();
    px_slice origin = PX_SLICE("example.org");
    app.allowed_origins = (px_name_list){&origin, 1};
    const px_token token = {PX_LITERAL("k"), PX_LITERAL("s")};
    app.tokens = (px_token_list){&token, 1};
    const px_named_text header = {PX_LITERAL("a"), PX_LITERAL("b")};
    px_webhook_options webhook;
    px_webhook_options_default(&webhook);
    webhook.url = PX_SLICE("http://a");
    webhook.headers = (px_named_text_list){&header, 1};
    webhook.filter.ends_with = PX_SLICE("-a");
    app.webhooks = (px_webhook_list){&webhook, 1};
    const px_hub_host host = {0};
    int result = PX_ERR_NO_MEMORY;
    for (size_t i = 1; result != PX_OK; i++) {
        test_allocator memory;
        px_hub *hub = NULL;
        const char *why = NULL;
        test_allocator_init(&memory);
        memory.fail_at = i;
        result = px_hub_new(&memory.allocator, &options, &host, SEED, 0, 0, &hub);
        if (result == PX_OK)
            result = px_hub_add_app(hub, &app, &why);
        assert_true(result == PX_OK || result == PX_ERR_NO_MEMORY);
        px_hub_free(hub);
        assert_int_equal(memory.live_blocks, 0);
    }
}

/* A join that fails for want of memory looks to the others as if it had never been tried. */
static void failed_join_is_invisible(void **state) {
    (void)state;
    for (size_t i = 1; i < 100; i++) {
        test_world world;
        test_client witness, client;
        world_start(&world, NULL, NULL);
        client_open(&world, &witness);
        client_open(&world, &client);
        client_join(&world, &witness, "presence-a", "{'user_id':'w'}");
        world.memory.fail_at = world.memory.calls + i;
        client_ask_to_join(&world, &client, "presence-a", "{'user_id':'c'}");
        bool failed = world.memory.calls >= world.memory.fail_at;
        world.memory.fail_at = 0;
        if (failed) {
            assert_true(client.is_closed);
            assert_int_equal(client.close_code, 4200);
            client_expect_nothing(&witness);
        }
        world_request(&world, "GET", "/apps/3/channels/presence-a/users", "", "");
        world_expect(&world, 200,
                     failed ? "{'users':[{'id':'w'}]}" : "{'users':[{'id':'w'},{'id':'c'}]}");
        client_cut(&world, &witness);
        client_cut(&world, &client);
        world_stop(&world);
        if (!failed)
            return;
    }
    fail_msg("the join never had enough memory");
}

/* Neither a part of a batch, nor one of several channels. */
static void failed_publish_sends_nothing(void **state) {
    (void)state;
    for (size_t i = 1; i < 100; i++) {
        test_world world;
        test_client client;
        world_start(&world, NULL, NULL);
        client_open(&world, &client);
        client_join(&world, &client, "a", NULL);
        client_join(&world, &client, "b", NULL);
        world.memory.fail_at = world.memory.calls + i;
        world_request(&world, "POST", "/apps/3/batch_events", "",
                      "{'batch':[{'name':'1','data':'','channel':'a'},"
                      "{'name':'2','data':'','channels':['a','b']}]}");
        bool failed = world.memory.calls >= world.memory.fail_at;
        world.memory.fail_at = 0;
        if (failed) {
            world_expect_error(&world, 500, "The server is out of memory");
            client_expect_nothing(&client);
        } else {
            client_expect(&client, "{'event':'1','channel':'a','data':''}");
            client_expect(&client, "{'event':'2','channel':'a','data':''}");
            client_expect(&client, "{'event':'2','channel':'b','data':''}");
        }
        client_cut(&world, &client);
        world_stop(&world);
        if (!failed)
            return;
    }
    fail_msg("the batch never had enough memory");
}

/* Refusing must not turn into admitting because there is no memory to say why. */
static void nobody_is_admitted_for_want_of_memory(void **state) {
    (void)state;
    for (size_t i = 1; i < 200; i++) {
        test_world world;
        test_client client;
        px_hub_stats stats;
        world_start(&world, NULL, NULL);
        client_open(&world, &client);
        world.memory.fail_at = world.memory.calls + i;
        client_send(&world, &client,
                    "{'event':'pusher:subscribe','data':{'channel':'private-a','auth':'%s'}}",
                    test_auth(&client, "private-b", NULL));
        client_ask_to_join(&world, &client, "#server-to-user-1", NULL);
        px_hub_get_stats(world.hub, &stats);
        assert_int_equal(stats.subscriptions, 0);
        world.memory.fail_at = 0;
        client_cut(&world, &client);
        world_stop(&world);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(connection_with_a_subscription_is_small),
        cmocka_unit_test(deliveries_allocate_nothing),
        cmocka_unit_test(client_events_allocate_one_message),
        cmocka_unit_test(pings_allocate_nothing),
        cmocka_unit_test(handled_inputs_leave_nothing_behind),
        cmocka_unit_test(every_failing_allocation_is_survived),
        cmocka_unit_test(hub_without_memory_is_not_made),
        cmocka_unit_test(failed_join_is_invisible),
        cmocka_unit_test(failed_publish_sends_nothing),
        cmocka_unit_test(nobody_is_admitted_for_want_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
