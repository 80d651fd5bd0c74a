/* Apps that require connections to be authorized in time. */
#include "hub_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum { LATE = 128 /* of timers, at most */ };

static const char TOO_LONG[] = "Connection not authorized within timeout.";

static test_world world;
static test_client client;

static void begin(uint32_t seconds, uint32_t activity_timeout) {
    px_app_options app = world_app();
    px_hub_options hub;
    px_hub_options_default(&hub);
    app.authorized_connections = true;
    app.authorization_timeout = seconds;
    hub.activity_timeout = activity_timeout;
    world_start(&world, &app, &hub);
    client_open(&world, &client);
}

static void end(void) {
    client_cut(&world, &client);
    world_stop(&world);
}

static void stranger_is_closed_in_time(void **state) {
    (void)state;
    begin(30, 120);
    client_join(&world, &client, "news", NULL);
    client_ask_to_join(&world, &client, "#server-to-user-a", NULL);
    client_clear(&client);
    world_pass(&world, 20000);
    client_send(&world, &client, "{'event':'pusher:pong'}");
    world_pass(&world, 9999);
    client_expect_nothing(&client);
    world_pass(&world, 1 + LATE);
    client_expect_close(&client, 4009, TOO_LONG);
    end();
}

static void private_channel_is_enough(void **state) {
    (void)state;
    static const char *const CHANNELS[] = {"private-a", "private-encrypted-a", "private-cache-a"};
    for (size_t i = 0; i < sizeof(CHANNELS) / sizeof(CHANNELS[0]); i++) {
        begin(30, 120);
        world_pass(&world, 29000);
        client_join(&world, &client, CHANNELS[i], NULL);
        client_send(&world, &client, "{'event':'pusher:unsubscribe','data':{'channel':'%s'}}",
                    CHANNELS[i]);
        world_pass(&world, 100000);
        assert_false(client.is_closed);
        end();
    }
}

static void presence_channel_is_enough(void **state) {
    (void)state;
    begin(30, 120);
    client_join(&world, &client, "presence-a", "{'user_id':'a'}");
    world_pass(&world, 100000);
    assert_false(client.is_closed);
    end();
}

static void signing_in_is_enough(void **state) {
    (void)state;
    begin(30, 120);
    client_sign_in(&world, &client, "{'id':'a'}");
    world_pass(&world, 100000);
    assert_false(client.is_closed);
    end();
}

static void refused_authorization_is_not(void **state) {
    (void)state;
    begin(30, 120);
    client_send(&world, &client,
                "{'event':'pusher:subscribe','data':{'channel':'private-a','auth':'%s'}}",
                test_auth(&client, "private-b", NULL));
    client_clear(&client);
    assert_false(client.is_closed);
    world_pass(&world, 30000 + LATE);
    client_expect_close(&client, 4009, TOO_LONG);
    end();
}

static void bad_signature_of_a_user_ends_the_connection(void **state) {
    (void)state;
    begin(30, 120);
    client_send(&world, &client,
                "{'event':'pusher:signin','data':{'auth':'','user_data':'{\\'id\\':\\'a\\'}'}}");
    client_expect(&client, "{'event':'pusher:error','data':{'code':4009,"
                           "'message':'Auth info required to sign in'}}");
    client_expect_close(&client, 4009, "Connection not authorized.");
    end();
}

static void what_the_application_got_wrong_does_not(void **state) {
    (void)state;
    begin(30, 120);
    client_ask_to_sign_in(&world, &client, "{'id':''}");
    assert_false(client.is_closed);
    client_clear(&client);
    client_sign_in(&world, &client, "{'id':'a'}");
    end();
}

/* The connection's one timer serves pings as well. */
static void pings_go_on_meanwhile_and_afterwards(void **state) {
    (void)state;
    begin(300, 10);
    world_pass(&world, 11000 + LATE);
    assert_int_equal(client.pings, 1);
    client_clear(&client);
    world_pass(&world, 20000);
    px_hub_activity(world.hub, &client.connection);
    world_pass(&world, 11000 + LATE + 10000 + LATE);
    assert_int_equal(client.pings, 2);
    client_clear(&client);
    client_sign_in(&world, &client, "{'id':'a'}");
    world_pass(&world, 11000 + LATE);
    assert_int_equal(client.pings, 3);
    client_clear(&client);
    world_pass(&world, 30000 + LATE);
    client_expect_close(&client, 4201,
                        "Pong reply not received: ping was sent to the client, but no reply was "
                        "received");
    end();
}

static void dead_stranger_is_closed_by_what_comes_first(void **state) {
    (void)state;
    begin(12, 10);
    world_pass(&world, 11000 + LATE);
    assert_int_equal(client.pings, 1);
    client_clear(&client);
    world_pass(&world, 1000);
    client_expect_close(&client, 4009, TOO_LONG);
    end();

    begin(300, 10);
    world_pass(&world, 11000 + LATE);
    client_clear(&client);
    world_pass(&world, 30000 + LATE);
    assert_int_equal(client.close_code, 4201);
    end();
}

/* A ping is out, and the time for authorization is the nearer one: being authorized puts it off. */
static void authorization_in_answer_to_a_ping(void **state) {
    (void)state;
    begin(20, 15);
    world_pass(&world, 16500 + LATE);
    assert_int_equal(client.pings, 1);
    client_clear(&client);
    client_sign_in(&world, &client, "{'id':'a'}");
    world_pass(&world, 10000);
    assert_false(client.is_closed);
    assert_int_equal(client.pings, 1);
    end();
}

static void client_events_may_follow_at_once(void **state) {
    (void)state;
    begin(30, 120);
    client_join(&world, &client, "private-a", NULL);
    for (int i = 0; i < 10; i++)
        client_send(&world, &client, "{'event':'client-x','channel':'private-a','data':1}");
    client_expect_nothing(&client);
    client_send(&world, &client, "{'event':'client-x','channel':'private-a','data':1}");
    client_expect_error(&client, 4301, "Client event rejected due to rate limit");
    world_pass(&world, 100);
    client_send(&world, &client, "{'event':'client-x','channel':'private-a','data':1}");
    client_expect_nothing(&client);
    end();
}

static void draining_goes_first(void **state) {
    (void)state;
    begin(30, 120);
    px_hub_drain(world.hub, 60000);
    client_sign_in(&world, &client, "{'id':'a'}");
    world_pass(&world, 60000 + LATE);
    assert_int_equal(client.close_code, 4200);
    end();
}

static void draining_gives_strangers_no_time(void **state) {
    (void)state;
    begin(1, 120);
    px_hub_drain(world.hub, 3600000);
    world_pass(&world, 1000 + LATE);
    assert_int_equal(client.close_code, 4200);
    end();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stranger_is_closed_in_time),
        cmocka_unit_test(private_channel_is_enough),
        cmocka_unit_test(presence_channel_is_enough),
        cmocka_unit_test(signing_in_is_enough),
        cmocka_unit_test(refused_authorization_is_not),
        cmocka_unit_test(bad_signature_of_a_user_ends_the_connection),
        cmocka_unit_test(what_the_application_got_wrong_does_not),
        cmocka_unit_test(pings_go_on_meanwhile_and_afterwards),
        cmocka_unit_test(dead_stranger_is_closed_by_what_comes_first),
        cmocka_unit_test(authorization_in_answer_to_a_ping),
        cmocka_unit_test(client_events_may_follow_at_once),
        cmocka_unit_test(draining_goes_first),
        cmocka_unit_test(draining_gives_strangers_no_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
