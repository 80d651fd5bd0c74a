/* Watchlists: who is online, who comes, who leaves. */
#include "hub_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum { GRACE = 3000, LATE = 128 };

static test_world world;
static test_client ann, bob, carl;

static void begin(const px_app_options *app, const px_hub_options *hub) {
    world_start(&world, app, hub);
    client_open(&world, &ann);
    client_open(&world, &bob);
    client_open(&world, &carl);
}

static void end(void) {
    client_cut(&world, &ann);
    client_cut(&world, &bob);
    client_cut(&world, &carl);
    world_stop(&world);
}

static int start(void **state) {
    (void)state;
    begin(NULL, NULL);
    return 0;
}

static int stop(void **state) {
    (void)state;
    end();
    return 0;
}

static void ask(test_client *client, const char *id, const char *watchlist) {
    char data[64 * 1024];
    (void)snprintf(data, sizeof(data), "{'id':'%s','watchlist':%s}", id, watchlist);
    client_ask_to_sign_in(&world, client, data);
    client_expect_signed_in(client, data);
}

/* `events` with ' for the quotes inside of the data. */
static void expect_news(test_client *client, const char *events) {
    char escaped[4096];
    size_t len = 0;
    for (; *events; events++) {
        if (*events == '\'')
            escaped[len++] = '\\';
        escaped[len++] = *events;
    }
    escaped[len] = '\0';
    client_expect(client,
                  "{'event':'pusher_internal:watchlist_events','data':'{\\'events\\':[%s]}'}",
                  escaped);
}

#define ONLINE(ids)  "{'name':'online','user_ids':[" ids "]}"
#define OFFLINE(ids) "{'name':'offline','user_ids':[" ids "]}"

static void again(test_client *client) {
    client_cut(&world, client);
    client_open(&world, client);
}

/* ---- The first message ---- */

static void first_message_has_everybody(void **state) {
    (void)state;
    client_sign_in(&world, &bob, "{'id':'bob'}");
    client_sign_in(&world, &carl, "{'id':'carl'}");
    ask(&ann, "ann", "['x','carl','y','bob']");
    expect_news(&ann, ONLINE("'carl','bob'") "," OFFLINE("'x','y'"));
    client_expect_nothing(&ann);
    client_expect_nothing(&bob);
}

static void first_message_without_empty_lists(void **state) {
    (void)state;
    ask(&ann, "ann", "['bob']");
    expect_news(&ann, OFFLINE("'bob'"));
    ask(&carl, "carl", "['ann']");
    expect_news(&carl, ONLINE("'ann'"));
    client_expect_nothing(&ann);
    client_expect_nothing(&carl);
}

static void empty_watchlists_bring_no_message(void **state) {
    (void)state;
    static const char *const LISTS[] = {"[]",        "null", "'bob'",
                                        "{'bob':1}", "7",    "[7,null,'','a b']"};
    for (size_t i = 0; i < sizeof(LISTS) / sizeof(LISTS[0]); i++) {
        ask(&ann, "ann", LISTS[i]);
        client_expect_nothing(&ann);
    }
}

static void what_is_no_id_is_left_out_and_equal_ones_count_once(void **state) {
    (void)state;
    ask(&ann, "ann", "['bob',7,'b\\u006fb',{'a':['x']},'\\u0061 b','carl','bob',['y'],'carl']");
    expect_news(&ann, OFFLINE("'bob','carl'"));
    client_sign_in(&world, &bob, "{'id':'bob'}");
    expect_news(&ann, ONLINE("'bob'"));
    client_expect_nothing(&ann);
}

static void own_id_is_online(void **state) {
    (void)state;
    ask(&ann, "ann", "['bob','ann']");
    expect_news(&ann, ONLINE("'ann'") "," OFFLINE("'bob'"));
    ask(&bob, "ann", "['ann']");
    expect_news(&bob, ONLINE("'ann'"));
    again(&ann);
    world_pass(&world, GRACE + LATE);
    client_expect_nothing(&bob);
    again(&bob);
    world_pass(&world, GRACE + LATE);
    ask(&ann, "ann", "['ann']");
    expect_news(&ann, ONLINE("'ann'"));
    client_expect_nothing(&ann);
}

/* ---- Coming and leaving ---- */

