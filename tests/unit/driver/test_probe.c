/* Connections that are looked at closely. */
#include "driver/clock.h"
#include "driver/probe.h"

#include "peer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { TIMEOUT_MS = 10000 };

typedef struct fixture {
    test_peer *peer;
    char url[64];
    px_probe probe;
    char body[64];
    size_t wanted; /* bytes of the body; then it is enough */
} fixture;

/* Answers with what the context says, and stays. */
static void answer(test_connection *connection, void *context) {
    if (test_read_request(connection) && test_send_text(connection, context))
        test_hold(connection);
}

static void start(fixture *it, test_script script, const char *text) {
    *it = (fixture){.peer = test_peer_start(script, (void *)(uintptr_t)text, NULL, NULL)};
    snprintf(it->url, sizeof it->url, "http://127.0.0.1:%u/x", test_peer_port(it->peer));
}

static void end(fixture *it) {
    px_probe_close(&it->probe);
    test_peer_stop(it->peer);
}

static bool take(void *context, px_slice piece) {
    fixture *it = context;
    strncat(it->body, piece.ptr, piece.len);
    return strlen(it->body) < it->wanted;
}

static int request(fixture *it, size_t wanted, uint32_t timeout_ms) {
    it->wanted = wanted;
    px_probe_options options = {
        .method = PX_SLICE("POST"), .timeout_ms = timeout_ms, .piece = take, .context = it};
    return px_probe_request(&it->probe, it->url, &options);
}

#define HEAD                                                                                       \
    "HTTP/1.1 200 OK\r\nServer: nginx/1\r\nVia: 1.1 cache\r\n"                                     \
    "Date: Thu, 01 Jan 1970 00:01:40 GMT\r\nContent-Length: 100\r\n\r\n"

static void ends_a_request_when_it_has_enough(void **state) {
    (void)state;
    fixture it;
    start(&it, answer, HEAD "12345");
    assert_int_equal(request(&it, 5, TIMEOUT_MS), PX_OK);
    assert_string_equal(it.body, "12345");
    assert_int_equal(it.probe.facts.status, 200);
    assert_string_equal(it.probe.facts.server, "nginx/1");
    assert_string_equal(it.probe.facts.via, "1.1 cache");
    assert_int_equal(it.probe.facts.date, 100);
    assert_string_equal(it.probe.facts.address, "127.0.0.1");
    assert_string_equal(it.probe.facts.proxy, "");
    end(&it);
}

static void tells_what_came_before_the_time_was_over(void **state) {
    (void)state;
    fixture it;
    start(&it, answer, HEAD "12345");
    assert_int_equal(request(&it, 6, 100), PX_ERR_TIMEOUT);
    assert_string_equal(it.body, "12345");
    assert_int_equal(it.probe.facts.status, 200);
    end(&it);
}

static void sends_no_header_that_breaks_the_request(void **state) {
    (void)state;
    fixture it;
    start(&it, answer, HEAD);
    const px_header bad = {PX_LITERAL("X"), PX_LITERAL("a\r\nY: b")};
    px_probe_options options = {.headers = &bad, .header_count = 1, .timeout_ms = TIMEOUT_MS};
    assert_int_equal(px_probe_request(&it.probe, it.url, &options), PX_ERR_ARGUMENT);
    end(&it);
}

/* ---- Bytes ---- */

static void echo(test_connection *connection, void *context) {
    (void)context;
    if (test_read_request(connection))
        test_send_text(connection, test_request(connection));
}

static void carries_bytes(void **state) {
    (void)state;
    static const px_slice text = PX_LITERAL("GET / HTTP/1.1\r\n\r\n");
    fixture it;
    start(&it, echo, NULL);
    px_probe_options options = {.timeout_ms = TIMEOUT_MS};
    uint64_t deadline = px_clock_ms() + TIMEOUT_MS;
    assert_int_equal(px_probe_connect(&it.probe, it.url, &options), PX_OK);
    assert_int_equal(px_probe_send(&it.probe, text, deadline), PX_OK);
    char bytes[64];
    size_t len = 0, count;
    while (len < text.len) {
        assert_int_equal(
            px_probe_receive(&it.probe, bytes + len, sizeof bytes - len, deadline, &count), PX_OK);
        len += count;
    }
    assert_memory_equal(bytes, text.ptr, text.len);
    assert_int_equal(px_probe_receive(&it.probe, bytes, sizeof bytes, deadline, &count),
                     PX_ERR_CLOSED);
    end(&it);
}

