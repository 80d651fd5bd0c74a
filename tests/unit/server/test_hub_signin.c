/* Signing in: signatures, what is said of the user, signing in again, and joining as the user. */
#include "hub_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static test_world world;
static test_client client;

static void begin(const px_app_options *app) {
    world_start(&world, app, NULL);
    client_open(&world, &client);
}

static void end(void) {
    client_cut(&world, &client);
    world_stop(&world);
}

static int start(void **state) {
    (void)state;
    begin(NULL);
    return 0;
}

static int stop(void **state) {
    (void)state;
    end();
    return 0;
}

static size_t users(void) {
    px_hub_stats stats;
    px_hub_get_stats(world.hub, &stats);
    return stats.users;
}

/* ---- Signatures ---- */

static void user_data_comes_back_as_it_was_sent(void **state) {
    (void)state;
    client_sign_in(&world, &client,
                   "{ 'id' : 'ann' , 'user_info':{'name':'\u00e4 \\\\u00e4'},'more':[1.0e1]}");
    assert_int_equal(users(), 1);
}

/* The protocol's documentation gives this signature. */
static void documented_signature_is_accepted(void **state) {
    (void)state;
    const uint64_t id[] = {client.connection.socket_id[0], client.connection.socket_id[1]};
    client.connection.socket_id[0] = client.connection.socket_id[1] = 1234;
    client_send(&world, &client,
                "{'event':'pusher:signin','data':{'auth':'" TEST_KEY
                ":4708d583dada6a56435fb8bc611c77c359a31eebde13337c16ab43aa6de336ba',"
                "'user_data':'{\\'id\\':\\'12345\\'}'}}");
    client_expect_signed_in(&client, "{'id':'12345'}");
    memcpy(client.connection.socket_id, id, sizeof(id));
}

static void data_may_be_a_string(void **state) {
    (void)state;
    client_send(&world, &client,
                "{'event':'pusher:signin','data':'{\\'auth\\':\\'%s\\',\\'user_data\\':"
                "\\'{\\\\\\'id\\\\\\':\\\\\\'a\\\\\\'}\\'}'}",
                test_signin_auth(&client, "{\"id\":\"a\"}"));
    client_expect_signed_in(&client, "{'id':'a'}");
}

static void send_auth(const char *auth) {
    client_send(&world, &client,
                "{'event':'pusher:signin','data':{%s'user_data':'{\\'id\\':\\'a\\'}'}}", auth);
}

static void wrong_signatures_are_refused(void **state) {
    (void)state;
    char auth[200], text[400];
    send_auth("");
    client_expect_error(&client, 4009, "Auth info required to sign in");
    send_auth("'auth':'',");
    client_expect_error(&client, 4009, "Auth info required to sign in");
    send_auth("'auth':'abc',");
    client_expect_error(&client, 4009,
                        "Auth value for signin is invalid: should be of format 'key:signature'");
    send_auth("'auth':'other:00',");
    client_expect_error(&client, 4009, "Invalid key in signin auth data: 'other'");
    const char *of_another = test_signin_auth(&client, "{\"id\":\"b\"}");
    (void)snprintf(auth, sizeof(auth), "'auth':'%s',", of_another);
    send_auth(auth);
    (void)snprintf(text, sizeof(text),
                   "Invalid signature: Expected HMAC SHA256 hex digest of "
                   "%s::user::{\\\"id\\\":\\\"a\\\"}, but got %s",
                   client.socket_id, strchr(of_another, ':') + 1);
    client_expect_error(&client, 4009, text);
    assert_int_equal(users(), 0);
    client_join(&world, &client, "news", NULL);
}

static void signatures_are_for_one_connection_and_one_purpose(void **state) {
    (void)state;
    char auth[200];
    test_client other;
    client_open(&world, &other);
    (void)snprintf(auth, sizeof(auth), "'auth':'%s',", test_signin_auth(&other, "{\"id\":\"a\"}"));
    send_auth(auth);
    (void)snprintf(auth, sizeof(auth), "'auth':'%s',",
                   test_auth(&client, "user", "{\"id\":\"a\"}"));
    send_auth(auth);
    (void)snprintf(auth, sizeof(auth), "'auth':'%s',", test_signin_auth(&client, "{\"id\":\"a\"}"));
    for (char *c = strchr(auth + 9, ':'); *c; c++)
        if (*c >= 'a' && *c <= 'f')
            *c = (char)(*c - 'a' + 'A');
    send_auth(auth);
    assert_int_equal(users(), 0);
    assert_int_equal(client.message_count, 4);
    client_cut(&world, &other);
}