static void first_connection_comes_and_last_one_leaves(void **state) {
    (void)state;
    test_client second;
    client_open(&world, &second);
    ask(&ann, "ann", "['bob']");
    expect_news(&ann, OFFLINE("'bob'"));
    client_sign_in(&world, &bob, "{'id':'bob'}");
    expect_news(&ann, ONLINE("'bob'"));
    client_sign_in(&world, &second, "{'id':'bob'}");
    client_sign_in(&world, &second, "{'id':'bob'}");
    again(&bob);
    world_pass(&world, 2 * GRACE);
    client_expect_nothing(&ann);
    client_cut(&world, &second);
    world_pass(&world, GRACE - 1);
    client_expect_nothing(&ann);
    world_pass(&world, 1 + LATE);
    expect_news(&ann, OFFLINE("'bob'"));
    world_pass(&world, 2 * GRACE);
    client_expect_nothing(&ann);
    client_expect_nothing(&carl);
}

static void reload_is_no_news(void **state) {
    (void)state;
    client_sign_in(&world, &bob, "{'id':'bob'}");
    ask(&ann, "ann", "['bob']");
    expect_news(&ann, ONLINE("'bob'"));
    for (int i = 0; i < 3; i++) {
        again(&bob);
        world_pass(&world, GRACE - 1);
        client_sign_in(&world, &bob, "{'id':'bob'}");
        world_pass(&world, 2 * GRACE);
        client_expect_nothing(&ann);
    }
}

/* Who asks meanwhile hears what the others believe, and then the same as they. */
static void first_message_during_a_reload(void **state) {
    (void)state;
    client_sign_in(&world, &bob, "{'id':'bob'}");
    ask(&ann, "ann", "['bob']");
    expect_news(&ann, ONLINE("'bob'"));
    again(&bob);
    world_pass(&world, 1000);
    ask(&carl, "carl", "['bob']");
    expect_news(&carl, ONLINE("'bob'"));
    world_pass(&world, 2000 + LATE);
    expect_news(&ann, OFFLINE("'bob'"));
    expect_news(&carl, OFFLINE("'bob'"));
    client_sign_in(&world, &bob, "{'id':'bob'}");
    expect_news(&ann, ONLINE("'bob'"));
    expect_news(&carl, ONLINE("'bob'"));
}

/* Nobody watched bob when he left: there is nothing to wait for. */
static void unwatched_user_is_offline_at_once(void **state) {
    (void)state;
    client_sign_in(&world, &bob, "{'id':'bob'}");
    again(&bob);
    assert_true(px_hub_deadline(world.hub) > world.now_ms + GRACE + LATE);
    ask(&ann, "ann", "['bob']");
    expect_news(&ann, OFFLINE("'bob'"));
    world_pass(&world, 2 * GRACE);
    client_expect_nothing(&ann);
}

static void watchers_who_leave_first_are_forgotten(void **state) {
    (void)state;
    client_sign_in(&world, &bob, "{'id':'bob'}");
    ask(&ann, "ann", "['bob','carl']");
    expect_news(&ann, ONLINE("'bob'") "," OFFLINE("'carl'"));
    again(&bob);
    again(&ann);
    assert_true(px_hub_deadline(world.hub) > world.now_ms + GRACE + LATE);
    client_sign_in(&world, &bob, "{'id':'bob'}");
    client_expect_nothing(&ann);
}

static void terminated_user_leaves(void **state) {
    (void)state;
    client_sign_in(&world, &bob, "{'id':'bob'}");
    ask(&ann, "ann", "['bob']");
    expect_news(&ann, ONLINE("'bob'"));
    world_request(&world, "POST", "/apps/3/users/bob/terminate_connections", "", "{}");
    assert_true(bob.is_closed);
    world_pass(&world, GRACE + LATE);
    expect_news(&ann, OFFLINE("'bob'"));
}

