/* Who a client is when proxies are between, and what that changes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <pthread.h>
#include <string.h>

#include "host_peer.h"
#include "tls_peer.h"

static test_server server;
static tls_files files;
static tls_peer secure;

/* ---- The log: a line is there before the answer that belongs to it ---- */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char lines[65536];

static void on_log(void *context, int level, px_slice line) {
    (void)context;
    (void)level;
    pthread_mutex_lock(&lock);
    size_t used = strlen(lines);
    snprintf(lines + used, sizeof lines - used, "%.*s\n", (int)line.len, line.ptr);
    pthread_mutex_unlock(&lock);
}

static void expect_logged(const char *part) {
    pthread_mutex_lock(&lock);
    bool is_there = strstr(lines, part) != NULL;
    pthread_mutex_unlock(&lock);
    if (!is_there)
        fail_msg("'%s' is not in the log:\n%s", part, lines);
}

/* ---- Servers ---- */

static const px_slice TRUSTED[] = {PX_LITERAL("127.0.0.1"), PX_LITERAL("10.0.0.0/8")};
static px_app_options app;

static void with_app(px_server_options *options, const char *secret) {
    px_app_options_default(&app);
    app.id = PX_SLICE("app-id");
    app.key = PX_SLICE("app-key");
    app.secret = px_slice_of_text(secret);
    options->apps = &app;
    options->app_count = 1;
    options->log = on_log;
    lines[0] = '\0';
}

static void with_nothing(px_server_options *options) {
    with_app(options, "app-secret");
    options->dev_auth = true;
}

static void with_trust(px_server_options *options) {
    with_nothing(options);
    options->trusted_proxies = (px_name_list){TRUSTED, 2};
}

/* The default credentials as a token of an app that has others as well. */
static void with_default_token(px_server_options *options) {
    static const px_token TOKEN = {PX_LITERAL(PX_SERVER_DEFAULT_KEY),
                                   PX_LITERAL(PX_SERVER_DEFAULT_SECRET)};
    with_trust(options);
    with_app(options, "mine");
    app.key = PX_SLICE("my-key");
    app.tokens = (px_token_list){&TOKEN, 1};
}

static void with_required_tls(px_server_options *options) {
    with_trust(options);
    with_app(options, "mine");
    app.require_tls = true;
}

static void with_untrusted_tls(px_server_options *options) {
    with_required_tls(options);
    options->trusted_proxies = (px_name_list){TRUSTED + 1, 1};
}

static void with_proxy_protocol(px_server_options *options) {
    static const px_slice ANY_PORT = PX_LITERAL("127.0.0.1:0");
    with_required_tls(options);
    options->dev_auth = true;
    options->proxy_protocol = true;
    options->head_timeout_ms = 2000;
    options->tls_listen = (px_name_list){&ANY_PORT, 1};
    options->tls_cert = px_slice_of_text(files.certificate);
    options->tls_key = px_slice_of_text(files.key);
}

static void with_haste(px_server_options *options) {
    with_proxy_protocol(options);
    options->head_timeout_ms = 10;
}

static void with_strangers_only(px_server_options *options) {
    with_proxy_protocol(options);
    options->trusted_proxies = (px_name_list){TRUSTED + 1, 1};
}

static int set_up(void **state) {
    (void)state;
    tls_files_make(&files);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    test_server_stop(&server);
    tls_files_remove(&files);
    return 0;
}

/* ---- Requests ---- */

#define UPGRADE                                                                                    \
    "GET /app/app-key?protocol=7 HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"            \
    "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"                                         \
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
#define ESTABLISHED "pusher:connection_established"
#define GET(path)   "GET " path " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
#define AUTH        GET("/pusher/auth?socket_id=1.2&channel_name=private-c")

/* Sends all of it and reads until `part` has come. */
static void expect_on(int port, px_slice request, const char *part) {
    test_peer peer = peer_connect(port);
    peer_send(&peer, request);
    while (!strstr(peer.bytes, part))
        if (peer_receive(&peer) == 0)
            fail_msg("no '%s' in '%s'", part, peer.bytes);
    peer_close(&peer);
}

