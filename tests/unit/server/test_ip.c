/* IP addresses and ranges of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>

#include "memory.h"
#include "server/ip.h"

static bool parse(const char *text, px_ip *ip) {
    test_guarded guarded = test_guard(px_slice_of_text(text));
    bool is_parsed = px_ip_parse(guarded.bytes, ip);
    test_unguard(&guarded);
    return is_parsed;
}

static px_ip ip_of(const char *text) {
    px_ip ip;
    if (!parse(text, &ip))
        fail_msg("no address: %s", text);
    return ip;
}

static void addresses_are_read_and_written(void **state) {
    (void)state;
    static const char *const SAME[] = {
        "0.0.0.0", "127.0.0.1", "255.255.255.255", "::", "::1", "2001:db8::1", "fe80::1:2:3:4"};
    char text[PX_IP_TEXT_SIZE];
    for (size_t i = 0; i < sizeof SAME / sizeof *SAME; i++)
        assert_true(px_slice_equal(px_ip_format(ip_of(SAME[i]), text), px_slice_of_text(SAME[i])));
    px_ip mapped = ip_of("::ffff:192.0.2.1");
    assert_true(px_slice_equal(px_ip_format(mapped, text), PX_SLICE("192.0.2.1")));
}

static void other_texts_are_no_addresses(void **state) {
    (void)state;
    static const char *const WRONG[] = {"",
                                        "1",
                                        "1.2.3",
                                        "1.2.3.4.5",
                                        "1.2.3.256",
                                        "1.2.3.4 ",
                                        " 1.2.3.4",
                                        "[::1]",
                                        "::1%lo",
                                        "1.2.3.4:80",
                                        "localhost",
                                        ":::",
                                        "1.2.3.4/8",
                                        "0x7f.1.1.1",
                                        "::1::",
                                        "1:2:3:4:5:6:7:8:9",
                                        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
    px_ip ip;
    for (size_t i = 0; i < sizeof WRONG / sizeof *WRONG; i++)
        if (parse(WRONG[i], &ip))
            fail_msg("an address: '%s'", WRONG[i]);
    assert_false(px_ip_parse(px_slice_of("1.2.3.4\0", 8), &ip));
}

static void loopback_is_known(void **state) {
    (void)state;
    assert_true(px_ip_is_loopback(ip_of("127.0.0.1")));
    assert_true(px_ip_is_loopback(ip_of("127.255.0.9")));
    assert_true(px_ip_is_loopback(ip_of("::1")));
    assert_true(px_ip_is_loopback(ip_of("::ffff:127.0.0.1")));
    assert_false(px_ip_is_loopback(ip_of("128.0.0.1")));
    assert_false(px_ip_is_loopback(ip_of("0.0.0.0")));
    assert_false(px_ip_is_loopback(ip_of("::")));
    assert_false(px_ip_is_loopback(ip_of("::2")));
    assert_false(px_ip_is_loopback((px_ip){{0}}));
}

static void sockets_have_addresses(void **state) {
    (void)state;
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    struct sockaddr other = {.sa_family = AF_UNIX};
    assert_true(px_ip_is_loopback(px_ip_of_socket((struct sockaddr *)&v4)));
    assert_true(px_ip_is_loopback(px_ip_of_socket((struct sockaddr *)&v6)));
    assert_false(px_ip_is_loopback(px_ip_of_socket(&other)));
}

static const struct {
    const char *range;
    const char *inside; /* NULL: it is no range */
    const char *outside;
} RANGES[] = {
    {"10.0.0.0/8", "10.255.0.1", "11.0.0.0"},
    {"10.0.0.0/8", "::ffff:10.1.2.3", "::10.1.2.3"},
    {"192.168.4.0/22", "192.168.7.255", "192.168.8.0"},
    {"192.0.2.1", "192.0.2.1", "192.0.2.2"},
    {"192.0.2.1/32", "192.0.2.1", "192.0.2.0"},
    {"0.0.0.0/0", "203.0.113.9", "2001:db8::1"},
    {"::/0", "203.0.113.9", NULL},
    {"::1", "::1", "::2"},
    {"2001:db8::/33", "2001:db8:7fff::", "2001:db8:8000::"},
    {"fe80::/10", "febf::1", "fec0::1"},
    {"10.0.0.1/8", NULL, NULL},
    {"10.0.0.0/33", NULL, NULL},
    {"::/129", NULL, NULL},
    {"10.0.0.0/", NULL, NULL},
    {"10.0.0.0/-1", NULL, NULL},
    {"10.0.0.0/8/8", NULL, NULL},
    {"/8", NULL, NULL},
    {"", NULL, NULL},
    {"everyone", NULL, NULL},
};

static void ranges_hold_what_begins_alike(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof RANGES / sizeof *RANGES; i++) {
        px_ip_range range;
        test_guarded text = test_guard(px_slice_of_text(RANGES[i].range));
        if (px_ip_range_parse(text.bytes, &range) != (RANGES[i].inside != NULL))
            fail_msg("%s", RANGES[i].range);
        test_unguard(&text);
        const px_ip_ranges ranges = {&range, 1};
        if (RANGES[i].inside && !px_ip_ranges_have(&ranges, ip_of(RANGES[i].inside)))
            fail_msg("%s is not in %s", RANGES[i].inside, RANGES[i].range);
        if (RANGES[i].outside && px_ip_ranges_have(&ranges, ip_of(RANGES[i].outside)))
            fail_msg("%s is in %s", RANGES[i].outside, RANGES[i].range);
    }
    assert_false(px_ip_ranges_have(&(px_ip_ranges){0}, ip_of("::1")));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_are_read_and_written),
        cmocka_unit_test(other_texts_are_no_addresses),
        cmocka_unit_test(loopback_is_known),
        cmocka_unit_test(sockets_have_addresses),
        cmocka_unit_test(ranges_hold_what_begins_alike),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
