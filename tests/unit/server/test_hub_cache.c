/* Cache channels: what they remember, for whom and how long. */
#include "hub_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define MISS(channel) "{'event':'pusher:cache_miss','channel':'" channel "','data':'{}'}"

static test_world world;
static test_client ann, bob;

static void start_with(uint32_t ttl, uint32_t max_bytes) {
    px_app_options app = world_app();
    app.cache_ttl = ttl;
    app.max_cache_bytes = max_bytes;
    world_start(&world, &app, NULL);
    client_open(&world, &ann);
    client_open(&world, &bob);
}

static int start(void **state) {
    (void)state;
    start_with(1800, 1 << 20);
    return 0;
}

static int stop(void **state) {
    (void)state;
    client_cut(&world, &ann);
    client_cut(&world, &bob);
    world_stop(&world);
    return 0;
}

static void publish(const char *body) {
    world_request(&world, "POST", "/apps/3/events", "", body);
    world_expect(&world, 200, "{}");
}

static void leave(test_client *client, const char *channel) {
    client_send(&world, client, "{'event':'pusher:unsubscribe','data':{'channel':'%s'}}", channel);
}

static void get(const char *path, const char *query) {
    world_request(&world, "GET", path, query, "");
}

static void assert_remembers(const char *channel, const char *cache) {
    char path[100], body[300];
    (void)snprintf(path, sizeof path, "/apps/3/channels/%s", channel);
    get(path, "info=cache");
    (void)snprintf(body, sizeof body, "{'occupied':false,'cache':%s}", cache);
    world_expect(&world, 200, body);
}

/* ---- Subscribing ---- */

static void a_channel_that_remembers_nothing_says_so(void **state) {
    (void)state;
    client_join(&world, &ann, "cache-a", NULL);
    client_expect(&ann, MISS("cache-a"));
    client_join(&world, &bob, "cache-a", NULL);
    client_expect(&bob, MISS("cache-a"));
    client_expect_nothing(&ann);
}

static void the_last_event_follows_the_confirmation(void **state) {
    (void)state;
    publish("{'name':'one','data':'1','channel':'cache-a'}");
    publish("{'name':'two','data':'{\\'a\\':\\'\\u00e9\\'}','channel':'cache-a'}");
    client_join(&world, &ann, "cache-a", NULL);
    client_expect(&ann, "{'event':'two','channel':'cache-a','data':'{\\'a\\':\\'\xc3\xa9\\'}'}");
    client_expect_nothing(&ann);
}

static void it_is_the_same_that_subscribers_got(void **state) {
    (void)state;
    client_join(&world, &ann, "cache-a", NULL);
    client_clear(&ann);
    publish("{'name':'e','data':'1','channel':'cache-a'}");
    client_expect(&ann, "{'event':'e','channel':'cache-a','data':'1'}");
    client_join(&world, &bob, "cache-a", NULL);
    client_expect(&bob, "{'event':'e','channel':'cache-a','data':'1'}");
    client_expect_nothing(&ann);
}

static void every_kind_of_cache_channel_remembers(void **state) {
    (void)state;
    static const char *const CHANNELS[] = {"cache-a", "private-cache-a",
                                           "private-encrypted-cache-a", "cache-", "private-cache-"};
    for (size_t i = 0; i < sizeof CHANNELS / sizeof *CHANNELS; i++) {
        char body[200];
        (void)snprintf(body, sizeof body, "{'name':'e','data':'d','channel':'%s'}", CHANNELS[i]);
        publish(body);
        client_join(&world, &ann, CHANNELS[i], NULL);
        client_expect(&ann, "{'event':'e','channel':'%s','data':'d'}", CHANNELS[i]);
    }
    client_expect_nothing(&ann);
}

/* Prefixes count at the very beginning and with their hyphen. */
static void other_channels_remember_nothing(void **state) {
    (void)state;
    static const char *const CHANNELS[] = {"my-cache-a",
                                           "cache",
                                           "caches-a",
                                           "xprivate-cache-a",
                                           "Cache-a",
                                           "private-a",
                                           "private-encrypted-a",
                                           "private-x-cache-a",
                                           "a"};
    for (size_t i = 0; i < sizeof CHANNELS / sizeof *CHANNELS; i++) {
        char body[200], path[100];
        (void)snprintf(body, sizeof body, "{'name':'e','data':'d','channel':'%s'}", CHANNELS[i]);
        publish(body);
        client_join(&world, &ann, CHANNELS[i], NULL);
        client_expect_nothing(&ann);
        (void)snprintf(path, sizeof path, "/apps/3/channels/%s", CHANNELS[i]);
        get(path, "info=cache");
        world_expect_error(&world, 400,
                           "Cannot retrieve the cache unless the channel is a cache channel");
    }
}