static void expect(const char *request, const char *part) {
    expect_on(server.port, px_slice_of_text(request), part);
}

/* ---- Headers ---- */

static void the_log_names_the_client(void **state) {
    (void)state;
    test_server_start(&server, with_required_tls);
    expect(GET("/healthz") "\r\n", "ok");
    expect_logged("GET /healthz 200 (127.0.0.1)");
    expect(GET("/healthz") "X-Forwarded-For: 203.0.113.5, 192.0.2.7, 10.1.1.1\r\n\r\n", "ok");
    expect_logged("GET /healthz 200 (192.0.2.7)");
    expect(GET("/healthz") "Forwarded: for=\"[2001:db8::5]\"\r\n\r\n", "ok");
    expect_logged("GET /healthz 200 (2001:db8::5)");
    expect(UPGRADE "X-Forwarded-For: 192.0.2.8\r\n\r\n", "4000");
    expect_logged("4000 Application only accepts SSL connections, reconnect using wss:// "
                  "(192.0.2.8)");
    expect(UPGRADE "X-Forwarded-For: 192.0.2.9\r\nX-Forwarded-Proto: https\r\n\r\n", ESTABLISHED);
    expect_logged(", 192.0.2.9)");
}

static void only_a_trusted_proxy_can_say_that_it_is_tls(void **state) {
    (void)state;
    test_server_start(&server, with_required_tls);
    expect(UPGRADE "\r\n", "\"code\":4000");
    expect(UPGRADE "X-Forwarded-Proto: http\r\n\r\n", "\"code\":4000");
    expect(UPGRADE "X-Forwarded-Proto: https\r\n\r\n", ESTABLISHED);
    expect(UPGRADE "Forwarded: for=192.0.2.1;proto=https\r\n\r\n", ESTABLISHED);
    test_server_stop(&server);
    test_server_start(&server, with_untrusted_tls);
    expect(UPGRADE "X-Forwarded-Proto: https\r\nX-Forwarded-For: 192.0.2.1\r\n\r\n",
           "\"code\":4000");
    expect_logged("reconnect using wss:// (127.0.0.1)");
}

/* A proxy on this machine does not make the world local: whether it is trusted or not. */
static void who_is_forwarded_is_not_local(void **state) {
    (void)state;
    static void (*const WITH[])(px_server_options * options) = {with_nothing, with_trust};
    for (size_t i = 0; i < 2; i++) {
        if (i > 0)
            test_server_stop(&server);
        test_server_start(&server, WITH[i]);
        expect(AUTH "\r\n", "HTTP/1.1 200");
        expect(AUTH "X-Forwarded-For: 127.0.0.1\r\n\r\n", "HTTP/1.1 200");
        expect(AUTH "X-Forwarded-For: 192.0.2.1\r\n\r\n", "HTTP/1.1 404");
        expect(AUTH "X-Forwarded-For: 127.0.0.1, 192.0.2.1\r\n\r\n", "HTTP/1.1 404");
        expect(AUTH "X-Forwarded-For: somebody\r\n\r\n", "HTTP/1.1 404");
        expect(AUTH "Forwarded: for=192.0.2.1\r\n\r\n", "HTTP/1.1 404");
        expect(AUTH "X-Forwarded-For: 127.0.0.1\r\nForwarded: for=192.0.2.1\r\n\r\n",
               "HTTP/1.1 404");
    }
}

