/* How often an app may publish and ask by the HTTP API. */
#include "hub_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static test_world world;
static test_client ann;

static void start_limited(uint32_t events_per_second) {
    px_app_options app = world_app();
    app.max_backend_events_per_second = events_per_second;
    world_start(&world, &app, NULL);
    client_open(&world, &ann);
    client_join(&world, &ann, "news", NULL);
}

static void stop(void) {
    client_cut(&world, &ann);
    world_stop(&world);
}

static void publish(const char *body) {
    world_request(&world, "POST", "/apps/3/events", "", body);
}

static void publish_batch(const char *body) {
    world_request(&world, "POST", "/apps/3/batch_events", "", body);
}

static void expect_too_many(uint32_t retry_after) {
    world_expect_error(&world, 429, "The app publishes too many events");
    assert_int_equal(world.retry_after, retry_after);
    client_expect_nothing(&ann);
}

static void events_are_limited_by_the_second(void **state) {
    (void)state;
    start_limited(2);
    publish("{'name':'1','data':'','channels':['news','a','b','c']}");
    world_request(&world, "POST", "/apps/3/channels/news/events", "name=2", "x");
    assert_int_equal(world.status, 202);
    client_clear(&ann);
    publish("{'name':'3','data':'','channel':'news'}");
    expect_too_many(1);
    world_request(&world, "POST", "/apps/3/channels/news/events", "name=2", "x");
    expect_too_many(1);
    /* What is wrong does not count, and is told as such. */
    publish("{'name':'3','channel':'news'}");
    assert_int_equal(world.status, 400);
    assert_int_equal(world.retry_after, 0);
    world_pass(&world, 499);
    publish("{'name':'3','data':'','channel':'news'}");
    expect_too_many(1);
    world_pass(&world, 1);
    publish("{'name':'3','data':'','channel':'news'}");
    world_expect(&world, 200, "{}");
    assert_int_equal(world.retry_after, 0);
    client_expect(&ann, "{'event':'3','channel':'news','data':''}");
    publish("{'name':'4','data':'','channel':'news'}");
    expect_too_many(1);
    stop();
}

/* One of more events than a second allows goes through, else it never would; then nothing does for
 * as long as it should have taken. */
static void each_event_of_a_batch_counts(void **state) {
    (void)state;
    static const char FOUR[] =
        "{'batch':[{'name':'1','data':'','channel':'news'},{'name':'2','data':'','channel':'news'},"
        "{'name':'3','data':'','channel':'news'},{'name':'4','data':'','channel':'news'}]}";
    start_limited(2);
    publish_batch(FOUR);
    world_expect(&world, 200, "{}");
    client_clear(&ann);
    publish_batch(FOUR);
    expect_too_many(2);
    publish("{'name':'5','data':'','channel':'news'}");
    expect_too_many(2);
    world_pass(&world, 1500);
    publish("{'name':'5','data':'','channel':'news'}");
    world_expect(&world, 200, "{}");
    client_clear(&ann);
    publish_batch(FOUR);
    expect_too_many(1);
    stop();
}

static void questions_do_not_count_as_events(void **state) {
    (void)state;
    start_limited(1);
    for (int i = 0; i < 5; i++) {
        world_request(&world, "GET", "/apps/3/channels", "", "");
        assert_int_equal(world.status, 200);
    }
    publish("{'name':'1','data':'','channel':'news'}");
    assert_int_equal(world.status, 200);
    client_clear(&ann);
    publish("{'name':'2','data':'','channel':'news'}");
    expect_too_many(1);
    stop();
}

static void questions_are_limited_by_the_second(void **state) {
    (void)state;
    static const char *const PATHS[] = {"/apps/3/channels", "/apps/3/channels/news",
                                        "/apps/3/channels/presence-a/users",
                                        "/apps/3/channels/news/stats"};
    px_app_options app = world_app();
    app.max_read_requests_per_second = 4;
    world_start(&world, &app, NULL);
    for (int i = 0; i < 4; i++) {
        world_request(&world, "GET", PATHS[i], "", "");
        assert_int_equal(world.status, 200);
    }
    for (int i = 0; i < 4; i++) {
        world_request(&world, "GET", PATHS[i], "", "");
        world_expect_error(&world, 429, "The app asks too many questions");
        assert_int_equal(world.retry_after, 1);
    }
    world_request(&world, "POST", "/apps/3/events", "", "{'name':'e','data':'','channel':'news'}");
    assert_int_equal(world.status, 200);
    /* Who is nobody learns nothing of how busy an app is. */
    world_request_as(&world, TEST_KEY, "wrong", "GET", PATHS[0], "", "");
    assert_int_equal(world.status, 401);
    world_pass(&world, 250);
    world_request(&world, "GET", PATHS[0], "", "");
    assert_int_equal(world.status, 200);
    assert_int_equal(world.retry_after, 0);
    world_request(&world, "GET", PATHS[0], "", "");
    assert_int_equal(world.status, 429);
    world_stop(&world);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(events_are_limited_by_the_second),
        cmocka_unit_test(each_event_of_a_batch_counts),
        cmocka_unit_test(questions_do_not_count_as_events),
        cmocka_unit_test(questions_are_limited_by_the_second),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
