/* Opening, the order of its checks, socket ids, malformed messages, pings, draining. */
#include "hub_world.h"
#include "net/protocol_name.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "server/socket_id.h"

static px_hub_open open_with(const char *key, const char *protocol) {
    return (px_hub_open){.key = px_slice_of_text(key), .protocol = px_slice_of_text(protocol)};
}

/* ---- Opening ---- */

static void first_message_is_connection_established(void **state) {
    (void)state;
    test_world world;
    test_client client;
    world_start(&world, NULL, NULL);
    client_open(&world, &client);
    client.read = 0;
    client_expect(&client,
                  "{'event':'pusher:connection_established','data':'{\\'socket_id\\':\\'%s\\',"
                  "\\'activity_timeout\\':120}'}",
                  client.socket_id);
    client_expect_nothing(&client);
    assert_int_equal(px_hub_connection_count(world.hub), 1);
    client_cut(&world, &client);
    assert_int_equal(px_hub_connection_count(world.hub), 0);
    world_stop(&world);
}

static const struct {
    const char *key;
    const char *protocol;
    int code; /* 0: accepted */
    const char *text;
} OPENINGS[] = {
    {TEST_KEY, "7", 0, ""},
    {TEST_KEY, "6", 0, ""},
    {TEST_KEY, "5", 0, ""},
    {TEST_KEY, NULL, 0, ""},
    {"nobody", "7", 4001, "Application does not exist"},
    {"", "7", 4001, "Application does not exist"},
    {TEST_KEY, "abc", 4006, "Invalid version string format"},
    {TEST_KEY, "", 4006, "Invalid version string format"},
    {TEST_KEY, "-7", 4006, "Invalid version string format"},
    {TEST_KEY, "7.0", 4006, "Invalid version string format"},
    {TEST_KEY, "3", 4007, "Unsupported protocol version"},
    {TEST_KEY, "4", 4007, "Unsupported protocol version"},
    {TEST_KEY, "8", 4007, "Unsupported protocol version"},
    {"nobody", "abc", 4006, "Invalid version string format"},
    {"nobody", "8", 4007, "Unsupported protocol version"},
};

static void key_and_version_are_checked(void **state) {
    (void)state;
    test_world world;
    world_start(&world, NULL, NULL);
    for (size_t i = 0; i < sizeof(OPENINGS) / sizeof(OPENINGS[0]); i++) {
        test_client client;
        px_hub_open open = open_with(OPENINGS[i].key, OPENINGS[i].protocol);
        client_open_as(&world, &client, &open);
        if (OPENINGS[i].code)
            client_expect_close(&client, OPENINGS[i].code, OPENINGS[i].text);
        else
            assert_true(client.socket_id[0]);
        client_cut(&world, &client);
    }
    world_stop(&world);
}

static void missing_version_is_refused_in_strict_mode(void **state) {
    (void)state;
    test_world world;
    test_client client;
    px_hub_options options;
    px_hub_options_default(&options);
    options.strict_protocol = true;
    world_start(&world, NULL, &options);
    px_hub_open open = open_with(TEST_KEY, NULL);
    client_open_as(&world, &client, &open);
    client_expect_close(&client, 4008, "No protocol version supplied");
    client_cut(&world, &client);
    client_open(&world, &client);
    assert_true(client.socket_id[0]);
    client_cut(&world, &client);
    world_stop(&world);
}

