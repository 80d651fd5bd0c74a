/* The server's TLS listener, seen by clients. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <semaphore.h>
#include <string.h>

#include "host_peer.h"
#include "tls_peer.h"

static tls_files files;
static test_server server;
static int tls_port;
static tls_peer peer;
static tls_peer other;

/* What the log says about certificates: tests wait for it. */
static sem_t reloaded;
static char last_line[512];

static void on_log(void *context, int level, px_slice line) {
    (void)context;
    (void)level;
    bool is_failure = level == 1;
    if (!is_failure && !px_slice_starts_with(line, PX_SLICE("new connections get")))
        return;
    snprintf(last_line, sizeof last_line, "%.*s", (int)line.len, line.ptr);
    sem_post(&reloaded);
}

static void with_tls(px_server_options *options) {
    static const px_slice ANY_PORT = PX_LITERAL("127.0.0.1:0");
    options->tls_listen = (px_name_list){&ANY_PORT, 1};
    options->tls_cert = px_slice_of_text(files.certificate);
    options->tls_key = px_slice_of_text(files.key);
    options->log = on_log;
}

static void with_required_tls(px_server_options *options) {
    static px_app_options app;
    px_app_options_default(&app);
    app.id = PX_SLICE(PX_SERVER_DEFAULT_ID);
    app.key = PX_SLICE(PX_SERVER_DEFAULT_KEY);
    app.secret = PX_SLICE(PX_SERVER_DEFAULT_SECRET);
    app.require_tls = true;
    app.client_events_per_second = 0;
    with_tls(options);
    options->apps = &app;
    options->app_count = 1;
}

static void with_haste(px_server_options *options) {
    with_tls(options);
    options->tls_timeout_ms = 10;
}

static void start(void (*change)(px_server_options *options)) {
    char address[PX_SERVER_ADDRESS_SIZE];
    test_server_start(&server, change);
    assert_false(px_server_address_is_tls(server.server, 0));
    assert_true(px_server_address_is_tls(server.server, 1));
    assert_true(px_server_address(server.server, 1, address));
    assert_false(px_server_address(server.server, 2, address));
    tls_port = (int)strtol(strrchr(address, ':') + 1, NULL, 10);
}

static int set_up(void **state) {
    (void)state;
    sem_init(&reloaded, 0, 0);
    tls_files_make(&files);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    test_server_stop(&server);
    tls_files_remove(&files);
    sem_destroy(&reloaded);
    return 0;
}

static void subscribe(tls_peer *to, const char *channel) {
    char text[128];
    snprintf(text, sizeof text, "{\"event\":\"pusher:subscribe\",\"data\":{\"channel\":\"%s\"}}",
             channel);
    tls_send_message(to, text);
    tls_expect(to, "subscription_succeeded");
}

static void http_and_websockets_are_served(void **state) {
    (void)state;
    start(with_tls);
    assert_true(tls_connect(&peer, tls_port, NULL));
    tls_send(&peer, PX_SLICE("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"));
    tls_expect(&peer, "\r\n\r\nok\n");
    tls_send(&peer, PX_SLICE("GET /healthz HTTP/1.1\r\nHost: localhost\r\n"
                             "Connection: close\r\n\r\n"));
    assert_true(tls_is_ended(&peer));
    tls_close(&peer);

    tls_open(&peer, tls_port);
    subscribe(&peer, "c");
    assert_int_equal(peer_publish(server.port, "c", "plain-to-tls", "1"), 200);
    tls_expect(&peer, "plain-to-tls");
    tls_close(&peer);
}

/* The most that one message can be, both ways. */
static void the_page_says_how_to_connect(void **state) {
    (void)state;
    start(with_tls);
    assert_true(tls_connect(&peer, tls_port, NULL));
    tls_send(&peer, PX_SLICE("GET / HTTP/1.1\r\nHost: example.org\r\n\r\n"));
    tls_expect(&peer, "wsHost: \"example.org\", wssPort: 443,\n  forceTLS: true");
    tls_close(&peer);
}

