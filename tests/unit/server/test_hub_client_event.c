/* Client events: who may send which, who gets them, and how they look. */
#include "hub_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

typedef struct pair {
    test_world world;
    test_client sender;
    test_client other;
} pair;

static void pair_start(pair *p, const px_app_options *app, const char *channel) {
    world_start(&p->world, app, NULL);
    client_open(&p->world, &p->sender);
    client_open(&p->world, &p->other);
    client_join(&p->world, &p->sender, channel, NULL);
    client_join(&p->world, &p->other, channel, NULL);
}

static void pair_stop(pair *p) {
    client_cut(&p->world, &p->sender);
    client_cut(&p->world, &p->other);
    world_stop(&p->world);
}

static void expect_refused(pair *p, int code, const char *text) {
    client_expect_error(&p->sender, code, text);
    client_expect_nothing(&p->other);
}

static void events_reach_the_others_unchanged(void **state) {
    (void)state;
    static const char *const DATA[] = {"{'a':1,'b':[true,null]}",
                                       "'text'",
                                       "''",
                                       "7",
                                       "-0.50e+1",
                                       "true",
                                       "[1,2]",
                                       "{ 'spaced' : 'out' }",
                                       "'caf\u00e9 \\u00e9 \\/ \\n'"};
    pair p;
    pair_start(&p, NULL, "private-a");
    for (size_t i = 0; i < sizeof(DATA) / sizeof(DATA[0]); i++) {
        client_send(&p.world, &p.sender, "{'event':'client-x','channel':'private-a','data':%s}",
                    DATA[i]);
        client_expect(&p.other, "{'event':'client-x','channel':'private-a','data':%s}", DATA[i]);
        client_expect_nothing(&p.other);
        client_expect_nothing(&p.sender);
    }
    pair_stop(&p);
}

static void sender_of_a_presence_channel_is_named(void **state) {
    (void)state;
    test_world world;
    test_client sender, other;
    world_start(&world, NULL, NULL);
    client_open(&world, &sender);
    client_open(&world, &other);
    client_join(&world, &sender, "presence-a", "{'user_id':7}");
    client_join(&world, &other, "presence-a", "{'user_id':'8'}");
    client_clear(&sender);
    client_send(&world, &sender,
                "{'event':'client-x','channel':'presence-a','data':{},'user_id':'forged'}");
    client_expect(&other, "{'event':'client-x','channel':'presence-a','data':{},'user_id':'7'}");
    client_expect_nothing(&sender);
    client_cut(&world, &sender);
    client_cut(&world, &other);
    world_stop(&world);
}

static void forged_user_ids_are_dropped(void **state) {
    (void)state;
    pair p;
    pair_start(&p, NULL, "private-a");
    client_send(&p.world, &p.sender,
                "{'event':'client-x','channel':'private-a','data':{},'user_id':'1','more':2}");
    client_expect(&p.other, "{'event':'client-x','channel':'private-a','data':{}}");
    pair_stop(&p);
}

static void encrypted_channels_may_carry_client_events(void **state) {
    (void)state;
    pair p;
    pair_start(&p, NULL, "private-encrypted-a");
    client_send(&p.world, &p.sender,
                "{'event':'client-x','channel':'private-encrypted-a','data':'{}'}");
    client_expect(&p.other, "{'event':'client-x','channel':'private-encrypted-a','data':'{}'}");
    pair_stop(&p);
}

static void subscribing_and_sending_at_once_works(void **state) {
    (void)state;
    pair p;
    pair_start(&p, NULL, "private-a");
    client_ask_to_join(&p.world, &p.sender, "private-b", NULL);
    client_send(&p.world, &p.sender, "{'event':'client-x','channel':'private-b','data':1}");
    client_expect(&p.sender, "{'event':'pusher_internal:subscription_succeeded','channel':"
                             "'private-b','data':'{}'}");
    client_expect_nothing(&p.sender);
    pair_stop(&p);
}

static void app_can_switch_client_events_off(void **state) {
    (void)state;
    pair p;
    px_app_options app = world_app();
    app.client_events = false;
    pair_start(&p, &app, "private-a");
    client_send(&p.world, &p.sender, "{'event':'client-x','channel':'private-a','data':1}");
    expect_refused(&p, 4301, "The app does not have client messaging enabled.");
    pair_stop(&p);
}

static void names_must_begin_with_client(void **state) {
    (void)state;
    static const char TEXT[] =
        "Client event rejected - its name must begin with client- and not be too long";
    static const char *const NAMES[] = {"xclient-a", "Client-a", "client", "", "message"};
    char long_name[202] = "client-";
    memset(long_name + 7, 'a', 194);
    long_name[201] = '\0';
    pair p;
    pair_start(&p, NULL, "private-a");
    for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++) {
        client_send(&p.world, &p.sender, "{'event':'%s','channel':'private-a','data':1}", NAMES[i]);
        expect_refused(&p, 4300, TEXT);
    }
    client_send(&p.world, &p.sender, "{'event':'%s','channel':'private-a','data':1}", long_name);
    expect_refused(&p, 4300, TEXT);
    long_name[200] = '\0';
    client_send(&p.world, &p.sender, "{'event':'%s','channel':'private-a','data':1}", long_name);
    client_expect(&p.other, "{'event':'%s','channel':'private-a','data':1}", long_name);
    pair_stop(&p);
}

