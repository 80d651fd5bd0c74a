/* What proxies say in headers about who asked them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "memory.h"
#include "server/forwarded.h"

enum { NO_PROTO, HTTP, HTTPS };

/* Trusted: 127.0.0.1, ::1 and 10.0.0.0/8. */
static const struct {
    const char *lines;
    const char *client; /* NULL: unknown */
    int proto;
    bool is_all_local;
} CASES[] = {
    {"", NULL, NO_PROTO, true},
    {"Host: 1.2.3.4\r\nX-Forwarded-Host: 1.2.3.4\r\n", NULL, NO_PROTO, true},
    {"X-Forwarded-For: 192.0.2.1\r\n", "192.0.2.1", NO_PROTO, false},
    {"x-forwarded-for:192.0.2.1\r\n", "192.0.2.1", NO_PROTO, false},
    {"X-Forwarded-For: 192.0.2.1:8080\r\n", "192.0.2.1", NO_PROTO, false},
    {"X-Forwarded-For: 2001:db8::1\r\n", "2001:db8::1", NO_PROTO, false},
    {"X-Forwarded-For: [2001:db8::1]:80\r\n", "2001:db8::1", NO_PROTO, false},
    {"X-Forwarded-For: [2001:db8::1]\r\n", "2001:db8::1", NO_PROTO, false},
    {"X-Forwarded-For: 127.0.0.1\r\n", "127.0.0.1", NO_PROTO, true},
    /* The nearest that is not trusted: what stands before it, a client may have made up. */
    {"X-Forwarded-For: 198.51.100.7, 192.0.2.1\r\n", "192.0.2.1", NO_PROTO, false},
    {"X-Forwarded-For: 198.51.100.7 ,192.0.2.1 , 10.1.2.3\r\n", "192.0.2.1", NO_PROTO, false},
    {"X-Forwarded-For: 127.0.0.1, 192.0.2.1, 10.1.2.3\r\n", "192.0.2.1", NO_PROTO, false},
    {"X-Forwarded-For: 10.9.9.9, 10.1.2.3\r\n", "10.9.9.9", NO_PROTO, false},
    {"X-Forwarded-For: 127.0.0.1, ::1\r\n", "127.0.0.1", NO_PROTO, true},
    /* Two lines are one list. */
    {"X-Forwarded-For: 127.0.0.1\r\nOther: x\r\nX-Forwarded-For: 192.0.2.1\r\n", "192.0.2.1",
     NO_PROTO, false},
    {"X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-For: 10.0.0.1\r\n", "192.0.2.1", NO_PROTO, false},
    /* What is no address is a client that nobody knows. */
    {"X-Forwarded-For: unknown\r\n", NULL, NO_PROTO, false},
    {"X-Forwarded-For:\r\n", NULL, NO_PROTO, false},
    {"X-Forwarded-For: 192.0.2.1, what\r\n", NULL, NO_PROTO, false},
    {"X-Forwarded-For: 192.0.2.1, what, 10.0.0.1\r\n", NULL, NO_PROTO, false},
    {"X-Forwarded-For: what, 192.0.2.1\r\n", "192.0.2.1", NO_PROTO, false},
    {"X-Forwarded-For: 127.0.0.1, what\r\n", NULL, NO_PROTO, false},
    {"X-Forwarded-For: 127.0.0.1,, ::1\r\n", NULL, NO_PROTO, false},
    {"X-Forwarded-For: 192.0.2.1:99999\r\n", NULL, NO_PROTO, false},
    {"X-Forwarded-For: [192.0.2.1]\r\n", NULL, NO_PROTO, false},
    {"X-Forwarded-For: [::1\r\n", NULL, NO_PROTO, false},
    {"X-Forwarded-For: \"127.0.0.1, 192.0.2.1\r\n", "192.0.2.1", NO_PROTO, false},
    /* The scheme. */
    {"X-Forwarded-Proto: https\r\n", NULL, HTTPS, true},
    {"X-Forwarded-Proto: HTTPS\r\n", NULL, HTTPS, true},
    {"X-Forwarded-Proto: http\r\n", NULL, HTTP, true},
    {"X-Forwarded-Proto: wss\r\n", NULL, HTTP, true},
    {"X-Forwarded-Proto: https, http\r\n", NULL, HTTP, true},
    {"X-Forwarded-Proto: http\r\nX-Forwarded-Proto: https\r\n", NULL, HTTPS, true},
    {"X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: https\r\n", "192.0.2.1", HTTPS, false},
    /* RFC 7239. */
    {"Forwarded: for=192.0.2.1;proto=https\r\n", "192.0.2.1", HTTPS, false},
    {"forwarded: Proto=http ; FOR = \"192.0.2.1:80\"\r\n", "192.0.2.1", HTTP, false},
    {"Forwarded: for=\"[2001:db8::1]:80\";by=203.0.113.43\r\n", "2001:db8::1", NO_PROTO, false},
    {"Forwarded: for=127.0.0.1;proto=http, for=192.0.2.1;proto=https, for=10.0.0.1;proto=http\r\n",
     "192.0.2.1", HTTPS, false},
    {"Forwarded: for=127.0.0.1\r\n", "127.0.0.1", NO_PROTO, true},
    {"Forwarded: for=_hidden\r\n", NULL, NO_PROTO, false},
    {"Forwarded: for=unknown;proto=https\r\n", NULL, HTTPS, false},
    {"Forwarded: proto=https\r\n", NULL, HTTPS, false},
    {"Forwarded: for=\"a\\\"b,c\", for=192.0.2.1\r\n", "192.0.2.1", NO_PROTO, false},
    {"Forwarded: for=\"192.0.2.1\r\n", NULL, NO_PROTO, false},
    {"Forwarded: ;;=;for\r\n", NULL, NO_PROTO, false},
    /* Both: the first goes before the other, but neither is overheard. */
    {"Forwarded: for=127.0.0.1;proto=https\r\nX-Forwarded-For: 192.0.2.1\r\n", "192.0.2.1",
     NO_PROTO, false},
    {"Forwarded: for=192.0.2.1\r\nX-Forwarded-For: 127.0.0.1\r\n", "127.0.0.1", NO_PROTO, false},
};

