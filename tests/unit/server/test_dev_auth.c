/* The authorization endpoint for development: what it signs, and for whom. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "host_peer.h"
#include "memory.h"
#include "net/signature.h"
#include "server/dev_auth.h"

typedef struct answer {
    int status;
    char type[64];
    char body[2048];
} answer;

static answer ask_at(px_dev_auth_endpoint *endpoint, const px_dev_auth_request *request) {
    static const px_token TOKEN = {PX_LITERAL("new"), PX_LITERAL("hidden too")};
    px_app_options apps[2];
    px_arena arena;
    px_buffer out;
    const char *type = NULL;
    answer given = {0};
    for (size_t i = 0; i < 2; i++)
        px_app_options_default(&apps[i]);
    apps[0].key = PX_SLICE("278d425bdf160c739803");
    apps[0].secret = PX_SLICE("7ad3773142a6692b25b8");
    apps[1].key = PX_SLICE("other");
    apps[1].secret = PX_SLICE("hidden");
    apps[1].tokens = (px_token_list){&TOKEN, 1};
    px_arena_init(&arena, &test_malloc, 1 << 20);
    px_buffer_init(&out, &test_malloc, sizeof given.body - 1);
    given.status = endpoint(apps, 2, request, &arena, &out, &type);
    memcpy(given.body, out.data, out.len);
    snprintf(given.type, sizeof given.type, "%s", type);
    px_buffer_free(&out);
    px_arena_free(&arena);
    return given;
}

static answer ask_with(const px_dev_auth_request *request) {
    return ask_at(px_dev_auth, request);
}

#define PAGE_OF_THIS_MACHINE                                                                       \
    {                                                                                              \
        PX_LITERAL("localhost:6001"), PX_LITERAL("http://localhost/"), {                           \
            NULL, 0                                                                                \
        }                                                                                          \
    }

static answer ask(const char *fields) {
    px_dev_auth_request request = {
        .fields = px_slice_of_text(fields), .asker = PAGE_OF_THIS_MACHINE, .is_jsonp = true};
    return ask_with(&request);
}

/* The examples of the Channels documentation. */
static void private_channels_are_signed(void **state) {
    (void)state;
    answer given = ask("socket_id=1234.1234&channel_name=private-foobar");
    assert_int_equal(given.status, 200);
    assert_string_equal(given.type, "application/json");
    assert_string_equal(given.body,
                        "{\"auth\":\"278d425bdf160c739803:"
                        "58df8b0c36d6982b82c3ecf6b4662e34fe8c25bba48f5369f135bf843651c3a4"
                        "\"}");
}

static void assert_signs(const char *fields, const char *channel, const char *data) {
    char expected[PX_SIGNATURE_LENGTH + 1] = {0};
    const px_slice parts[] = {PX_SLICE("1.2:"), px_slice_of_text(channel), PX_SLICE(":"),
                              px_slice_of_text(data)};
    assert_int_equal(px_signature(PX_SLICE("7ad3773142a6692b25b8"), parts, 4, expected), PX_OK);
    answer given = ask(fields);
    assert_int_equal(given.status, 200);
    if (!strstr(given.body, expected))
        fail_msg("%s does not sign %s", given.body, data);
}

static void presence_channels_get_a_member(void **state) {
    (void)state;
    assert_signs("socket_id=1.2&channel_name=presence-x", "presence-x",
                 "{\"user_id\":\"user-1.2\"}");
    assert_signs("socket_id=1.2&channel_name=presence-x&user_id=a%22b&user_info=%7B%22a%22:1%7D",
                 "presence-x", "{\"user_id\":\"a\\\"b\",\"user_info\":{\"a\":1}}");
    answer given = ask("socket_id=1.2&channel_name=presence-x");
    assert_non_null(strstr(given.body, "\"channel_data\":\"{\\\"user_id\\\":\\\"user-1.2\\\"}\"}"));
}

/* The master key is the SHA-256 of "dev-auth:7ad3773142a6692b25b8". */
static void encrypted_channels_get_a_key(void **state) {
    (void)state;
    answer given = ask("socket_id=1.2&channel_name=private-encrypted-x");
    assert_int_equal(given.status, 200);
    assert_non_null(
        strstr(given.body, ",\"shared_secret\":\"lS41DGWYb3rKKoC3HhXw+US8EJrUkktmVIhRCQfH6fw=\"}"));
    assert_non_null(
        strstr(given.body, "e53e31b17976e9bb2d6cf844dc95892cd70a6db0b2898298735817c961cbb995"));
    assert_null(strstr(ask("socket_id=1.2&channel_name=private-x").body, "shared_secret"));
}