/* The app fails in every way at once; each cause that is taken away uncovers the next. */
static void checks_come_in_order(void **state) {
    (void)state;
    test_world world;
    test_client first, client;
    px_slice allowed = PX_SLICE("*.example.org");
    px_app_options app = world_app();
    px_hub_options options;
    px_hub_options_default(&options);
    for (int step = 0; step < 6; step++) {
        app.require_tls = step < 1;
        app.enabled = step >= 2;
        app.allowed_origins = (px_name_list){&allowed, step < 3};
        app.max_connections = 1;
        options.max_connections = step < 4 ? 1 : 2;
        /* The one connection that uses up both limits belongs to the same app. */
        world_start(&world, &app, &options);
        px_hub_open good = open_with(TEST_KEY, "7");
        good.is_tls = true;
        if (step >= 2)
            client_open_as(&world, &first, &good);
        px_hub_open open = open_with(TEST_KEY, "7");
        open.origin = PX_SLICE("https://evil.example");
        if (step == 5)
            client_cut(&world, &first); /* frees the quota at once */
        client_open_as(&world, &client, &open);
        static const struct {
            int code;
            const char *text;
        } EXPECTED[] = {
            {4000, "Application only accepts SSL connections, reconnect using wss://"},
            {4003, "Application disabled"},
            {4009, "Origin not allowed"},
            {4100, "Over capacity"},
            {4004, "Application is over connection quota"},
        };
        if (step < 5)
            client_expect_close(&client, EXPECTED[step].code, EXPECTED[step].text);
        else
            assert_true(client.socket_id[0]);
        client_cut(&world, &client);
        if (step >= 2 && step < 5)
            client_cut(&world, &first);
        world_stop(&world);
    }
}

static void refused_connections_are_not_counted_and_get_nothing_more(void **state) {
    (void)state;
    test_world world;
    test_client client;
    world_start(&world, NULL, NULL);
    px_hub_open open = open_with("nobody", "7");
    client_open_as(&world, &client, &open);
    assert_int_equal(px_hub_connection_count(world.hub), 0);
    client_clear(&client);
    client_send(&world, &client, "{'event':'pusher:ping'}");
    px_hub_activity(world.hub, &client.connection);
    client_expect_nothing(&client);
    client_cut(&world, &client);
    world_stop(&world);
}

/* ---- Socket ids ---- */

static void socket_ids_are_unique_and_never_used_again(void **state) {
    (void)state;
    enum { ROUNDS = 20, CLIENTS = 100 };
    static char ids[ROUNDS * CLIENTS][64];
    static test_client clients[CLIENTS];
    test_world world;
    size_t count = 0;
    world_start(&world, NULL, NULL);
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < CLIENTS; i++) {
            client_open(&world, &clients[i]);
            assert_true(px_socket_id_valid(px_slice_of_text(clients[i].socket_id)));
            memcpy(ids[count++], clients[i].socket_id, 64);
        }
        for (int i = 0; i < CLIENTS; i++)
            client_cut(&world, &clients[i]);
    }
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(ids[i], ids[j]);
    world_stop(&world);
}

static void socket_id_syntax(void **state) {
    (void)state;
    static const char *const GOOD[] = {"1.2", "123456.7890123", "0.0",
                                       "99999999999999999999999999.1"};
    static const char *const BAD[] = {"",      ".",    "1",     "1.",    ".1",
                                      "1.2.3", "a.b",  "1,2",   "-1.2",  "1.-2",
                                      "1.2 ",  " 1.2", "1.2\n", "1.2:x", "0x1.2"};
    for (size_t i = 0; i < sizeof(GOOD) / sizeof(GOOD[0]); i++)
        assert_true(px_socket_id_valid(px_slice_of_text(GOOD[i])));
    for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++)
        assert_false(px_socket_id_valid(px_slice_of_text(BAD[i])));
}

static void socket_table_finds_open_connections_only(void **state) {
    (void)state;
    enum { COUNT = 300 };
    static px_hub_connection connections[COUNT];
    static const uint64_t SEED[2] = {11, 22};
    test_allocator memory;
    px_socket_table table;
    char text[PX_SOCKET_ID_MAX];
    test_allocator_init(&memory);
    px_sockets_init(&table, &memory.allocator, SEED);
    assert_null(px_sockets_find(&table, PX_SLICE("1.2")));
    for (size_t i = 0; i < COUNT; i++)
        assert_int_equal(px_sockets_add(&table, &connections[i]), PX_OK);
    for (size_t i = 0; i < COUNT; i += 3)
        px_sockets_remove(&table, &connections[i]);
    assert_int_equal(px_sockets_count(&table), COUNT - COUNT / 3);
    for (size_t i = 0; i < COUNT; i++)
        assert_ptr_equal(px_sockets_find(&table, px_socket_id_text(&connections[i], text)),
                         i % 3 ? &connections[i] : NULL);
    connections[1].socket_id[1] ^= 1; /* the right place alone is not enough */
    px_slice wrong = px_socket_id_text(&connections[1], text);
    connections[1].socket_id[1] ^= 1;
    assert_null(px_sockets_find(&table, wrong));
    assert_null(px_sockets_find(&table, PX_SLICE("99999999999999999999999.1")));
    assert_null(px_sockets_find(&table, PX_SLICE("nonsense")));
    px_sockets_free(&table);
    assert_int_equal(memory.live_blocks, 0);
}

