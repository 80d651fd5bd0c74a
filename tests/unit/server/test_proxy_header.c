/* The PROXY protocol: what is taken, what is refused, and that pieces make no difference. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "memory.h"
#include "server/proxy_header.h"

#define V2 "\r\n\r\n\0\r\nQUIT\n"
#define TCP4                                                                                       \
    "\xc0\0\x02\x01"                                                                               \
    "\x7f\0\0\x01"                                                                                 \
    "\x30\x39\x01\xbb" /* 192.0.2.1 to 127.0.0.1 */
#define TCP6                                                                                       \
    "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01"                                                   \
    "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01"                                                           \
    "\x30\x39\x01\xbb"
#define SSL_YES "\x20\0\x05\x01\0\0\0\0"
#define SSL_NO  "\x20\0\x05\0\0\0\0\0"
#define SSL_TLV "\x20\0\x0f\x01\0\0\0\0\x21\0\x07TLSv1.3"

typedef struct px_case {
    px_slice bytes;
    const char *source; /* NULL: it says none */
    bool is_own;
    bool is_tls;
} px_case;

static const px_case GOOD[] = {
    {PX_LITERAL("PROXY TCP4 192.0.2.1 127.0.0.1 12345 443\r\n"), "192.0.2.1", false, false},
    {PX_LITERAL("PROXY TCP4 0.0.0.0 255.255.255.255 0 65535\r\n"), "0.0.0.0", false, false},
    {PX_LITERAL("PROXY TCP6 2001:db8::1 ::1 1 2\r\n"), "2001:db8::1", false, false},
    {PX_LITERAL("PROXY UNKNOWN\r\n"), NULL, false, false},
    {PX_LITERAL("PROXY UNKNOWN ffff:f...f:ffff what ever 1 2 3\r\n"), NULL, false, false},
    {PX_LITERAL("PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff "
                "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n"),
     "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", false, false},
    {PX_LITERAL(V2 "\x21\x11\0\x0c" TCP4), "192.0.2.1", false, false},
    {PX_LITERAL(V2 "\x21\x21\0\x24" TCP6), "2001:db8::1", false, false},
    {PX_LITERAL(V2 "\x20\0\0\0"), NULL, true, false},
    {PX_LITERAL(V2 "\x20\x11\0\x0c" TCP4), NULL, true, false},
    {PX_LITERAL(V2 "\x21\0\0\0"), NULL, false, false},
    {PX_LITERAL(V2 "\x21\x11\0\x14" TCP4 SSL_YES), "192.0.2.1", false, true},
    {PX_LITERAL(V2 "\x21\x11\0\x14" TCP4 SSL_NO), "192.0.2.1", false, false},
    {PX_LITERAL(V2 "\x21\x11\0\x22" TCP4 "\x04\0\x01x" SSL_TLV), "192.0.2.1", false, true},
};

static void check(const px_case *expected, px_slice bytes) {
    px_proxy_header header;
    const char *why = NULL;
    px_ip source;
    assert_int_equal(px_proxy_header_read(bytes, &header, &why), PX_PROXY_DONE);
    assert_int_equal(header.length, expected->bytes.len);
    assert_int_equal(header.has_source, expected->source != NULL);
    assert_int_equal(header.is_own, expected->is_own);
    assert_int_equal(header.is_tls, expected->is_tls);
    if (!expected->source)
        return;
    assert_true(px_ip_parse(px_slice_of_text(expected->source), &source));
    assert_memory_equal(header.source.bytes, source.bytes, sizeof source.bytes);
}

static void headers_are_read(void **state) {
    (void)state;
    char with_more[256];
    for (size_t i = 0; i < sizeof GOOD / sizeof *GOOD; i++) {
        test_guarded guarded = test_guard(GOOD[i].bytes);
        check(&GOOD[i], guarded.bytes);
        test_unguard(&guarded);
        memcpy(with_more, GOOD[i].bytes.ptr, GOOD[i].bytes.len);
        memcpy(with_more + GOOD[i].bytes.len, "GET / HTTP/1.1\r\n", 16);
        guarded = test_guard(px_slice_of(with_more, GOOD[i].bytes.len + 16));
        check(&GOOD[i], guarded.bytes);
        test_unguard(&guarded);
    }
}

static void every_piece_asks_for_more(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof GOOD / sizeof *GOOD; i++)
        for (size_t len = 0; len < GOOD[i].bytes.len; len++) {
            px_proxy_header header;
            const char *why = NULL;
            test_guarded guarded = test_guard(px_slice_of(GOOD[i].bytes.ptr, len));
            if (px_proxy_header_read(guarded.bytes, &header, &why) != PX_PROXY_MORE)
                fail_msg("case %zu ends at %zu: %s", i, len, why ? why : "");
            test_unguard(&guarded);
        }
}