static void large_messages_pass(void **state) {
    (void)state;
    static char data[9001];
    memset(data, 'x', sizeof data - 1);
    start(with_tls);
    tls_open(&peer, tls_port);
    subscribe(&peer, "c");
    for (int i = 0; i < 20; i++)
        assert_int_equal(peer_publish(server.port, "c", i < 19 ? "e" : "last", data), 200);
    tls_expect(&peer, "\"last\"");
    assert_true(peer.len > 20 * 9000);
    tls_close(&peer);
}

/* A client's request in many records, the server's answer in few. */
static void small_messages_share_records(void **state) {
    (void)state;
    enum { COUNT = 400 };
    static char frames[COUNT * 32];
    start(with_tls);
    tls_open(&peer, tls_port);
    /* One record with many pings in it: each gets its pong, in the same turn of the loop. */
    size_t len = 0;
    for (int i = 0; i < COUNT; i++) {
        static const char PING[] = {(char)0x89, (char)0x80, 0, 0, 0, 0};
        memcpy(frames + len, PING, sizeof PING);
        len += sizeof PING;
    }
    peer.records = 0;
    peer.len = 0;
    tls_send(&peer, px_slice_of(frames, len));
    tls_receive(&peer, (size_t)COUNT * 2);
    assert_in_range(peer.records, 1, 8);
    tls_close(&peer);
}

