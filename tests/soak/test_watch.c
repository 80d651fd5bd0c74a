/* What the clients of the soak call wrong, and what not: a soak that can't fail tells nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "watch.h"

static watch subscribed_at(uint64_t ms) {
    watch made = {0};
    watch_subscribed(&made, ms);
    return made;
}

static watch_verdict take(watch *this, uint64_t number, uint64_t before, uint64_t before_ms) {
    return watch_take(this, &(watch_event){number, before, before_ms});
}

static void one_after_the_other_is_right(void **state) {
    (void)state;
    watch w = subscribed_at(1000);
    assert_int_equal(take(&w, 7, 6, 900), WATCH_RIGHT);
    assert_int_equal(take(&w, 8, 7, 1100), WATCH_RIGHT);
}

static void what_the_server_did_not_take_may_be_missing(void **state) {
    (void)state;
    watch w = subscribed_at(1000);
    assert_int_equal(take(&w, 7, 6, 900), WATCH_RIGHT);
    assert_int_equal(take(&w, 10, 7, 1100), WATCH_RIGHT);
}

static void what_it_took_may_not(void **state) {
    (void)state;
    watch w = subscribed_at(1000);
    assert_int_equal(take(&w, 7, 6, 900), WATCH_RIGHT);
    assert_int_equal(take(&w, 10, 9, 1100), WATCH_LOST);
    assert_int_equal(take(&w, 11, 10, 1200), WATCH_RIGHT); /* each loss is told once */
}

/* Before the first event: what was published after the client was told that it is subscribed. */
static void the_first_ones_count(void **state) {
    (void)state;
    watch w = subscribed_at(1000);
    assert_int_equal(take(&w, 7, 6, 1001), WATCH_LOST);
    w = subscribed_at(1000);
    assert_int_equal(take(&w, 7, 6, 1000), WATCH_RIGHT); /* it may have been before */
    w = subscribed_at(1000);
    assert_int_equal(take(&w, 1, 0, 0), WATCH_RIGHT);
}

static void twice_and_out_of_order_are_wrong(void **state) {
    (void)state;
    watch w = subscribed_at(1000);
    assert_int_equal(take(&w, 7, 6, 900), WATCH_RIGHT);
    assert_int_equal(take(&w, 7, 6, 900), WATCH_AGAIN);
    assert_int_equal(take(&w, 5, 4, 800), WATCH_AGAIN);
    assert_int_equal(take(&w, 8, 7, 1100), WATCH_RIGHT);
}

static void only_a_subscription_gets_events(void **state) {
    (void)state;
    watch w = {0};
    assert_int_equal(take(&w, 1, 0, 0), WATCH_EARLY);
    w = subscribed_at(1000);
    watch_end(&w);
    assert_int_equal(take(&w, 1, 0, 0), WATCH_EARLY);
}

/* A connection knows nothing of the one before. */
static void another_connection_begins_anew(void **state) {
    (void)state;
    watch w = subscribed_at(1000);
    assert_int_equal(take(&w, 7, 6, 900), WATCH_RIGHT);
    watch_end(&w);
    watch_subscribed(&w, 2000);
    assert_int_equal(take(&w, 20, 19, 1999), WATCH_RIGHT);
}

static void the_first_end_after_a_mark_is_remembered(void **state) {
    (void)state;
    watch w = subscribed_at(1000);
    watch_end(&w);
    watch_mark(&w);
    assert_false(w.has_ended);
    watch_subscribed(&w, 2000);
    assert_int_equal(take(&w, 7, 6, 1900), WATCH_RIGHT);
    watch_end(&w);
    watch_subscribed(&w, 3000);
    assert_int_equal(take(&w, 9, 8, 2900), WATCH_RIGHT);
    watch_end(&w);
    assert_true(w.has_ended);
    assert_int_equal(w.ended_last, 7);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_after_the_other_is_right),
        cmocka_unit_test(what_the_server_did_not_take_may_be_missing),
        cmocka_unit_test(what_it_took_may_not),
        cmocka_unit_test(the_first_ones_count),
        cmocka_unit_test(twice_and_out_of_order_are_wrong),
        cmocka_unit_test(only_a_subscription_gets_events),
        cmocka_unit_test(another_connection_begins_anew),
        cmocka_unit_test(the_first_end_after_a_mark_is_remembered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
