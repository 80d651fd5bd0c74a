/* Which webhook gets which event when, and what becomes of those that can't be delivered. */
#include "webhook_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define ONE(time, channel, n)                                                                      \
    "{'time_ms':" time ",'events':[{'name':'client_event','channel':'" channel "','n':" #n "}]}"
#define EVENT(channel, n) "{'name':'client_event','channel':'" channel "','n':" #n "}"
#define AT_1000           "1327078149132"

/* ---- Requests ---- */

static void test_one_event_a_request_one_request_at_a_time(void **state) {
    (void)state;
    test_webhooks world;
    px_webhook_options webhook = test_webhook("http://a/");
    px_app_options app = test_webhook_app(TEST_APP, &webhook, 1);
    test_webhooks_start(&world, &app, 1, NULL);
    test_webhooks_expect_nothing(&world);
    assert_int_equal(px_webhook_queue_deadline(world.queue), UINT64_MAX);
    test_webhooks_put(&world, TEST_APP, "c", 1);
    test_webhooks_put(&world, TEST_APP, "c", 2);
    test_webhooks_expect(&world, 0, ONE(AT_1000, "c", 1));
    test_webhooks_expect_nothing(&world);
    test_webhooks_answer(&world, 0, 204);
    test_webhooks_expect(&world, 0, ONE(AT_1000, "c", 2));
    test_webhooks_answer(&world, 0, 200);
    test_webhooks_expect_nothing(&world);
    px_webhook_stats stats = px_webhook_queue_stats(world.queue);
    assert_int_equal(stats.delivered, 2);
    assert_int_equal(stats.waiting, 0);
    assert_int_equal(stats.bytes, 0);
    test_webhooks_stop(&world);
}

/* The example of the documentation. */
static void test_signature(void **state) {
    (void)state;
    test_webhooks world;
    px_webhook_options webhook = test_webhook("http://a/");
    px_app_options app = test_webhook_app(TEST_APP, &webhook, 1);
    test_webhooks_start(&world, &app, 1, NULL);
    px_notice notice = {PX_SLICE(TEST_APP), PX_WEBHOOK_CHANNEL_OCCUPIED, PX_SLICE("my-channel"),
                        PX_SLICE("{\"name\":\"channel_occupied\",\"channel\":\"my-channel\"}")};
    px_webhook_queue_put(world.queue, &notice, (px_webhook_time){1000, 1327078148132});
    test_webhooks_expect(
        &world, 0,
        "{'time_ms':1327078148132,'events':[{'name':'channel_occupied','channel':'my-channel'}]}");
    assert_true(px_slice_equal(
        world.request.signature,
        PX_SLICE("c19001ae3963ccb13bf618e5b16ba9848e7e74df0993aa0689168e341c6833cf")));
    test_webhooks_stop(&world);
}

static void test_batches_gather_for_a_moment(void **state) {
    (void)state;
    test_webhooks world;
    px_webhook_options webhook = test_webhook("http://a/");
    webhook.batching = true;
    px_app_options app = test_webhook_app(TEST_APP, &webhook, 1);
    test_webhooks_start(&world, &app, 1, NULL);
    test_webhooks_put(&world, TEST_APP, "c", 1);
    test_webhooks_pass(&world, PX_WEBHOOK_WINDOW_MS - 1);
    test_webhooks_put(&world, TEST_APP, "c", 2);
    test_webhooks_expect_nothing(&world);
    assert_int_equal(px_webhook_queue_deadline(world.queue), world.now_ms + 1);
    test_webhooks_pass(&world, 1);
    test_webhooks_expect(&world, 0,
                         "{'time_ms':" AT_1000 ",'events':[" EVENT("c", 1) "," EVENT("c", 2) "]}");
    test_webhooks_put(&world, TEST_APP, "c", 3); /* does not join what is on its way */
    test_webhooks_answer(&world, 0, 200);
    test_webhooks_pass(&world, PX_WEBHOOK_WINDOW_MS);
    test_webhooks_expect(&world, 0, ONE("1327078149182", "c", 3));
    test_webhooks_stop(&world);
}