/* ---- Messages ---- */

static void ping_is_answered_whatever_its_data(void **state) {
    (void)state;
    static const char *const DATA[] = {
        "", ",'data':{}", ",'data':''", ",'data':'{}'", ",'data':null", ",'data':[1]"};
    test_world world;
    test_client client;
    world_start(&world, NULL, NULL);
    client_open(&world, &client);
    for (size_t i = 0; i < sizeof(DATA) / sizeof(DATA[0]); i++) {
        client_send(&world, &client, "{'event':'pusher:ping'%s}", DATA[i]);
        client_expect(&client, "{'event':'pusher:pong','data':'{}'}");
    }
    client_send(&world, &client, "{'event':'pusher:pong','data':{}}");
    client_send(&world, &client, "{'event':'pusher:unheard_of','data':{}}");
    client_send(&world, &client, "{'event':'pusher_internal:x','data':{}}");
    client_expect_nothing(&client);
    client_cut(&world, &client);
    world_stop(&world);
}

static const struct {
    const char *message;
    const char *complaint;
} MALFORMED[] = {
    {"", "Invalid JSON"},
    {"nonsense", "Invalid JSON"},
    {"{'event':'pusher:ping'", "Invalid JSON"},
    {"{'event':'pusher:ping'} x", "Invalid JSON"},
    {"[]", "Invalid JSON"},
    {"7", "Invalid JSON"},
    {"{}", "Invalid message (must be an object with an event name)"},
    {"{'event':7}", "Invalid message (must be an object with an event name)"},
    {"{'event':null}", "Invalid message (must be an object with an event name)"},
    {"{'event':'pusher:subscribe'}", "Invalid message (data must be an object)"},
    {"{'event':'pusher:subscribe','data':'x'}", "Invalid message (data must be an object)"},
    {"{'event':'pusher:subscribe','data':['c']}", "Invalid message (data must be an object)"},
    {"{'event':'pusher:unsubscribe','data':5}", "Invalid message (data must be an object)"},
};

static void malformed_messages_are_named(void **state) {
    (void)state;
    test_world world;
    test_client client;
    world_start(&world, NULL, NULL);
    client_open(&world, &client);
    for (size_t i = 0; i < sizeof(MALFORMED) / sizeof(MALFORMED[0]); i++) {
        client_send(&world, &client, "%s", MALFORMED[i].message);
        client_expect_error(&client, 0, MALFORMED[i].complaint);
        client_send(&world, &client, "{'event':'pusher:ping'}"); /* ends the row of bad ones */
        client_expect(&client, "{'event':'pusher:pong','data':'{}'}");
    }
    client_cut(&world, &client);
    world_stop(&world);
}

static void five_malformed_messages_in_a_row_close(void **state) {
    (void)state;
    test_world world;
    test_client client, other;
    world_start(&world, NULL, NULL);
    client_open(&world, &client);
    client_open(&world, &other);
    for (int i = 0; i < 4; i++) {
        client_send(&world, &client, "{");
        client_expect_error(&client, 0, "Invalid JSON");
    }
    client_send(&world, &client, "{'event':'pusher:subscribe','data':7}");
    client_expect(&client, "{'event':'pusher:error','data':{'code':null,'message':'Invalid message "
                           "(data must be an object)'}}");
    client_expect_close(&client, 1008, "Too many malformed messages");
    assert_int_equal(px_hub_connection_count(world.hub), 1);
    client_expect_nothing(&other);
    client_cut(&world, &client);
    client_cut(&world, &other);
    world_stop(&world);
}

