/* Presence channels: who is a member, who learns of it, and a check against a simple model. */
#include "hub_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "json/reader.h"

#define ROOM "presence-room"

static void expect_snapshot(test_client *client, const char *ids, const char *hash, int count) {
    client_expect(client,
                  "{'event':'pusher_internal:subscription_succeeded','channel':'" ROOM
                  "','data':'{\\'presence\\':{\\'ids\\':[%s],\\'hash\\':{%s},\\'count\\':%d}}'}",
                  ids, hash, count);
}

static void expect_added(test_client *client, const char *member) {
    client_expect(client,
                  "{'event':'pusher_internal:member_added','channel':'" ROOM "','data':'{%s}'}",
                  member);
}

static void expect_removed(test_client *client, const char *user_id) {
    client_expect(client,
                  "{'event':'pusher_internal:member_removed','channel':'" ROOM
                  "','data':'{\\'user_id\\':\\'%s\\'}'}",
                  user_id);
}

static void leave(test_world *world, test_client *client) {
    client_send(world, client, "{'event':'pusher:unsubscribe','data':{'channel':'" ROOM "'}}");
}

static void members_see_each_other(void **state) {
    (void)state;
    test_world world;
    test_client ann, bob;
    world_start(&world, NULL, NULL);
    client_open(&world, &ann);
    client_open(&world, &bob);
    client_ask_to_join(&world, &ann, ROOM, "{'user_id':'ann','user_info':{'name':'Ann'}}");
    expect_snapshot(&ann, "\\'ann\\'", "\\'ann\\':{\\'name\\':\\'Ann\\'}", 1);
    client_ask_to_join(&world, &bob, ROOM, "{'user_id':'bob'}");
    expect_snapshot(&bob, "\\'ann\\',\\'bob\\'", "\\'ann\\':{\\'name\\':\\'Ann\\'},\\'bob\\':null",
                    2);
    expect_added(&ann, "\\'user_id\\':\\'bob\\'");
    client_expect_nothing(&ann); /* not its own */
    leave(&world, &ann);
    expect_removed(&bob, "ann");
    client_expect_nothing(&ann);
    client_ask_to_join(&world, &ann, ROOM, "{'user_id':'ann','user_info':[1, 2]}");
    expect_added(&bob, "\\'user_id\\':\\'ann\\',\\'user_info\\':[1, 2]"); /* as it came */
    client_cut(&world, &ann);
    expect_removed(&bob, "ann");
    client_expect_nothing(&bob);
    client_cut(&world, &bob);
    world_stop(&world);
}

static void user_with_two_connections_is_one_member(void **state) {
    (void)state;
    test_world world;
    test_client watcher, first, second;
    world_start(&world, NULL, NULL);
    client_open(&world, &watcher);
    client_open(&world, &first);
    client_open(&world, &second);
    client_join(&world, &watcher, ROOM, "{'user_id':'w'}");
    client_ask_to_join(&world, &first, ROOM, "{'user_id':10,'user_info':'first'}");
    expect_snapshot(&first, "\\'w\\',\\'10\\'", "\\'w\\':null,\\'10\\':\\'first\\'", 2);
    expect_added(&watcher, "\\'user_id\\':\\'10\\',\\'user_info\\':\\'first\\'");
    /* The number 10 and the text 10 are the same; the first information stays. */
    client_ask_to_join(&world, &second, ROOM, "{'user_id':'10','user_info':'second'}");
    expect_snapshot(&second, "\\'w\\',\\'10\\'", "\\'w\\':null,\\'10\\':\\'first\\'", 2);
    client_expect_nothing(&watcher);
    client_expect_nothing(&first);
    client_cut(&world, &first);
    client_expect_nothing(&watcher);
    client_expect_nothing(&second);
    client_cut(&world, &second);
    expect_removed(&watcher, "10");
    client_expect_nothing(&watcher);
    client_cut(&world, &watcher);
    world_stop(&world);
}

static void channel_data_is_signed_byte_by_byte(void **state) {
    (void)state;
    static const char *const DATA[] = {
        "{ 'user_id' : '1' }",
        "{'user_info':{'z':1,'a':2},'user_id':'1'}",
        "{'user_id':'\\u00e9'}",
        "{'user_id':'\u00e9'}",
    };
    test_world world;
    test_client client;
    world_start(&world, NULL, NULL);
    for (size_t i = 0; i < sizeof(DATA) / sizeof(DATA[0]); i++) {
        client_open(&world, &client);
        client_join(&world, &client, ROOM, DATA[i]);
        client_cut(&world, &client);
    }
    /* The same object in other bytes is not what was signed. */
    client_open(&world, &client);
    client_send(&world, &client,
                "{'event':'pusher:subscribe','data':{'channel':'" ROOM
                "','auth':'%s','channel_data':'{\\'user_id\\':\\'1\\'}'}}",
                test_auth(&client, ROOM, "{\"user_id\": \"1\"}"));
    char text[400];
    (void)snprintf(text, sizeof(text),
                   "Invalid signature: Expected HMAC SHA256 hex digest of %s:" ROOM
                   ":{\\\"user_id\\\":\\\"1\\\"}, but got %s",
                   client.socket_id,
                   strchr(test_auth(&client, ROOM, "{\"user_id\": \"1\"}"), ':') + 1);
    client_expect_refusal(&client, ROOM, "AuthError", 401, 4009, text);
    client_cut(&world, &client);
    world_stop(&world);
}

