#include "driver/deadlines.h"

#include "memory.h"

#include <stdlib.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { MANY = 300 };

static px_deadlines deadlines;
static test_allocator memory;
static uint64_t fired[2 * MANY];
static size_t fired_count;

static void note_fired(px_deadline *deadline) {
    assert_true(fired_count < 2 * MANY);
    fired[fired_count++] = (uint64_t)(uintptr_t)deadline;
}

static int set_up(void **state) {
    (void)state;
    test_allocator_init(&memory);
    px_deadlines_init(&deadlines, &memory.allocator);
    fired_count = 0;
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    px_deadlines_free(&deadlines);
    return memory.live_blocks == 0 ? 0 : -1;
}

/* Compares with the simplest possible way: looking at all. */
static void fires_in_order(void **state) {
    (void)state;
    static px_deadline all[MANY];
    for (size_t i = 0; i < MANY; i++)
        assert_int_equal(px_deadline_join(&deadlines, &all[i], note_fired), PX_OK);
    uint32_t random = 1;
    for (int round = 0; round < 20000; round++) {
        random = random * 1664525 + 1013904223;
        px_deadline *deadline = &all[random >> 8 & 0xff];
        px_deadline_set(&deadlines, deadline, random >> 31 ? UINT64_MAX : random >> 16);
        uint64_t earliest = UINT64_MAX;
        for (size_t i = 0; i < MANY; i++)
            earliest = all[i].at < earliest ? all[i].at : earliest;
        assert_int_equal(px_deadlines_next(&deadlines), earliest);
    }
    uint64_t last = 0;
    while (px_deadlines_next(&deadlines) != UINT64_MAX) {
        uint64_t now = px_deadlines_next(&deadlines);
        assert_true(now >= last);
        last = now;
        size_t due = 0;
        for (size_t i = 0; i < MANY; i++)
            due += all[i].at <= now;
        fired_count = 0;
        px_deadlines_fire(&deadlines, now);
        assert_int_equal(fired_count, due);
    }
    for (size_t i = 0; i < MANY; i++)
        px_deadline_leave(&deadlines, &all[i]);
}

static void arm_again(px_deadline *deadline) {
    note_fired(deadline);
    px_deadline_set(&deadlines, deadline, 0);
}

static void does_not_fire_for_ever(void **state) {
    (void)state;
    px_deadline impatient;
    assert_int_equal(px_deadline_join(&deadlines, &impatient, arm_again), PX_OK);
    px_deadline_set(&deadlines, &impatient, 5);
    px_deadlines_fire(&deadlines, 4);
    assert_int_equal(fired_count, 0);
    px_deadlines_fire(&deadlines, 5);
    assert_int_equal(fired_count, 1);
    assert_int_equal(px_deadlines_next(&deadlines), 0);
    px_deadline_leave(&deadlines, &impatient);
    assert_int_equal(px_deadlines_next(&deadlines), UINT64_MAX);
}

static px_deadline victim;

static void disarm_other(px_deadline *deadline) {
    note_fired(deadline);
    px_deadline_leave(&deadlines, &victim);
}

static void may_end_another(void **state) {
    (void)state;
    px_deadline killer;
    assert_int_equal(px_deadline_join(&deadlines, &killer, disarm_other), PX_OK);
    assert_int_equal(px_deadline_join(&deadlines, &victim, note_fired), PX_OK);
    px_deadline_set(&deadlines, &killer, 1);
    px_deadline_set(&deadlines, &victim, 2);
    px_deadlines_fire(&deadlines, 3);
    assert_int_equal(fired_count, 1);
    px_deadline_leave(&deadlines, &killer);
}

static void joins_or_says_no(void **state) {
    (void)state;
    px_deadline deadline;
    memory.fail_at = 1;
    assert_int_equal(px_deadline_join(&deadlines, &deadline, note_fired), PX_ERR_NO_MEMORY);
    memory.fail_at = 0;
    assert_int_equal(px_deadline_join(&deadlines, &deadline, note_fired), PX_OK);
    /* From then on it never fails. */
    memory.fail_at = 1;
    px_deadline_set(&deadlines, &deadline, 7);
    assert_int_equal(px_deadlines_next(&deadlines), 7);
    px_deadline_leave(&deadlines, &deadline);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(fires_in_order, set_up, tear_down),
        cmocka_unit_test_setup_teardown(does_not_fire_for_ever, set_up, tear_down),
        cmocka_unit_test_setup_teardown(may_end_another, set_up, tear_down),
        cmocka_unit_test_setup_teardown(joins_or_says_no, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
