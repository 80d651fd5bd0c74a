/* Starting and ending: addresses, options that are refused, draining. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host_peer.h"
#include "server/host_date.h"

/* ---- Options ---- */

static px_app_options own_app(const char *id, const char *key, const char *secret) {
    px_app_options app;
    px_app_options_default(&app);
    app.id = px_slice_of_text(id);
    app.key = px_slice_of_text(key);
    app.secret = px_slice_of_text(secret);
    return app;
}

/* Makes and frees a server; the sentence in `why` when that fails. */
static int try_options(const px_server_options *options, char why[PX_SERVER_ERROR_SIZE]) {
    px_server *server;
    int result = px_server_new(options, &server, why, PX_SERVER_ERROR_SIZE);
    if (result == PX_OK)
        px_server_free(server);
    return result;
}

static void assert_refused(const px_server_options *options, const char *part) {
    char why[PX_SERVER_ERROR_SIZE];
    assert_int_equal(try_options(options, why), PX_ERR_ARGUMENT);
    if (!strstr(why, part))
        fail_msg("'%s' does not say '%s'", why, part);
    assert_null(strchr(why, '\n'));
}

static void well_known_secrets_stay_on_this_machine(void **state) {
    (void)state;
    static const char *const ELSEWHERE[] = {"0.0.0.0:0", "[::]:0", "192.0.2.1:0"};
    px_app_options apps[] = {own_app("1", "k", "hidden"), own_app("2", "l", "app-secret")};
    for (size_t i = 0; i < sizeof ELSEWHERE / sizeof *ELSEWHERE; i++) {
        px_slice addresses[] = {PX_SLICE("127.0.0.1:0"), px_slice_of_text(ELSEWHERE[i])};
        px_server_options options = test_server_options();
        options.listen = (px_name_list){addresses, 2};
        assert_refused(&options, "with the default credentials");
        assert_refused(&options, ELSEWHERE[i]);
        options.apps = apps;
        options.app_count = 2;
        assert_refused(&options, "with the default credentials");
        static const px_token KNOWN = {PX_LITERAL("k2"), PX_LITERAL(PX_SERVER_DEFAULT_SECRET)};
        apps[0].tokens = (px_token_list){&KNOWN, 1};
        options.app_count = 1;
        assert_refused(&options, "with the default credentials");
        apps[0].tokens.count = 0;
        options.dev_auth = true;
        assert_refused(&options, "with dev_auth");
    }
}

static void an_app_of_ones_own_may_be_reached_from_elsewhere(void **state) {
    (void)state;
    static const px_slice ANYWHERE = PX_LITERAL("0.0.0.0:0");
    char why[PX_SERVER_ERROR_SIZE];
    px_app_options app = own_app("1", "k", "hidden");
    px_server_options options = test_server_options();
    options.listen = (px_name_list){&ANYWHERE, 1};
    options.apps = &app;
    options.app_count = 1;
    assert_int_equal(try_options(&options, why), PX_OK);
}

static void bad_options_are_told(void **state) {
    (void)state;
    px_app_options apps[] = {own_app("1", "k", "s"), own_app("1", "l", "s")};
    px_server_options options = test_server_options();
    options.max_backlog = 0;
    assert_refused(&options, "max_backlog must be between 4096 and 1073741824");
    options = test_server_options();
    options.hub.pong_timeout = 0;
    assert_refused(&options, "pong_timeout must be between 1 and 3600");
    options = test_server_options();
    options.apps = apps;
    options.app_count = 2;
    assert_refused(&options, "app 2: ");
    apps[1] = own_app("2", "l", "");
    assert_refused(&options, "its secret is empty");
    apps[1] = own_app("2", "l", "s");
    apps[1].max_batch = 0;
    assert_refused(&options, "max_batch must be between");
    apps[1] = own_app("2", "l", "s");
    px_token token = {PX_LITERAL("m"), PX_LITERAL("")};
    apps[1].tokens = (px_token_list){&token, 1};
    assert_refused(&options, "its token's key or secret is empty");
    token = (px_token){PX_LITERAL("k"), PX_LITERAL("s")};
    assert_refused(&options, "app 2: ");
    static const char *const PREFIXES[] = {"x", "/", "/x/", "/x y", "/x?", "/%20", "/\x01"};
    for (size_t i = 0; i < sizeof PREFIXES / sizeof *PREFIXES; i++) {
        options = test_server_options();
        options.path_prefix = px_slice_of_text(PREFIXES[i]);
        assert_refused(&options, "path_prefix must look like /realtime");
    }
}