static void test_a_full_batch_does_not_wait(void **state) {
    (void)state;
    test_webhooks world;
    px_webhook_options webhook = test_webhook("http://a/");
    webhook.batching = true;
    px_app_options app = test_webhook_app(TEST_APP, &webhook, 1);
    test_webhooks_start(&world, &app, 1, NULL);
    for (unsigned i = 0; i < PX_WEBHOOK_BATCH + 1; i++)
        test_webhooks_put(&world, TEST_APP, "c", i);
    assert_true(px_webhook_queue_next(world.queue, world.now_ms, &world.request));
    test_webhooks_answer(&world, 0, 200);
    assert_int_equal(px_webhook_queue_stats(world.queue).delivered, PX_WEBHOOK_BATCH);
    test_webhooks_expect_nothing(&world);
    test_webhooks_pass(&world, PX_WEBHOOK_WINDOW_MS);
    test_webhooks_expect(&world, 0, ONE(AT_1000, "c", 100));
    test_webhooks_stop(&world);
}

static void test_filters_apply_to_each_event(void **state) {
    (void)state;
    test_webhooks world;
    px_webhook_options webhooks[3] = {test_webhook("http://a/"), test_webhook("http://b/"),
                                      test_webhook("http://c/")};
    webhooks[0].event_types = 1u << PX_WEBHOOK_CHANNEL_VACATED;
    webhooks[0].batching = true;
    webhooks[1].filter.starts_with = PX_SLICE("ab");
    webhooks[1].filter.ends_with = PX_SLICE("ba");
    webhooks[1].batching = true;
    webhooks[2].filter.starts_with = PX_SLICE("aba-and-more");
    px_app_options app = test_webhook_app(TEST_APP, webhooks, 3);
    test_webhooks_start(&world, &app, 1, NULL);
    test_webhooks_put_kind(&world, TEST_APP, PX_WEBHOOK_CHANNEL_OCCUPIED, "x");
    test_webhooks_put_kind(&world, TEST_APP, PX_WEBHOOK_CHANNEL_VACATED, "x");
    test_webhooks_put_kind(&world, TEST_APP, PX_WEBHOOK_CHANNEL_OCCUPIED, "aba");
    test_webhooks_put_kind(&world, TEST_APP, PX_WEBHOOK_CHANNEL_OCCUPIED, "abx");
    test_webhooks_put_kind(&world, TEST_APP, PX_WEBHOOK_CHANNEL_OCCUPIED, "ab-ba");
    test_webhooks_pass(&world, PX_WEBHOOK_WINDOW_MS);
    test_webhooks_expect(
        &world, 0, "{'time_ms':" AT_1000 ",'events':[{'name':'channel_vacated','channel':'x'}]}");
    test_webhooks_expect(&world, 1,
                         "{'time_ms':" AT_1000
                         ",'events':[{'name':'channel_occupied','channel':'aba'},"
                         "{'name':'channel_occupied','channel':'ab-ba'}]}");
    test_webhooks_expect_nothing(&world);
    test_webhooks_stop(&world);
}

static void test_apps_do_not_mix(void **state) {
    (void)state;
    test_webhooks world;
    px_webhook_options webhook = test_webhook("http://a/"); /* both apps have the same receiver */
    webhook.batching = true;
    px_app_options apps[2] = {test_webhook_app("1", &webhook, 1),
                              test_webhook_app("2", &webhook, 1)};
    test_webhooks_start(&world, apps, 2, NULL);
    test_webhooks_put(&world, "1", "c", 1);
    test_webhooks_put(&world, "2", "c", 2);
    test_webhooks_put(&world, "1", "c", 3);
    test_webhooks_put(&world, "3", "c", 4); /* has no webhooks */
    test_webhooks_pass(&world, PX_WEBHOOK_WINDOW_MS);
    test_webhooks_expect(&world, 0,
                         "{'time_ms':" AT_1000 ",'events':[" EVENT("c", 1) "," EVENT("c", 3) "]}");
    test_webhooks_expect(&world, 1, ONE(AT_1000, "c", 2));
    test_webhooks_expect_nothing(&world);
    test_webhooks_stop(&world);
}

/* ---- Retries ---- */

