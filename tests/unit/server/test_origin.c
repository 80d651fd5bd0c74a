/* The list of allowed origins. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "server/origin.h"

static const struct {
    const char *allowed;
    const char *origin; /* NULL: no header */
    bool expected;
} CASES[] = {
    {"example.org", "https://example.org", true},
    {"example.org", "http://example.org:8080", true},
    {"example.org", "https://EXAMPLE.org", true},
    {"example.org", "https://example.org.evil.example", false},
    {"example.org", "https://notexample.org", false},
    {"example.org", "null", false},
    {"example.org", "", false},
    {"example.org", NULL, true},
    {"https://example.org", "https://example.org", true},
    {"https://example.org", "http://example.org", false},
    {"https://example.org", "https://example.org:8443", false},
    {"https://example.org:*", "https://example.org:8443", true},
    {"*.example.org", "https://a.b.example.org", true},
    {"*.example.org", "https://example.org", false},
    {"*", "https://anything", true},
    {"*", "null", true},
    {"a*b*c", "https://axxbyyc", true},
    {"a*b*c", "https://axxbyy", false},
    {"a*a*a", "https://aa", false},
    {"**a", "https://a", true},
    {"[::1]", "http://[::1]:3000", true},
    {"[::2]", "http://[::1]:3000", false},
};

static void patterns_match_origins_and_hosts(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        px_slice item = px_slice_of_text(CASES[i].allowed);
        bool allowed =
            px_origin_allowed(px_slice_of_text(CASES[i].origin), (px_name_list){&item, 1});
        if (allowed != CASES[i].expected)
            fail_msg("%s against %s", CASES[i].allowed, CASES[i].origin);
    }
}

static void any_of_the_list_will_do_and_an_empty_list_allows_all(void **state) {
    (void)state;
    static const px_slice LIST[] = {PX_LITERAL("a.example"), PX_LITERAL("b.example")};
    assert_true(px_origin_allowed(PX_SLICE("https://b.example"), (px_name_list){LIST, 2}));
    assert_false(px_origin_allowed(PX_SLICE("https://c.example"), (px_name_list){LIST, 2}));
    assert_true(px_origin_allowed(PX_SLICE("https://c.example"), (px_name_list){NULL, 0}));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(patterns_match_origins_and_hosts),
        cmocka_unit_test(any_of_the_list_will_do_and_an_empty_list_allows_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