static void plain_http_is_told(void **state) {
    (void)state;
    test_peer plain;
    start(with_tls);
    assert_int_equal(peer_request(tls_port, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", &plain),
                     400);
    assert_non_null(strstr(peer_answer_body(&plain), "speaks TLS"));
    peer_receive_all(&plain);
    peer_close(&plain);
}

static void what_is_no_handshake_is_cut(void **state) {
    (void)state;
    start(with_tls);
    test_peer plain = peer_connect(tls_port);
    peer_send_text(&plain, "\x16\x03\x01\xff\xff this is no handshake at all, not even nearly");
    peer_receive_all(&plain);
    peer_close(&plain);
}

static void a_slow_handshake_is_cut(void **state) {
    (void)state;
    start(with_haste);
    test_peer silent = peer_connect(tls_port);
    test_peer slow = peer_connect(tls_port);
    peer_send_text(&slow, "\x16\x03\x01");
    assert_true(peer_is_at_end(&silent));
    assert_true(peer_is_at_end(&slow));
    peer_close(&silent);
    peer_close(&slow);
}

static void old_versions_are_refused(void **state) {
    (void)state;
    start(with_tls);
    assert_false(tls_connect(&peer, tls_port, &(tls_wish){.version = TLS1_1_VERSION}));
    tls_close(&peer);
    assert_true(tls_connect(&peer, tls_port, &(tls_wish){.version = TLS1_2_VERSION}));
    assert_string_equal(SSL_get_version(peer.ssl), "TLSv1.2");
    /* What 1.2 is worth depends on the cipher. */
    const SSL_CIPHER *cipher = SSL_get_current_cipher(peer.ssl);
    assert_int_equal(SSL_CIPHER_is_aead(cipher), 1);
    assert_int_equal(SSL_CIPHER_get_kx_nid(cipher), NID_kx_ecdhe);
    tls_close(&peer);
    assert_true(tls_connect(&peer, tls_port, NULL));
    assert_string_equal(SSL_get_version(peer.ssl), "TLSv1.3");
    tls_close(&peer);
}

static void a_client_can_not_renegotiate(void **state) {
    (void)state;
    start(with_tls);
    assert_true(tls_connect(&peer, tls_port, &(tls_wish){.version = TLS1_2_VERSION}));
    SSL_renegotiate(peer.ssl);
    assert_int_not_equal(SSL_do_handshake(peer.ssl), 1);
    tls_close(&peer);
}

static void http_1_1_is_the_protocol(void **state) {
    (void)state;
    const unsigned char *chosen = NULL;
    unsigned len = 0;
    start(with_tls);
    assert_true(tls_connect(&peer, tls_port, &(tls_wish){.alpn = "\x02h2\x08http/1.1"}));
    SSL_get0_alpn_selected(peer.ssl, &chosen, &len);
    assert_int_equal(len, 8);
    assert_memory_equal(chosen, "http/1.1", 8);
    tls_close(&peer);
    assert_false(tls_connect(&peer, tls_port, &(tls_wish){.alpn = "\x02h2"}));
    tls_close(&peer);
}

static void an_app_can_require_tls(void **state) {
    (void)state;
    start(with_required_tls);
    test_peer plain = peer_connect(server.port);
    peer_send_text(&plain, "GET /app/app-key?protocol=7 HTTP/1.1\r\nHost: localhost\r\n"
                           "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                           "Sec-WebSocket-Version: 13\r\n"
                           "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    peer_receive_all(&plain);
    assert_non_null(strstr(plain.bytes, "\"code\":4000"));
    peer_close(&plain);
    tls_open(&peer, tls_port);
    tls_close(&peer);
}

static void reload(void) {
    px_server_reload(server.server);
    sem_wait(&reloaded);
}

static void expect_other_certificate(bool is_other) {
    X509 *before = SSL_get1_peer_certificate(peer.ssl);
    X509 *now = SSL_get1_peer_certificate(other.ssl);
    assert_int_equal(X509_cmp(before, now) != 0, is_other);
    X509_free(before);
    X509_free(now);
}

static void a_reload_changes_the_certificate(void **state) {
    (void)state;
    start(with_tls);
    tls_open(&peer, tls_port);
    tls_files_renew(&files, time(NULL));
    reload();
    tls_open(&other, tls_port);
    expect_other_certificate(true);
    subscribe(&peer, "c"); /* the connection from before lives on */
    tls_close(&peer);
    tls_close(&other);
}

static void a_bad_reload_changes_nothing(void **state) {
    (void)state;
    start(with_tls);
    tls_open(&peer, tls_port);
    tls_files_write(files.certificate, "no certificate\n");
    reload();
    assert_non_null(strstr(last_line, files.certificate));
    assert_non_null(strstr(last_line, "stays in use"));
    tls_open(&other, tls_port);
    expect_other_certificate(false);
    tls_close(&other);

    tls_files_renew(&files, time(NULL) - 200 * 86400);
    reload();
    assert_non_null(strstr(last_line, "expired"));
    tls_open(&other, tls_port);
    expect_other_certificate(false);
    tls_close(&peer);
    tls_close(&other);
}

/* Open connections get their close code and TLS's farewell. */
static void a_stop_ends_connections_in_order(void **state) {
    (void)state;
    start(with_tls);
    tls_open(&peer, tls_port);
    px_server_stop(server.server);
    tls_expect(&peer, "\"code\":4200");
    assert_true(tls_is_ended(&peer));
    tls_close(&peer);
}

#define WITH_SERVER(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        WITH_SERVER(http_and_websockets_are_served),
        WITH_SERVER(the_page_says_how_to_connect),
        WITH_SERVER(large_messages_pass),
        WITH_SERVER(small_messages_share_records),
        WITH_SERVER(plain_http_is_told),
        WITH_SERVER(what_is_no_handshake_is_cut),
        WITH_SERVER(a_slow_handshake_is_cut),
        WITH_SERVER(old_versions_are_refused),
        WITH_SERVER(a_client_can_not_renegotiate),
        WITH_SERVER(http_1_1_is_the_protocol),
        WITH_SERVER(an_app_can_require_tls),
        WITH_SERVER(a_reload_changes_the_certificate),
        WITH_SERVER(a_bad_reload_changes_nothing),
        WITH_SERVER(a_stop_ends_connections_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