static void test_500_500_200_is_delivered_once_after_growing_pauses(void **state) {
    (void)state;
    test_webhooks world;
    px_webhook_options webhook = test_webhook("http://user:pass@host:81/path?token=1");
    px_app_options app = test_webhook_app(TEST_APP, &webhook, 1);
    uint64_t pauses[2];
    test_webhooks_start(&world, &app, 1, NULL);
    test_webhooks_put(&world, TEST_APP, "c", 1);
    test_webhooks_put(&world, TEST_APP, "c", 2);
    for (size_t i = 0; i < 2; i++) {
        test_webhooks_expect(&world, 0, ONE(AT_1000, "c", 1)); /* the same again, in its order */
        test_webhooks_answer(&world, 0, 500);
        test_webhooks_expect_nothing(&world);
        pauses[i] = px_webhook_queue_deadline(world.queue) - world.now_ms;
        test_webhooks_pass(&world, pauses[i] - 1);
        test_webhooks_expect_nothing(&world);
        test_webhooks_pass(&world, 1);
    }
    assert_in_range(pauses[0], 1000, 1249);
    assert_in_range(pauses[1], 2000, 2499);
    test_webhooks_expect(&world, 0, ONE(AT_1000, "c", 1));
    test_webhooks_answer(&world, 0, 200);
    test_webhooks_expect(&world, 0, ONE(AT_1000, "c", 2));
    test_webhooks_answer(&world, 0, 200);
    px_webhook_stats stats = px_webhook_queue_stats(world.queue);
    assert_int_equal(stats.delivered, 2);
    assert_int_equal(stats.failed, 2);
    assert_int_equal(stats.retried, 2);
    assert_true(test_webhooks_said(&world, "2 a webhook of app 1 to http://host:81/path failed: "
                                           "the answer was 500; it is tried again for 300 s"));
    assert_true(test_webhooks_said(&world, "3 the webhook of app 1 to http://host:81/path works"));
    assert_false(test_webhooks_said(&world, "pass"));
    assert_false(test_webhooks_said(&world, "token"));
    test_webhooks_stop(&world);
}

static void test_given_up_after_five_minutes(void **state) {
    (void)state;
    test_webhooks world;
    px_webhook_options webhook = test_webhook("http://a/");
    px_app_options app = test_webhook_app(TEST_APP, &webhook, 1);
    unsigned requests = 0;
    uint64_t start_ms;
    uint64_t pause = 0;
    test_webhooks_start(&world, &app, 1, NULL);
    start_ms = world.now_ms;
    test_webhooks_put(&world, TEST_APP, "c", 1);
    test_webhooks_put_kind(&world, TEST_APP, PX_WEBHOOK_CHANNEL_VACATED, "d");
    for (;;) {
        test_webhooks_expect(&world, 0, ONE(AT_1000, "c", 1));
        test_webhooks_answer(&world, 0, 0);
        assert_in_range(++requests, 1, 12);
        if (px_webhook_queue_stats(world.queue).given_up > 0)
            break;
        test_webhooks_expect_nothing(&world);
        pause = px_webhook_queue_deadline(world.queue) - world.now_ms;
        assert_in_range(pause, 1, 75000);
        test_webhooks_pass(&world, pause);
    }
    assert_int_equal(world.now_ms - start_ms, 300000); /* the last time is at the very end */
    assert_in_range(requests, 9, 12); /* 1, 2, 4, 8, 16, 32, 60, 60, 60 and a rest */
    assert_true(test_webhooks_said(&world, "2 gave up 1 webhook events of app 1 to http://a/ after "
                                           "300 s: 1 client_event (nobody was there)"));
    assert_true(px_webhook_queue_next(world.queue, world.now_ms, &world.request)); /* the next */
    test_webhooks_answer(&world, 0, 200);
    assert_int_equal(px_webhook_queue_stats(world.queue).delivered, 1);
    test_webhooks_stop(&world);
}

static void test_a_redirect_is_a_failure(void **state) {
    (void)state;
    test_webhooks world;
    px_webhook_options webhook = test_webhook("http://a/");
    webhook.retry_ms = 0;
    px_app_options app = test_webhook_app(TEST_APP, &webhook, 1);
    test_webhooks_start(&world, &app, 1, NULL);
    test_webhooks_put(&world, TEST_APP, "c", 1);
    test_webhooks_expect(&world, 0, ONE(AT_1000, "c", 1));
    test_webhooks_answer(&world, 0, 307);
    assert_true(test_webhooks_said(&world, "the answer was 307, and redirects are not followed"));
    assert_int_equal(px_webhook_queue_stats(world.queue).given_up, 1);
    test_webhooks_stop(&world);
}