static const char *past(const char *text, const char *expected) {
    if (strncmp(text, expected, strlen(expected)) != 0)
        fail_msg("expected %s\nin front of %s", expected, text);
    return text + strlen(expected);
}

/* Past a signature, whose value is another test's matter. */
static const char *past_auth(const char *text) {
    return past(text, "{\"auth\":\"278d425bdf160c739803:") + PX_SIGNATURE_LENGTH + 1;
}

static void many_channels_are_answered_each(void **state) {
    (void)state;
    static const char *const FORMS[] = {
        "channel_name%5B0%5D=private-foobar&channel_name%5B1%5D=news&channel_name%5B2%5D=presence-x"
        "&channel_name%5B10%5D=private-encrypted-x&socket_id=1234.1234&user_id=ann",
        "channel_name[]=private-foobar&channel_name[]=news&channel_name[]=presence-x"
        "&channel_name[]=private-encrypted-x&socket_id=1234.1234&user_id=ann",
    };
    for (size_t i = 0; i < sizeof FORMS / sizeof *FORMS; i++) {
        answer given = ask(FORMS[i]);
        assert_int_equal(given.status, 200);
        assert_string_equal(given.type, "application/json");
        const char *at = past(given.body, "{\"private-foobar\":{\"status\":200,\"data\":");
        assert_non_null(
            strstr(at, "58df8b0c36d6982b82c3ecf6b4662e34fe8c25bba48f5369f135bf843651c3a4"));
        at = past(past_auth(at), "}},\"news\":{\"status\":400,\"error\":\"Only private");
        at = past(strstr(at, "\"}"), "\"},\"presence-x\":{\"status\":200,\"data\":");
        at = past(past_auth(at), ",\"channel_data\":\"{\\\"user_id\\\":\\\"ann\\\"}\"}}");
        at = past(at, ",\"private-encrypted-x\":{\"status\":200,\"data\":");
        at = past(past_auth(at), ",\"shared_secret\":\"");
        assert_string_equal(strstr(at, "\"}"), "\"}}}");
    }
}

static void many_channels_by_jsonp(void **state) {
    (void)state;
    answer given = ask("callback=f&socket_id=1.2&channel_name%5B0%5D=private-x");
    assert_int_equal(given.status, 200);
    assert_string_equal(given.type, "application/javascript");
    const char *at = past(given.body, "f({\"private-x\":{\"status\":200,\"data\":");
    assert_string_equal(past_auth(at), "}}});");
}

/* ---- Users ---- */

static answer ask_user(const char *fields) {
    px_dev_auth_request request = {
        .fields = px_slice_of_text(fields), .asker = PAGE_OF_THIS_MACHINE, .is_jsonp = true};
    return ask_at(px_dev_user_auth, &request);
}

/* The example of the Channels documentation. */
static void users_are_signed(void **state) {
    (void)state;
    answer given = ask_user("socket_id=1234.1234&user_id=12345");
    assert_int_equal(given.status, 200);
    assert_string_equal(given.body,
                        "{\"auth\":\"278d425bdf160c739803:"
                        "4708d583dada6a56435fb8bc611c77c359a31eebde13337c16ab43aa6de336ba\","
                        "\"user_data\":\"{\\\"id\\\":\\\"12345\\\"}\"}");
}

