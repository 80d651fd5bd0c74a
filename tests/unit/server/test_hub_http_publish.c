/* Publishing by the HTTP API: one event, a batch, and what is refused. */
#include "hub_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static test_world world;
static test_client ann, bob;

/* Both are in "news", bob in "sport" too. */
static void start_with(bool subscription_count) {
    px_app_options app = world_app();
    app.subscription_count = subscription_count;
    world_start(&world, &app, NULL);
    client_open(&world, &ann);
    client_open(&world, &bob);
    client_join(&world, &ann, "news", NULL);
    client_ask_to_join(&world, &bob, "news", NULL);
    client_ask_to_join(&world, &bob, "sport", NULL);
    client_clear(&ann);
    client_clear(&bob);
}

static int start(void **state) {
    (void)state;
    start_with(false);
    return 0;
}

static int start_counting(void **state) {
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

static void publish(const char *body) {
    world_request(&world, "POST", "/apps/3/events", "", body);
}

static void publish_batch(const char *body) {
    world_request(&world, "POST", "/apps/3/batch_events", "", body);
}

static void expect_silence(void) {
    client_expect_nothing(&ann);
    client_expect_nothing(&bob);
}

/* ---- One event ---- */

static void event_reaches_every_subscriber_once(void **state) {
    (void)state;
    size_t calls = world.deliver_calls;
    publish("{'name':'e','data':'{\\'a\\':\\'b\\'}','channel':'news'}");
    world_expect(&world, 200, "{}");
    client_expect(&ann, "{'event':'e','channel':'news','data':'{\\'a\\':\\'b\\'}'}");
    client_expect(&bob, "{'event':'e','channel':'news','data':'{\\'a\\':\\'b\\'}'}");
    expect_silence();
    assert_int_equal(world.deliver_calls, calls + 1);
    publish("{'name':'e','data':'x','channel':'nobody-here'}");
    world_expect(&world, 200, "{}");
    expect_silence();
}

static void several_channels_get_one_message_each(void **state) {
    (void)state;
    publish("{'name':'e','data':'x','channels':['news','sport','news','empty']}");
    world_expect(&world, 200, "{}");
    client_expect(&ann, "{'event':'e','channel':'news','data':'x'}");
    client_expect(&bob, "{'event':'e','channel':'news','data':'x'}");
    client_expect(&bob, "{'event':'e','channel':'sport','data':'x'}");
    expect_silence();
}

static void channels_win_over_channel(void **state) {
    (void)state;
    publish("{'name':'e','data':'x','channel':'news','channels':['sport']}");
    client_expect(&bob, "{'event':'e','channel':'sport','data':'x'}");
    expect_silence();
}

static void one_connection_can_be_excluded(void **state) {
    (void)state;
    char body[200];
    test_client third;
    client_open(&world, &third);
    client_join(&world, &third, "news", NULL);
    test_client *const all[] = {&ann, &bob, &third};
    for (int i = 0; i < 3; i++) {
        (void)snprintf(body, sizeof(body),
                       "{'name':'e','data':'x','channel':'news','socket_id':'%s'}",
                       all[i]->socket_id);
        publish(body);
        for (int j = 0; j < 3; j++) {
            if (j != i)
                client_expect(all[j], "{'event':'e','channel':'news','data':'x'}");
            client_expect_nothing(all[j]);
        }
    }
    client_cut(&world, &third);
}

static void exclusion_without_effect(void **state) {
    (void)state;
    static const char *const IDS[] = {"'1.1'", "null"};
    char body[200];
    for (size_t i = 0; i < 2; i++) {
        (void)snprintf(body, sizeof(body),
                       "{'name':'e','data':'x','channel':'sport','socket_id':%s}", IDS[i]);
        publish(body);
        world_expect(&world, 200, "{}");
        client_expect(&bob, "{'event':'e','channel':'sport','data':'x'}");
    }
    /* Ann is connected, but not subscribed to it. */
    (void)snprintf(body, sizeof(body), "{'name':'e','data':'x','channel':'sport','socket_id':'%s'}",
                   ann.socket_id);
    publish(body);
    client_expect(&bob, "{'event':'e','channel':'sport','data':'x'}");
    expect_silence();
}

static const struct {
    const char *sent;
    const char *received; /* inside the string */
} DATA[] = {
    {"''", ""},
    {"'text'", "text"},
    {"'line\\nbreak \\u00e9 \\ud83d\\ude00 \\u0007'", "line\\nbreak \u00e9 \U0001f600 \\u0007"},
    {"{ 'a' : [ 1, 2.50, 'x y' ], 'b' : null }", "{\\'a\\':[1,2.50,\\'x y\\'],\\'b\\':null}"},
    {"[ ]", "[]"},
    {"17", "17"},
    {"false", "false"},
    {"{'q':'\\' { \\\\'}", "{\\'q\\':\\'\\\\\\' { \\\\\\\\\\'}"},
};

static void data_becomes_a_string(void **state) {
    (void)state;
    char body[300];
    for (size_t i = 0; i < sizeof(DATA) / sizeof(DATA[0]); i++) {
        (void)snprintf(body, sizeof(body), "{'name':'e','data':%s,'channel':'sport'}",
                       DATA[i].sent);
        publish(body);
        world_expect(&world, 200, "{}");
        client_expect(&bob, "{'event':'e','channel':'sport','data':'%s'}", DATA[i].received);
    }
}

static void parameters_may_stand_in_the_query(void **state) {
    (void)state;
    world_request(&world, "POST", "/apps/3/events",
                  "name=e&data=x&channels[]=news&channels[]=sport", "");
    world_expect(&world, 200, "{}");
    client_expect(&ann, "{'event':'e','channel':'news','data':'x'}");
    client_expect(&bob, "{'event':'e','channel':'news','data':'x'}");
    client_expect(&bob, "{'event':'e','channel':'sport','data':'x'}");
    world_request(&world, "POST", "/apps/3/events", "name=e&data=&channel=sport", "");
    client_expect(&bob, "{'event':'e','channel':'sport','data':''}");
    world_request(&world, "POST", "/apps/3/events", "name=e&channel=sport", "");
    world_expect_error(&world, 400, "Missing required parameter: data");
    world_request(&world, "POST", "/apps/3/events", "name=e&data=%ff&channel=sport", "");
    world_expect_error(&world, 400, "The data must be UTF-8");
}

static const struct {
    const char *body;
    int status;
    const char *error;
} REFUSED[] = {
    {"nonsense", 400, "The event must be a JSON object"},
    {"[]", 400, "The event must be a JSON object"},
    {"{}", 400, "Missing required parameter: name"},
    {"{'name':'','data':'','channel':'news'}", 400, "Missing required parameter: name"},
    {"{'name':null,'data':'','channel':'news'}", 400, "Missing required parameter: name"},
    {"{'name':7,'data':'','channel':'news'}", 400, "name must be a string"},
    {"{'name':'e','channel':'news'}", 400, "Missing required parameter: data"},
    {"{'name':'e','data':null,'channel':'news'}", 400, "Missing required parameter: data"},
    {"{'name':'e','data':''}", 400, "Missing required parameter: channels"},
    {"{'name':'e','data':'','channels':[]}", 400, "Missing required parameter: channels"},
    {"{'name':'e','data':'','channels':'news'}", 400, "channels must be an array of strings"},
    {"{'name':'e','data':'','channels':['news',7]}", 400, "channels must be an array of strings"},
    {"{'name':'e','data':'','channel':['news']}", 400, "channel must be a string"},
    {"{'name':'e','data':'','channels':['news','a b']}", 400,
     "Invalid channel name: only letters, digits and _-=@,.; are allowed in a channel name"},
    {"{'name':'e','data':'','channel':''}", 400,
     "Invalid channel name: a channel name must not be empty"},
    {"{'name':'pusher:e','data':'','channel':'news'}", 400,
     "Event names that begin with pusher: or pusher_internal: are reserved"},
    {"{'name':'pusher_internal:e','data':'','channel':'news'}", 400,
     "Event names that begin with pusher: or pusher_internal: are reserved"},
    {"{'name':'e','data':'','channel':'news','socket_id':'1'}", 400, "Invalid socket_id"},
    {"{'name':'e','data':'','channel':'news','socket_id':''}", 400, "Invalid socket_id"},
    {"{'name':'e','data':'','channel':'news','socket_id':1.5}", 400, "socket_id must be a string"},
    {"{'name':'e','data':'','channel':'news','info':'size'}", 400, "Unknown info attribute: size"},
    {"{'name':'e','data':'','channels':['news','private-encrypted-a']}", 400,
     "An event for an encrypted channel can't go to other channels"},
};

static void bad_events_are_refused(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof(REFUSED) / sizeof(REFUSED[0]); i++) {
        publish(REFUSED[i].body);
        world_expect_error(&world, REFUSED[i].status, REFUSED[i].error);
        expect_silence();
    }
}