/* Down for two minutes: all arrives, in order, when it is back. */
static void test_two_minutes_down(void **state) {
    (void)state;
    enum { EVENTS = 2400, RATE = 20 };
    test_webhooks world;
    px_webhook_options webhook = test_webhook("http://a/");
    px_app_options app = test_webhook_app(TEST_APP, &webhook, 1);
    unsigned put = 0;
    unsigned delivered = 0;
    test_webhooks_start(&world, &app, 1, NULL);
    while (delivered < EVENTS) {
        bool is_down = world.now_ms < 121000;
        if (put < EVENTS && world.now_ms % (1000 / RATE) == 0)
            test_webhooks_put(&world, TEST_APP, "c", put++);
        while (px_webhook_queue_next(world.queue, world.now_ms, &world.request)) {
            char expected[64];
            int len = snprintf(expected, sizeof expected, "\"n\":%u}", delivered);
            px_slice body = world.request.body;
            assert_true(memcmp(body.ptr + body.len - 2 - (size_t)len, expected, (size_t)len) == 0);
            delivered += !is_down;
            test_webhooks_answer(&world, 0, is_down ? 503 : 200);
        }
        test_webhooks_pass(&world, 10);
        assert_in_range(world.now_ms, 0, 300000);
    }
    px_webhook_stats stats = px_webhook_queue_stats(world.queue);
    assert_int_equal(stats.given_up + stats.dropped, 0);
    assert_int_equal(stats.waiting, 0);
    test_webhooks_stop(&world);
}

/* ---- Bounds ---- */

static void test_the_oldest_are_dropped_beyond_the_limit(void **state) {
    (void)state;
    test_webhooks world;
    const px_webhook_limits limits = {3, 1 << 20};
    px_webhook_options webhook = test_webhook("http://a/");
    px_app_options app = test_webhook_app(TEST_APP, &webhook, 1);
    test_webhooks_start(&world, &app, 1, &limits);
    test_webhooks_put(&world, TEST_APP, "c", 1);
    test_webhooks_expect(&world, 0, ONE(AT_1000, "c", 1)); /* on its way: stays */
    for (unsigned i = 2; i <= 6; i++)
        test_webhooks_put(&world, TEST_APP, "c", i);
    assert_int_equal(px_webhook_queue_stats(world.queue).dropped, 3);
    assert_int_equal(px_webhook_queue_stats(world.queue).waiting, 3);
    assert_true(test_webhooks_said(
        &world, "2 dropped 1 webhook events of app 1, for which there was no room: 1 client"));
    assert_int_equal(world.line_count, 1); /* the others are said later, together */
    test_webhooks_answer(&world, 0, 200);
    test_webhooks_expect(&world, 0, ONE(AT_1000, "c", 5));
    test_webhooks_answer(&world, 0, 200);
    test_webhooks_expect(&world, 0, ONE(AT_1000, "c", 6));
    test_webhooks_answer(&world, 0, 200);
    test_webhooks_expect_nothing(&world);
    test_webhooks_pass(&world, px_webhook_queue_deadline(world.queue) - world.now_ms);
    test_webhooks_expect_nothing(&world);
    assert_true(test_webhooks_said(&world, "2 dropped 2 webhook events of app 1"));
    assert_int_equal(px_webhook_queue_deadline(world.queue), UINT64_MAX);
    test_webhooks_stop(&world);
}

static void test_an_event_that_waits_for_its_retry_can_be_dropped(void **state) {
    (void)state;
    test_webhooks world;
    const px_webhook_limits limits = {2, 1 << 20};
    px_webhook_options webhook = test_webhook("http://a/");
    webhook.batching = true;
    px_app_options app = test_webhook_app(TEST_APP, &webhook, 1);
    test_webhooks_start(&world, &app, 1, &limits);
    test_webhooks_put(&world, TEST_APP, "c", 1);
    test_webhooks_put(&world, TEST_APP, "c", 2);
    test_webhooks_pass(&world, PX_WEBHOOK_WINDOW_MS);
    assert_true(px_webhook_queue_next(world.queue, world.now_ms, &world.request));
    test_webhooks_answer(&world, 0, 500);
    test_webhooks_put(&world, TEST_APP, "c", 3);
    test_webhooks_expect_nothing(&world); /* the pause goes on */
    test_webhooks_pass(&world, 1250);
    test_webhooks_expect(&world, 0, ONE(AT_1000, "c", 2));
    test_webhooks_answer(&world, 0, 500);
    test_webhooks_put(&world, TEST_APP, "c", 4); /* nothing is left of the batch */
    test_webhooks_pass(&world, 2500);
    test_webhooks_expect(
        &world, 0, "{'time_ms':1327078149182,'events':[" EVENT("c", 3) "," EVENT("c", 4) "]}");
    test_webhooks_stop(&world);
}