static void default_credentials_are_for_this_machine(void **state) {
    (void)state;
    test_server_start(&server, with_trust);
    expect(UPGRADE "\r\n", ESTABLISHED);
    expect(UPGRADE "X-Forwarded-For: 127.0.0.1\r\n\r\n", ESTABLISHED);
    expect(UPGRADE "X-Forwarded-For: 192.0.2.1\r\n\r\n", "\"code\":4001");
    expect_logged("kept 192.0.2.1 away");
    expect(GET("/apps/app-id/channels") "\r\n", "HTTP/1.1 401");
    expect(GET("/apps/app-id/channels") "X-Forwarded-For: 192.0.2.1\r\n\r\n", "HTTP/1.1 403");
    expect(GET("/apps/other/channels") "X-Forwarded-For: 192.0.2.1\r\n\r\n", "HTTP/1.1 404");
    expect(GET("/apps/app-id") "X-Forwarded-For: 192.0.2.1\r\n\r\n", "HTTP/1.1 403");
}

static void a_default_token_is_for_this_machine(void **state) {
    (void)state;
    test_server_start(&server, with_default_token);
    expect(UPGRADE "\r\n", ESTABLISHED);
    expect(UPGRADE "X-Forwarded-For: 192.0.2.1\r\n\r\n", "\"code\":4001");
    expect_logged("kept 192.0.2.1 away");
}

/* ---- The PROXY protocol ---- */

#define V1 "PROXY TCP4 192.0.2.1 198.51.100.1 12345 443\r\n"
#define V2 "\r\n\r\n\0\r\nQUIT\n"
#define V2_TLS                                                                                     \
    V2 "\x21\x11\0\x14\xc0\0\x02\x02\xc6\x33\x64\x01\x30\x39\x01\xbb\x20\0\x05\x01\0\0\0\0"
#define V2_LOCAL_TLS                                                                               \
    V2 "\x21\x11\0\x14\x7f\0\0\x01\x7f\0\0\x01\x30\x39\x01\xbb\x20\0\x05\x01\0\0\0\0"
#define V2_OWN V2 "\x20\0\0\0"

static void the_header_names_the_client(void **state) {
    (void)state;
    test_server_start(&server, with_proxy_protocol);
    expect(V1 GET("/healthz") "\r\n", "ok");
    expect_logged("GET /healthz 200 (192.0.2.1)");
    expect_on(server.port, PX_SLICE(V2_TLS UPGRADE "\r\n"), ESTABLISHED);
    expect_logged(", 192.0.2.2)");
    expect(V1 UPGRADE "\r\n", "\"code\":4000");
    expect_on(server.port, PX_SLICE(V2_OWN GET("/healthz") "\r\n"), "ok");
    /* The client is not trusted, whatever its headers say. */
    expect(V1 GET("/healthz") "X-Forwarded-For: 203.0.113.1\r\n\r\n", "ok");
    expect(V1 UPGRADE "X-Forwarded-Proto: https\r\n\r\n", "\"code\":4000");
    expect("PROXY UNKNOWN\r\n" UPGRADE "X-Forwarded-Proto: https\r\n\r\n", "\"code\":4000");
    /* A chain: the client of the first proxy is one that is trusted as well. */
    expect("PROXY TCP4 10.0.0.1 127.0.0.1 1 2\r\n" GET(
               "/healthz") "X-Forwarded-For: 203.0.113.1\r\n\r\n",
           "ok");
    expect_logged("GET /healthz 200 (203.0.113.1)");
}

static void the_header_tells_what_is_local(void **state) {
    (void)state;
    test_server_start(&server, with_proxy_protocol);
    expect("PROXY TCP4 127.0.0.1 127.0.0.1 1 2\r\n" AUTH "\r\n", "HTTP/1.1 200");
    expect(V1 AUTH "\r\n", "HTTP/1.1 404");
    expect("PROXY UNKNOWN\r\n" AUTH "\r\n", "HTTP/1.1 404");
    expect_on(server.port, PX_SLICE(V2_LOCAL_TLS AUTH "\r\n"), "HTTP/1.1 200");
}

