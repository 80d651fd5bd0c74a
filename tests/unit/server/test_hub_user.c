/* Events for one user, and ending a user's connections. */
#include "hub_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static test_world world;
static test_client one, two, bob, stranger;

static void begin(const px_app_options *app) {
    world_start(&world, app, NULL);
    client_open(&world, &one);
    client_open(&world, &two);
    client_open(&world, &bob);
    client_open(&world, &stranger);
    client_sign_in(&world, &one, "{'id':'ann'}");
    client_sign_in(&world, &two, "{'id':'ann'}");
    client_sign_in(&world, &bob, "{'id':'bob'}");
}

static int start(void **state) {
    (void)state;
    begin(NULL);
    return 0;
}

static int stop(void **state) {
    (void)state;
    client_cut(&world, &one);
    client_cut(&world, &two);
    client_cut(&world, &bob);
    client_cut(&world, &stranger);
    world_stop(&world);
    return 0;
}

static void publish(const char *body) {
    world_request(&world, "POST", "/apps/3/events", "", body);
    world_expect(&world, 200, "{}");
}

static void expect_silence(void) {
    client_expect_nothing(&one);
    client_expect_nothing(&two);
    client_expect_nothing(&bob);
    client_expect_nothing(&stranger);
}

/* ---- Subscribing ---- */

static void own_channel_can_be_subscribed_to(void **state) {
    (void)state;
    for (int i = 0; i < 2; i++) {
        client_join(&world, &one, "#server-to-user-ann", NULL);
        expect_silence();
    }
    publish("{'name':'e','data':'','channel':'#server-to-user-ann'}");
    client_expect(&one, "{'event':'e','channel':'#server-to-user-ann','data':''}");
    client_expect(&two, "{'event':'e','channel':'#server-to-user-ann','data':''}");
    client_send(&world, &one,
                "{'event':'pusher:unsubscribe','data':{'channel':'#server-to-user-ann'}}");
    publish("{'name':'f','data':'','channel':'#server-to-user-ann'}");
    client_expect(&one, "{'event':'f','channel':'#server-to-user-ann','data':''}");
    client_expect(&two, "{'event':'f','channel':'#server-to-user-ann','data':''}");
    expect_silence();
}

static void channels_of_others_can_not(void **state) {
    (void)state;
    client_ask_to_join(&world, &stranger, "#server-to-user-ann", NULL);
    client_expect_refusal(&stranger, "#server-to-user-ann", "AuthError", 401, 4009,
                          "Only the signed-in user can subscribe to #server-to-user-ann");
    client_ask_to_join(&world, &bob, "#server-to-user-ann", NULL);
    client_expect_refusal(&bob, "#server-to-user-ann", "AuthError", 401, 4009,
                          "Only the signed-in user can subscribe to #server-to-user-ann");
    client_ask_to_join(&world, &bob, "#server-to-user-bo", NULL);
    client_expect_refusal(&bob, "#server-to-user-bo", "AuthError", 401, 4009,
                          "Only the signed-in user can subscribe to #server-to-user-bo");
    client_ask_to_join(&world, &bob, "#server-to-user-bob#", NULL);
    client_expect_refusal(&bob, "#server-to-user-bob#", "InvalidChannel", 400, 4300,
                          "Invalid channel name: only letters, digits and _-=@,.; are allowed in "
                          "a channel name");
}

static void own_channel_does_not_count_as_a_subscription(void **state) {
    (void)state;
    px_app_options app = world_app();
    app.max_subscriptions = 1;
    begin(&app);
    client_join(&world, &one, "news", NULL);
    client_join(&world, &one, "#server-to-user-ann", NULL);
    client_join(&world, &two, "#server-to-user-ann", NULL);
    client_join(&world, &two, "news", NULL);
    expect_silence();
    stop(NULL);
}

static void clients_can_not_send_to_users(void **state) {
    (void)state;
    client_join(&world, &one, "#server-to-user-ann", NULL);
    client_send(&world, &one, "{'event':'client-x','channel':'#server-to-user-ann','data':1}");
    client_expect_error(&one, 0,
                        "Client event rejected - only supported on private and presence channels");
    expect_silence();
}

/* ---- Publishing ---- */