static void nesting_is_bounded(void **state) {
    (void)state;
    char deep[400] = "";
    test_world world;
    test_client client;
    world_start(&world, NULL, NULL);
    client_open(&world, &client);
    memset(deep, '[', 100);
    memset(deep + 100, ']', 100);
    client_send(&world, &client, "{'event':'pusher:ping','data':%s}", deep);
    client_expect_error(&client, 0, "Invalid JSON");
    client_cut(&world, &client);
    world_stop(&world);
}

/* ---- Liveness ---- */

enum { ACTIVITY_MS = 120 * 1000, JITTER_MS = 12 * 1000, PONG_MS = 30 * 1000, STEP_MS = 256 };

static void idle_connection_is_pinged_and_then_closed(void **state) {
    (void)state;
    test_world world;
    test_client client, sender;
    world_start(&world, NULL, NULL);
    client_open(&world, &client);
    client_join(&world, &client, "news", NULL);
    world_pass(&world, ACTIVITY_MS - 1);
    assert_int_equal(client.pings, 0);
    client_expect_nothing(&client);
    world_pass(&world, JITTER_MS + STEP_MS);
    assert_int_equal(client.pings, 1);
    client_expect(&client, "{'event':'pusher:ping','data':'{}'}");
    /* What we send to it does not count as a sign of life. */
    client_open(&world, &sender);
    world_request(&world, "POST", "/apps/3/events", "", "{'name':'e','data':'','channel':'news'}");
    client_expect(&client, "{'event':'e','channel':'news','data':''}");
    world_pass(&world, PONG_MS + STEP_MS);
    client_expect_close(&client, 4201,
                        "Pong reply not received: ping was sent to the client, but no reply was "
                        "received");
    client_cut(&world, &client);
    client_cut(&world, &sender);
    world_stop(&world);
}

static void answering_pings_keeps_a_connection(void **state) {
    (void)state;
    test_world world;
    test_client events, frames;
    world_start(&world, NULL, NULL);
    client_open(&world, &events);
    client_open(&world, &frames);
    for (size_t round = 1; round <= 5; round++) {
        world_pass(&world, ACTIVITY_MS + JITTER_MS + STEP_MS);
        assert_int_equal(events.pings, round);
        assert_int_equal(frames.pings, round);
        client_send(&world, &events, "{'event':'pusher:pong','data':{}}");
        px_hub_activity(world.hub, &frames.connection);
        client_expect(&events, "{'event':'pusher:ping','data':'{}'}");
        /* The one that answers WebSocket pings needs no other kind after the first. */
        if (round == 1)
            client_expect(&frames, "{'event':'pusher:ping','data':'{}'}");
        client_expect_nothing(&frames);
        client_expect_nothing(&events);
    }
    client_cut(&world, &events);
    client_cut(&world, &frames);
    world_stop(&world);
}

/* New requests of an HTTP client are signs of life, but no answers to pings. */
static void being_alive_is_not_answering(void **state) {
    (void)state;
    test_world world;
    test_client client;
    world_start(&world, NULL, NULL);
    client_open(&world, &client);
    for (size_t round = 1; round <= 3; round++) {
        world_pass(&world, ACTIVITY_MS + JITTER_MS + STEP_MS);
        assert_int_equal(client.pings, round);
        px_hub_alive(world.hub, &client.connection);
        client_expect(&client, "{'event':'pusher:ping','data':'{}'}");
    }
    assert_false(client.is_closed);
    client_cut(&world, &client);
    px_hub_alive(world.hub, &client.connection); /* means nothing any longer */
    world_stop(&world);
}