static void bad_webhooks_are_told(void **state) {
    (void)state;
    static const px_named_text HEADERS[][2] = {
        {{PX_LITERAL("X-Pusher-Key"), PX_LITERAL("k")}, {PX_LITERAL("b"), PX_LITERAL("c")}},
        {{PX_LITERAL("a"), PX_LITERAL("b")}, {PX_LITERAL("A"), PX_LITERAL("c")}},
    };
    px_webhook_options webhook;
    px_app_options app = own_app("1", "k", "s");
    px_server_options options = test_server_options();
    app.webhooks = (px_webhook_list){&webhook, 1};
    options.apps = &app;
    options.app_count = 1;
    px_webhook_options_default(&webhook);
    assert_refused(&options, "url of a webhook must be an http:// or https:// URL: it must begin");
    webhook.url = PX_SLICE("http://a");
    webhook.timeout_ms = 1;
    assert_refused(&options, "timeout_ms must be between 10 and 600000");
    webhook.timeout_ms = 10;
    webhook.event_types = 0;
    assert_refused(&options, "event_types of a webhook must be at least one");
    webhook.event_types = PX_WEBHOOK_ALL;
    webhook.headers = (px_named_text_list){HEADERS[0], 2};
    assert_refused(&options, "headers of a webhook must not hold X-Pusher-...");
    webhook.headers = (px_named_text_list){HEADERS[1], 2};
    assert_refused(&options, "headers of a webhook must not hold a header twice");
    webhook.headers.count = 1;
    char why[PX_SERVER_ERROR_SIZE];
    assert_int_equal(try_options(&options, why), PX_OK);
}

/* ---- Addresses ---- */

static void addresses_are_told_apart(void **state) {
    (void)state;
    static const struct {
        const char *text;
        bool is_loopback;
    } CASES[] = {
        {"127.0.0.1:6001", true}, {"127.1.2.3:0", true},          {"localhost:65535", true},
        {"[::1]:6001", true},     {"[::ffff:127.0.0.1]:1", true}, {"0.0.0.0:6001", false},
        {"[::]:6001", false},     {"10.0.0.1:6001", false},       {"[::ffff:10.0.0.1]:1", false},
        {"[fe80::1]:1", false},   {"128.0.0.1:1", false},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++)
        if (px_server_address_is_loopback(px_slice_of_text(CASES[i].text)) != CASES[i].is_loopback)
            fail_msg("%s", CASES[i].text);
}

static void what_is_no_address_is_told(void **state) {
    (void)state;
    static const char *const TEXTS[] = {
        "",
        "127.0.0.1",
        "127.0.0.1:",
        "127.0.0.1:x",
        ":6001",
        "6001",
        "127.0.0.1:-1",
        "127.0.0.1:+1",
        "127.1:1",
        "127.0.0.1:65536",
        "::1:6001",
        "[::1]",
        "[::1:6001",
        "[]:1",
        "[127.0.0.1]:1",
        "1111111111111111111111111111111111111111111111111111111111111111111111111111111111:1",
        "example:1",
        "localhost2:80",
        " 127.0.0.1:80",
        "127.0.0.1 :1",
        "[::1%lo]:1",
    };
    px_app_options app = own_app("1", "k", "hidden");
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++) {
        px_slice text = px_slice_of_text(TEXTS[i]);
        px_server_options options = test_server_options();
        assert_false(px_server_address_is_loopback(text));
        options.listen = (px_name_list){&text, 1};
        options.apps = &app;
        options.app_count = 1;
        assert_refused(&options, "write ADDRESS:PORT");
    }
}

