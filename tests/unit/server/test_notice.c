/* What webhooks are told of, and what not. */
#include "hub_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "server/grace.h"
#include "server/notice.h"

enum { GRACE_MS = 3000, LATE_MS = 256 };

static const char MEMBER_A[] = "{'user_id':'a'}";
static const char MEMBER_B[] = "{'user_id':'b'}";

/* A world whose app has a webhook that wants these kinds. */
static void start(test_world *world, uint32_t kinds) {
    px_webhook_options webhook;
    px_webhook_options_default(&webhook);
    webhook.url = PX_SLICE("http://127.0.0.1/");
    webhook.event_types = kinds;
    px_app_options app = world_app();
    app.webhooks = (px_webhook_list){&webhook, 1};
    world_start(world, &app, NULL);
}

#define OCCUPIED "{'name':'channel_occupied','channel':'%s'}"
#define VACATED  "{'name':'channel_vacated','channel':'%s'}"
#define ADDED    "{'name':'member_added','channel':'%s','user_id':'%s'}"
#define REMOVED  "{'name':'member_removed','channel':'%s','user_id':'%s'}"

static void leave(test_world *world, test_client *client, const char *channel) {
    client_send(world, client, "{'event':'pusher:unsubscribe','data':{'channel':'%s'}}", channel);
}

/* ---- Channels ---- */

static void test_channel_is_occupied_once_and_vacated_once(void **state) {
    (void)state;
    test_world world;
    test_client first;
    test_client second;
    start(&world, PX_WEBHOOK_ALL);
    client_open(&world, &first);
    client_open(&world, &second);
    client_join(&world, &first, "c", NULL);
    world_expect_notice(&world, OCCUPIED, "c");
    client_join(&world, &second, "c", NULL);
    client_cut(&world, &first);
    world_pass(&world, 2 * GRACE_MS);
    world_expect_no_notice(&world);
    leave(&world, &second, "c");
    world_pass(&world, GRACE_MS - 1);
    world_expect_no_notice(&world);
    world_pass(&world, LATE_MS);
    world_expect_notice(&world, VACATED, "c");
    world_pass(&world, 10 * GRACE_MS);
    world_expect_no_notice(&world);
    client_join(&world, &second, "c", NULL);
    world_expect_notice(&world, OCCUPIED, "c");
    client_cut(&world, &second);
    world_stop(&world);
}

static void test_reload_within_the_grace_is_not_told(void **state) {
    (void)state;
    test_world world;
    test_client client;
    test_client again;
    start(&world, PX_WEBHOOK_ALL);
    client_open(&world, &client);
    client_join(&world, &client, "presence-c", MEMBER_A);
    world_expect_notice(&world, OCCUPIED, "presence-c");
    world_expect_notice(&world, ADDED, "presence-c", "a");
    client_cut(&world, &client);
    world_pass(&world, GRACE_MS - LATE_MS);
    client_open(&world, &again);
    client_join(&world, &again, "presence-c", MEMBER_A);
    world_pass(&world, 10 * GRACE_MS);
    world_expect_no_notice(&world);
    client_cut(&world, &again);
    world_pass(&world, 2 * GRACE_MS);
    world_expect_notice(&world, REMOVED, "presence-c", "a");
    world_expect_notice(&world, VACATED, "presence-c");
    world_expect_no_notice(&world);
    world_stop(&world);
}

static void test_grace_is_of_the_channel_and_of_the_user(void **state) {
    (void)state;
    test_world world;
    test_client client;
    test_client other;
    start(&world, PX_WEBHOOK_ALL);
    client_open(&world, &client);
    client_join(&world, &client, "presence-c", MEMBER_A);
    world_expect_notice(&world, OCCUPIED, "presence-c");
    world_expect_notice(&world, ADDED, "presence-c", "a");
    client_cut(&world, &client);
    client_open(&world, &other);
    client_join(&world, &other, "presence-c", MEMBER_B); /* the channel is back, `a` is not */
    world_expect_notice(&world, ADDED, "presence-c", "b");
    client_join(&world, &other, "presence-d", MEMBER_A); /* another channel */
    world_expect_notice(&world, OCCUPIED, "presence-d");
    world_expect_notice(&world, ADDED, "presence-d", "a");
    world_pass(&world, GRACE_MS + LATE_MS);
    world_expect_notice(&world, REMOVED, "presence-c", "a");
    world_expect_no_notice(&world);
    client_cut(&world, &other);
    world_stop(&world);
}