static void the_host_may_end_a_connection(void **state) {
    (void)state;
    test_world world;
    test_client client;
    world_start(&world, NULL, NULL);
    client_open(&world, &client);
    px_hub_break_connection(world.hub, &client.connection, PX_ERROR_MESSAGE_SIZE);
    px_hub_break_connection(world.hub, &client.connection, PX_ERROR_RECONNECT);
    client_expect_close(&client, 1009, "Message too large");
    assert_int_equal(px_hub_connection_count(world.hub), 0);
    client_cut(&world, &client);
    world_stop(&world);
}

static void origins_can_be_asked_for(void **state) {
    (void)state;
    static const px_slice ALLOWED = PX_LITERAL("https://good.example");
    test_world world;
    px_app_options app = world_app();
    app.allowed_origins = (px_name_list){&ALLOWED, 1};
    world_start(&world, &app, NULL);
    px_slice key = PX_SLICE(TEST_KEY), none = px_slice_of(NULL, 0);
    assert_true(px_hub_allows_origin(world.hub, key, ALLOWED));
    assert_true(px_hub_allows_origin(world.hub, key, none));
    assert_false(px_hub_allows_origin(world.hub, key, PX_SLICE("https://evil.example")));
    assert_true(px_hub_allows_origin(world.hub, PX_SLICE("x"), PX_SLICE("https://evil.example")));
    world_stop(&world);
}

static void what_carries_a_connection_stays(void **state) {
    (void)state;
    test_world world;
    static test_client client;
    world_start(&world, NULL, NULL);
    px_hub_open open = open_with(TEST_KEY, "7");
    client_open_as(&world, &client, &open);
    client.connection.carrier = 2;
    px_hub_close_connection(world.hub, &client.connection);
    assert_int_equal(client.connection.carrier, 2);
    px_hub_open_connection(world.hub, &client.connection, &open);
    assert_int_equal(client.connection.carrier, 2);
    client_cut(&world, &client);
    world_stop(&world);
}

static void busy_connection_is_not_pinged(void **state) {
    (void)state;
    test_world world;
    test_client client;
    world_start(&world, NULL, NULL);
    client_open(&world, &client);
    for (int i = 0; i < 20; i++) {
        world_pass(&world, ACTIVITY_MS / 2);
        client_send(&world, &client, "{'event':'pusher:ping'}");
    }
    assert_int_equal(client.pings, 0);
    client_cut(&world, &client);
    world_stop(&world);
}

static void deadline_is_never_without_connections(void **state) {
    (void)state;
    test_world world;
    test_client client;
    world_start(&world, NULL, NULL);
    assert_true(px_hub_deadline(world.hub) == UINT64_MAX);
    client_open(&world, &client);
    assert_true(px_hub_deadline(world.hub) < UINT64_MAX);
    client_cut(&world, &client);
    assert_true(px_hub_deadline(world.hub) == UINT64_MAX);
    world_stop(&world);
}

/* ---- Draining ---- */

static void draining_closes_all_within_the_grace_period(void **state) {
    (void)state;
    enum { CLIENTS = 50, GRACE_MS = 10 * 1000 };
    static test_client clients[CLIENTS];
    test_world world;
    test_client late;
    size_t moments = 0;
    world_start(&world, NULL, NULL);
    for (int i = 0; i < CLIENTS; i++)
        client_open(&world, &clients[i]);
    px_hub_drain(world.hub, GRACE_MS);
    client_open(&world, &late);
    client_expect_close(&late, 4200, "Generic reconnect immediately");
    world_request(&world, "GET", "/apps/3/channels", "", "");
    world_expect_error(&world, 503, "The server is shutting down");
    for (int slice = 0; slice < 10; slice++) {
        size_t before = px_hub_connection_count(world.hub);
        world_pass(&world, GRACE_MS / 10);
        moments += px_hub_connection_count(world.hub) < before;
        for (int i = 0; i < CLIENTS; i++) /* being busy does not help */
            client_send(&world, &clients[i], "{'event':'pusher:pong'}");
    }
    world_pass(&world, STEP_MS);
    assert_int_equal(px_hub_connection_count(world.hub), 0);
    assert_true(moments >= 5); /* spread, not all at once */
    for (int i = 0; i < CLIENTS; i++) {
        client_expect_close(&clients[i], 4200, "Generic reconnect immediately");
        client_cut(&world, &clients[i]);
    }
    client_cut(&world, &late);
    world_stop(&world);
}