static const struct {
    const char *channel_data;
    const char *fault;
} BAD_DATA[] = {
    {"nonsense", "channel_data must be a JSON object"},
    {"[]", "channel_data must be a JSON object"},
    {"{}", "channel_data must include a user_id"},
    {"{'user_info':{}}", "channel_data must include a user_id"},
    {"{'user_id':''}", "channel_data must include a user_id"},
    {"{'user_id':null}", "channel_data must include a user_id"},
    {"{'user_id':true}", "channel_data must include a user_id"},
    {"{'user_id':{}}", "channel_data must include a user_id"},
    {"{'user_id':'123456789'}", "the user_id in channel_data is too long"},
    {"{'user_id':'1','user_info':{'a':'123456'}}", "the user_info in channel_data is too large"},
};

static void bad_channel_data_is_refused(void **state) {
    (void)state;
    test_world world;
    test_client client;
    px_hub_stats stats;
    px_app_options app = world_app();
    app.max_presence_user_id = 8;
    app.max_presence_user_info = 13;
    world_start(&world, &app, NULL);
    client_open(&world, &client);
    for (size_t i = 0; i < sizeof(BAD_DATA) / sizeof(BAD_DATA[0]); i++) {
        client_ask_to_join(&world, &client, ROOM, BAD_DATA[i].channel_data);
        client_expect_refusal(&client, ROOM, "AuthError", 401, 4009, BAD_DATA[i].fault);
    }
    client_ask_to_join(&world, &client, ROOM, NULL);
    client_expect_refusal(&client, ROOM, "AuthError", 401, 4009,
                          ROOM " is a presence channel and subscription must include channel_data");
    px_hub_get_stats(world.hub, &stats);
    assert_int_equal(stats.channels, 0);
    client_join(&world, &client, ROOM, "{'user_id':'12345678','user_info':{'a':'12345'}}");
    client_cut(&world, &client);
    world_stop(&world);
}

static void limit_counts_distinct_users(void **state) {
    (void)state;
    test_world world;
    test_client clients[5];
    px_app_options app = world_app();
    app.max_presence_members = 2;
    world_start(&world, &app, NULL);
    for (int i = 0; i < 5; i++)
        client_open(&world, &clients[i]);
    client_join(&world, &clients[0], ROOM, "{'user_id':'a'}");
    client_join(&world, &clients[1], ROOM, "{'user_id':'b'}");
    client_join(&world, &clients[2], ROOM, "{'user_id':'a'}"); /* a second window */
    client_ask_to_join(&world, &clients[3], ROOM, "{'user_id':'c'}");
    client_expect_refusal(&clients[3], ROOM, "LimitReached", 4100, 4300,
                          "The presence channel has reached its limit of members");
    client_cut(&world, &clients[0]);
    client_ask_to_join(&world, &clients[3], ROOM, "{'user_id':'c'}"); /* a is still there */
    client_expect_refusal(&clients[3], ROOM, "LimitReached", 4100, 4300,
                          "The presence channel has reached its limit of members");
    client_cut(&world, &clients[2]);
    client_join(&world, &clients[3], ROOM, "{'user_id':'c'}");
    for (int i = 1; i < 5; i++)
        if (i != 2)
            client_cut(&world, &clients[i]);
    world_stop(&world);
}

static void member_ids_with_quotes_stay_whole(void **state) {
    (void)state;
    test_world world;
    test_client watcher, client;
    world_start(&world, NULL, NULL);
    client_open(&world, &watcher);
    client_open(&world, &client);
    client_join(&world, &watcher, ROOM, "{'user_id':'w'}");
    client_ask_to_join(&world, &client, ROOM, "{'user_id':'a\\'b\\\\'}");
    expect_snapshot(&client, "\\'w\\',\\'a\\\\\\'b\\\\\\\\\\'",
                    "\\'w\\':null,\\'a\\\\\\'b\\\\\\\\\\':null", 2);
    expect_added(&watcher, "\\'user_id\\':\\'a\\\\\\'b\\\\\\\\\\'");
    client_cut(&world, &client);
    expect_removed(&watcher, "a\\\\\\'b\\\\\\\\");
    client_cut(&world, &watcher);
    world_stop(&world);
}

/* ---- Against a model ---- */

enum { CLIENTS = 24, USERS = 7, STEPS = 4000 };

/* What one client knows of the room, from its messages alone. */
typedef struct view {
    bool in_room;
    bool members[USERS];
} view;

/* What is true: how many connections each user has in the room. */
typedef struct model {
    test_client clients[CLIENTS];
    view views[CLIENTS];
    unsigned user_of[CLIENTS];
    unsigned connections_of[USERS];
} model;

