/* Channel names and kinds, subscribing with and without signatures, unsubscribing. */
#include "hub_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "server/authorization.h"
#include "server/channel_name.h"

/* ---- Names ---- */

static void kinds_follow_from_exact_prefixes(void **state) {
    (void)state;
    enum {
        PRIVATE = PX_CHANNEL_PRIVATE,
        PRESENCE = PX_CHANNEL_PRIVATE | PX_CHANNEL_PRESENCE,
        ENCRYPTED = PX_CHANNEL_PRIVATE | PX_CHANNEL_ENCRYPTED,
        CACHE = PX_CHANNEL_CACHE,
    };
    static const struct {
        const char *name;
        unsigned traits;
    } KINDS[] = {
        {"news", 0},
        {"cache-a", CACHE},
        {"private-a", PRIVATE},
        {"private-", PRIVATE},
        {"private-cache-a", PRIVATE | CACHE},
        {"private-encrypted-a", ENCRYPTED},
        {"private-encrypted-cache-a", ENCRYPTED | CACHE},
        {"presence-a", PRESENCE},
        {"presence-cache-a", PRESENCE | CACHE},
        {"#server-to-user-a", PX_CHANNEL_USER},
        {"xprivate-a", 0},
        {"privateer", 0},
        {"private", 0},
        {"my-cache-x", 0},
        {"presenceroom", 0},
        {"Private-a", 0},
        {"private-cachet", PRIVATE},
        {"private-encryptedx", PRIVATE},
    };
    for (size_t i = 0; i < sizeof(KINDS) / sizeof(KINDS[0]); i++)
        assert_int_equal(px_channel_traits(px_slice_of_text(KINDS[i].name)), KINDS[i].traits);
}

static void bad_names_are_refused(void **state) {
    (void)state;
    static const char CHARACTERS[] =
        "only letters, digits and _-=@,.; are allowed in a channel name";
    char long_name[202];
    memset(long_name, 'a', 201);
    long_name[201] = '\0';
    const struct {
        const char *name;
        const char *fault;
    } BAD[] = {
        {"a b", CHARACTERS},
        {"a/b", CHARACTERS},
        {"a:b", CHARACTERS},
        {"#x", CHARACTERS},
        {"a#", CHARACTERS},
        {"caf\u00e9", CHARACTERS},
        {"a*", CHARACTERS},
        {"#server-to-user-", CHARACTERS},
        {"", "a channel name must not be empty"},
        {long_name, "the channel name is too long"},
    };
    test_world world;
    test_client client;
    world_start(&world, NULL, NULL);
    client_open(&world, &client);
    for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++) {
        char text[200];
        (void)snprintf(text, sizeof(text), "Invalid channel name: %s", BAD[i].fault);
        client_send(&world, &client, "{'event':'pusher:subscribe','data':{'channel':'%s'}}",
                    BAD[i].name);
        client_expect_refusal(&client, BAD[i].name, "InvalidChannel", 400, 4300, text);
    }
    client_send(&world, &client, "{'event':'pusher:subscribe','data':{}}");
    client_expect(&client, "{'event':'pusher:subscription_error','data':{'type':'InvalidChannel',"
                           "'error':'Invalid channel name: a channel name must not be empty',"
                           "'status':400}}");
    client_clear(&client);
    client_join(&world, &client, "foo-bar_1234@=,.;", NULL);
    long_name[200] = '\0';
    client_join(&world, &client, long_name, NULL);
    client_cut(&world, &client);
    world_stop(&world);
}

static void escaped_nul_is_no_channel_name(void **state) {
    (void)state;
    test_world world;
    test_client client;
    world_start(&world, NULL, NULL);
    client_open(&world, &client);
    client_send(&world, &client, "{'event':'pusher:subscribe','data':{'channel':'a\\u0000b'}}");
    client_expect_refusal(&client, "a\\u0000b", "InvalidChannel", 400, 4300,
                          "Invalid channel name: only letters, digits and _-=@,.; are allowed in a "
                          "channel name");
    client_cut(&world, &client);
    world_stop(&world);
}

/* ---- Public channels ---- */

static void public_channels_need_nothing(void **state) {
    (void)state;
    static const char *const DATA[] = {
        "{'channel':'c%d'}",
        "{'channel':'c%d','auth':''}",
        "{'channel':'c%d','auth':null,'channel_data':null}",
        "{'auth':'','unknown':[{}],'channel':'c%d'}",
        "'{\\'channel\\':\\'c%d\\'}'",   /* an object inside a string */
        "{'ch\\u0061nnel':'\\u0063%d'}", /* escapes mean what they say */
    };
    test_world world;
    test_client client;
    world_start(&world, NULL, NULL);
    client_open(&world, &client);
    for (int i = 0; i < (int)(sizeof(DATA) / sizeof(DATA[0])); i++) {
        char data[200];
        (void)snprintf(data, sizeof(data), DATA[i], i);
        client_send(&world, &client, "{'event':'pusher:subscribe','data':%s}", data);
        client_expect(
            &client,
            "{'event':'pusher_internal:subscription_succeeded','channel':'c%d','data':'{}'}", i);
        client_expect_nothing(&client);
    }
    client_cut(&world, &client);
    world_stop(&world);
}