static void bound_addresses_can_be_asked_for(void **state) {
    (void)state;
    static const px_slice ADDRESSES[] = {PX_LITERAL("127.0.0.1:0"), PX_LITERAL("localhost:0"),
                                         PX_LITERAL("[::1]:0")};
    px_server_options options = test_server_options();
    char why[PX_SERVER_ERROR_SIZE];
    char address[PX_SERVER_ADDRESS_SIZE];
    px_server *server;
    options.listen = (px_name_list){ADDRESSES, 3};
    if (px_server_new(&options, &server, why, sizeof why) != PX_OK) {
        options.listen.count = 2; /* a machine without IPv6 */
        assert_int_equal(px_server_new(&options, &server, why, sizeof why), PX_OK);
    }
    for (size_t i = 0; i < options.listen.count; i++) {
        assert_true(px_server_address(server, i, address));
        assert_memory_equal(address, i < 2 ? "127.0.0.1:" : "[::1]:", i < 2 ? 10 : 6);
        assert_int_not_equal(strtol(strrchr(address, ':') + 1, NULL, 10), 0);
    }
    assert_false(px_server_address(server, options.listen.count, address));
    px_server_free(server);
}

static void a_taken_address_is_told(void **state) {
    (void)state;
    char why[PX_SERVER_ERROR_SIZE];
    char address[PX_SERVER_ADDRESS_SIZE];
    px_server_options options = test_server_options();
    px_server *first;
    px_server *second;
    assert_int_equal(px_server_new(&options, &first, why, sizeof why), PX_OK);
    assert_true(px_server_address(first, 0, address));
    px_slice taken = px_slice_of_text(address);
    options.listen = (px_name_list){&taken, 1};
    assert_int_equal(px_server_new(&options, &second, why, sizeof why), PX_ERR_STATE);
    assert_non_null(strstr(why, address));
    assert_non_null(strstr(why, "is another server running there?"));
    px_server_free(first);
}

/* ---- Ending ---- */

static void connections_are_told_to_come_back(void **state) {
    (void)state;
    test_server server;
    test_server_start(&server, NULL);
    test_peer subscriber = peer_open(server.port);
    peer_subscribe(&subscriber, "c");
    px_server_stop(server.server);
    peer_expect(&subscriber, "\"event\":\"pusher:error\",\"data\":{\"code\":4200");
    peer_expect_close(&subscriber, 4200);
    peer_close(&subscriber);
    test_server_join(&server);
}

static void set_long_grace(px_server_options *options) {
    options->grace_ms = 600000;
}

static void a_stopping_server_says_so(void **state) {
    (void)state;
    test_server server;
    test_server_start(&server, set_long_grace);
    test_peer subscriber = peer_open(server.port);
    test_peer busy = peer_connect(server.port);
    test_peer idle = peer_connect(server.port);
    peer_send_text(&idle, "GET /ready HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_int_equal(peer_answer(&idle), 200);
    peer_send_text(&busy, "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\nGET /ready HTTP/1.1\r\n");
    assert_int_equal(peer_answer(&busy), 200);
    px_server_stop(server.server);
    assert_int_equal(peer_receive(&idle), 0); /* nobody waits for what may never come */
    peer_send_text(&busy, "Host: a\r\n\r\n");
    assert_int_equal(peer_answer(&busy), 503);
    assert_non_null(strstr(busy.bytes, "Connection: close\r\n"));
    peer_close(&busy);
    peer_close(&idle);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)server.port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), -1);
    close(fd);
    px_server_stop(server.server); /* the second time: at once */
    test_server_join(&server);
    peer_close(&subscriber);
}

static void set_short_end(px_server_options *options) {
    options->head_timeout_ms = 600000;
    options->close_timeout_ms = 100;
}

static void half_a_request_does_not_hold_it(void **state) {
    (void)state;
    test_server server;
    test_server_start(&server, set_short_end);
    test_peer peer = peer_connect(server.port);
    peer_send_text(&peer, "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\n");
    assert_int_equal(peer_answer(&peer), 200);
    px_server_stop(server.server);
    test_server_join(&server);
    peer_close(&peer);
}

