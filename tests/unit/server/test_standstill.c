/* The server's clock while the process stands still. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "server/standstill.h"

static void usually_time_is_time(void **state) {
    (void)state;
    px_standstill s = {0};
    assert_int_equal(px_standstill_time(&s, 1000, 900, 5000), 1000);
    assert_int_equal(px_standstill_time(&s, 5000, 1000, 5000), 5000);
    assert_int_equal(px_standstill_time(&s, 5999, 1000, 5000), 5999); /* busy */
    assert_int_equal(px_standstill_time(&s, 90000, 1000, UINT64_MAX), 90000);
}

static void what_was_due_is_still_to_come(void **state) {
    (void)state;
    px_standstill s = {0};
    uint64_t now = px_standstill_time(&s, 45000, 1000, 5000);
    assert_int_equal(now, 4999);
    assert_int_equal(px_standstill_time(&s, 45001, now, 5000), 5000);
    assert_int_equal(px_standstill_time(&s, 46001, 5000, UINT64_MAX), 6000);
}

static void it_adds_up(void **state) {
    (void)state;
    px_standstill s = {0};
    assert_int_equal(px_standstill_time(&s, 45000, 1000, 5000), 4999);
    assert_int_equal(px_standstill_time(&s, 60000, 5000, 6000), 5999);
    assert_int_equal(s.sum_ms, 60000 - 5999);
}

/* What was due before the last time that the loop looked is late already. */
static void it_never_goes_back(void **state) {
    (void)state;
    px_standstill s = {0};
    assert_int_equal(px_standstill_time(&s, 45000, 7000, 5000), 7000);
    assert_int_equal(px_standstill_time(&s, 45001, 7000, UINT64_MAX), 7001);
    s = (px_standstill){0};
    assert_int_equal(px_standstill_time(&s, 45000, 0, 0), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(usually_time_is_time),
        cmocka_unit_test(what_was_due_is_still_to_come),
        cmocka_unit_test(it_adds_up),
        cmocka_unit_test(it_never_goes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
