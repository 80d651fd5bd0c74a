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

/* Those that go meanwhile do not put it off; once it was due, counting begins anew. */
static void it_is_some_time_later_and_once(void **state) {
    (void)state;
    px_trim trim;
    px_trim_init(&trim);
    lose(&trim, 256, 100, 1000);
    lose(&trim, 300, 100, 4000);
    assert_int_equal(trim.due_ms, 6000);
    assert_false(px_trim_is_due(&trim, 5999));
    assert_true(px_trim_is_due(&trim, 6000));
    assert_false(px_trim_is_due(&trim, UINT64_MAX - 1));
    lose(&trim, 255, 100, 7000);
    assert_false(px_trim_is_due(&trim, UINT64_MAX - 1));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(few_are_not_worth_it),
        cmocka_unit_test(it_takes_a_share_of_those_that_are_left),
        cmocka_unit_test(it_is_some_time_later_and_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