static px_ip_ranges trusted(void) {
    static px_ip_range items[3];
    static const char *const TEXTS[] = {"127.0.0.1", "::1", "10.0.0.0/8"};
    for (size_t i = 0; i < 3; i++)
        assert_true(px_ip_range_parse(px_slice_of_text(TEXTS[i]), &items[i]));
    return (px_ip_ranges){items, 3};
}

static void check(size_t i) {
    px_ip_ranges ranges = trusted();
    char text[PX_IP_TEXT_SIZE];
    test_guarded guarded = test_guard(px_slice_of_text(CASES[i].lines));
    px_forwarded found = px_forwarded_read(guarded.bytes, &ranges);
    test_unguard(&guarded);
    px_slice client = found.has_client ? px_ip_format(found.client, text) : PX_SLICE("");
    if (!px_slice_equal(client, px_slice_of_text(CASES[i].client)))
        fail_msg("'%.*s' is the client of %s", (int)client.len, client.ptr, CASES[i].lines);
    int proto = !found.has_proto ? NO_PROTO : found.is_https ? HTTPS : HTTP;
    if (proto != CASES[i].proto)
        fail_msg("scheme %d of %s", proto, CASES[i].lines);
    if (found.is_all_local != CASES[i].is_all_local)
        fail_msg("is%s all local: %s", found.is_all_local ? "" : " not", CASES[i].lines);
}

static void headers_are_understood(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++)
        check(i);
}

/* Cut anywhere, nothing is read beyond the end. */
static void every_cut_is_harmless(void **state) {
    (void)state;
    px_ip_ranges ranges = trusted();
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++)
        for (size_t len = 0; len < strlen(CASES[i].lines); len++) {
            test_guarded guarded = test_guard(px_slice_of(CASES[i].lines, len));
            (void)px_forwarded_read(guarded.bytes, &ranges);
            test_unguard(&guarded);
        }
}

static void the_fields_are_known(void **state) {
    (void)state;
    assert_true(px_forwarded_is_field(PX_SLICE("X-FORWARDED-FOR")));
    assert_true(px_forwarded_is_field(PX_SLICE("x-forwarded-proto")));
    assert_true(px_forwarded_is_field(PX_SLICE("Forwarded")));
    assert_false(px_forwarded_is_field(PX_SLICE("X-Forwarded-Host")));
    assert_false(px_forwarded_is_field(PX_SLICE("")));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(headers_are_understood),
        cmocka_unit_test(every_cut_is_harmless),
        cmocka_unit_test(the_fields_are_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