static void test_member_is_told_of_for_the_first_and_the_last_connection(void **state) {
    (void)state;
    test_world world;
    test_client first;
    test_client second;
    start(&world, 1u << PX_WEBHOOK_MEMBER_ADDED | 1u << PX_WEBHOOK_MEMBER_REMOVED);
    client_open(&world, &first);
    client_open(&world, &second);
    client_join(&world, &first, "presence-c", "{'user_id':10}");
    world_expect_notice(&world, ADDED, "presence-c", "10");
    client_join(&world, &second, "presence-c", "{'user_id':'10'}");
    client_cut(&world, &first);
    world_pass(&world, 2 * GRACE_MS);
    world_expect_no_notice(&world);
    client_cut(&world, &second);
    world_pass(&world, 2 * GRACE_MS);
    world_expect_notice(&world, REMOVED, "presence-c", "10");
    world_expect_no_notice(&world);
    world_stop(&world);
}

static void test_who_wants_beginnings_only_hears_no_false_ones(void **state) {
    (void)state;
    test_world world;
    test_client client;
    test_client again;
    start(&world, 1u << PX_WEBHOOK_CHANNEL_OCCUPIED);
    client_open(&world, &client);
    client_join(&world, &client, "c", NULL);
    world_expect_notice(&world, OCCUPIED, "c");
    client_cut(&world, &client);
    client_open(&world, &again);
    client_join(&world, &again, "c", NULL);
    world_pass(&world, 2 * GRACE_MS);
    world_expect_no_notice(&world);
    client_cut(&world, &again);
    world_pass(&world, 2 * GRACE_MS);
    client_open(&world, &client);
    client_join(&world, &client, "c", NULL);
    world_expect_notice(&world, OCCUPIED, "c");
    world_expect_no_notice(&world);
    client_cut(&world, &client);
    world_stop(&world);
}

static void test_nothing_is_told_to_who_wants_nothing(void **state) {
    (void)state;
    test_world world;
    test_client client;
    start(&world, 0);
    client_open(&world, &client);
    client_join(&world, &client, "presence-c", MEMBER_A);
    client_send(&world, &client, "{'event':'client-e','channel':'presence-c','data':{'a':1}}");
    client_cut(&world, &client);
    world_pass(&world, 2 * GRACE_MS);
    world_expect_no_notice(&world);
    world_stop(&world);
}

static void test_failed_subscription_is_not_told(void **state) {
    (void)state;
    test_world world;
    test_client client;
    start(&world, PX_WEBHOOK_ALL);
    client_open(&world, &client);
    client_send(&world, &client,
                "{'event':'pusher:subscribe','data':{'channel':'private-c','auth':'x:y'}}");
    client_clear(&client);
    world_pass(&world, 2 * GRACE_MS);
    world_expect_no_notice(&world);
    client_cut(&world, &client);
    world_stop(&world);
}

static void test_channels_of_users_are_not_told(void **state) {
    (void)state;
    test_world world;
    test_client client;
    start(&world, PX_WEBHOOK_ALL);
    client_open(&world, &client);
    client_sign_in(&world, &client, "{'id':'ann'}");
    client_ask_to_join(&world, &client, "#server-to-user-ann", NULL);
    client_expect(&client, "{'event':'pusher_internal:subscription_succeeded',"
                           "'channel':'#server-to-user-ann','data':'{}'}");
    client_clear(&client);
    client_cut(&world, &client);
    world_pass(&world, 2 * GRACE_MS);
    world_expect_no_notice(&world);
    world_stop(&world);
}

/* ---- The end of the server ---- */

static void test_draining_tells_at_once(void **state) {
    (void)state;
    test_world world;
    test_client gone;
    test_client there;
    start(&world, PX_WEBHOOK_ALL);
    client_open(&world, &gone);
    client_open(&world, &there);
    client_join(&world, &gone, "c", NULL);
    client_join(&world, &there, "d", NULL);
    world_expect_notice(&world, OCCUPIED, "c");
    world_expect_notice(&world, OCCUPIED, "d");
    client_cut(&world, &gone);
    world_expect_no_notice(&world);
    px_hub_drain(world.hub, 0);
    world_expect_notice(&world, VACATED, "c");
    world_pass(&world, LATE_MS);
    world_expect_notice(&world, VACATED, "d");
    client_cut(&world, &there);
    world_stop(&world);
}

/* ---- Client events ---- */