static void waits_until_the_deadline(void **state) {
    (void)state;
    fixture it;
    start(&it, answer, "");
    px_probe_options options = {.timeout_ms = TIMEOUT_MS};
    assert_int_equal(px_probe_connect(&it.probe, it.url, &options), PX_OK);
    char byte;
    size_t count;
    assert_int_equal(px_probe_receive(&it.probe, &byte, 1, px_clock_ms() + 20, &count),
                     PX_ERR_TIMEOUT);
    end(&it);
}

static void tells_why_nobody_is_there(void **state) {
    (void)state;
    px_probe probe;
    px_probe_options options = {.timeout_ms = TIMEOUT_MS};
    assert_int_equal(px_probe_connect(&probe, "http://127.0.0.1:1/", &options), PX_ERR_CONNECT);
    assert_int_equal(probe.facts.system_error, ECONNREFUSED);
    px_probe_close(&probe);
}

/* ---- Proxies ---- */

static void set_proxy(const fixture *it) {
    char url[96];
    snprintf(url, sizeof url, "http://me:hush@127.0.0.1:%u", test_peer_port(it->peer));
    setenv("http_proxy", url, 1);
    setenv("no_proxy", "direct.example", 1);
}

static void unset_proxy(void) {
    unsetenv("http_proxy");
    unsetenv("no_proxy");
}

static void names_the_proxy_but_not_its_password(void **state) {
    (void)state;
    fixture it;
    char proxy[64];
    start(&it, answer, "HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n");
    set_proxy(&it);
    px_probe_options options = {.timeout_ms = TIMEOUT_MS};
    assert_int_equal(px_probe_connect(&it.probe, "http://host.example:80/", &options),
                     PX_ERR_PROXY);
    unset_proxy();
    snprintf(proxy, sizeof proxy, "http://127.0.0.1:%u", test_peer_port(it.peer));
    assert_string_equal(it.probe.facts.proxy, proxy);
    assert_string_equal(it.probe.facts.proxy_variable, "http_proxy");
    assert_int_equal(it.probe.facts.proxy_status, 403);
    assert_null(strstr(it.probe.facts.detail, "hush"));
    end(&it);
}

static void never_quotes_a_proxy_with_its_password(void **state) {
    (void)state;
    px_probe probe;
    px_probe_options options = {.timeout_ms = TIMEOUT_MS};
    setenv("http_proxy", "http://me:hush@[bad", 1);
    assert_int_not_equal(px_probe_connect(&probe, "http://127.0.0.1:1/", &options), PX_OK);
    unset_proxy();
    assert_null(strstr(probe.facts.detail, "hush"));
    assert_null(strstr(probe.facts.proxy, "hush"));
    assert_null(strstr(probe.failure.text, "hush"));
    px_probe_close(&probe);
}

static void goes_past_proxies(void **state) {
    (void)state;
    fixture it;
    start(&it, answer, HEAD "12345");
    set_proxy(&it);
    px_probe_options options = {.timeout_ms = TIMEOUT_MS, .direct = true};
    assert_int_equal(px_probe_connect(&it.probe, "http://127.0.0.1:1/", &options), PX_ERR_CONNECT);
    px_probe_close(&it.probe);
    setenv("no_proxy", "127.0.0.1", 1);
    options.direct = false;
    assert_int_equal(px_probe_connect(&it.probe, it.url, &options), PX_OK);
    assert_string_equal(it.probe.facts.proxy, "");
    unset_proxy();
    end(&it);
}

int main(void) {
    unsetenv("all_proxy");
    unsetenv("ALL_PROXY");
    unset_proxy();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ends_a_request_when_it_has_enough),
        cmocka_unit_test(tells_what_came_before_the_time_was_over),
        cmocka_unit_test(sends_no_header_that_breaks_the_request),
        cmocka_unit_test(carries_bytes),
        cmocka_unit_test(waits_until_the_deadline),
        cmocka_unit_test(tells_why_nobody_is_there),
        cmocka_unit_test(names_the_proxy_but_not_its_password),
        cmocka_unit_test(never_quotes_a_proxy_with_its_password),
        cmocka_unit_test(goes_past_proxies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