static void those_who_leave_together_are_told_together(void **state) {
    (void)state;
    test_client dave;
    client_open(&world, &dave);
    client_sign_in(&world, &bob, "{'id':'bob'}");
    client_sign_in(&world, &carl, "{'id':'carl'}");
    ask(&ann, "ann", "['carl','bob','x']");
    expect_news(&ann, ONLINE("'carl','bob'") "," OFFLINE("'x'"));
    ask(&dave, "dave", "['carl']");
    expect_news(&dave, ONLINE("'carl'"));
    again(&bob);
    again(&carl);
    world_pass(&world, GRACE + LATE);
    expect_news(&ann, OFFLINE("'carl','bob'"));
    expect_news(&dave, OFFLINE("'carl'"));
    client_sign_in(&world, &bob, "{'id':'bob'}");
    client_expect_nothing(&dave);
    expect_news(&ann, ONLINE("'bob'"));
    again(&bob);
    world_pass(&world, GRACE + LATE);
    expect_news(&ann, OFFLINE("'bob'"));
    client_expect_nothing(&dave);
    client_cut(&world, &dave);
}

static void grace_can_be_set(void **state) {
    (void)state;
    px_hub_options hub;
    px_hub_options_default(&hub);
    hub.watchlist_grace_ms = 0;
    begin(NULL, &hub);
    client_sign_in(&world, &bob, "{'id':'bob'}");
    ask(&ann, "ann", "['bob']");
    client_clear(&ann);
    again(&bob);
    client_expect_nothing(&ann);
    world_pass(&world, LATE);
    expect_news(&ann, OFFLINE("'bob'"));
    end();
}

/* ---- Connections ---- */

static void each_connection_has_a_list_of_its_own(void **state) {
    (void)state;
    ask(&ann, "ann", "['x']");
    ask(&bob, "ann", "['y']");
    client_clear(&ann);
    client_clear(&bob);
    client_sign_in(&world, &carl, "{'id':'y'}");
    client_expect_nothing(&ann);
    expect_news(&bob, ONLINE("'y'"));
}

static void signing_in_again_replaces_the_list(void **state) {
    (void)state;
    ask(&ann, "ann", "['x','y']");
    expect_news(&ann, OFFLINE("'x','y'"));
    ask(&ann, "ann", "['y','z']");
    expect_news(&ann, OFFLINE("'y','z'"));
    client_sign_in(&world, &bob, "{'id':'x'}");
    client_sign_in(&world, &carl, "{'id':'z'}");
    expect_news(&ann, ONLINE("'z'"));
    client_sign_in(&world, &ann, "{'id':'ann'}");
    again(&carl);
    world_pass(&world, GRACE + LATE);
    client_expect_nothing(&ann);
}

static void apps_do_not_watch_each_other(void **state) {
    (void)state;
    px_app_options other = world_app();
    const char *why;
    other.id = PX_SLICE("4");
    other.key = PX_SLICE("otherkey");
    assert_int_equal(px_hub_add_app(world.hub, &other, &why), PX_OK);
    test_client foreign;
    px_hub_open open = {.key = PX_SLICE("otherkey"), .protocol = PX_SLICE("7")};
    client_open_as(&world, &foreign, &open);
    ask(&ann, "ann", "['bob']");
    expect_news(&ann, OFFLINE("'bob'"));
    client_send(&world, &foreign,
                "{'event':'pusher:signin','data':{'auth':'otherkey%s','user_data':'{\\'id\\':"
                "\\'bob\\'}'}}",
                test_signin_auth(&foreign, "{\"id\":\"bob\"}") + sizeof(TEST_KEY) - 1);
    client_expect_signed_in(&foreign, "{'id':'bob'}");
    client_expect_nothing(&ann);
    client_cut(&world, &foreign);
}

/* ---- Limits ---- */

/* '1','2',...,'count' */
static const char *numbers(char *out, size_t size, unsigned count) {
    size_t len = 0;
    for (unsigned i = 1; i <= count; i++)
        len += (size_t)snprintf(out + len, size - len, "%s'%u'", i > 1 ? "," : "", i);
    return out;
}