static void test_client_event(void **state) {
    (void)state;
    test_world world;
    test_client client;
    start(&world, 1u << PX_WEBHOOK_CLIENT_EVENT);
    client_open(&world, &client);
    client_join(&world, &client, "private-c", NULL);
    client_join(&world, &client, "presence-c", MEMBER_A);
    client_send(&world, &client, "{'event':'client-e','channel':'private-c','data':{'a': 1}}");
    world_expect_notice(&world,
                        "{'name':'client_event','channel':'private-c','event':'client-e',"
                        "'data':'{\\'a\\': 1}','socket_id':'%s'}",
                        client.socket_id);
    client_send(&world, &client,
                "{'event':'client-e','channel':'presence-c','data':'a\\u00e9','user_id':'b'}");
    world_expect_notice(&world,
                        "{'name':'client_event','channel':'presence-c','event':'client-e',"
                        "'data':'a\xc3\xa9','socket_id':'%s','user_id':'a'}",
                        client.socket_id);
    client_send(&world, &client, "{'event':'client-e','channel':'presence-d','data':'a'}");
    world_expect_no_notice(&world); /* it was refused */
    client_clear(&client);
    client_cut(&world, &client);
    world_stop(&world);
}

/* ---- Cache channels and counts ---- */

#define MISS "{'name':'cache_miss','channel':'cache-c'}"

static void publish(test_world *world) {
    world_request(world, "POST", "/apps/3/events", "",
                  "{'name':'e','channels':['cache-c'],'data':'d'}");
    world_expect(world, 200, "{}");
}

static void test_cache_miss_is_told_once(void **state) {
    (void)state;
    test_world world;
    test_client clients[4];
    start(&world, 1u << PX_WEBHOOK_CACHE_MISS);
    for (size_t i = 0; i < 4; i++)
        client_open(&world, &clients[i]);
    client_ask_to_join(&world, &clients[0], "cache-c", NULL);
    client_ask_to_join(&world, &clients[1], "cache-c", NULL);
    world_expect_notice(&world, MISS);
    world_expect_no_notice(&world); /* the application knows already */
    world_pass(&world, PX_GRACE_MISS_MS - 1);
    leave(&world, &clients[0], "cache-c");
    client_ask_to_join(&world, &clients[0], "cache-c", NULL);
    world_expect_no_notice(&world);
    world_pass(&world, 1);
    client_ask_to_join(&world, &clients[2], "cache-c", NULL);
    world_expect_notice(&world, MISS); /* it has not done anything */
    publish(&world);
    client_ask_to_join(&world, &clients[3], "cache-c", NULL);
    world_expect_no_notice(&world);
    for (size_t i = 0; i < 4; i++) {
        client_clear(&clients[i]);
        client_cut(&world, &clients[i]);
    }
    world_stop(&world);
}

static void test_a_miss_is_not_an_end(void **state) {
    (void)state;
    test_world world;
    test_client client;
    start(&world, PX_WEBHOOK_ALL);
    client_open(&world, &client);
    client_ask_to_join(&world, &client, "cache-c", NULL);
    world_expect_notice(&world, OCCUPIED, "cache-c");
    world_expect_notice(&world, MISS);
    client_clear(&client);
    client_cut(&world, &client);
    world_expect_no_notice(&world);
    world_pass(&world, GRACE_MS);
    world_expect_notice(&world, VACATED, "cache-c");
    world_pass(&world, 2 * PX_GRACE_MISS_MS);
    world_expect_no_notice(&world);
    world_stop(&world);
}

static void test_a_value_ends_the_silence_about_misses(void **state) {
    (void)state;
    test_world world;
    test_client client;
    px_webhook_options webhook;
    px_webhook_options_default(&webhook);
    px_app_options app = world_app();
    app.webhooks = (px_webhook_list){&webhook, 1};
    app.cache_ttl = 1;
    webhook.event_types = 1u << PX_WEBHOOK_CACHE_MISS;
    world_start(&world, &app, NULL);
    client_open(&world, &client);
    client_ask_to_join(&world, &client, "cache-c", NULL);
    world_expect_notice(&world, MISS);
    publish(&world);
    world_pass(&world, 1500); /* it is forgotten, well within the silence */
    leave(&world, &client, "cache-c");
    client_ask_to_join(&world, &client, "cache-c", NULL);
    world_expect_notice(&world, MISS);
    client_clear(&client);
    client_cut(&world, &client);
    world_stop(&world);
}