static void second_subscription_is_refused_and_never_doubles(void **state) {
    (void)state;
    test_world world;
    test_client client;
    px_hub_stats stats;
    world_start(&world, NULL, NULL);
    client_open(&world, &client);
    client_join(&world, &client, "news", NULL);
    client_ask_to_join(&world, &client, "news", NULL);
    client_expect_error(&client, 0, "Existing subscription to channel news");
    px_hub_get_stats(world.hub, &stats);
    assert_int_equal(stats.subscriptions, 1);
    world_request(&world, "POST", "/apps/3/events", "", "{'name':'e','data':'d','channel':'news'}");
    client_expect(&client, "{'event':'e','channel':'news','data':'d'}");
    client_expect_nothing(&client);
    client_cut(&world, &client);
    world_stop(&world);
}

static void unsubscribing_ends_delivery(void **state) {
    (void)state;
    test_world world;
    test_client client;
    px_hub_stats stats;
    world_start(&world, NULL, NULL);
    client_open(&world, &client);
    client_join(&world, &client, "news", NULL);
    client_send(&world, &client, "{'event':'pusher:unsubscribe','data':{'channel':'never'}}");
    client_send(&world, &client,
                "{'event':'pusher:unsubscribe','data':'{\\'channel\\':\\'news\\'}'}");
    client_send(&world, &client, "{'event':'pusher:unsubscribe','data':{'channel':'news'}}");
    client_send(&world, &client, "{'event':'pusher:unsubscribe','data':{}}");
    world_request(&world, "POST", "/apps/3/events", "", "{'name':'e','data':'d','channel':'news'}");
    client_expect_nothing(&client);
    px_hub_get_stats(world.hub, &stats);
    assert_int_equal(stats.channels, 0);
    client_join(&world, &client, "news", NULL);
    client_cut(&world, &client);
    px_hub_get_stats(world.hub, &stats);
    assert_int_equal(stats.channels, 0);
    assert_int_equal(stats.subscriptions, 0);
    world_stop(&world);
}

static void subscriptions_of_a_connection_are_limited(void **state) {
    (void)state;
    test_world world;
    test_client client;
    px_app_options app = world_app();
    app.max_subscriptions = 2;
    world_start(&world, &app, NULL);
    client_open(&world, &client);
    client_join(&world, &client, "a", NULL);
    client_join(&world, &client, "b", NULL);
    client_ask_to_join(&world, &client, "c", NULL);
    client_expect_refusal(&client, "c", "LimitReached", 4100, 4300,
                          "The connection has too many subscriptions");
    client_send(&world, &client, "{'event':'pusher:unsubscribe','data':{'channel':'a'}}");
    client_join(&world, &client, "c", NULL);
    client_cut(&world, &client);
    world_stop(&world);
}

/* Joins, leaves and cuts of many clients, in an order without pattern; deliveries tell who is in.
 */
static void crowds_come_and_go(void **state) {
    (void)state;
    enum { CLIENTS = 40, CHANNELS = 6, STEPS = 2000 };
    static test_client clients[CLIENTS];
    bool joined[CLIENTS][CHANNELS] = {{false}};
    uint32_t random = 12345;
    test_world world;
    world_start(&world, NULL, NULL);
    for (int i = 0; i < CLIENTS; i++)
        client_open(&world, &clients[i]);
    for (int step = 0; step < STEPS; step++) {
        random = random * 1664525 + 1013904223;
        unsigned who = (random >> 16) % CLIENTS, where = (random >> 8) % CHANNELS;
        char channel[8];
        (void)snprintf(channel, sizeof(channel), "c%u", where);
        if ((random >> 27) == 0) {
            client_cut(&world, &clients[who]);
            memset(joined[who], 0, sizeof(joined[who]));
            client_open(&world, &clients[who]);
        } else if (joined[who][where]) {
            client_send(&world, &clients[who],
                        "{'event':'pusher:unsubscribe','data':{'channel':'%s'}}", channel);
            joined[who][where] = false;
        } else {
            client_join(&world, &clients[who], channel, NULL);
            joined[who][where] = true;
        }
        if (step % 50)
            continue;
        for (unsigned c = 0; c < CHANNELS; c++) {
            char body[80];
            (void)snprintf(body, sizeof(body), "{'name':'e','data':'','channel':'c%u'}", c);
            world_request(&world, "POST", "/apps/3/events", "", body);
            for (int i = 0; i < CLIENTS; i++) {
                if (joined[i][c])
                    client_expect(&clients[i], "{'event':'e','channel':'c%u','data':''}", c);
                client_expect_nothing(&clients[i]);
            }
        }
    }
    for (int i = 0; i < CLIENTS; i++)
        client_cut(&world, &clients[i]);
    world_stop(&world);
}