static void test_a_lane_that_is_down_does_not_cost_another_its_events(void **state) {
    (void)state;
    test_webhooks world;
    const px_webhook_limits limits = {10, 1 << 20};
    px_webhook_options webhooks[2] = {test_webhook("http://down/"), test_webhook("http://up/")};
    px_app_options app = test_webhook_app(TEST_APP, webhooks, 2);
    unsigned delivered = 0;
    test_webhooks_start(&world, &app, 1, &limits);
    for (unsigned i = 0; i < 100; i++) {
        test_webhooks_put(&world, TEST_APP, "c", i);
        while (px_webhook_queue_next(world.queue, world.now_ms, &world.request)) {
            delivered += world.request.lane == 1;
            test_webhooks_answer(&world, world.request.lane, world.request.lane == 1 ? 200 : 500);
        }
    }
    assert_int_equal(delivered, 100);
    assert_in_range(px_webhook_queue_stats(world.queue).dropped, 90, 91); /* all of the other */
    test_webhooks_stop(&world);
}

static void test_bytes_are_bounded(void **state) {
    (void)state;
    enum { SIZE = 1000, MAX = 65536 };
    test_webhooks world;
    const px_webhook_limits limits = {1000000, MAX};
    px_webhook_options webhook = test_webhook("http://a/");
    px_app_options app = test_webhook_app(TEST_APP, &webhook, 1);
    static char event[MAX + 1];
    memset(event, '1', sizeof event);
    test_webhooks_start(&world, &app, 1, &limits);
    px_notice notice = {PX_SLICE(TEST_APP), PX_WEBHOOK_CLIENT_EVENT, PX_SLICE("c"),
                        px_slice_of(event, SIZE)};
    for (unsigned i = 0; i < 1000; i++) {
        px_webhook_queue_put(world.queue, &notice, (px_webhook_time){world.now_ms, 1});
        assert_true(px_webhook_queue_stats(world.queue).bytes <= MAX);
        assert_true(world.memory.live_bytes <= MAX + 4096);
    }
    uint64_t waiting = px_webhook_queue_stats(world.queue).waiting;
    assert_in_range(waiting, 55, 65);
    notice.event = px_slice_of(event, sizeof event); /* more than all: drops nothing but itself */
    px_webhook_queue_put(world.queue, &notice, (px_webhook_time){world.now_ms, 1});
    assert_int_equal(px_webhook_queue_stats(world.queue).waiting, waiting);
    assert_int_equal(px_webhook_queue_stats(world.queue).dropped, 1000 - waiting + 1);
    test_webhooks_stop(&world);
}

/* ---- The end, and what is told of the backlog ---- */

static void test_backlog(void **state) {
    (void)state;
    test_webhooks world;
    px_webhook_options webhook = test_webhook("http://a/");
    px_app_options app = test_webhook_app(TEST_APP, &webhook, 1);
    test_webhooks_start(&world, &app, 1, NULL);
    test_webhooks_put(&world, TEST_APP, "c", 1);
    test_webhooks_pass(&world, 5);
    test_webhooks_put_kind(&world, TEST_APP, PX_WEBHOOK_CHANNEL_VACATED, "c");
    assert_int_equal(world.backlog.waiting[PX_WEBHOOK_CLIENT_EVENT], 1);
    assert_int_equal(world.backlog.waiting[PX_WEBHOOK_CHANNEL_VACATED], 1);
    assert_int_equal(world.backlog.oldest_ms, TEST_UNIX + 1000);
    test_webhooks_expect(&world, 0, ONE(AT_1000, "c", 1));
    assert_int_equal(world.backlog.waiting[PX_WEBHOOK_CLIENT_EVENT], 1); /* not before its answer */
    test_webhooks_answer(&world, 0, 200);
    assert_int_equal(world.backlog.waiting[PX_WEBHOOK_CLIENT_EVENT], 0);
    assert_int_equal(world.backlog.oldest_ms, TEST_UNIX + 1005);
    px_webhook_queue_say_left(world.queue);
    assert_true(test_webhooks_said(&world, "2 1 webhook events of app 1 to http://a/ are lost with "
                                           "the end of the server: 1 channel_vacated"));
    test_webhooks_stop(&world);
}

