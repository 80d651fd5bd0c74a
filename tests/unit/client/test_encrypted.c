/* Encrypted channels: boxes that tweetnacl has sealed, keys that change, handlers that end everything. */
#include "client_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "driver/secretbox.h"

static const char CHANNEL[] = "private-encrypted-a";

/* The bytes 00 to 1f, and 20 to 3f. */
#define SECRET_1 "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
#define SECRET_2 "ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8="

/* Data of an event, as a string that holds JSON. */
#define SEALED(box)                                                                                \
    "\"{\\\"nonce\\\":\\\"ZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXp7\\\",\\\"ciphertext\\\":\\\"" box        \
    "\\\"}\""
#define RAW(box) "{\"nonce\":\"ZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXp7\",\"ciphertext\":\"" box "\"}"

/* {"text":"grüße"}, one and nothing by the first key; two and three by the second; one by a third. */
#define BOX_JSON     "1U/blr4xmtELzJvMCaII13mb7axCwuzTkppRV4tHPH0c1w=="
#define BOX_ONE      "imf0HM1V2nH5ygCsGCTLA23X/A=="
#define BOX_NOTHING  "9JVy1hlCgePIf7tOIQaTLA=="
#define BOX_TWO      "l2+mDrSGx7mAjkcWLlxNYyzFCQ=="
#define BOX_THREE    "cFwmddoJeFfvbUW6KHGNoSzaFC3v"
#define BOX_LOST     "LMo1QlVhSaTRj84G6Ao5iM5VaCg="
#define BOX_NOT_UTF8 "9CmuGIU3CuLKVLxj7w85L2HY/yA="

/* A Channels server that sends the boxes, and an application whose secret is another after the first
 * answer. */
typedef struct test_site {
    const char *const *boxes; /* up to NULL */
    const char *second_secret;
    int asked;
} test_site;

static void authorize(test_connection *connection, test_site *site) {
    char answer[256];
    snprintf(answer, sizeof answer,
             "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"
             "{\"auth\":\"KEY:signature\",\"shared_secret\":\"%s\"}",
             site->asked++ ? site->second_secret : SECRET_1);
    test_send_text(connection, answer);
}

static void serve(test_connection *connection, void *context) {
    test_site *site = context;
    if (!test_read_request(connection))
        return;
    if (!strstr(test_request(connection), "Upgrade: websocket")) {
        authorize(connection, site);
        return;
    }
    if (!test_upgrade(connection) || !test_say_hello(connection) ||
        !test_await_text(connection, "{\"event\":\"pusher:subscribe\",\"data\":{\"auth\":"
                                     "\"KEY:signature\",\"channel\":\"private-encrypted-a\"}}") ||
        !test_send_event(connection, "pusher_internal:subscription_succeeded", CHANNEL, "{}"))
        return;
    for (const char *const *box = site->boxes; *box; box++)
        if (!test_send_event(connection, "news", CHANNEL, *box))
            return;
    if (test_send_event(connection, "end", "none", "\"\""))
        test_hold(connection);
}

/* "channel TYPE DATA" */
static void note_at(fixture *world, const char *place, const pusher_event *event) {
    note(world, "%s %s [%.*s]\n", place, event->data_type == PUSHER_DATA_STRING ? "text" : "json",
         (int)event->data.len, event->data.len ? event->data.ptr : "");
}

static void at_channel(const pusher_event *event, void *world) {
    note_at(world, "channel", event);
}

static void at_client(const pusher_event *event, void *world) {
    note_at(world, "client", event);
}

static pusher_channel *subscribe(fixture *world) {
    pusher_channel *channel;
    world->options.log = note_log;
    world->options.log_context = world;
    world->options.log_level = PUSHER_LOG_DEBUG;
    fixture_make(world);
    assert_int_equal(pusher_subscribe(world->client, pusher_str(CHANNEL), &channel), PUSHER_OK);
    assert_int_equal(pusher_bind(world->client, pusher_str("news"), at_client, world, NULL),
                     PUSHER_OK);
    pusher_connect(world->client);
    return channel;
}

static fixture *start(test_site *site) {
    fixture *world = fixture_new(serve, site);
    pusher_channel *channel = subscribe(world);
    assert_int_equal(pusher_channel_bind(channel, pusher_str("news"), at_channel, world, NULL),
                     PUSHER_OK);
    return world;
}

