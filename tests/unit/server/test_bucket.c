/* The token bucket. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "server/bucket.h"

static void a_second_holds_what_the_rate_says(void **state) {
    (void)state;
    px_bucket bucket = {0};
    uint64_t wait_ms = 0;
    for (int i = 0; i < 10; i++)
        assert_true(px_bucket_take(&bucket, 10, 1, 5000, &wait_ms));
    assert_false(px_bucket_take(&bucket, 10, 1, 5000, &wait_ms));
    assert_int_equal(wait_ms, 100);
    assert_false(px_bucket_take(&bucket, 10, 3, 5000, &wait_ms));
    assert_int_equal(wait_ms, 300);
    assert_false(px_bucket_take(&bucket, 10, 1, 5099, &wait_ms));
    assert_int_equal(wait_ms, 1);
    assert_true(px_bucket_take(&bucket, 10, 1, 5100, &wait_ms));
    assert_false(px_bucket_take(&bucket, 10, 1, 5100, &wait_ms));
    for (int i = 0; i < 10; i++)
        assert_true(px_bucket_take(&bucket, 10, 1, 1000000, &wait_ms));
    assert_false(px_bucket_take(&bucket, 10, 1, 1000000, &wait_ms));
}

static void what_is_told_to_wait_is_enough(void **state) {
    (void)state;
    for (uint32_t rate = 1; rate < 50; rate++)
        for (uint32_t count = 1; count < 60; count += 7) {
            px_bucket bucket = {0};
            uint64_t now = 77, wait_ms = 0;
            for (int i = 0; i < 100; i++) {
                if (px_bucket_take(&bucket, rate, count, now, &wait_ms))
                    continue;
                assert_in_range(wait_ms, 1, 1000 * count + 1000);
                px_bucket before = bucket;
                assert_false(px_bucket_take(&before, rate, count, now + wait_ms - 1, &wait_ms));
                now += wait_ms;
                wait_ms = 0;
                before = bucket;
                px_bucket_take(&before, rate, count, now, &wait_ms);
                now += wait_ms;
                assert_true(px_bucket_take(&bucket, rate, count, now, &wait_ms));
            }
        }
}

/* Else it could never be had. */
static void more_than_it_holds_is_given_once_and_paid_back(void **state) {
    (void)state;
    px_bucket bucket = {0};
    uint64_t wait_ms = 0;
    assert_true(px_bucket_take(&bucket, 2, 10, 0, &wait_ms));
    assert_false(px_bucket_take(&bucket, 2, 1, 0, &wait_ms));
    assert_int_equal(wait_ms, 4500);
    assert_false(px_bucket_take(&bucket, 2, 10, 0, &wait_ms));
    assert_int_equal(wait_ms, 5000);
    assert_true(px_bucket_take(&bucket, 2, 10, 5000, &wait_ms));
}

static void no_rate_is_no_limit(void **state) {
    (void)state;
    px_bucket bucket = {0};
    uint64_t wait_ms = 0;
    for (int i = 0; i < 1000; i++)
        assert_true(px_bucket_take(&bucket, 0, UINT32_MAX, 0, &wait_ms));
}

static void the_largest_numbers_fit(void **state) {
    (void)state;
    px_bucket bucket = {0};
    uint64_t wait_ms = 0;
    assert_true(px_bucket_take(&bucket, 1, UINT32_MAX, 1, &wait_ms));
    assert_false(px_bucket_take(&bucket, 1, 1, 1, &wait_ms));
    assert_true(wait_ms == UINT64_C(1000) * (UINT32_MAX));
    assert_true(px_bucket_take(&bucket, UINT32_MAX, UINT32_MAX, UINT64_MAX, &wait_ms));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_second_holds_what_the_rate_says),
        cmocka_unit_test(what_is_told_to_wait_is_enough),
        cmocka_unit_test(more_than_it_holds_is_given_once_and_paid_back),
        cmocka_unit_test(no_rate_is_no_limit),
        cmocka_unit_test(the_largest_numbers_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