static px_slice take_line(test_client *client) {
    px_slice rest = px_slice_after(px_buffer_slice(&client->received), client->read);
    const char *end = rest.len ? memchr(rest.ptr, '\n', rest.len) : NULL;
    if (!end)
        return px_slice_of(NULL, 0);
    client->read += (size_t)(end - rest.ptr) + 1;
    return px_slice_of(rest.ptr, (size_t)(end - rest.ptr));
}

static bool contains(px_slice text, const char *part) {
    size_t len = strlen(part);
    for (size_t i = 0; i + len <= text.len; i++)
        if (memcmp(text.ptr + i, part, len) == 0)
            return true;
    return false;
}

/* Applies a message to the view; whatever is announced must be news. */
static void apply(view *known, px_slice message) {
    bool is_snapshot = contains(message, "subscription_succeeded");
    bool is_added = contains(message, "member_added");
    assert_true(is_snapshot || is_added || contains(message, "member_removed"));
    if (is_snapshot)
        *known = (view){.in_room = true};
    assert_true(known->in_room);
    for (unsigned user = 0; user < USERS; user++) {
        char listed[32], single[40];
        (void)snprintf(listed, sizeof(listed), "\\\"u%u\\\":", user); /* in the hash */
        (void)snprintf(single, sizeof(single), "\\\"user_id\\\":\\\"u%u\\\"", user);
        if (is_snapshot) {
            known->members[user] = contains(message, listed);
        } else if (contains(message, single)) {
            assert_int_equal(known->members[user], !is_added);
            known->members[user] = is_added;
        }
    }
}

static void check(model *m) {
    for (unsigned i = 0; i < CLIENTS; i++) {
        px_slice message;
        while ((message = take_line(&m->clients[i])).ptr)
            apply(&m->views[i], message);
        if (m->views[i].in_room)
            for (unsigned user = 0; user < USERS; user++)
                assert_int_equal(m->views[i].members[user], m->connections_of[user] > 0);
    }
}

static void enter(test_world *world, model *m, unsigned who, unsigned user) {
    char data[64];
    m->user_of[who] = user;
    (void)snprintf(data, sizeof(data), "{'user_id':'u%u'}", user);
    client_ask_to_join(world, &m->clients[who], ROOM, data);
    if (!m->clients[who].is_closed)
        m->connections_of[user]++;
}

static void exit_room(test_world *world, model *m, unsigned who, bool is_cut) {
    m->connections_of[m->user_of[who]]--;
    m->views[who].in_room = false;
    if (is_cut)
        px_hub_close_connection(world->hub, &m->clients[who].connection);
    else
        leave(world, &m->clients[who]);
}

/* With `scarce` memory, every other step finds none for one of its allocations. */
static void step(test_world *world, model *m, uint32_t random, bool scarce) {
    unsigned who = (random >> 16) % CLIENTS;
    test_client *client = &m->clients[who];
    bool is_cut = (random & 0x80) != 0;
    if (scarce && random & 0x40) {
        world->memory.fail_at = world->memory.calls + 1 + (random >> 24) % 12;
        world->memory.fail_once = true;
    }
    if (m->views[who].in_room)
        exit_room(world, m, who, is_cut);
    else
        enter(world, m, who, (random >> 8) % USERS);
    world->memory.fail_at = 0;
    if (client->is_closed || !client->connection.app) {
        client_cut(world, client);
        client_open(world, client);
    }
}

static void play_against_the_model(uint32_t seed, bool scarce) {
    static model m;
    test_world world;
    world_start(&world, NULL, NULL);
    m = (model){.user_of = {0}};
    for (int i = 0; i < CLIENTS; i++)
        client_open(&world, &m.clients[i]);
    for (int i = 0; i < STEPS; i++) {
        seed = seed * 1664525 + 1013904223;
        step(&world, &m, seed, scarce);
        check(&m);
    }
    for (int i = 0; i < CLIENTS; i++)
        client_cut(&world, &m.clients[i]);
    world_stop(&world);
}

static void every_view_equals_the_truth_after_every_step(void **state) {
    (void)state;
    for (uint32_t seed = 1; seed <= 3; seed++)
        play_against_the_model(seed, false);
}

static void every_view_equals_the_truth_when_memory_is_scarce(void **state) {
    (void)state;
    for (uint32_t seed = 1; seed <= 3; seed++)
        play_against_the_model(seed, true);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_see_each_other),
        cmocka_unit_test(user_with_two_connections_is_one_member),
        cmocka_unit_test(channel_data_is_signed_byte_by_byte),
        cmocka_unit_test(bad_channel_data_is_refused),
        cmocka_unit_test(limit_counts_distinct_users),
        cmocka_unit_test(member_ids_with_quotes_stay_whole),
        cmocka_unit_test(every_view_equals_the_truth_after_every_step),
        cmocka_unit_test(every_view_equals_the_truth_when_memory_is_scarce),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