/* ---- The user ---- */

static void bad_user_data_is_refused(void **state) {
    (void)state;
    static const char NO_ID[] = "Invalid user_data (its id must be a string of letters, digits and "
                                "_-=@,.; and not be too long)";
    static const char NO_OBJECT[] = "Invalid user_data (must be a string that holds a JSON object)";
    static const struct {
        const char *data;
        const char *text;
    } CASES[] = {
        {"", NO_OBJECT},
        {"null", NO_OBJECT},
        {"{'id':'a'", NO_OBJECT},
        {"{'id':'a'} x", NO_OBJECT},
        {"['a']", NO_OBJECT},
        {"{}", NO_ID},
        {"{'id':null}", NO_ID},
        {"{'id':''}", NO_ID},
        {"{'id':12}", NO_ID},
        {"{'id':['a']}", NO_ID},
        {"{'id':'a b'}", NO_ID},
        {"{'id':'a#'}", NO_ID},
        {"{'user_id':'a'}", NO_ID},
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        client_ask_to_sign_in(&world, &client, CASES[i].data);
        client_expect_error(&client, 4009, CASES[i].text);
    }
    client_send(&world, &client,
                "{'event':'pusher:signin','data':{'auth':'x:y','user_data':{'id':'a'}}}");
    client_expect_error(&client, 4009, NO_OBJECT);
    client_send(&world, &client, "{'event':'pusher:signin','data':{}}");
    client_expect_error(&client, 4009, NO_OBJECT);
    client_send(&world, &client, "{'event':'pusher:signin','data':[]}");
    client_expect_error(&client, 0, "Invalid message (data must be an object)");
    assert_int_equal(users(), 0);
}

static void ids_have_a_length(void **state) {
    (void)state;
    char data[200];
    (void)snprintf(data, sizeof(data), "{'id':'%0129d'}", 0);
    client_ask_to_sign_in(&world, &client, data);
    client_expect_error(&client, 4009,
                        "Invalid user_data (its id must be a string of letters, digits and "
                        "_-=@,.; and not be too long)");
    (void)snprintf(data, sizeof(data), "{'id':'%0128d'}", 0);
    client_sign_in(&world, &client, data);
}

/* ---- Again ---- */

static void same_user_may_sign_in_again(void **state) {
    (void)state;
    client_sign_in(&world, &client, "{'id':'ann'}");
    client_sign_in(&world, &client, "{'id':'ann','user_info':{'a':1}}");
    assert_int_equal(users(), 1);
    world_request(&world, "POST", "/apps/3/events", "",
                  "{'name':'e','data':'','channel':'#server-to-user-ann'}");
    client_expect(&client, "{'event':'e','channel':'#server-to-user-ann','data':''}");
    client_expect_nothing(&client);
}

static void another_user_may_not(void **state) {
    (void)state;
    client_sign_in(&world, &client, "{'id':'ann'}");
    client_ask_to_sign_in(&world, &client, "{'id':'bob'}");
    client_expect_error(&client, 4009, "The connection is signed in as another user already");
    assert_int_equal(users(), 1);
    world_request(&world, "POST", "/apps/3/events", "",
                  "{'name':'e','data':'','channels':['#server-to-user-ann',"
                  "'#server-to-user-bob']}");
    client_expect(&client, "{'event':'e','channel':'#server-to-user-ann','data':''}");
    client_expect_nothing(&client);
}

static void users_are_counted_once(void **state) {
    (void)state;
    test_client second, other;
    client_open(&world, &second);
    client_open(&world, &other);
    client_sign_in(&world, &client, "{'id':'ann'}");
    client_sign_in(&world, &second, "{'id':'ann'}");
    client_sign_in(&world, &other, "{'id':'bob'}");
    assert_int_equal(users(), 2);
    client_cut(&world, &second);
    assert_int_equal(users(), 2);
    client_cut(&world, &other);
    assert_int_equal(users(), 1);
}

/* ---- Presence ---- */