static void every_connection_of_the_user_gets_it_once(void **state) {
    (void)state;
    client_join(&world, &one, "#server-to-user-ann", NULL);
    client_join(&world, &two, "news", NULL);
    publish("{'name':'e','data':'1','channels':['#server-to-user-ann','news',"
            "'#server-to-user-ann','#server-to-user-nobody']}");
    client_expect(&one, "{'event':'e','channel':'#server-to-user-ann','data':'1'}");
    client_expect(&two, "{'event':'e','channel':'#server-to-user-ann','data':'1'}");
    client_expect(&two, "{'event':'e','channel':'news','data':'1'}");
    expect_silence();
}

static void batches_reach_users(void **state) {
    (void)state;
    world_request(&world, "POST", "/apps/3/batch_events", "",
                  "{'batch':[{'name':'1','data':'','channel':'#server-to-user-ann'},"
                  "{'name':'2','data':'','channel':'#server-to-user-bob'},"
                  "{'name':'3','data':'','channel':'#server-to-user-ann'}]}");
    world_expect(&world, 200, "{}");
    client_expect(&one, "{'event':'1','channel':'#server-to-user-ann','data':''}");
    client_expect(&one, "{'event':'3','channel':'#server-to-user-ann','data':''}");
    client_expect(&two, "{'event':'1','channel':'#server-to-user-ann','data':''}");
    client_expect(&two, "{'event':'3','channel':'#server-to-user-ann','data':''}");
    client_expect(&bob, "{'event':'2','channel':'#server-to-user-bob','data':''}");
    expect_silence();
}

static void excluded_connection_does_not_get_it(void **state) {
    (void)state;
    char body[200];
    (void)snprintf(body, sizeof(body),
                   "{'name':'e','data':'','channel':'#server-to-user-ann','socket_id':'%s'}",
                   two.socket_id);
    publish(body);
    client_expect(&one, "{'event':'e','channel':'#server-to-user-ann','data':''}");
    expect_silence();
}

static void users_who_left_get_nothing(void **state) {
    (void)state;
    client_cut(&world, &two);
    publish("{'name':'e','data':'','channel':'#server-to-user-ann'}");
    client_expect(&one, "{'event':'e','channel':'#server-to-user-ann','data':''}");
    client_cut(&world, &one);
    publish("{'name':'e','data':'','channel':'#server-to-user-ann'}");
    client_expect_nothing(&bob);
    client_open(&world, &one);
    client_open(&world, &two);
}

static void apps_do_not_share_users(void **state) {
    (void)state;
    px_app_options other = world_app();
    const char *why;
    other.id = PX_SLICE("4");
    other.key = PX_SLICE("otherkey");
    assert_int_equal(px_hub_add_app(world.hub, &other, &why), PX_OK);
    test_client foreign;
    px_hub_open open = {.key = PX_SLICE("otherkey"), .protocol = PX_SLICE("7")};
    client_open_as(&world, &foreign, &open);
    char auth[200];
    (void)snprintf(auth, sizeof(auth), "otherkey%s",
                   test_signin_auth(&foreign, "{\"id\":\"ann\"}") + sizeof(TEST_KEY) - 1);
    client_send(&world, &foreign,
                "{'event':'pusher:signin','data':{'auth':'%s','user_data':'{\\'id\\':\\'ann\\'}'}}",
                auth);
    client_expect_signed_in(&foreign, "{'id':'ann'}");
    publish("{'name':'e','data':'','channel':'#server-to-user-ann'}");
    client_expect(&one, "{'event':'e','channel':'#server-to-user-ann','data':''}");
    client_expect_nothing(&foreign);
    world_request(&world, "POST", "/apps/3/users/ann/terminate_connections", "", "{}");
    world_expect(&world, 200, "{}");
    assert_false(foreign.is_closed);
    client_cut(&world, &foreign);
}

/* ---- What applications can't ask about ---- */