static void similar_events_are_accepted(void **state) {
    (void)state;
    static const char *const BODIES[] = {
        "{'name':'client-e','data':'','channel':'empty'}",
        "{'name':'e','data':'','channels':['private-encrypted-a','private-encrypted-a']}",
        "{'name':'pusher','data':'','channel':'empty','unknown':{'a':[]}}",
        "{'name':'e','data':'','channel':'#server-to-user-1'}",
    };
    for (size_t i = 0; i < sizeof(BODIES) / sizeof(BODIES[0]); i++) {
        publish(BODIES[i]);
        world_expect(&world, 200, "{}");
    }
}

static void sizes_are_limited(void **state) {
    (void)state;
    static char text[10242], body[12000];
    memset(text, 'a', 10241);
    (void)snprintf(body, sizeof(body), "{'name':'e','data':'%s','channel':'sport'}", text);
    publish(body);
    world_expect_error(&world, 413,
                       "The data content of this event exceeds the allowed maximum (10240 bytes)");
    text[10240] = '\0';
    (void)snprintf(body, sizeof(body), "{'name':'e','data':'%s','channel':'sport'}", text);
    publish(body);
    world_expect(&world, 200, "{}");
    client_expect(&bob, "{'event':'e','channel':'sport','data':'%s'}", text);
    text[201] = '\0';
    (void)snprintf(body, sizeof(body), "{'name':'%s','data':'','channel':'sport'}", text);
    publish(body);
    world_expect_error(&world, 400, "The event name is too long");
    text[200] = '\0';
    (void)snprintf(body, sizeof(body), "{'name':'%s','data':'','channel':'sport'}", text);
    publish(body);
    world_expect(&world, 200, "{}");
}

