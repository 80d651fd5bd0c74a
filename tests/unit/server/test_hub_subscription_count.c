/* Telling the subscribers of a channel how many they are. */
#include "hub_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum { CROWD = 130 };

static test_world world;
static test_client ann, bob, crowd[CROWD];
static size_t crowd_count;

static void start_with(bool subscription_count) {
    px_app_options app = world_app();
    app.subscription_count = subscription_count;
    world_start(&world, &app, NULL);
    client_open(&world, &ann);
    client_open(&world, &bob);
    crowd_count = 0;
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
    while (crowd_count > 0)
        client_cut(&world, &crowd[--crowd_count]);
    world_stop(&world);
    return 0;
}

static void leave(test_client *client, const char *channel) {
    client_send(&world, client, "{'event':'pusher:unsubscribe','data':{'channel':'%s'}}", channel);
}

static void expect_count(test_client *client, const char *channel, unsigned count) {
    client_expect(client,
                  "{'event':'pusher_internal:subscription_count','channel':'%s',"
                  "'data':'{\\'subscription_count\\':%u}'}",
                  channel, count);
}

static void each_change_is_told_to_all(void **state) {
    (void)state;
    static const char *const CHANNELS[] = {"news", "private-a", "cache-b", "private-encrypted-a"};
    for (size_t i = 0; i < sizeof CHANNELS / sizeof *CHANNELS; i++) {
        client_join(&world, &ann, CHANNELS[i], NULL);
        if (strcmp(CHANNELS[i], "cache-b") == 0)
            client_expect(&ann, "{'event':'pusher:cache_miss','channel':'cache-b','data':'{}'}");
        expect_count(&ann, CHANNELS[i], 1);
        client_ask_to_join(&world, &bob, CHANNELS[i], NULL);
        expect_count(&ann, CHANNELS[i], 2);
        client_clear(&bob);
        leave(&bob, CHANNELS[i]);
        expect_count(&ann, CHANNELS[i], 1);
        client_expect_nothing(&bob);
        leave(&ann, CHANNELS[i]);
        client_expect_nothing(&ann);
    }
}

static void the_new_one_hears_it_after_its_confirmation(void **state) {
    (void)state;
    client_join(&world, &ann, "news", NULL);
    expect_count(&ann, "news", 1);
    client_join(&world, &bob, "news", NULL);
    expect_count(&bob, "news", 2);
    client_expect_nothing(&bob);
}

static void a_loss_is_a_change(void **state) {
    (void)state;
    test_client cid;
    client_open(&world, &cid);
    client_join(&world, &ann, "news", NULL);
    client_join(&world, &cid, "news", NULL);
    client_clear(&ann);
    client_cut(&world, &cid);
    expect_count(&ann, "news", 1);
    client_expect_nothing(&ann);
}

static void what_changes_nothing_is_not_told(void **state) {
    (void)state;
    client_join(&world, &ann, "news", NULL);
    client_clear(&ann);
    leave(&bob, "news");
    client_ask_to_join(&world, &bob, "private-\x01", NULL);
    client_ask_to_join(&world, &ann, "news", NULL);
    client_expect_error(&ann, 0, "Existing subscription to channel news");
    client_expect_nothing(&ann);
}

static void presence_channels_are_not_counted(void **state) {
    (void)state;
    client_join(&world, &ann, "presence-a", "{'user_id':'a'}");
    client_join(&world, &bob, "presence-a", "{'user_id':'a'}");
    client_expect_nothing(&ann);
    client_expect_nothing(&bob);
    leave(&bob, "presence-a");
    client_expect_nothing(&ann);
}

static void an_app_must_ask_for_it(void **state) {
    stop(state);
    start_with(false);
    client_join(&world, &ann, "news", NULL);
    client_join(&world, &bob, "news", NULL);
    leave(&bob, "news");
    client_expect_nothing(&ann);
    client_expect_nothing(&bob);
}

/* ---- Crowds ---- */

static void gather(size_t count) {
    for (size_t i = 0; i < count; i++) {
        client_open(&world, &crowd[crowd_count]);
        client_ask_to_join(&world, &crowd[crowd_count++], "news", NULL);
    }
}