static void test_hurry(void **state) {
    (void)state;
    test_webhooks world;
    px_webhook_options webhooks[2] = {test_webhook("http://a/"), test_webhook("http://b/")};
    webhooks[1].batching = true;
    px_app_options app = test_webhook_app(TEST_APP, webhooks, 2);
    test_webhooks_start(&world, &app, 1, NULL);
    assert_true(px_webhook_queue_is_idle(world.queue, UINT64_MAX));
    test_webhooks_put(&world, TEST_APP, "c", 1);
    test_webhooks_expect(&world, 0, ONE(AT_1000, "c", 1));
    test_webhooks_answer(&world, 0, 500);
    test_webhooks_expect_nothing(&world);
    px_webhook_queue_hurry(world.queue, world.now_ms);
    assert_false(px_webhook_queue_is_idle(world.queue, world.now_ms + 1));
    test_webhooks_expect(&world, 0, ONE(AT_1000, "c", 1)); /* the pause is over */
    test_webhooks_expect(&world, 1, ONE(AT_1000, "c", 1)); /* and so is the window */
    test_webhooks_answer(&world, 1, 200);
    test_webhooks_answer(&world, 0, 500);
    assert_true(px_webhook_queue_is_idle(world.queue, world.now_ms + 1000)); /* not before then */
    assert_false(px_webhook_queue_is_idle(world.queue, world.now_ms + 10000));
    test_webhooks_stop(&world);
}

/* ---- Failing allocations ---- */

static void play(test_webhooks *world) {
    for (unsigned i = 0; i < 5; i++)
        test_webhooks_put(world, TEST_APP, "c", i);
    for (unsigned i = 0; i < 20; i++) {
        while (px_webhook_queue_next(world->queue, world->now_ms, &world->request))
            test_webhooks_answer(world, world->request.lane, i % 3 ? 200 : 500);
        test_webhooks_pass(world, 1500);
    }
}

static void test_failing_allocations(void **state) {
    (void)state;
    for (size_t fail_at = 1; fail_at < 60; fail_at++) {
        test_webhooks world;
        px_webhook_options webhooks[2] = {test_webhook("http://a/"), test_webhook("http://b/")};
        px_app_options app = test_webhook_app(TEST_APP, webhooks, 2);
        test_webhooks_start(&world, &app, 1, NULL);
        world.memory.fail_at = world.memory.calls + fail_at;
        world.memory.fail_once = fail_at % 2 == 0;
        play(&world);
        world.memory.fail_at = 0;
        play(&world);
        px_webhook_stats stats = px_webhook_queue_stats(world.queue);
        assert_int_equal(stats.delivered + stats.dropped, 20); /* none is forgotten */
        assert_int_equal(stats.waiting, 0);
        test_webhooks_stop(&world);
    }
}

static void test_making_fails_whole(void **state) {
    (void)state;
    static const uint64_t SEED[2] = {1, 2};
    const px_webhook_queue_host host = {0};
    const px_webhook_limits limits = {10, 100};
    px_webhook_options webhooks[2] = {test_webhook("http://a/"), test_webhook("http://b/")};
    px_app_options app = test_webhook_app(TEST_APP, webhooks, 2);
    int result = PX_ERR_NO_MEMORY;
    for (size_t fail_at = 1; result == PX_ERR_NO_MEMORY; fail_at++) {
        test_allocator memory;
        px_webhook_queue *queue = NULL;
        test_allocator_init(&memory);
        memory.fail_at = fail_at;
        result = px_webhook_queue_new(&memory.allocator, &limits, &host, SEED, &queue);
        if (result == PX_OK)
            result = px_webhook_queue_add_app(queue, &app);
        px_webhook_queue_free(queue);
        assert_int_equal(memory.live_blocks, 0);
        assert_int_equal(memory.live_bytes, 0);
    }
    assert_int_equal(result, PX_OK);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_event_a_request_one_request_at_a_time),
        cmocka_unit_test(test_signature),
        cmocka_unit_test(test_batches_gather_for_a_moment),
        cmocka_unit_test(test_a_full_batch_does_not_wait),
        cmocka_unit_test(test_filters_apply_to_each_event),
        cmocka_unit_test(test_apps_do_not_mix),
        cmocka_unit_test(test_500_500_200_is_delivered_once_after_growing_pauses),
        cmocka_unit_test(test_given_up_after_five_minutes),
        cmocka_unit_test(test_a_redirect_is_a_failure),
        cmocka_unit_test(test_two_minutes_down),
        cmocka_unit_test(test_the_oldest_are_dropped_beyond_the_limit),
        cmocka_unit_test(test_an_event_that_waits_for_its_retry_can_be_dropped),
        cmocka_unit_test(test_a_lane_that_is_down_does_not_cost_another_its_events),
        cmocka_unit_test(test_bytes_are_bounded),
        cmocka_unit_test(test_backlog),
        cmocka_unit_test(test_hurry),
        cmocka_unit_test(test_failing_allocations),
        cmocka_unit_test(test_making_fails_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