static void test_subscription_count(void **state) {
    (void)state;
#define COUNT "{'name':'subscription_count','channel':'c','subscription_count':%d}"
    test_world world;
    test_client clients[2];
    px_webhook_options webhook;
    px_webhook_options_default(&webhook);
    webhook.event_types = 1u << PX_WEBHOOK_SUBSCRIPTION_COUNT;
    px_app_options app = world_app();
    app.webhooks = (px_webhook_list){&webhook, 1};
    app.subscription_count = true;
    world_start(&world, &app, NULL);
    for (int i = 0; i < 2; i++) {
        client_open(&world, &clients[i]);
        client_ask_to_join(&world, &clients[i], "c", NULL);
        world_expect_notice(&world, COUNT, i + 1);
    }
    leave(&world, &clients[0], "c");
    world_expect_notice(&world, COUNT, 1);
    client_ask_to_join(&world, &clients[0], "presence-c", MEMBER_A); /* has members instead */
    world_expect_no_notice(&world);
    leave(&world, &clients[1], "c");
    world_expect_notice(&world, COUNT, 0);
    for (size_t i = 0; i < 2; i++) {
        client_clear(&clients[i]);
        client_cut(&world, &clients[i]);
    }
    world_stop(&world);
}

/* ---- Bounds and failures ---- */

static void test_without_room_for_a_grace_the_end_is_told_at_once(void **state) {
    (void)state;
    if (PX_IS_TIGHT)
        skip(); /* very many channels, and nothing kept in store for them */
    test_world world;
    test_client client;
    char channel[32];
    start(&world, 1u << PX_WEBHOOK_CHANNEL_VACATED);
    client_open(&world, &client);
    client_join(&world, &client, "last", NULL);
    for (unsigned i = 0; i < PX_GRACES_MAX; i++) {
        int len = snprintf(channel, sizeof channel, "c%u", i);
        assert_true(px_grace_begin(world.hub, client.connection.app, PX_WEBHOOK_CHANNEL_VACATED,
                                   px_slice_of(channel, (size_t)len), px_slice_of(NULL, 0)));
    }
    leave(&world, &client, "last");
    world_expect_notice(&world, VACATED, "last");
    world_expect_no_notice(&world);
    client_cut(&world, &client);
    world_stop(&world);
}

/* Whatever allocation fails: what begins is told before what ends, and each at most once. */
static void test_failing_allocations(void **state) {
    (void)state;
    for (size_t fail_at = 1; fail_at < 40; fail_at++) {
        test_world world;
        test_client client;
        test_client again;
        start(&world, PX_WEBHOOK_ALL);
        client_open(&world, &client);
        client_open(&world, &again);
        client_join(&world, &client, "presence-c", MEMBER_A);
        world_expect_notice(&world, OCCUPIED, "presence-c");
        world_expect_notice(&world, ADDED, "presence-c", "a");
        world.memory.fail_at = world.memory.calls + fail_at;
        world.memory.fail_once = fail_at % 2 == 0;
        client_cut(&world, &client);
        client_ask_to_join(&world, &again, "presence-c", MEMBER_A);
        world_pass(&world, 2 * GRACE_MS);
        world.memory.fail_at = 0;
        client_clear(&again);
        client_cut(&world, &again);
        world_pass(&world, 2 * GRACE_MS);
        world_stop(&world);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_channel_is_occupied_once_and_vacated_once),
        cmocka_unit_test(test_reload_within_the_grace_is_not_told),
        cmocka_unit_test(test_grace_is_of_the_channel_and_of_the_user),
        cmocka_unit_test(test_member_is_told_of_for_the_first_and_the_last_connection),
        cmocka_unit_test(test_who_wants_beginnings_only_hears_no_false_ones),
        cmocka_unit_test(test_nothing_is_told_to_who_wants_nothing),
        cmocka_unit_test(test_failed_subscription_is_not_told),
        cmocka_unit_test(test_channels_of_users_are_not_told),
        cmocka_unit_test(test_draining_tells_at_once),
        cmocka_unit_test(test_client_event),
        cmocka_unit_test(test_cache_miss_is_told_once),
        cmocka_unit_test(test_a_miss_is_not_an_end),
        cmocka_unit_test(test_a_value_ends_the_silence_about_misses),
        cmocka_unit_test(test_subscription_count),
        cmocka_unit_test(test_without_room_for_a_grace_the_end_is_told_at_once),
        cmocka_unit_test(test_failing_allocations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