static void disperse(size_t count) {
    for (size_t i = 0; i < count; i++)
        client_cut(&world, &crowd[--crowd_count]);
}

static void up_to_a_hundred_every_change_is_told(void **state) {
    (void)state;
    client_join(&world, &ann, "news", NULL);
    gather(99);
    for (unsigned count = 1; count <= 100; count++)
        expect_count(&ann, "news", count);
    client_expect_nothing(&ann);
    disperse(99);
    for (unsigned count = 99; count >= 1; count--)
        expect_count(&ann, "news", count);
}

static void of_more_than_a_hundred_the_last_is_told_in_time(void **state) {
    (void)state;
    client_join(&world, &ann, "news", NULL);
    gather(99);
    client_clear(&ann);
    gather(1);
    expect_count(&ann, "news", 101);
    gather(9);
    world_pass(&world, 4999);
    gather(10);
    disperse(2);
    client_expect_nothing(&ann);
    world_pass(&world, 130);
    expect_count(&ann, "news", 118);
    client_expect_nothing(&ann);
    /* Who came without being told hears of it, too. */
    client_clear(&crowd[crowd_count - 1]);
    gather(1);
    world_pass(&world, 4800);
    client_expect_nothing(&ann);
    world_pass(&world, 400);
    expect_count(&ann, "news", 119);
    expect_count(&crowd[crowd_count - 2], "news", 119);
    /* Nothing changes, nothing is told. */
    world_pass(&world, 30000);
    client_expect_nothing(&ann);
    gather(1);
    expect_count(&ann, "news", 120);
    client_expect_nothing(&ann);
}

static void back_at_a_hundred_it_is_told_at_once(void **state) {
    (void)state;
    client_join(&world, &ann, "news", NULL);
    gather(102);
    client_clear(&ann);
    disperse(2);
    client_expect_nothing(&ann);
    disperse(1);
    expect_count(&ann, "news", 100);
    world_pass(&world, 10000);
    client_expect_nothing(&ann);
    /* To and fro is no way around the limit. */
    gather(1);
    expect_count(&ann, "news", 101);
    disperse(1);
    expect_count(&ann, "news", 100);
    gather(1);
    client_expect_nothing(&ann);
    world_pass(&world, 5200);
    expect_count(&ann, "news", 101);
}

static void a_crowd_that_leaves_leaves_nothing(void **state) {
    (void)state;
    gather(120);
    disperse(120);
    world_pass(&world, 20000);
    px_hub_stats stats;
    px_hub_get_stats(world.hub, &stats);
    assert_int_equal(stats.channels, 0);
}

static void the_end_of_the_hub_is_no_matter(void **state) {
    (void)state;
    gather(120);
}

/* A count that finds no memory is not told; nobody is closed for it. */
static void without_memory_only_the_count_is_missing(void **state) {
    (void)state;
    client_join(&world, &ann, "news", NULL);
    gather(100);
    world_pass(&world, 6000);
    client_clear(&ann);
    for (size_t i = 1;; i++) {
        world.memory.fail_at = world.memory.calls + i;
        leave(&crowd[0], "news");
        bool failed = world.memory.calls >= world.memory.fail_at;
        world.memory.fail_at = 0;
        assert_false(ann.is_closed);
        client_clear(&ann);
        client_ask_to_join(&world, &crowd[0], "news", NULL);
        assert_false(crowd[0].is_closed);
        world_pass(&world, 6000);
        client_clear(&ann);
        if (!failed)
            break;
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(each_change_is_told_to_all),
        TEST(the_new_one_hears_it_after_its_confirmation),
        TEST(a_loss_is_a_change),
        TEST(what_changes_nothing_is_not_told),
        TEST(presence_channels_are_not_counted),
        TEST(an_app_must_ask_for_it),
        TEST(up_to_a_hundred_every_change_is_told),
        TEST(of_more_than_a_hundred_the_last_is_told_in_time),
        TEST(back_at_a_hundred_it_is_told_at_once),
        TEST(a_crowd_that_leaves_leaves_nothing),
        TEST(the_end_of_the_hub_is_no_matter),
        TEST(without_memory_only_the_count_is_missing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