static void users_are_as_they_say(void **state) {
    (void)state;
    static const struct {
        const char *fields;
        const char *data;
    } CASES[] = {
        {"", "{'id':'user-1.2'}"},
        {"&user_id=ann&user_info=%7B%22a%22:1%7D", "{'id':'ann','user_info':{'a':1}}"},
        {"&user_id=ann&watchlist=bob,%20eve+,,x", "{'id':'ann','watchlist':['bob','eve','x']}"},
        {"&user_id=ann&watchlist=%5B%22a,b%22%5D", "{'id':'ann','watchlist':['a,b']}"},
        {"&user_id=ann&watchlist=", "{'id':'ann'}"},
    };
    answer given;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        char fields[128];
        char expected[256] = "\"user_data\":\"";
        size_t len = strlen(expected);
        snprintf(fields, sizeof fields, "socket_id=1.2%s", CASES[i].fields);
        for (const char *at = CASES[i].data; *at; at++) {
            if (*at == '\'')
                expected[len++] = '\\';
            expected[len++] = *at == '\'' ? '"' : *at;
        }
        given = ask_user(fields);
        assert_int_equal(given.status, 200);
        if (!strstr(given.body, expected))
            fail_msg("%s: %s", CASES[i].fields, given.body);
    }
    assert_int_equal(ask_user("user_id=ann").status, 400);
    assert_int_equal(ask_user("socket_id=1.2&user_info=x").status, 400);
    given = ask_user("socket_id=1.2&callback=f");
    assert_string_equal(given.type, "application/javascript");
    (void)past(given.body, "f({");
}

static void the_app_can_be_named(void **state) {
    (void)state;
    answer given = ask("socket_id=1.2&channel_name=private-x&app_key=other");
    assert_int_equal(given.status, 200);
    assert_non_null(strstr(given.body, "{\"auth\":\"other:"));
    /* By the key of a token as well; any of the app's pairs signs for all of them. */
    given = ask("socket_id=1.2&channel_name=private-x&app_key=new");
    assert_int_equal(given.status, 200);
    assert_non_null(strstr(given.body, "{\"auth\":\"other:"));
}

static void jsonp_is_answered_with_a_call(void **state) {
    (void)state;
    static const char FIELDS[] = "callback=Pusher.auth_callbacks%5B%271%27%5D&socket_id=1.2"
                                 "&channel_name=private-x";
    answer given = ask(FIELDS);
    assert_int_equal(given.status, 200);
    assert_string_equal(given.type, "application/javascript");
    assert_ptr_equal(strstr(given.body, "Pusher.auth_callbacks['1']({\"auth\":"), given.body);
    assert_string_equal(given.body + strlen(given.body) - 4, "\"});");
    px_dev_auth_request form = {.fields = px_slice_of_text(FIELDS),
                                .asker.host = PX_SLICE("127.0.0.1")};
    assert_string_equal(ask_with(&form).type, "application/json");
}