static void user_channels_are_not_to_be_seen(void **state) {
    (void)state;
    px_app_options app = world_app();
    app.subscription_count = true;
    begin(&app);
    client_join(&world, &one, "#server-to-user-ann", NULL);
    world_request(&world, "GET", "/apps/3/channels", "", "");
    world_expect(&world, 200, "{'channels':{}}");
    world_request(&world, "GET", "/apps/3/channels", "filter_by_prefix=#server", "");
    world_expect(&world, 200, "{'channels':{}}");
    static const char *const PATHS[] = {"/apps/3/channels/%23server-to-user-ann",
                                        "/apps/3/channels/%23server-to-user-ann/stats",
                                        "/apps/3/channels/%23server-to-user-ann/users"};
    for (size_t i = 0; i < sizeof(PATHS) / sizeof(PATHS[0]); i++) {
        world_request(&world, "GET", PATHS[i], "", "");
        world_expect_error(&world, 400,
                           "Invalid channel name: a user's channel is only for sending to it");
    }
    px_hub_stats stats;
    px_hub_get_stats(world.hub, &stats);
    assert_int_equal(stats.channels, 0);
    assert_int_equal(stats.subscriptions, 0);
    assert_int_equal(stats.users, 2);
    stop(NULL);
}

static void publishing_to_users_tells_no_counts(void **state) {
    (void)state;
    px_app_options app = world_app();
    app.subscription_count = true;
    begin(&app);
    world_request(&world, "POST", "/apps/3/events", "",
                  "{'name':'e','data':'','channels':['#server-to-user-ann','news'],"
                  "'info':'user_count,subscription_count'}");
    world_expect(&world, 200,
                 "{'channels':{'#server-to-user-ann':{},'news':{'subscription_count':0}}}");
    stop(NULL);
}

/* ---- Ending connections ---- */

static const char TERMINATED[] = "You got disconnected by the app.";

static void all_connections_of_the_user_are_ended(void **state) {
    (void)state;
    client_join(&world, &stranger, "presence-a", "{'user_id':'ann'}");
    client_join(&world, &bob, "presence-a", "{'user_id':'ann'}");
    client_join(&world, &one, "presence-a", "{'user_id':'other'}");
    client_clear(&stranger);
    client_clear(&bob);
    world_request(&world, "POST", "/apps/3/users/ann/terminate_connections", "", "{}");
    world_expect(&world, 200, "{}");
    client_expect_close(&one, 4009, TERMINATED);
    client_expect_close(&two, 4009, TERMINATED);
    assert_false(bob.is_closed);
    assert_false(stranger.is_closed);
    client_expect(&bob, "{'event':'pusher_internal:member_removed','channel':'presence-a','data':'"
                        "{\\'user_id\\':\\'other\\'}'}");
    client_expect_nothing(&bob);
    world_request(&world, "POST", "/apps/3/users/ann/terminate_connections", "", "");
    world_expect(&world, 200, "{}");
}

static void terminated_user_may_come_back(void **state) {
    (void)state;
    world_request(&world, "POST", "/apps/3/users/ann/terminate_connections", "", "{}");
    client_cut(&world, &one);
    client_open(&world, &one);
    client_sign_in(&world, &one, "{'id':'ann'}");
    publish("{'name':'e','data':'','channel':'#server-to-user-ann'}");
    client_expect(&one, "{'event':'e','channel':'#server-to-user-ann','data':''}");
}

static void ids_in_paths_are_decoded(void **state) {
    (void)state;
    client_sign_in(&world, &stranger, "{'id':'a@b;c=,.'}");
    world_request(&world, "POST", "/apps/3/users/a%40b%3Bc%3d%2C./terminate_connections", "", "{}");
    world_expect(&world, 200, "{}");
    client_expect_close(&stranger, 4009, TERMINATED);
    assert_false(one.is_closed);
    world_request(&world, "POST", "/apps/3/users/a%2Fb/terminate_connections", "", "{}");
    world_expect_error(&world, 400, "Invalid user id");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, start, stop)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(own_channel_can_be_subscribed_to),
        TEST(channels_of_others_can_not),
        cmocka_unit_test(own_channel_does_not_count_as_a_subscription),
        TEST(clients_can_not_send_to_users),
        TEST(every_connection_of_the_user_gets_it_once),
        TEST(batches_reach_users),
        TEST(excluded_connection_does_not_get_it),
        TEST(users_who_left_get_nothing),
        TEST(apps_do_not_share_users),
        cmocka_unit_test(user_channels_are_not_to_be_seen),
        cmocka_unit_test(publishing_to_users_tells_no_counts),
        TEST(all_connections_of_the_user_are_ended),
        TEST(terminated_user_may_come_back),
        TEST(ids_in_paths_are_decoded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