static void user_joins_presence_channels_without_channel_data(void **state) {
    (void)state;
    test_client witness;
    client_open(&world, &witness);
    client_join(&world, &witness, "presence-a", "{'user_id':'w'}");
    client_clear(&witness);
    client_ask_to_join(&world, &client, "presence-a", NULL);
    client_expect_refusal(&client, "presence-a", "AuthError", 401, 4009,
                          "presence-a is a presence channel and subscription must include "
                          "channel_data");
    client_sign_in(&world, &client, "{'user_info':{'n' : '\\u00e4'},'id':'ann'}");
    client_ask_to_join(&world, &client, "presence-a", NULL);
    client_expect(&client,
                  "{'event':'pusher_internal:subscription_succeeded','channel':'presence-a',"
                  "'data':'{\\'presence\\':{\\'ids\\':[\\'w\\',\\'ann\\'],\\'hash\\':{\\'w\\':null,"
                  "\\'ann\\':{\\'n\\' : \\'\\\\u00e4\\'}},\\'count\\':2}}'}");
    client_expect(&witness,
                  "{'event':'pusher_internal:member_added','channel':'presence-a','data':'"
                  "{\\'user_id\\':\\'ann\\',\\'user_info\\':{\\'n\\' : \\'\\\\u00e4\\'}}'}");
    client_send(&world, &client, "{'event':'client-x','channel':'presence-a','data':1}");
    client_expect(&witness, "{'event':'client-x','channel':'presence-a','data':1,'user_id':'ann'}");
    client_cut(&world, &witness);
}

static void user_without_user_info_joins_without(void **state) {
    (void)state;
    client_sign_in(&world, &client, "{'id':'ann'}");
    client_ask_to_join(&world, &client, "presence-a", NULL);
    client_expect(&client,
                  "{'event':'pusher_internal:subscription_succeeded','channel':'presence-a',"
                  "'data':'{\\'presence\\':{\\'ids\\':[\\'ann\\'],\\'hash\\':{\\'ann\\':null},"
                  "\\'count\\':1}}'}");
}

static void channel_data_goes_before_the_user(void **state) {
    (void)state;
    client_sign_in(&world, &client, "{'id':'ann'}");
    client_join(&world, &client, "presence-a", "{'user_id':'other'}");
    world_request(&world, "GET", "/apps/3/channels/presence-a/users", "", "");
    world_expect(&world, 200, "{'users':[{'id':'other'}]}");
}

static void joining_as_the_user_needs_a_signature(void **state) {
    (void)state;
    client_sign_in(&world, &client, "{'id':'ann'}");
    client_send(&world, &client, "{'event':'pusher:subscribe','data':{'channel':'presence-a'}}");
    client_expect_refusal(&client, "presence-a", "AuthError", 401, 4009,
                          "Auth info required to subscribe to presence-a");
}

static void large_user_info_keeps_out_of_presence_channels_only(void **state) {
    (void)state;
    char data[1200];
    (void)snprintf(data, sizeof(data), "{'id':'ann','user_info':'%01023d'}", 0);
    client_sign_in(&world, &client, data);
    client_ask_to_join(&world, &client, "presence-a", NULL);
    client_expect_refusal(&client, "presence-a", "AuthError", 401, 4009,
                          "the user_info in user_data is too large");
    (void)snprintf(data, sizeof(data), "{'id':'ann','user_info':'%01022d'}", 0);
    client_sign_in(&world, &client, data);
    client_ask_to_join(&world, &client, "presence-a", NULL);
    client_clear(&client);
    world_request(&world, "GET", "/apps/3/channels/presence-a/users", "", "");
    world_expect(&world, 200, "{'users':[{'id':'ann'}]}");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, start, stop)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(user_data_comes_back_as_it_was_sent),
        TEST(documented_signature_is_accepted),
        TEST(data_may_be_a_string),
        TEST(wrong_signatures_are_refused),
        TEST(signatures_are_for_one_connection_and_one_purpose),
        TEST(bad_user_data_is_refused),
        TEST(ids_have_a_length),
        TEST(same_user_may_sign_in_again),
        TEST(another_user_may_not),
        TEST(users_are_counted_once),
        TEST(user_joins_presence_channels_without_channel_data),
        TEST(user_without_user_info_joins_without),
        TEST(channel_data_goes_before_the_user),
        TEST(joining_as_the_user_needs_a_signature),
        TEST(large_user_info_keeps_out_of_presence_channels_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