static void a_presence_channel_remembers_no_members(void **state) {
    (void)state;
    client_join(&world, &ann, "presence-cache-a", "{'user_id':'a'}");
    client_expect(&ann, MISS("presence-cache-a"));
    client_join(&world, &bob, "presence-cache-a", "{'user_id':'b'}");
    client_expect(&bob, MISS("presence-cache-a"));
    client_expect(&ann, "{'event':'pusher_internal:member_added','channel':'presence-cache-a',"
                        "'data':'{\\'user_id\\':\\'b\\'}'}");
    leave(&bob, "presence-cache-a");
    client_clear(&ann);
    publish("{'name':'e','data':'d','channel':'presence-cache-a'}");
    leave(&ann, "presence-cache-a");
    client_clear(&ann);
    client_join(&world, &bob, "presence-cache-a", "{'user_id':'b'}");
    client_expect(&bob, "{'event':'e','channel':'presence-cache-a','data':'d'}");
    client_expect_nothing(&bob);
    client_expect_nothing(&ann);
}

static void client_events_are_not_remembered(void **state) {
    (void)state;
    client_join(&world, &ann, "private-cache-a", NULL);
    client_join(&world, &bob, "presence-cache-a", "{'user_id':'b'}");
    client_clear(&ann);
    client_clear(&bob);
    client_send(&world, &ann, "{'event':'client-x','channel':'private-cache-a','data':1}");
    client_send(&world, &bob, "{'event':'client-x','channel':'presence-cache-a','data':1}");
    client_join(&world, &bob, "private-cache-a", NULL);
    client_expect(&bob, MISS("private-cache-a"));
    client_join(&world, &ann, "presence-cache-a", "{'user_id':'a'}");
    client_expect(&ann, MISS("presence-cache-a"));
}

static void the_sender_may_be_left_out(void **state) {
    (void)state;
    char body[200];
    client_join(&world, &ann, "cache-a", NULL);
    client_clear(&ann);
    (void)snprintf(body, sizeof body,
                   "{'name':'e','data':'d','channel':'cache-a','socket_id':'%s'}", ann.socket_id);
    publish(body);
    client_expect_nothing(&ann);
    client_join(&world, &bob, "cache-a", NULL);
    client_expect(&bob, "{'event':'e','channel':'cache-a','data':'d'}");
}

static void it_stays_when_everybody_has_left(void **state) {
    (void)state;
    client_join(&world, &ann, "cache-a", NULL);
    client_clear(&ann);
    publish("{'name':'e','data':'d','channel':'cache-a'}");
    leave(&ann, "cache-a");
    client_clear(&ann);
    get("/apps/3/channels", "");
    world_expect(&world, 200, "{'channels':{}}");
    client_join(&world, &bob, "cache-a", NULL);
    client_expect(&bob, "{'event':'e','channel':'cache-a','data':'d'}");
}

static void apps_do_not_share_it(void **state) {
    (void)state;
    px_app_options app = world_app();
    test_client cid;
    const char *why;
    app.id = PX_SLICE("4");
    app.key = PX_SLICE("other");
    assert_int_equal(px_hub_add_app(world.hub, &app, &why), PX_OK);
    publish("{'name':'e','data':'d','channel':'cache-a'}");
    px_hub_open open = {.key = PX_SLICE("other"), .protocol = PX_SLICE("7")};
    client_open_as(&world, &cid, &open);
    client_join(&world, &cid, "cache-a", NULL);
    client_expect(&cid, MISS("cache-a"));
    client_cut(&world, &cid);
}

static void every_way_of_publishing_counts(void **state) {
    (void)state;
    publish("{'name':'e','data':'d','channels':['cache-a','b','cache-c']}");
    world_request(&world, "POST", "/apps/3/batch_events", "",
                  "{'batch':[{'name':'1','data':'x','channel':'cache-c'},"
                  "{'name':'2','data':'y','channel':'cache-d'},"
                  "{'name':'3','data':'z','channel':'cache-c'}]}");
    world_expect(&world, 200, "{}");
    world_request(&world, "POST", "/apps/3/channels/cache-e/events", "name=e", "raw");
    assert_int_equal(world.status, 202);
    assert_remembers("cache-a", "{'data':'d','ttl':1800}");
    assert_remembers("cache-c", "{'data':'z','ttl':1800}");
    assert_remembers("cache-d", "{'data':'y','ttl':1800}");
    assert_remembers("cache-e", "{'data':'raw','ttl':1800}");
}