static void only_the_first_hundred_count(void **state) {
    (void)state;
    char ids[1024], list[1100], news[1100];
    (void)snprintf(list, sizeof(list), "[%s]", numbers(ids, sizeof(ids), 100));
    (void)snprintf(news, sizeof(news), OFFLINE("%s"), ids);
    ask(&ann, "ann", list);
    expect_news(&ann, news);
    client_expect_nothing(&ann);
    (void)snprintf(list, sizeof(list), "[%s,'no id',7]", ids);
    ask(&ann, "ann", list);
    expect_news(&ann, news);
    client_expect_nothing(&ann);
    (void)snprintf(list, sizeof(list), "[%s]", numbers(ids, sizeof(ids), 101));
    ask(&ann, "ann", list);
    client_expect(&ann, "{'event':'pusher:error','data':{'code':4302,'message':'Watchlist limit "
                        "exceeded. Only the first 100 user IDs are accepted.'}}");
    expect_news(&ann, news);
    client_expect_nothing(&ann);
    client_sign_in(&world, &bob, "{'id':'101'}");
    client_expect_nothing(&ann);
    client_sign_in(&world, &carl, "{'id':'100'}");
    expect_news(&ann, ONLINE("'100'"));
}

static void limit_can_be_set(void **state) {
    (void)state;
    px_app_options app = world_app();
    app.max_watchlist = 1;
    begin(&app, NULL);
    ask(&ann, "ann", "['x','y']");
    client_expect(&ann, "{'event':'pusher:error','data':{'code':4302,'message':'Watchlist limit "
                        "exceeded. Only the first 1 user IDs are accepted.'}}");
    expect_news(&ann, OFFLINE("'x'"));
    end();
}

static void watchlists_can_be_switched_off(void **state) {
    (void)state;
    px_app_options app = world_app();
    app.watchlists = false;
    begin(&app, NULL);
    ask(&ann, "ann", "['bob']");
    client_sign_in(&world, &bob, "{'id':'bob'}");
    client_expect_nothing(&ann);
    end();
}

/* A change costs what the user has watchers, one message for all of them. */
static void one_message_for_all_watchers(void **state) {
    (void)state;
    enum { WATCHERS = 200 };
    static test_client watchers[WATCHERS];
    for (int i = 0; i < WATCHERS; i++) {
        char id[16];
        client_open(&world, &watchers[i]);
        (void)snprintf(id, sizeof(id), "w%d", i);
        ask(&watchers[i], id, "['bob']");
        client_clear(&watchers[i]);
    }
    client_sign_in(&world, &bob, "{'id':'bob'}");
    for (int i = 0; i < WATCHERS; i++)
        expect_news(&watchers[i], ONLINE("'bob'"));
    again(&bob);
    size_t calls = world.memory.calls;
    world_pass(&world, GRACE + LATE);
    assert_int_equal(world.memory.calls - calls, 1);
    for (int i = 0; i < WATCHERS; i++) {
        expect_news(&watchers[i], OFFLINE("'bob'"));
        client_cut(&world, &watchers[i]);
    }
}

/* Whom nobody watches any more and who is not here costs nothing. */
static void nothing_is_left_behind(void **state) {
    (void)state;
    size_t settled = 0;
    for (int i = 0; i < 100; i++) {
        char list[64];
        (void)snprintf(list, sizeof(list), "['a%d','b%d','c']", i, i);
        ask(&ann, "ann", list);
        client_clear(&ann);
        client_sign_in(&world, &bob, "{'id':'c'}");
        again(&bob);
        again(&ann);
        world_pass(&world, GRACE + LATE);
        if (i == 10)
            settled = world.memory.live_bytes;
    }
    assert_int_equal(world.memory.live_bytes, settled);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, start, stop)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(first_message_has_everybody),
        TEST(first_message_without_empty_lists),
        TEST(empty_watchlists_bring_no_message),
        TEST(what_is_no_id_is_left_out_and_equal_ones_count_once),
        TEST(own_id_is_online),
        TEST(first_connection_comes_and_last_one_leaves),
        TEST(reload_is_no_news),
        TEST(first_message_during_a_reload),
        TEST(unwatched_user_is_offline_at_once),
        TEST(watchers_who_leave_first_are_forgotten),
        TEST(terminated_user_leaves),
        TEST(those_who_leave_together_are_told_together),
        cmocka_unit_test(grace_can_be_set),
        TEST(each_connection_has_a_list_of_its_own),
        TEST(signing_in_again_replaces_the_list),
        TEST(apps_do_not_watch_each_other),
        TEST(only_the_first_hundred_count),
        cmocka_unit_test(limit_can_be_set),
        cmocka_unit_test(watchlists_can_be_switched_off),
        TEST(one_message_for_all_watchers),
        TEST(nothing_is_left_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