static void what_is_wrong_is_told(void **state) {
    (void)state;
    static const struct {
        const char *fields;
        const char *part;
    } CASES[] = {
        {"", "socket_id must be"},
        {"channel_name=private-x", "socket_id must be"},
        {"socket_id=1&channel_name=private-x", "socket_id must be"},
        {"socket_id=1.2:presence-y&channel_name=private-x", "socket_id must be"},
        {"socket_id=1.2", "channel_name is missing"},
        {"socket_id=1.2&channel_name=", "channel_name is missing"},
        {"socket_id=1.2&channel_name=private-x%20y", "channel_name is not the name"},
        {"socket_id=1.2&channel_name=private-x:1", "channel_name is not the name"},
        {"socket_id=1.2&channel_name=x", "Only private and presence channels"},
        {"socket_id=1.2&channel_name=private-x&watchlist=%5B1", "watchlist must be"},
        {"socket_id=1&channel_name%5B0%5D=private-x", "socket_id must be"},
        {"socket_id=1.2&channel_name=private-x&app_key=nobody", "no app with this app_key"},
        {"socket_id=1.2&channel_name=presence-x&user_info=%7B", "user_info must be JSON"},
        {"socket_id=1.2&channel_name=private-x&callback=a(b)", "callback is not the name"},
        {"socket_id=1.2&channel_name=private-x&callback=%3Cb%3E", "callback is not the name"},
        {"socket_id=1.2&channel_name=private-x&callback=a%00", "callback is not the name"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        answer given = ask(CASES[i].fields);
        if (given.status != 400 || !strstr(given.body, CASES[i].part))
            fail_msg("%s: %d %s", CASES[i].fields, given.status, given.body);
        assert_null(strstr(given.body, "auth\":"));
        assert_string_equal(given.type, "application/json");
    }
}

static void strangers_get_nothing(void **state) {
    (void)state;
    static const struct {
        const char *host;
        const char *origin;
        int status;
    } CASES[] = {
        {"localhost:6001", "", 200},
        {"127.0.0.1", "http://localhost:3000", 200},
        {"[::1]:1", "https://app.localhost", 200},
        {"LOCALHOST", "http://127.0.0.1:8080/page.html?x", 200},
        {"evil.example", "", 403},
        {"evil.example:6001", "http://localhost", 403},
        {"localhost", "https://evil.example", 403},
        {"localhost", "null", 403},
        {"localhost", "http://localhost.evil.example", 403},
        {"localhost", "http://evillocalhost", 403},
        {"localhost", "http://127.0.0.1.evil.example/", 403},
        {"localhost", "http://localhost@evil.example/", 403},
        {"localhost", "http://localhost:80@evil.example/", 403},
        {"localhost", "file:///etc", 403},
        {"", "", 403},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        px_dev_auth_request request = {
            .fields = PX_SLICE("socket_id=1.2&channel_name=private-x"),
            .asker = {.host = px_slice_of_text(CASES[i].host),
                      .origin = px_slice_of_text(CASES[i].origin)},
        };
        answer given = ask_with(&request);
        if (given.status != CASES[i].status)
            fail_msg("%s, %s: %d", CASES[i].host, CASES[i].origin, given.status);
    }
}

/* By `referrerpolicy="no-referrer"` a page makes its browser say nothing of it in a request for a script. */
static void scripts_are_for_pages_that_are_known(void **state) {
    (void)state;
    static const struct {
        const char *fields;
        const char *origin;
        const char *site;
        int status;
    } CASES[] = {
        {"&callback=f", "", "", 403},
        {"&callback=f", "", "cross-site", 403},
        {"&callback=f", "", "Cross-Site", 403},
        {"", "", "cross-site", 403},
        {"&callback=f", "http://evil.example/", "same-origin", 403},
        {"&callback=f", "", "same-origin", 200},
        {"&callback=f", "", "same-site", 200},
        {"&callback=f", "http://localhost:3000/", "", 200},
        {"&callback=f", "http://localhost:3000/", "cross-site", 200}, /* asks 127.0.0.1 */
        {"", "", "", 200},                                            /* no browser */
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        char fields[100];
        snprintf(fields, sizeof fields, "socket_id=1.2&channel_name=private-x%s", CASES[i].fields);
        px_dev_auth_request request = {
            .fields = px_slice_of_text(fields),
            .asker = {PX_SLICE("localhost"), px_slice_of_text(CASES[i].origin),
                      px_slice_of_text(CASES[i].site)},
            .is_jsonp = true,
        };
        answer given = ask_with(&request);
        if (given.status != CASES[i].status ||
            (given.status != 200 && strstr(given.body, "auth\"")))
            fail_msg("case %zu: %d %s", i, given.status, given.body);
    }
}

/* ---- Without memory ---- */

/* Each answer is whole, or says that there is no memory. */
static void memory_may_fail(void **state) {
    (void)state;
    px_app_options app;
    px_app_options_default(&app);
    px_dev_auth_request request = {.asker = PAGE_OF_THIS_MACHINE,
                                   .fields = PX_SLICE("socket_id=1.2&channel_name[]=presence-x"
                                                      "&channel_name[]=private-encrypted-x"
                                                      "&user_info=%7B%7D&watchlist=a")};
    px_dev_auth_endpoint *endpoints[] = {px_dev_auth, px_dev_user_auth};
    for (size_t i = 0; i < 2; i++) {
        int status = 500;
        for (size_t failing = 1; status != 200; failing++) {
            test_allocator memory;
            px_arena arena;
            px_buffer out;
            const char *type;
            test_allocator_init(&memory);
            memory.fail_at = failing;
            px_arena_init(&arena, &memory.allocator, 1 << 20);
            px_buffer_init(&out, &memory.allocator, 4096);
            status = endpoints[i](&app, 1, &request, &arena, &out, &type);
            assert_true(status == 200 || status == 500);
            if (status == 500 && out.len > 0)
                assert_true(px_slice_starts_with(px_buffer_slice(&out),
                                                 PX_SLICE("{\"error\":\"The server is out of")));
            px_buffer_free(&out);
            px_arena_free(&arena);
            assert_int_equal(memory.live_blocks, 0);
        }
    }
}

/* ---- Through the server ---- */

static void switch_on(px_server_options *options) {
    options->dev_auth = true;
}

static void post(int port, const char *headers, const char *body, test_peer *peer) {
    char request[1024];
    snprintf(request, sizeof request,
             "POST /pusher/auth HTTP/1.1\r\nHost: localhost\r\n%sContent-Length: %zu\r\n\r\n%s",
             headers, strlen(body), body);
    (void)peer_request(port, request, peer);
}

static void a_client_joins_with_it(void **state) {
    (void)state;
    test_server server;
    test_server_start(&server, switch_on);
    test_peer client = peer_connect(server.port);
    peer_send_text(&client,
                   "GET /app/app-key?protocol=7 HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n"
                   "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                   "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    while (!strstr(client.bytes, "activity_timeout"))
        assert_true(peer_receive(&client) > 0);
    char socket_id[64];
    assert_int_equal(
        sscanf(strstr(client.bytes, "socket_id"), "socket_id\\\":\\\"%63[0-9.]", socket_id), 1);
    client.len = 0;
    char body[256];
    snprintf(body, sizeof body, "socket_id=%s&channel_name=presence-x&user_id=ada", socket_id);
    test_peer peer;
    post(server.port, "Origin: http://localhost:3000\r\n", body, &peer);
    assert_non_null(strstr(peer.bytes, "Access-Control-Allow-Origin: http://localhost:3000\r\n"));
    char message[1024];
    snprintf(message, sizeof message,
             "{\"event\":\"pusher:subscribe\",\"data\":{\"channel\":\"presence-x\",%s}",
             peer_answer_body(&peer) + 1);
    peer_send_message(&client, message);
    peer_expect(&client, "\\\"ids\\\":[\\\"ada\\\"]");
    peer_close(&peer);
    peer_close(&client);
    test_server_stop(&server);
}

static void users_are_authenticated_beside(void **state) {
    (void)state;
    test_server server;
    test_peer peer;
    test_server_start(&server, switch_on);
    assert_int_equal(peer_request(server.port,
                                  "POST /pusher/user-auth HTTP/1.1\r\nHost: localhost\r\n"
                                  "Content-Length: 25\r\n\r\nsocket_id=1.2&user_id=ann",
                                  &peer),
                     200);
    assert_non_null(strstr(peer.bytes, "\"user_data\":\"{\\\"id\\\":\\\"ann\\\"}\""));
    peer_close(&peer);
    test_server_stop(&server);
    test_server_start(&server, NULL);
    assert_int_equal(peer_request(server.port,
                                  "GET /pusher/user-auth?socket_id=1.2 HTTP/1.1\r\n"
                                  "Host: localhost\r\n\r\n",
                                  &peer),
                     404);
    peer_close(&peer);
    test_server_stop(&server);
}

static void browsers_may_ask_first(void **state) {
    (void)state;
    test_server server;
    test_peer peer;
    test_server_start(&server, switch_on);
    assert_int_equal(peer_request(server.port,
                                  "OPTIONS /pusher/auth HTTP/1.1\r\nHost: localhost\r\n"
                                  "Origin: http://127.0.0.1:8080\r\n\r\n",
                                  &peer),
                     200);
    assert_non_null(strstr(peer.bytes, "Access-Control-Allow-Origin: http://127.0.0.1:8080\r\n"));
    assert_non_null(strstr(peer.bytes, "Access-Control-Allow-Headers: *, Authorization\r\n"));
    peer_close(&peer);
    post(server.port, "Origin: http://evil.example\r\n", "", &peer);
    assert_null(strstr(peer.bytes, "Access-Control"));
    assert_non_null(strstr(peer.bytes, "HTTP/1.1 403 "));
    peer_close(&peer);
    test_server_stop(&server);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(private_channels_are_signed),
        cmocka_unit_test(presence_channels_get_a_member),
        cmocka_unit_test(encrypted_channels_get_a_key),
        cmocka_unit_test(many_channels_are_answered_each),
        cmocka_unit_test(many_channels_by_jsonp),
        cmocka_unit_test(users_are_signed),
        cmocka_unit_test(users_are_as_they_say),
        cmocka_unit_test(the_app_can_be_named),
        cmocka_unit_test(jsonp_is_answered_with_a_call),
        cmocka_unit_test(what_is_wrong_is_told),
        cmocka_unit_test(strangers_get_nothing),
        cmocka_unit_test(scripts_are_for_pages_that_are_known),
        cmocka_unit_test(a_client_joins_with_it),
        cmocka_unit_test(memory_may_fail),
        cmocka_unit_test(users_are_authenticated_beside),
        cmocka_unit_test(browsers_may_ask_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
