/* Integers out of JSON numbers, up to the edges. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "memory.h"
#include "json/reader.h"

static void test_integers(void **state) {
    (void)state;
    static const struct {
        px_slice text;
        int64_t value;
    } CASES[] = {
        {PX_LITERAL("0"), 0},
        {PX_LITERAL("-0"), 0},
        {PX_LITERAL("0.000"), 0},
        {PX_LITERAL("0e99999999999999999999"), 0},
        {PX_LITERAL("-0e-99999999999999999999"), 0},
        {PX_LITERAL("120"), 120},
        {PX_LITERAL("-120"), -120},
        {PX_LITERAL("120.0"), 120},
        {PX_LITERAL("12e1"), 120},
        {PX_LITERAL("12E+01"), 120},
        {PX_LITERAL("1.2e2"), 120},
        {PX_LITERAL("1200e-1"), 120},
        {PX_LITERAL("0.00000000000000000000000000012e30"), 120},
        {PX_LITERAL("100000000000000000000000e-23"), 1},
        {PX_LITERAL("9223372036854775807"), INT64_MAX},
        {PX_LITERAL("9223372036854775807.0"), INT64_MAX},
        {PX_LITERAL("922337203685477580.7e1"), INT64_MAX},
        {PX_LITERAL("-9223372036854775808"), INT64_MIN},
        {PX_LITERAL("-9223372036854775808000e-3"), INT64_MIN},
        {PX_LITERAL("9e18"), INT64_C(9000000000000000000)},
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(*CASES); i++) {
        test_guarded number = test_guard(CASES[i].text);
        int64_t value = 42;
        assert_true(px_json_valid(number.bytes));
        if (!px_json_to_i64(number.bytes, &value) || value != CASES[i].value)
            fail_msg("%s became %lld", CASES[i].text.ptr, (long long)value);
        test_unguard(&number);
    }
}

static void test_no_integers(void **state) {
    (void)state;
    static const px_slice CASES[] = {
        PX_LITERAL("0.5"),
        PX_LITERAL("1.05"),
        PX_LITERAL("-1e-1"),
        PX_LITERAL("15e-1"),
        PX_LITERAL("9223372036854775808"),
        PX_LITERAL("-9223372036854775809"),
        PX_LITERAL("18446744073709551615"),
        PX_LITERAL("18446744073709551616"),
        PX_LITERAL("99999999999999999999999999"),
        PX_LITERAL("1e19"),
        PX_LITERAL("1e99999999999999999999"),
        PX_LITERAL("1e-99999999999999999999"),
        PX_LITERAL("1e9223372036854775807"),
        PX_LITERAL("9.3e18"),
        PX_LITERAL("10e9223372036854775807"),
        PX_LITERAL("10e18446744073709551615"),
        PX_LITERAL("0.1e-9223372036854775808"),
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(*CASES); i++) {
        int64_t value = 42;
        assert_true(px_json_valid(CASES[i]));
        if (px_json_to_i64(CASES[i], &value) || value != 42)
            fail_msg("%s became %lld", CASES[i].ptr, (long long)value);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_integers),
        cmocka_unit_test(test_no_integers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
