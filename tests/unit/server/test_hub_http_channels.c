/* What the HTTP API tells about channels and their members. */
#include "hub_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static test_world world;
static test_client ann, bob;

/* The counts of subscribers are not what these tests look at. */
static void join(test_client *client, const char *channel, const char *channel_data) {
    client_join(&world, client, channel, channel_data);
    client_clear(&ann);
    client_clear(&bob);
}

static void start_with(bool subscription_count) {
    px_app_options app = world_app();
    app.subscription_count = subscription_count;
    world_start(&world, &app, NULL);
    client_open(&world, &ann);
    client_open(&world, &bob);
    join(&ann, "news", NULL);
    join(&bob, "news", NULL);
    join(&ann, "private-a", NULL);
    join(&ann, "presence-a", "{'user_id':'1'}");
    join(&bob, "presence-a", "{'user_id':'1'}");
    join(&bob, "presence-b", "{'user_id':'2'}");
}

static int start(void **state) {
    (void)state;
    start_with(true);
    return 0;
}

static int stop(void **state) {
    (void)state;
    client_cut(&world, &ann);
    client_cut(&world, &bob);
    world_stop(&world);
    return 0;
}

static void get(const char *path, const char *query) {
    world_request(&world, "GET", path, query, "");
}

static void occupied_channels_are_listed(void **state) {
    (void)state;
    get("/apps/3/channels", "");
    world_expect(&world, 200,
                 "{'channels':{'news':{},'private-a':{},'presence-a':{},'presence-b':{}}}");
    client_send(&world, &ann, "{'event':'pusher:unsubscribe','data':{'channel':'private-a'}}");
    get("/apps/3/channels", "filter_by_prefix=p");
    world_expect(&world, 200, "{'channels':{'presence-a':{},'presence-b':{}}}");
    get("/apps/3/channels", "filter_by_prefix=x");
    world_expect(&world, 200, "{'channels':{}}");
}

static void list_gives_information(void **state) {
    (void)state;
    get("/apps/3/channels", "filter_by_prefix=presence-&info=user_count");
    world_expect(&world, 200,
                 "{'channels':{'presence-a':{'user_count':1},'presence-b':{'user_count':1}}}");
    get("/apps/3/channels", "filter_by_prefix=presence-a&info=user_count,subscription_count");
    world_expect(&world, 200,
                 "{'channels':{'presence-a':{'user_count':1,'subscription_count':2}}}");
    get("/apps/3/channels", "filter_by_prefix=n&info=subscription_count");
    world_expect(&world, 200, "{'channels':{'news':{'subscription_count':2}}}");
    get("/apps/3/channels", "info=user_count");
    world_expect_error(&world, 400,
                       "user_count may only be requested for presence channels - please supply "
                       "filter_by_prefix beginning with presence-");
    get("/apps/3/channels", "info=weight");
    world_expect_error(&world, 400, "Unknown info attribute: weight");
}

static void subscription_count_needs_the_apps_consent(void **state) {
    (void)state;
    start_with(false);
    get("/apps/3/channels/news", "info=subscription_count");
    world_expect(&world, 200, "{'occupied':true}");
    stop(NULL);
}

static void one_channel_is_described(void **state) {
    (void)state;
    get("/apps/3/channels/news", "");
    world_expect(&world, 200, "{'occupied':true}");
    get("/apps/3/channels/news", "info=subscription_count");
    world_expect(&world, 200, "{'occupied':true,'subscription_count':2}");
    get("/apps/3/channels/presence-a", "info=user_count,subscription_count");
    world_expect(&world, 200, "{'occupied':true,'user_count':1,'subscription_count':2}");
    get("/apps/3/channels/presence-never", "info=user_count");
    world_expect(&world, 200, "{'occupied':false,'user_count':0}");
    get("/apps/3/channels/never", "");
    world_expect(&world, 200, "{'occupied':false}");
    get("/apps/3/channels/news", "info=user_count");
    world_expect_error(&world, 400,
                       "Cannot retrieve the user count unless the channel is a presence channel");
    get("/apps/3/channels/a%20b", "");
    world_expect_error(&world, 400,
                       "Invalid channel name: only letters, digits and _-=@,.; are allowed in a "
                       "channel name");
}

static void members_are_listed_once(void **state) {
    (void)state;
    get("/apps/3/channels/presence-a/users", "");
    world_expect(&world, 200, "{'users':[{'id':'1'}]}");
    get("/apps/3/channels/presence-never/users", "");
    world_expect(&world, 200, "{'users':[]}");
    get("/apps/3/channels/news/users", "");
    world_expect_error(&world, 400, "Users can only be retrieved for presence channels");
}

static void deprecated_statistics(void **state) {
    (void)state;
    get("/apps/3/channels/presence-a/stats", "");
    world_expect(&world, 200, "{'occupied':true,'user_count':1,'connection_count':2}");
    get("/apps/3/channels/never/stats", "");
    world_expect(&world, 200, "{'occupied':false,'connection_count':0}");
}

static void terminating_spares_those_who_did_not_sign_in(void **state) {
    (void)state;
    world_request(&world, "POST", "/apps/3/users/1/terminate_connections", "", "{}");
    world_expect(&world, 200, "{}");
    client_expect_nothing(&bob);
    assert_int_equal(px_hub_connection_count(world.hub), 2);
    world_request(&world, "POST", "/apps/3/users/a%20b/terminate_connections", "", "{}");
    world_expect_error(&world, 400, "Invalid user id");
}

static void answer_that_does_not_fit_becomes_an_error(void **state) {
    (void)state;
    world.body.max = 65;
    px_buffer_free(&world.body);
    get("/apps/3/channels", "");
    world_expect_error(&world, 500, "The answer is too large; ask for less");
    get("/apps/3/channels", "filter_by_prefix=news");
    world_expect(&world, 200, "{'channels':{'news':{}}}");
}

static void counters_count(void **state) {
    (void)state;
    px_hub_stats stats;
    world_request(&world, "POST", "/apps/3/events", "", "{'name':'e','data':'','channel':'news'}");
    client_send(&world, &ann, "{'event':'pusher:ping'}");
    px_hub_get_stats(world.hub, &stats);
    assert_int_equal(stats.apps, 1);
    assert_int_equal(stats.connections, 2);
    assert_int_equal(stats.channels, 4);
    assert_int_equal(stats.subscriptions, 6);
    assert_int_equal(stats.messages_received, 6 + 1);
    assert_int_equal(stats.messages_delivered, ann.message_count + bob.message_count);
    assert_int_equal(stats.api_requests, 1);
    assert_false(stats.draining);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, start, stop)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(occupied_channels_are_listed),
        TEST(list_gives_information),
        cmocka_unit_test(subscription_count_needs_the_apps_consent),
        TEST(one_channel_is_described),
        TEST(members_are_listed_once),
        TEST(deprecated_statistics),
        TEST(terminating_spares_those_who_did_not_sign_in),
        TEST(answer_that_does_not_fit_becomes_an_error),
        TEST(counters_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
