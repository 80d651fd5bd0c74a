/* Addresses of webhooks: their parts, and what is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "memory.h"
#include "server/url.h"

static const struct {
    const char *text;
    bool is_tls;
    uint16_t port;
    const char *userinfo;
    const char *host;
    const char *target;
} URLS[] = {
    {"http://a", false, 80, "", "a", ""},
    {"https://example.org/hooks", true, 443, "", "example.org", "/hooks"},
    {"HTTPS://Example.org:8443/a/b?c=d:e@f/", true, 8443, "", "Example.org", "/a/b?c=d:e@f/"},
    {"http://127.0.0.1:1?x", false, 1, "", "127.0.0.1", "?x"},
    {"http://[::1]/", false, 80, "", "::1", "/"},
    {"http://[fe80::1.2.3.4]:65535", false, 65535, "", "fe80::1.2.3.4", ""},
    {"https://me:se@cret@my-host_1:2/p", true, 2, "me:se@cret", "my-host_1", "/p"},
    {"https://@a", true, 443, "", "a", ""},
};

static void assert_slice(px_slice given, const char *expected) {
    if (!px_slice_equal(given, px_slice_of_text(expected)))
        fail_msg("'%.*s' is not '%s'", (int)given.len, given.ptr, expected);
}

static void tells_the_parts(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof URLS / sizeof *URLS; i++) {
        px_url url;
        test_guarded text = test_guard(px_slice_of_text(URLS[i].text));
        const char *fault = px_url_parse(text.bytes, &url);
        if (fault)
            fail_msg("%s: %s", URLS[i].text, fault);
        assert_int_equal(url.is_tls, URLS[i].is_tls);
        assert_int_equal(url.port, URLS[i].port);
        assert_slice(url.userinfo, URLS[i].userinfo);
        assert_slice(url.host, URLS[i].host);
        assert_slice(url.target, URLS[i].target);
        test_unguard(&text);
    }
}

static const struct {
    const char *text;
    const char *fault; /* how it begins */
} FAULTS[] = {
    {"", "it must begin with http"},
    {"example.org/a", "it must begin with http"},
    {"ftp://a", "it must begin with http"},
    {"http:/a", "it must begin with http"},
    {"http://", "it needs the name"},
    {"http:///a", "it needs the name"},
    {"http://?a", "it needs the name"},
    {"http://:80/", "it needs the name"},
    {"http://a@/", "it needs the name"},
    {"http://a%20b/", "it needs the name"},
    {"http://[]/", "it needs the name"},
    {"http://[a.example]/", "it needs the name"},
    {"http://[::1/", "the ] behind"},
    {"http://[::1]8/", "its port"},
    {"http://a:/", "its port"},
    {"http://a:0/", "its port"},
    {"http://a:65536/", "its port"},
    {"http://a:8x/", "its port"},
    {"http://a:b:80/", "its port"},
    {"http://a/ b", "it must not hold blanks"},
    {"http://a/\r\nb: c", "it must not hold blanks"},
    {"http://\xc3\xbc/", "it must not hold blanks"},
    {"http://a/\x7f", "it must not hold blanks"},
    {"http://a/#b", "it must not have a fragment"},
};

static void tells_what_is_wrong(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof FAULTS / sizeof *FAULTS; i++) {
        px_url url = {.port = 7};
        test_guarded text = test_guard(px_slice_of_text(FAULTS[i].text));
        const char *fault = px_url_parse(text.bytes, &url);
        if (!fault || strncmp(fault, FAULTS[i].fault, strlen(FAULTS[i].fault)) != 0)
            fail_msg("%s: %s", FAULTS[i].text, fault ? fault : "accepted");
        assert_int_equal(url.port, 7);
        test_unguard(&text);
    }
}

static void a_host_has_at_most_255_bytes(void **state) {
    (void)state;
    char text[300] = "http://";
    px_url url;
    memset(text + 7, 'a', 256);
    assert_null(px_url_parse(px_slice_of(text, 7 + 255), &url));
    assert_non_null(px_url_parse(px_slice_of(text, 7 + 256), &url));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_the_parts),
        cmocka_unit_test(tells_what_is_wrong),
        cmocka_unit_test(a_host_has_at_most_255_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
