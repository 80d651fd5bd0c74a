/* When memory is given back to the system. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "server/trim.h"

static void lose(px_trim *trim, size_t count, size_t left, uint64_t now_ms) {
    for (size_t i = 0; i < count; i++)
        px_trim_gone(trim, left, now_ms);
}

static void few_are_not_worth_it(void **state) {
    (void)state;
    px_trim trim;
    px_trim_init(&trim);
    lose(&trim, 255, 0, 1000);
    assert_false(px_trim_is_due(&trim, UINT64_MAX - 1));
    lose(&trim, 1, 0, 1000);
    assert_true(px_trim_is_due(&trim, UINT64_MAX - 1));
}

static void it_takes_a_share_of_those_that_are_left(void **state) {
    (void)state;
    px_trim trim;
    px_trim_init(&trim);
    lose(&trim, 2499, 10000, 1000);
    assert_false(px_trim_is_due(&trim, UINT64_MAX - 1));
    lose(&trim, 1, 10000, 1000);
    assert_true(px_trim_is_due(&trim, UINT64_MAX - 1));
}

/* Those that go meanwhile put it off, but not for ever; once it was due, counting begins anew. */
static void it_is_when_nobody_has_gone_for_a_while(void **state) {
    (void)state;
    px_trim trim;
    px_trim_init(&trim);
    lose(&trim, 256, 100, 1000);
    assert_int_equal(trim.due_ms, 6000);
    lose(&trim, 1, 100, 4000);
    assert_int_equal(trim.due_ms, 9000);
    lose(&trim, 1, 100000, 8000); /* it was decided before so many came */
    assert_false(px_trim_is_due(&trim, 12999));
    assert_true(px_trim_is_due(&trim, 13000));
    assert_false(px_trim_is_due(&trim, UINT64_MAX - 1));
    lose(&trim, 255, 100, 14000);
    assert_false(px_trim_is_due(&trim, UINT64_MAX - 1));
}

static void it_is_not_put_off_for_ever(void **state) {
    (void)state;
    px_trim trim;
    px_trim_init(&trim);
    for (uint64_t now = 1000; now < 31000; now += 100)
        lose(&trim, 256, 100, now);
    assert_false(px_trim_is_due(&trim, 30999));
    assert_true(px_trim_is_due(&trim, 31000));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(few_are_not_worth_it),
        cmocka_unit_test(it_takes_a_share_of_those_that_are_left),
        cmocka_unit_test(it_is_when_nobody_has_gone_for_a_while),
        cmocka_unit_test(it_is_not_put_off_for_ever),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