static void publish_to_many(int count) {
    static char body[8000];
    int len = snprintf(body, sizeof(body), "{'name':'e','data':'','channels':[");
    for (int i = 0; i < count; i++)
        len += snprintf(body + len, sizeof(body) - (size_t)len, "%s'c%d'", i ? "," : "", i);
    (void)snprintf(body + len, sizeof(body) - (size_t)len, "]}");
    publish(body);
}

static void number_of_channels_is_limited(void **state) {
    (void)state;
    publish_to_many(100);
    world_expect(&world, 200, "{}");
    publish_to_many(101);
    world_expect_error(&world, 400, "Too many channels in one event");
    publish_to_many(1000);
    world_expect_error(&world, 400, "Too many channels in one event");
}

static void information_is_given_on_request(void **state) {
    (void)state;
    client_join(&world, &ann, "presence-a", "{'user_id':'1'}");
    client_join(&world, &bob, "presence-a", "{'user_id':'1'}");
    client_clear(&ann);
    publish("{'name':'e','data':'','channels':['news','presence-a','empty','news'],"
            "'info':'subscription_count,user_count'}");
    world_expect(&world, 200,
                 "{'channels':{'news':{'subscription_count':2},"
                 "'presence-a':{'user_count':1,'subscription_count':2},"
                 "'empty':{'subscription_count':0}}}");
    publish("{'name':'e','data':'','channel':'news','info':'user_count'}");
    world_expect(&world, 200, "{'channels':{'news':{}}}");
    publish("{'name':'e','data':'','channel':'news','info':''}");
    world_expect(&world, 200, "{}");
}

/* ---- A batch ---- */

static void batch_is_sent_in_order(void **state) {
    (void)state;
    publish_batch(
        "{'batch':[{'name':'1','data':'a','channel':'news'},"
        "{'name':'2','data':'b','channel':'news'},{'name':'3','data':'c','channel':'sport'}"
        "]}");
    world_expect(&world, 200, "{}");
    client_expect(&ann, "{'event':'1','channel':'news','data':'a'}");
    client_expect(&ann, "{'event':'2','channel':'news','data':'b'}");
    client_expect(&bob, "{'event':'1','channel':'news','data':'a'}");
    client_expect(&bob, "{'event':'2','channel':'news','data':'b'}");
    client_expect(&bob, "{'event':'3','channel':'sport','data':'c'}");
    expect_silence();
}