/* The part of the journal that these handlers wrote. */
static char *heard(const fixture *world) {
    char *text = calloc(1, sizeof world->journal);
    for (const char *line = world->journal; *line;) {
        size_t len = strcspn(line, "\n") + 1;
        if (strncmp(line, "channel ", 8) == 0 || strncmp(line, "client ", 7) == 0)
            strncat(text, line, len);
        line += len;
    }
    return text;
}

static void assert_heard(const fixture *world, const char *expected) {
    char *text = heard(world);
    assert_string_equal(text, expected);
    free(text);
}

static void gives_the_channel_what_is_in_the_box(void **state) {
    (void)state;
    static const char *const boxes[] = {SEALED(BOX_JSON), RAW(BOX_ONE), SEALED(BOX_NOTHING), NULL};
    test_site site = {.boxes = boxes};
    fixture *world = start(&site);
    await(world, "client text [" RAW(BOX_NOTHING) "]");
    assert_heard(
        world, "channel text [{\"text\":\"gr\xc3\xbc\xc3\x9f"
               "e\"}]\nclient text [" RAW(
                   BOX_JSON) "]\n"
                             "channel text [one]\nclient json [" RAW(
                                 BOX_ONE) "]\n"
                                          "channel text []\nclient text [" RAW(BOX_NOTHING) "]\n");
    fixture_stop_peer(world);
    assert_int_equal(site.asked, 1);
    assert_int_equal(noted(world, SECRET_1), 0);
    fixture_free(world);
}

static void asks_for_a_new_key(void **state) {
    (void)state;
    static const char *const boxes[] = {SEALED(BOX_ONE), SEALED(BOX_TWO), SEALED(BOX_LOST),
                                        SEALED(BOX_THREE), NULL};
    test_site site = {.boxes = boxes, .second_secret = SECRET_2};
    fixture *world = start(&site);
    await(world, "channel text [three]");
    await(world, "client text [" RAW(BOX_THREE) "]");
    char *text = heard(world);
    const char *one = strstr(text, "channel text [one]");
    const char *two = strstr(text, "channel text [two]");
    const char *three = strstr(text, "channel text [three]");
    assert_true(one && two && three && one < two && two < three);
    free(text);
    assert_int_equal(noted(world, "channel text"), 3);
    assert_int_equal(noted(world, "client text"), 4);
    assert_int_equal(noted(world, "the new key does not fit either"), 1);
    fixture_stop_peer(world);
    /* What no key opens waits for the second one, or comes behind it and has it asked for again. */
    assert_in_range(site.asked, 2, 3);
    assert_int_equal(noted(world, SECRET_2), 0);
    fixture_free(world);
}

static void loses_what_no_key_opens(void **state) {
    (void)state;
    static const char *const boxes[] = {SEALED(BOX_NOT_UTF8), "\"none\"", SEALED(BOX_ONE), NULL};
    test_site site = {.boxes = boxes, .second_secret = SECRET_1};
    fixture *world = start(&site);
    await(world, "channel text [one]");
    await(world, "client text [" RAW(BOX_ONE) "]");
    assert_int_equal(noted(world, "channel text"), 1);
    assert_int_equal(noted(world, "client text"), 3);
    assert_int_equal(noted(world, "the new key does not fit either"), 1);
    assert_int_equal(noted(world, "its data has no nonce and ciphertext"), 1);
    fixture_free(world);
}

/* Where nobody is bound, nothing has to be opened, and no key asked for. */
static void leaves_boxes_closed_for_nobody(void **state) {
    (void)state;
    static const char *const boxes[] = {SEALED(BOX_LOST), NULL};
    test_site site = {.boxes = boxes, .second_secret = SECRET_2};
    fixture *world = fixture_new(serve, &site);
    subscribe(world);
    await(world, "client text [" RAW(BOX_LOST) "]");
    await(world, "end\n");
    fixture_stop_peer(world);
    assert_int_equal(site.asked, 1);
    assert_int_equal(noted(world, "Unable to decrypt"), 0);
    fixture_free(world);
}

static void sends_nothing(void **state) {
    (void)state;
    static const char *const boxes[] = {NULL};
    test_site site = {.boxes = boxes};
    fixture *world = start(&site);
    await(world, "end\n");
    pusher_channel *channel = pusher_find_channel(world->client, pusher_str(CHANNEL));
    assert_true(pusher_channel_is_subscribed(channel));
    assert_int_equal(pusher_channel_trigger(channel, pusher_str("client-a"), pusher_str("1")),
                     PUSHER_ERR_ARGUMENT);
    fixture_free(world);
}