/* ---- Time ---- */

static void it_is_forgotten_in_time(void **state) {
    (void)state;
    stop(state);
    start_with(60, 1 << 20);
    publish("{'name':'e','data':'d','channel':'cache-a'}");
    assert_remembers("cache-a", "{'data':'d','ttl':60}");
    world_pass(&world, 1);
    assert_remembers("cache-a", "{'data':'d','ttl':60}");
    world_pass(&world, 999);
    assert_remembers("cache-a", "{'data':'d','ttl':59}");
    world_pass(&world, 58999);
    assert_remembers("cache-a", "{'data':'d','ttl':1}");
    world_pass(&world, 1);
    assert_remembers("cache-a", "null");
    client_join(&world, &ann, "cache-a", NULL);
    client_expect(&ann, MISS("cache-a"));
}

static void what_is_forgotten_takes_no_memory(void **state) {
    (void)state;
    stop(state);
    start_with(60, 1 << 20);
    size_t before = 0;
    for (int i = 0; i < 20; i++) {
        publish("{'name':'e','data':'d','channels':['cache-a','cache-b']}");
        world_pass(&world, 61000);
        if (i == 4) /* the map has got its room */
            before = world.memory.live_bytes;
    }
    assert_int_equal(world.memory.live_bytes, before);
}

static void a_new_event_lives_its_own_time(void **state) {
    (void)state;
    stop(state);
    start_with(60, 1 << 20);
    publish("{'name':'e','data':'1','channel':'cache-a'}");
    publish("{'name':'e','data':'1','channel':'cache-b'}");
    world_pass(&world, 40000);
    publish("{'name':'e','data':'2','channel':'cache-a'}");
    world_pass(&world, 30000);
    assert_remembers("cache-a", "{'data':'2','ttl':30}");
    assert_remembers("cache-b", "null");
    world_pass(&world, 30000);
    assert_remembers("cache-a", "null");
}

/* ---- Memory ---- */

static void what_was_published_first_goes_first(void **state) {
    (void)state;
    char body[3000], data[1001] = "";
    stop(state);
    start_with(1800, 4400);
    memset(data, 'x', 1000);
    for (int i = 0; i < 5; i++) {
        (void)snprintf(body, sizeof body, "{'name':'e','data':'%s','channel':'cache-%d'}", data, i);
        publish(body);
        if (i == 2)
            publish("{'name':'e','data':'new','channel':'cache-0'}");
    }
    get("/apps/3/channels/cache-1", "info=cache");
    world_expect(&world, 200, "{'occupied':false,'cache':null}");
    assert_remembers("cache-0", "{'data':'new','ttl':1800}");
    for (int i = 2; i < 5; i++) {
        (void)snprintf(body, sizeof body, "{'occupied':false,'cache':{'data':'%s','ttl':1800}}",
                       data);
        char path[50];
        (void)snprintf(path, sizeof path, "/apps/3/channels/cache-%d", i);
        get(path, "info=cache");
        world_expect(&world, 200, body);
    }
}

static void memory_is_bounded(void **state) {
    (void)state;
    enum { LIMIT = 100000, EVENTS = 20000 };
    stop(state);
    start_with(1800, LIMIT);
    size_t before = world.memory.live_bytes;
    for (int i = 0; i < EVENTS; i++) {
        char body[200];
        (void)snprintf(body, sizeof body, "{'name':'e','data':'d','channel':'cache-%d'}", i);
        publish(body);
        assert_in_range(world.memory.live_bytes - before, 0, LIMIT * 3 / 2);
    }
    assert_remembers("cache-19999", "{'data':'d','ttl':1800}");
    assert_remembers("cache-0", "null");
}

static void what_is_larger_than_all_is_not_kept(void **state) {
    (void)state;
    stop(state);
    start_with(1800, 0);
    client_join(&world, &ann, "cache-a", NULL);
    client_clear(&ann);
    publish("{'name':'e','data':'d','channels':['cache-a','cache-b']}");
    client_expect(&ann, "{'event':'e','channel':'cache-a','data':'d'}");
    client_join(&world, &bob, "cache-a", NULL);
    client_expect(&bob, MISS("cache-a"));
}