/* ---- Private channels ---- */

/* Digests that the protocol's documentation publishes. */
static void documented_signatures_are_accepted(void **state) {
    (void)state;
    static const struct {
        const char *channel;
        const char *channel_data;
        const char *signature;
    } VECTORS[] = {
        {"private-foobar", NULL,
         "58df8b0c36d6982b82c3ecf6b4662e34fe8c25bba48f5369f135bf843651c3a4"},
        {"presence-foobar", "{\"user_id\":10,\"user_info\":{\"name\":\"Mr. Channels\"}}",
         "31935e7d86dba64c2a90aed31fdc61869f9b22ba9d8863bba239c03ca481bc80"},
        {"presence-foobar", "{\"user_id\":10,\"user_info\":{\"name\":\"Mr. Pusher\"}}",
         "afaed3695da2ffd16931f457e338e6c9f2921fa133ce7dac49f529792be6304c"},
    };
    test_world world;
    world_start(&world, NULL, NULL);
    px_app app = {.options = world_app()};
    px_hub_connection connection = {.app = &app, .socket_id = {1234, 1234}};
    for (size_t i = 0; i < sizeof(VECTORS) / sizeof(VECTORS[0]); i++) {
        char auth[200];
        px_slice why;
        (void)snprintf(auth, sizeof(auth), "%s:%s", TEST_KEY, VECTORS[i].signature);
        px_credentials credentials = {px_slice_of_text(auth),
                                      px_slice_of_text(VECTORS[i].channel_data)};
        px_slice channel = px_slice_of_text(VECTORS[i].channel);
        assert_true(px_is_authorized(world.hub, &connection, channel, &credentials, &why));
        connection.socket_id[1]++;
        assert_false(px_is_authorized(world.hub, &connection, channel, &credentials, &why));
        connection.socket_id[1]--;
    }
    px_hub_input_done(world.hub);
    world_stop(&world);
}

static void private_channels_need_a_signature(void **state) {
    (void)state;
    static const char *const CHANNELS[] = {"private-a", "private-encrypted-a", "private-cache-a",
                                           "private-encrypted-cache-a"};
    test_world world;
    test_client client;
    world_start(&world, NULL, NULL);
    client_open(&world, &client);
    for (size_t i = 0; i < sizeof(CHANNELS) / sizeof(CHANNELS[0]); i++) {
        char text[100];
        (void)snprintf(text, sizeof(text), "Auth info required to subscribe to %s", CHANNELS[i]);
        client_send(&world, &client, "{'event':'pusher:subscribe','data':{'channel':'%s'}}",
                    CHANNELS[i]);
        client_expect_refusal(&client, CHANNELS[i], "AuthError", 401, 4009, text);
        client_send(&world, &client,
                    "{'event':'pusher:subscribe','data':{'channel':'%s','auth':''}}", CHANNELS[i]);
        client_expect_refusal(&client, CHANNELS[i], "AuthError", 401, 4009, text);
        client_join(&world, &client, CHANNELS[i], NULL);
        client_clear(&client);
    }
    client_cut(&world, &client);
    world_stop(&world);
}

static void expect_bad_signature(test_world *world, test_client *client, const char *auth) {
    char text[400];
    (void)snprintf(text, sizeof(text),
                   "Invalid signature: Expected HMAC SHA256 hex digest of %s:private-a, but got %s",
                   client->socket_id, strchr(auth, ':') + 1);
    client_send(world, client,
                "{'event':'pusher:subscribe','data':{'channel':'private-a','auth':'%s'}}", auth);
    client_expect_refusal(client, "private-a", "AuthError", 401, 4009, text);
}