/* ---- Authorizers ---- */

static void give_secret(pusher_authorization *question, pusher_client *client,
                        pusher_string channel, pusher_string socket_id, void *context) {
    (void)client;
    (void)channel;
    (void)socket_id;
    const char *const *secret = context;
    assert_int_equal(pusher_authorization_succeed_encrypted(question, pusher_str("KEY:signature"),
                                                            pusher_str(*secret)),
                     PUSHER_OK);
}

static void takes_the_secret_of_an_authorizer(void **state) {
    (void)state;
    static const char *const boxes[] = {SEALED(BOX_TWO), NULL};
    test_site site = {.boxes = boxes};
    const char *secret = SECRET_2;
    fixture *world = fixture_new(serve, &site);
    world->options.authorizer = give_secret;
    world->options.auth_context = &secret;
    pusher_channel *channel = subscribe(world);
    assert_int_equal(pusher_channel_bind_global(channel, at_channel, world, NULL), PUSHER_OK);
    await(world, "channel text [two]");
    fixture_free(world);
}

static void refuses_another_secret(void **state) {
    (void)state;
    const char *secret = "short";
    test_site site = {.boxes = NULL};
    fixture *world = fixture_new(serve, &site);
    world->options.authorizer = give_secret;
    world->options.auth_context = &secret;
    pusher_channel *channel = subscribe(world);
    assert_int_equal(pusher_channel_bind_global(channel, note_event, world, NULL), PUSHER_OK);
    await(world, "pusher:subscription_error AuthError PUSHER_OK 0 0 No shared_secret key in auth "
                 "payload for encrypted channel: private-encrypted-a\n");
    fixture_free(world);
}

/* ---- Handlers that end things ---- */

static void leave(const pusher_event *event, void *context) {
    fixture *world = context;
    note_at(world, "channel", event);
    pusher_unsubscribe(event->client, event->channel_name);
}

static void free_client(const pusher_event *event, void *context) {
    fixture *world = context;
    note_at(world, "channel", event);
    pusher_client_free(event->client);
    world->client = NULL;
}

static void may_leave_in_a_handler(void **state) {
    (void)state;
    static const char *const boxes[] = {SEALED(BOX_ONE), SEALED(BOX_ONE), NULL};
    test_site site = {.boxes = boxes};
    fixture *world = fixture_new(serve, &site);
    pusher_channel *channel = subscribe(world);
    assert_int_equal(pusher_channel_bind(channel, pusher_str("news"), leave, world, NULL),
                     PUSHER_OK);
    await(world, "end\n");
    assert_int_equal(noted(world, "channel text [one]"), 1);
    assert_int_equal(noted(world, "client text"), 2);
    fixture_free(world);
}

static void may_die_in_a_handler(void **state) {
    (void)state;
    static const char *const boxes[] = {SEALED(BOX_ONE), SEALED(BOX_ONE), NULL};
    test_site site = {.boxes = boxes};
    fixture *world = fixture_new(serve, &site);
    pusher_channel *channel = subscribe(world);
    assert_int_equal(pusher_channel_bind(channel, pusher_str("news"), free_client, world, NULL),
                     PUSHER_OK);
    assert_int_equal(pusher_run(world->client), PUSHER_OK);
    assert_heard(world, "channel text [one]\n");
    fixture_free(world);
}

/* ---- Without libsodium ---- */

static void refuses_the_channel(void **state) {
    (void)state;
    fixture *world = fixture_new(serve, NULL);
    fixture_make(world);
    assert_int_equal(pusher_subscribe(world->client, pusher_str(CHANNEL), NULL),
                     PUSHER_ERR_ARGUMENT);
    fixture_free(world);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_the_channel_what_is_in_the_box),
        cmocka_unit_test(asks_for_a_new_key),
        cmocka_unit_test(loses_what_no_key_opens),
        cmocka_unit_test(leaves_boxes_closed_for_nobody),
        cmocka_unit_test(sends_nothing),
        cmocka_unit_test(takes_the_secret_of_an_authorizer),
        cmocka_unit_test(refuses_another_secret),
        cmocka_unit_test(may_leave_in_a_handler),
        cmocka_unit_test(may_die_in_a_handler),
    };
    const struct CMUnitTest tests_without[] = {cmocka_unit_test(refuses_the_channel)};
    if (!px_secretbox_available())
        return cmocka_run_group_tests(tests_without, NULL, NULL);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