static void without_memory_all_is_as_before(void **state) {
    (void)state;
    publish("{'name':'e','data':'old','channel':'cache-a'}");
    for (size_t i = 1;; i++) {
        world.memory.fail_at = world.memory.calls + i;
        world_request(&world, "POST", "/apps/3/events", "",
                      "{'name':'e','data':'new','channels':['cache-b','cache-a','cache-c']}");
        bool failed = world.memory.calls >= world.memory.fail_at;
        world.memory.fail_at = 0;
        if (!failed)
            break;
        world_expect_error(&world, 500, "The server is out of memory");
        assert_remembers("cache-a", "{'data':'old','ttl':1800}");
        assert_remembers("cache-b", "null");
        assert_remembers("cache-c", "null");
    }
    assert_remembers("cache-a", "{'data':'new','ttl':1800}");
    assert_remembers("cache-c", "{'data':'new','ttl':1800}");
}

static void what_failed_leaves_nothing(void **state) {
    (void)state;
    enum { ROUNDS = 1000 };
    size_t failed = 0;
    stop(state);
    start_with(1800, 0);
    size_t before = world.memory.live_bytes;
    for (unsigned i = 0; i < ROUNDS; i++) {
        char body[200];
        (void)snprintf(body, sizeof body, "{'name':'e','data':'','channel':'cache-%u'}", i);
        world.memory.fail_at = world.memory.calls + 1 + i % 8;
        world_request(&world, "POST", "/apps/3/events", "", body);
        failed += world.status == 500;
    }
    world.memory.fail_at = 0;
    assert_in_range(failed, ROUNDS / 8, ROUNDS);
    assert_in_range(world.memory.live_bytes - before, 0, 4000);
}

static void a_join_without_memory_is_none(void **state) {
    (void)state;
    static const char *const CHANNELS[] = {"cache-a", "cache-b"};
    publish("{'name':'e','data':'d','channel':'cache-a'}");
    for (size_t channel = 0; channel < 2; channel++)
        for (size_t i = 1;; i++) {
            test_client cid;
            client_open(&world, &cid);
            world.memory.fail_at = world.memory.calls + i;
            client_ask_to_join(&world, &cid, CHANNELS[channel], NULL);
            bool failed = world.memory.calls >= world.memory.fail_at;
            world.memory.fail_at = 0;
            assert_int_equal(cid.is_closed, failed);
            client_cut(&world, &cid);
            get("/apps/3/channels", "");
            world_expect(&world, 200, "{'channels':{}}");
            if (!failed)
                break;
        }
}

/* ---- Asking ---- */

static void the_cache_is_asked_of_one_channel_only(void **state) {
    (void)state;
    client_join(&world, &ann, "presence-cache-a", "{'user_id':'a'}");
    client_clear(&ann);
    publish("{'name':'e','data':'','channel':'presence-cache-a'}");
    get("/apps/3/channels/presence-cache-a", "info=user_count,cache");
    world_expect(&world, 200, "{'occupied':true,'user_count':1,'cache':{'data':'','ttl':1800}}");
    get("/apps/3/channels", "info=cache");
    world_expect_error(&world, 400, "Unknown info attribute: cache");
    world_request(&world, "POST", "/apps/3/events", "",
                  "{'name':'e','data':'','channel':'cache-a','info':'cache'}");
    world_expect_error(&world, 400, "Unknown info attribute: cache");
    assert_remembers("cache-a", "null");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_channel_that_remembers_nothing_says_so),
        TEST(the_last_event_follows_the_confirmation),
        TEST(it_is_the_same_that_subscribers_got),
        TEST(every_kind_of_cache_channel_remembers),
        TEST(other_channels_remember_nothing),
        TEST(a_presence_channel_remembers_no_members),
        TEST(client_events_are_not_remembered),
        TEST(the_sender_may_be_left_out),
        TEST(it_stays_when_everybody_has_left),
        TEST(apps_do_not_share_it),
        TEST(every_way_of_publishing_counts),
        TEST(it_is_forgotten_in_time),
        TEST(what_is_forgotten_takes_no_memory),
        TEST(a_new_event_lives_its_own_time),
        TEST(what_was_published_first_goes_first),
        TEST(memory_is_bounded),
        TEST(what_is_larger_than_all_is_not_kept),
        TEST(without_memory_all_is_as_before),
        TEST(what_failed_leaves_nothing),
        TEST(a_join_without_memory_is_none),
        TEST(the_cache_is_asked_of_one_channel_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