static void freeing_the_hub_forgets_open_connections(void **state) {
    (void)state;
    test_world world;
    test_client client;
    world_start(&world, NULL, NULL);
    client_open(&world, &client);
    client_join(&world, &client, "news", NULL);
    client_join(&world, &client, "presence-room", "{'user_id':'1'}");
    world_stop(&world);
    assert_null(client.connection.app);
    assert_false(client.is_closed);
    px_buffer_free(&client.received);
}

static void apps_must_differ(void **state) {
    (void)state;
    test_world world;
    const char *why = NULL;
    world_start(&world, NULL, NULL);
    px_app_options app = world_app();
    app.key = PX_SLICE("other");
    assert_int_equal(px_hub_add_app(world.hub, &app, &why), PX_ERR_ARGUMENT);
    assert_string_equal(why, "another app has the same id");
    app.id = PX_SLICE("4");
    app.key = PX_SLICE(TEST_KEY);
    assert_int_equal(px_hub_add_app(world.hub, &app, &why), PX_ERR_ARGUMENT);
    assert_string_equal(why, "another app or token has the same key");
    app.key = PX_SLICE("other");
    assert_int_equal(px_hub_add_app(world.hub, &app, &why), PX_OK);
    px_hub_stats stats;
    px_hub_get_stats(world.hub, &stats);
    assert_int_equal(stats.apps, 2);
    world_stop(&world);
}

static void reports_are_counted_for_their_app(void **state) {
    (void)state;
    test_world world;
    px_hub_stats stats;
    world_start(&world, NULL, NULL);
    px_hub_count_report(world.hub, PX_SLICE(TEST_KEY));
    px_hub_count_report(world.hub, PX_SLICE(TEST_KEY));
    px_hub_count_report(world.hub, PX_SLICE("nobody"));
    px_hub_count_report(world.hub, PX_SLICE(""));
    px_hub_get_stats(world.hub, &stats);
    assert_int_equal(stats.reports, 4);
    assert_int_equal(stats.unknown_reports, 2);
    assert_int_equal(px_hub_reports_of(world.hub, PX_SLICE(TEST_KEY)), 2);
    assert_int_equal(px_hub_reports_of(world.hub, PX_SLICE("nobody")), 0);
    world_stop(&world);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_message_is_connection_established),
        cmocka_unit_test(key_and_version_are_checked),
        cmocka_unit_test(missing_version_is_refused_in_strict_mode),
        cmocka_unit_test(checks_come_in_order),
        cmocka_unit_test(refused_connections_are_not_counted_and_get_nothing_more),
        cmocka_unit_test(socket_ids_are_unique_and_never_used_again),
        cmocka_unit_test(socket_id_syntax),
        cmocka_unit_test(socket_table_finds_open_connections_only),
        cmocka_unit_test(ping_is_answered_whatever_its_data),
        cmocka_unit_test(malformed_messages_are_named),
        cmocka_unit_test(five_malformed_messages_in_a_row_close),
        cmocka_unit_test(nesting_is_bounded),
        cmocka_unit_test(idle_connection_is_pinged_and_then_closed),
        cmocka_unit_test(answering_pings_keeps_a_connection),
        cmocka_unit_test(being_alive_is_not_answering),
        cmocka_unit_test(the_host_may_end_a_connection),
        cmocka_unit_test(origins_can_be_asked_for),
        cmocka_unit_test(what_carries_a_connection_stays),
        cmocka_unit_test(busy_connection_is_not_pinged),
        cmocka_unit_test(deadline_is_never_without_connections),
        cmocka_unit_test(draining_closes_all_within_the_grace_period),
        cmocka_unit_test(freeing_the_hub_forgets_open_connections),
        cmocka_unit_test(apps_must_differ),
        cmocka_unit_test(reports_are_counted_for_their_app),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