static const px_slice BAD[] = {
    PX_LITERAL("GET / HTTP/1.1\r\n"),
    PX_LITERAL("\x16\x03\x01\x02\0\x01"),
    PX_LITERAL("P\r\n"),
    PX_LITERAL("proxy TCP4 1.2.3.4 1.2.3.4 1 2\r\n"),
    PX_LITERAL("PROXY TCP4 1.2.3.4 1.2.3.4 1 2\n"),
    PX_LITERAL("PROXY \r\n"),
    PX_LITERAL("PROXY TCP4\r\n"),
    PX_LITERAL("PROXY UNKNOWNX\r\n"),
    PX_LITERAL("PROXY UDP4 1.2.3.4 1.2.3.4 1 2\r\n"),
    PX_LITERAL("PROXY TCP4 1.2.3.4 1.2.3.4 1\r\n"),
    PX_LITERAL("PROXY TCP4 1.2.3.4 1.2.3.4 1 2 3\r\n"),
    PX_LITERAL("PROXY TCP4 1.2.3.4 1.2.3.4 1 \r\n"),
    PX_LITERAL("PROXY TCP4 1.2.3.4 1.2.3.4 1 65536\r\n"),
    PX_LITERAL("PROXY TCP4 1.2.3.4 1.2.3.4 01 2\r\n"),
    PX_LITERAL("PROXY TCP4 1.2.3.4 1.2.3.4 -1 2\r\n"),
    PX_LITERAL("PROXY TCP4  1.2.3.4 1.2.3.4 1 2\r\n"),
    PX_LITERAL("PROXY TCP4 1.2.3.4\t1.2.3.4 1 2\r\n"),
    PX_LITERAL("PROXY TCP4 ::1 ::1 1 2\r\n"),
    PX_LITERAL("PROXY TCP6 1.2.3.4 1.2.3.4 1 2\r\n"),
    PX_LITERAL("PROXY TCP6 ::1 1.2.3.4 1 2\r\n"),
    PX_LITERAL("PROXY TCP4 1.2.3 1.2.3.4 1 2\r\n"),
    PX_LITERAL("PROXY UNKNOWN ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff "
               "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 655350\r\n"),
    PX_LITERAL("\r\n\r\n\r\n"),
    PX_LITERAL(V2 "\x11"),                /* another version */
    PX_LITERAL(V2 "\x22"),                /* another command */
    PX_LITERAL(V2 "\x21\x12\0\x0c" TCP4), /* datagrams */
    PX_LITERAL(V2 "\x21\x41\0\0"),
    PX_LITERAL(V2 "\x21\x11\0\x0b" TCP4),
    PX_LITERAL(V2 "\x21\x21\0\x0c" TCP4),
    PX_LITERAL(V2 "\x21\x31\0\x0c" TCP4),
    PX_LITERAL(V2 "\x21\x11\x10\x01"), /* too long */
    PX_LITERAL(V2 "\x21\x11\0\x0d" TCP4 "\x20"),
    PX_LITERAL(V2 "\x21\x11\0\x0e" TCP4 "\x20\0"),
    PX_LITERAL(V2 "\x21\x11\0\x0f" TCP4 "\x04\0\x01"),
    PX_LITERAL(V2 "\x21\x11\0\x13" TCP4 "\x20\0\x04\x01\0\0\0"),
};

static void other_bytes_are_refused(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
        px_proxy_header header;
        const char *why = NULL;
        test_guarded guarded = test_guard(BAD[i]);
        if (px_proxy_header_read(guarded.bytes, &header, &why) != PX_PROXY_REFUSED)
            fail_msg("case %zu is not refused", i);
        assert_non_null(why);
        test_unguard(&guarded);
    }
}

/* A line without an end is refused as soon as it is longer than any can be. */
static void a_line_ends_in_time(void **state) {
    (void)state;
    char text[200];
    px_proxy_header header;
    const char *why = NULL;
    memset(text, 'x', sizeof text);
    memcpy(text, "PROXY UNKNOWN ", 14);
    assert_int_equal(px_proxy_header_read(px_slice_of(text, 106), &header, &why), PX_PROXY_MORE);
    assert_int_equal(px_proxy_header_read(px_slice_of(text, 107), &header, &why), PX_PROXY_REFUSED);
    assert_int_equal(px_proxy_header_read(px_slice_of(text, 200), &header, &why), PX_PROXY_REFUSED);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(headers_are_read),
        cmocka_unit_test(every_piece_asks_for_more),
        cmocka_unit_test(other_bytes_are_refused),
        cmocka_unit_test(a_line_ends_in_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