static void wrong_signatures_are_refused(void **state) {
    (void)state;
    test_world world;
    test_client client, other;
    char auth[200];
    world_start(&world, NULL, NULL);
    client_open(&world, &client);
    client_open(&world, &other);
    expect_bad_signature(&world, &client, TEST_KEY ":");
    expect_bad_signature(&world, &client, TEST_KEY ":00");
    expect_bad_signature(&world, &client, test_auth(&client, "private-b", NULL));
    expect_bad_signature(&world, &client, test_auth(&other, "private-a", NULL));
    (void)snprintf(auth, sizeof(auth), "%s0", test_auth(&client, "private-a", NULL));
    expect_bad_signature(&world, &client, auth);
    (void)snprintf(auth, sizeof(auth), "%s", test_auth(&client, "private-a", NULL));
    for (char *c = strchr(auth, ':'); *c; c++)
        *c = *c >= 'a' && *c <= 'f' ? (char)(*c - 'a' + 'A') : *c;
    expect_bad_signature(&world, &client, auth);

    client_send(&world, &client,
                "{'event':'pusher:subscribe','data':{'channel':'private-a','auth':'nonsense'}}");
    client_expect_refusal(&client, "private-a", "AuthError", 401, 4009,
                          "Auth value for subscription to private-a is invalid: should be of "
                          "format 'key:signature'");
    client_send(&world, &client,
                "{'event':'pusher:subscribe','data':{'channel':'private-a','auth':'other:%s'}}",
                strchr(test_auth(&client, "private-a", NULL), ':') + 1);
    client_expect_refusal(&client, "private-a", "AuthError", 401, 4009,
                          "Invalid key in subscription auth data: 'other'");
    client_join(&world, &client, "private-a", NULL);
    client_cut(&world, &client);
    client_cut(&world, &other);
    world_stop(&world);
}

static void channel_data_of_a_private_channel_is_signed_too(void **state) {
    (void)state;
    test_world world;
    test_client client;
    world_start(&world, NULL, NULL);
    client_open(&world, &client);
    client_ask_to_join(&world, &client, "private-a", "{'user_id':'1'}");
    client_expect(&client,
                  "{'event':'pusher_internal:subscription_succeeded','channel':'private-a',"
                  "'data':'{}'}");
    client_send(&world, &client,
                "{'event':'pusher:subscribe','data':{'channel':'private-b','auth':'%s',"
                "'channel_data':'{}'}}",
                test_auth(&client, "private-b", NULL));
    client_expect(&client,
                  "{'event':'pusher:subscription_error','channel':'private-b','data':"
                  "{'type':'AuthError','error':'Invalid signature: Expected HMAC SHA256 "
                  "hex digest of %s:private-b:{}, but got %s','status':401}}",
                  client.socket_id, strchr(test_auth(&client, "private-b", NULL), ':') + 1);
    client_cut(&world, &client);
    world_stop(&world);
}

static void user_channels_are_for_the_signed_in_user(void **state) {
    (void)state;
    test_world world;
    test_client client;
    world_start(&world, NULL, NULL);
    client_open(&world, &client);
    client_ask_to_join(&world, &client, "#server-to-user-1", NULL);
    client_expect_refusal(&client, "#server-to-user-1", "AuthError", 401, 4009,
                          "Only the signed-in user can subscribe to #server-to-user-1");
    client_cut(&world, &client);
    world_stop(&world);
}

static void apps_do_not_share_channels(void **state) {
    (void)state;
    test_world world;
    test_client client, stranger;
    px_app_options other = world_app();
    const char *why;
    world_start(&world, NULL, NULL);
    other.id = PX_SLICE("4");
    other.key = PX_SLICE("otherkey");
    assert_int_equal(px_hub_add_app(world.hub, &other, &why), PX_OK);
    client_open(&world, &client);
    px_hub_open open = {.key = PX_SLICE("otherkey"), .protocol = PX_SLICE("7")};
    client_open_as(&world, &stranger, &open);
    client_join(&world, &client, "news", NULL);
    client_join(&world, &stranger, "news", NULL);
    world_request(&world, "POST", "/apps/3/events", "", "{'name':'e','data':'','channel':'news'}");
    client_expect(&client, "{'event':'e','channel':'news','data':''}");
    client_expect_nothing(&stranger);
    /* A signature by the same secret, but with the other app's key. */
    client_send(&world, &stranger,
                "{'event':'pusher:subscribe','data':{'channel':'private-a','auth':'%s'}}",
                test_auth(&stranger, "private-a", NULL));
    client_expect_refusal(&stranger, "private-a", "AuthError", 401, 4009,
                          "Invalid key in subscription auth data: '" TEST_KEY "'");
    client_cut(&world, &client);
    client_cut(&world, &stranger);
    world_stop(&world);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kinds_follow_from_exact_prefixes),
        cmocka_unit_test(bad_names_are_refused),
        cmocka_unit_test(escaped_nul_is_no_channel_name),
        cmocka_unit_test(public_channels_need_nothing),
        cmocka_unit_test(second_subscription_is_refused_and_never_doubles),
        cmocka_unit_test(unsubscribing_ends_delivery),
        cmocka_unit_test(subscriptions_of_a_connection_are_limited),
        cmocka_unit_test(crowds_come_and_go),
        cmocka_unit_test(documented_signatures_are_accepted),
        cmocka_unit_test(private_channels_need_a_signature),
        cmocka_unit_test(wrong_signatures_are_refused),
        cmocka_unit_test(channel_data_of_a_private_channel_is_signed_too),
        cmocka_unit_test(user_channels_are_for_the_signed_in_user),
        cmocka_unit_test(apps_do_not_share_channels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