static void a_server_without_connections_ends_at_once(void **state) {
    (void)state;
    test_server server;
    test_server_start(&server, set_long_grace);
    px_server_stop(server.server);
    test_server_join(&server);
}

static void a_server_may_be_stopped_before_it_runs(void **state) {
    (void)state;
    px_server_options options = test_server_options();
    px_server *server;
    char why[PX_SERVER_ERROR_SIZE];
    assert_int_equal(px_server_new(&options, &server, why, sizeof why), PX_OK);
    for (int i = 0; i < 100000; i++) /* more often than the pipe holds */
        px_server_stop(server);
    assert_int_equal(px_server_run(server), PX_OK);
    px_server_free(server);
    px_server_free(NULL);
}

/* Connections that the server closed itself linger in the system; the port must be free all the
 * same. Something else may take it in between, so it is tried more than once. */
static void a_port_can_be_used_again(void **state) {
    (void)state;
    bool is_used_again = false;
    for (int i = 0; i < 10 && !is_used_again; i++) {
        test_server server;
        test_peer peer;
        char why[PX_SERVER_ERROR_SIZE];
        char address[PX_SERVER_ADDRESS_SIZE];
        test_server_start(&server, NULL);
        assert_true(px_server_address(server.server, 0, address));
        peer_request(server.port, "GET / HTTP/1.0\r\n\r\n", &peer);
        peer_receive_all(&peer);
        peer_close(&peer);
        test_server_stop(&server);
        px_slice again = px_slice_of_text(address);
        px_server_options options = test_server_options();
        options.listen = (px_name_list){&again, 1};
        is_used_again = try_options(&options, why) == PX_OK;
    }
    assert_true(is_used_again);
}

static void a_server_is_freed_with_its_connections(void **state) {
    (void)state;
    test_server server;
    test_server_start(&server, set_long_grace);
    test_peer subscribers[3];
    for (int i = 0; i < 3; i++) {
        subscribers[i] = peer_open(server.port);
        peer_subscribe(&subscribers[i], "c");
        peer_send(&subscribers[i], px_slice_of("\x81", 1)); /* half a frame */
    }
    test_server_stop(&server);
    for (int i = 0; i < 3; i++) {
        peer_receive_all(&subscribers[i]);
        peer_close(&subscribers[i]);
    }
}

/* ---- Dates ---- */

static void dates_are_written_as_http_wants_them(void **state) {
    (void)state;
    char out[PX_DATE_LENGTH];
    assert_int_equal(px_date(784111777, out), PX_DATE_LENGTH);
    assert_memory_equal(out, "Sun, 06 Nov 1994 08:49:37 GMT", PX_DATE_LENGTH);
    px_date(1709164799, out);
    assert_memory_equal(out, "Wed, 28 Feb 2024 23:59:59 GMT", PX_DATE_LENGTH);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(well_known_secrets_stay_on_this_machine),
        cmocka_unit_test(an_app_of_ones_own_may_be_reached_from_elsewhere),
        cmocka_unit_test(bad_options_are_told),
        cmocka_unit_test(bad_webhooks_are_told),
        cmocka_unit_test(addresses_are_told_apart),
        cmocka_unit_test(what_is_no_address_is_told),
        cmocka_unit_test(bound_addresses_can_be_asked_for),
        cmocka_unit_test(a_taken_address_is_told),
        cmocka_unit_test(connections_are_told_to_come_back),
        cmocka_unit_test(a_stopping_server_says_so),
        cmocka_unit_test(half_a_request_does_not_hold_it),
        cmocka_unit_test(a_server_without_connections_ends_at_once),
        cmocka_unit_test(a_server_may_be_stopped_before_it_runs),
        cmocka_unit_test(a_port_can_be_used_again),
        cmocka_unit_test(a_server_is_freed_with_its_connections),
        cmocka_unit_test(dates_are_written_as_http_wants_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