static void one_bad_event_spoils_the_batch(void **state) {
    (void)state;
    static const struct {
        const char *last;
        const char *error;
    } LAST[] = {
        {"{}", "batch[1]: Missing required parameter: name"},
        {"7", "batch[1]: The event must be a JSON object"},
        {"{'name':'pusher:x','data':'','channel':'news'}",
         "batch[1]: Event names that begin with pusher: or pusher_internal: are reserved"},
    };
    char body[300];
    for (size_t i = 0; i < sizeof(LAST) / sizeof(LAST[0]); i++) {
        (void)snprintf(body, sizeof(body), "{'batch':[{'name':'e','data':'','channel':'news'},%s]}",
                       LAST[i].last);
        publish_batch(body);
        world_expect_error(&world, 400, LAST[i].error);
        expect_silence();
    }
}

static void batch_must_be_an_array(void **state) {
    (void)state;
    static const char *const BODIES[] = {"{}", "[]", "{'batch':{}}", "{'batch':null}", "nonsense"};
    for (size_t i = 0; i < sizeof(BODIES) / sizeof(BODIES[0]); i++) {
        publish_batch(BODIES[i]);
        world_expect_error(&world, 400,
                           "The body must be a JSON object with an array called batch");
    }
    world_request(&world, "POST", "/apps/3/batch_events", "", "");
    assert_int_equal(world.status, 400);
    publish_batch("{'batch':[]}");
    world_expect(&world, 200, "{}");
}

static void number_of_events_is_limited(void **state) {
    (void)state;
    for (int count = 10; count <= 11; count++) {
        char body[1000];
        int len = snprintf(body, sizeof(body), "{'batch':[");
        for (int i = 0; i < count; i++)
            len += snprintf(body + len, sizeof(body) - (size_t)len,
                            "%s{'name':'e','data':'','channel':'news'}", i ? "," : "");
        (void)snprintf(body + len, sizeof(body) - (size_t)len, "]}");
        publish_batch(body);
        if (count == 10)
            world_expect(&world, 200, "{}");
        else
            world_expect_error(&world, 400, "Too many events in one batch");
    }
    assert_int_equal(ann.message_count, 1 + 1 + 10);
}

static void information_of_a_batch_stands_in_its_order(void **state) {
    (void)state;
    publish_batch("{'batch':[{'name':'1','data':'a','channel':'news'},"
                  "{'name':'2','data':'b','channel':'news','info':'subscription_count'},"
                  "{'name':'3','data':'c','channel':'presence-a','info':'user_count'}]}");
    world_expect(&world, 200, "{'batch':[{},{'subscription_count':2},{'user_count':0}]}");
}

/* ---- The deprecated way ---- */

static void body_itself_may_be_the_data(void **state) {
    (void)state;
    char query[100];
    world_request(&world, "POST", "/apps/3/channels/sport/events", "name=e", "any {text");
    world_expect(&world, 202, "");
    client_expect(&bob, "{'event':'e','channel':'sport','data':'any {text'}");
    (void)snprintf(query, sizeof(query), "name=e&socket_id=%s", bob.socket_id);
    world_request(&world, "POST", "/apps/3/channels/news/events", query, "x");
    world_expect(&world, 202, "");
    client_expect(&ann, "{'event':'e','channel':'news','data':'x'}");
    expect_silence();
    world_request(&world, "POST", "/apps/3/channels/sport/events", "", "x");
    world_expect_error(&world, 400, "Missing required parameter: name");
    world_request(&world, "POST", "/apps/3/channels/sport/events", "name=e", "\xff");
    world_expect_error(&world, 400, "The data must be UTF-8");
    world_request(&world, "POST", "/apps/3/channels/sport/events", "name=e", "");
    world_expect(&world, 202, "");
    client_expect(&bob, "{'event':'e','channel':'sport','data':''}");
}

#define TEST(function)      cmocka_unit_test_setup_teardown(function, start, stop)
#define TEST_COUNTING(name) cmocka_unit_test_setup_teardown(name, start_counting, stop)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(event_reaches_every_subscriber_once),
        TEST(several_channels_get_one_message_each),
        TEST(channels_win_over_channel),
        TEST(one_connection_can_be_excluded),
        TEST(exclusion_without_effect),
        TEST(data_becomes_a_string),
        TEST(parameters_may_stand_in_the_query),
        TEST(bad_events_are_refused),
        TEST(similar_events_are_accepted),
        TEST(sizes_are_limited),
        TEST(number_of_channels_is_limited),
        TEST_COUNTING(information_is_given_on_request),
        TEST(batch_is_sent_in_order),
        TEST(one_bad_event_spoils_the_batch),
        TEST(batch_must_be_an_array),
        TEST(number_of_events_is_limited),
        TEST_COUNTING(information_of_a_batch_stands_in_its_order),
        TEST(body_itself_may_be_the_data),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
