/* The table of close codes, at the edges of its ranges. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/close_code.h"

static void test_actions(void **state) {
    (void)state;
    static const struct {
        int code;
        px_close_action action;
    } expected[] = {
        {-1, PX_CLOSE_NONE},       {0, PX_CLOSE_NONE},       {999, PX_CLOSE_NONE},
        {1000, PX_CLOSE_NONE},     {1001, PX_CLOSE_NONE},    {1002, PX_CLOSE_BACKOFF},
        {1003, PX_CLOSE_BACKOFF},  {1004, PX_CLOSE_BACKOFF}, {1005, PX_CLOSE_NONE},
        {1006, PX_CLOSE_NONE},     {1011, PX_CLOSE_NONE},    {3999, PX_CLOSE_NONE},
        {4000, PX_CLOSE_TLS_ONLY}, {4001, PX_CLOSE_REFUSED}, {4099, PX_CLOSE_REFUSED},
        {4100, PX_CLOSE_BACKOFF},  {4199, PX_CLOSE_BACKOFF}, {4200, PX_CLOSE_RETRY},
        {4299, PX_CLOSE_RETRY},    {4300, PX_CLOSE_REFUSED}, {4999, PX_CLOSE_REFUSED},
        {65535, PX_CLOSE_REFUSED},
    };
    for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++)
        assert_int_equal(px_close_code_action(expected[i].code), expected[i].action);
}

static void test_errors(void **state) {
    (void)state;
    assert_false(px_close_code_is_error(1000));
    assert_false(px_close_code_is_error(1001));
    assert_true(px_close_code_is_error(0));
    assert_true(px_close_code_is_error(1002));
    assert_true(px_close_code_is_error(1006));
    assert_true(px_close_code_is_error(4001));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_actions),
        cmocka_unit_test(test_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