static void channel_and_data_are_required(void **state) {
    (void)state;
    static const char TEXT[] = "Invalid client event (must contain channel and data)";
    pair p;
    pair_start(&p, NULL, "private-a");
    client_send(&p.world, &p.sender, "{'event':'client-x','data':1}");
    expect_refused(&p, 0, TEXT);
    client_send(&p.world, &p.sender, "{'event':'client-x','channel':7,'data':1}");
    expect_refused(&p, 0, TEXT);
    client_send(&p.world, &p.sender, "{'event':'client-x','channel':'private-a'}");
    expect_refused(&p, 0, TEXT);
    client_send(&p.world, &p.sender, "{'event':'client-x','channel':'private-a','data':null}");
    client_expect(&p.other, "{'event':'client-x','channel':'private-a','data':null}");
    pair_stop(&p);
}

static void public_channels_refuse_client_events(void **state) {
    (void)state;
    pair p;
    pair_start(&p, NULL, "news");
    client_send(&p.world, &p.sender, "{'event':'client-x','channel':'news','data':1}");
    expect_refused(&p, 0,
                   "Client event rejected - only supported on private and presence channels");
    pair_stop(&p);
}

static void sender_must_be_subscribed(void **state) {
    (void)state;
    pair p;
    test_client stranger;
    pair_start(&p, NULL, "private-a");
    client_open(&p.world, &stranger);
    client_send(&p.world, &stranger, "{'event':'client-x','channel':'private-a','data':1}");
    client_expect_error(&stranger, 4009, "The client is not a member of the specified channel.");
    client_send(&p.world, &stranger, "{'event':'client-x','channel':'private-empty','data':1}");
    client_expect_error(&stranger, 4009, "The client is not a member of the specified channel.");
    client_expect_nothing(&p.other);
    client_cut(&p.world, &stranger);
    pair_stop(&p);
}

static void data_is_limited(void **state) {
    (void)state;
    static char data[10242];
    pair p;
    pair_start(&p, NULL, "private-a");
    memset(data, 'a', 10241);
    client_send(&p.world, &p.sender, "{'event':'client-x','channel':'private-a','data':'%s'}",
                data);
    expect_refused(&p, 4300, "Client event rejected - its data is too large");
    data[10240] = '\0';
    client_send(&p.world, &p.sender, "{'event':'client-x','channel':'private-a','data':'%s'}",
                data);
    client_expect(&p.other, "{'event':'client-x','channel':'private-a','data':'%s'}", data);
    pair_stop(&p);
}

static void send_numbered(pair *p, int number) {
    client_send(&p->world, &p->sender, "{'event':'client-x','channel':'private-a','data':%d}",
                number);
}

static void ten_a_second_are_allowed(void **state) {
    (void)state;
    pair p;
    pair_start(&p, NULL, "private-a");
    for (int second = 0; second < 3; second++) {
        for (int i = 0; i < 10; i++) {
            send_numbered(&p, i);
            client_expect(&p.other, "{'event':'client-x','channel':'private-a','data':%d}", i);
        }
        for (int i = 0; i < 20; i++) {
            send_numbered(&p, 11);
            expect_refused(&p, 4301, "Client event rejected due to rate limit");
        }
        world_pass(&p.world, second == 0 ? 1000 : 5000); /* a longer rest saves nothing up */
    }
    /* The bucket refills evenly. */
    for (int i = 0; i < 10; i++)
        send_numbered(&p, i);
    client_clear(&p.other);
    world_pass(&p.world, 99);
    send_numbered(&p, 1);
    expect_refused(&p, 4301, "Client event rejected due to rate limit");
    world_pass(&p.world, 1);
    send_numbered(&p, 2);
    client_expect(&p.other, "{'event':'client-x','channel':'private-a','data':2}");
    pair_stop(&p);
}

static void limit_of_zero_is_none(void **state) {
    (void)state;
    pair p;
    px_app_options app = world_app();
    app.client_events_per_second = 0;
    pair_start(&p, &app, "private-a");
    for (int i = 0; i < 1000; i++)
        send_numbered(&p, i);
    assert_int_equal(p.other.message_count, 1000 + 2);
    pair_stop(&p);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(events_reach_the_others_unchanged),
        cmocka_unit_test(sender_of_a_presence_channel_is_named),
        cmocka_unit_test(forged_user_ids_are_dropped),
        cmocka_unit_test(encrypted_channels_may_carry_client_events),
        cmocka_unit_test(subscribing_and_sending_at_once_works),
        cmocka_unit_test(app_can_switch_client_events_off),
        cmocka_unit_test(names_must_begin_with_client),
        cmocka_unit_test(channel_and_data_are_required),
        cmocka_unit_test(public_channels_refuse_client_events),
        cmocka_unit_test(sender_must_be_subscribed),
        cmocka_unit_test(data_is_limited),
        cmocka_unit_test(ten_a_second_are_allowed),
        cmocka_unit_test(limit_of_zero_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