static void the_header_may_come_in_pieces(void **state) {
    (void)state;
    static const char WHOLE[] = V1 GET("/healthz") "\r\n";
    test_server_start(&server, with_proxy_protocol);
    for (size_t at = 1; at < sizeof V1 + 2; at += 3) {
        test_peer peer = peer_connect(server.port);
        peer_send(&peer, px_slice_of(WHOLE, at));
        /* So that the pieces are read one by one: the answer to another request comes between. */
        expect(V1 GET("/healthz") "\r\n", "ok");
        peer_send(&peer, px_slice_of(WHOLE + at, sizeof WHOLE - 1 - at));
        peer_receive_all(&peer);
        assert_non_null(strstr(peer.bytes, "ok"));
        peer_close(&peer);
    }
}

/* TLS begins behind the header, in the same packet or in another. */
static void tls_comes_behind_the_header(void **state) {
    (void)state;
    char address[PX_SERVER_ADDRESS_SIZE];
    test_server_start(&server, with_proxy_protocol);
    assert_true(px_server_address(server.server, 1, address));
    int port = (int)strtol(strrchr(address, ':') + 1, NULL, 10);
    for (int is_glued = 0; is_glued < 2; is_glued++) {
        const tls_wish wish = {.before = V1, .is_glued = is_glued != 0};
        assert_true(tls_connect(&secure, port, &wish));
        tls_send(&secure, PX_SLICE(UPGRADE "\r\n"));
        tls_expect(&secure, ESTABLISHED);
        expect_logged(", 192.0.2.1)");
        tls_close(&secure);
    }
}

static void what_is_no_header_is_turned_away(void **state) {
    (void)state;
    test_server_start(&server, with_proxy_protocol);
    test_peer peer = peer_connect(server.port);
    peer_send_text(&peer, "GET / HTTP/1.1\r\n\r\n");
    assert_int_equal(peer_receive(&peer), 0);
    expect_logged("closed a connection from 127.0.0.1: it does not begin with a PROXY header");
    peer_close(&peer);
}

static void a_slow_header_is_cut(void **state) {
    (void)state;
    test_server_start(&server, with_haste);
    test_peer peer = peer_connect(server.port);
    peer_send_text(&peer, "PROXY TCP4");
    assert_true(peer_is_at_end(&peer));
    peer_close(&peer);
}

static void strangers_are_turned_away(void **state) {
    (void)state;
    test_server_start(&server, with_strangers_only);
    test_peer peer = peer_connect(server.port);
    assert_true(peer_is_at_end(&peer));
    expect_logged("closed a connection from 127.0.0.1: it is no trusted proxy");
    peer_close(&peer);
}

/* ---- The options ---- */

static void expect_refusal(px_server_options *options, const char *part) {
    px_server *made;
    char why[PX_SERVER_ERROR_SIZE];
    assert_int_equal(px_server_new(options, &made, why, sizeof why), PX_ERR_ARGUMENT);
    if (!strstr(why, part))
        fail_msg("not '%s' but: %s", part, why);
}

static void options_are_checked(void **state) {
    (void)state;
    static const px_slice WRONG[] = {PX_LITERAL("127.0.0.1"), PX_LITERAL("10.0.0.1/8")};
    px_server_options options = test_server_options();
    options.proxy_protocol = true;
    expect_refusal(&options, "proxy_protocol needs trusted_proxies");
    options.trusted_proxies = (px_name_list){WRONG, 2};
    expect_refusal(&options, "'10.0.0.1/8' in trusted_proxies");
}

#define WITH_SERVER(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        WITH_SERVER(the_log_names_the_client),
        WITH_SERVER(only_a_trusted_proxy_can_say_that_it_is_tls),
        WITH_SERVER(who_is_forwarded_is_not_local),
        WITH_SERVER(default_credentials_are_for_this_machine),
        WITH_SERVER(a_default_token_is_for_this_machine),
        WITH_SERVER(the_header_names_the_client),
        WITH_SERVER(the_header_tells_what_is_local),
        WITH_SERVER(the_header_may_come_in_pieces),
        WITH_SERVER(tls_comes_behind_the_header),
        WITH_SERVER(what_is_no_header_is_turned_away),
        WITH_SERVER(a_slow_header_is_cut),
        WITH_SERVER(strangers_are_turned_away),
        cmocka_unit_test(options_are_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
