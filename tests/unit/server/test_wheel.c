/* The timer wheel, against a simple model. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "server/wheel.h"

static void fires_late_never_early(void **state) {
    (void)state;
    static const uint64_t DELAYS[] = {0, 1, 127, 128, 129, 1000, 131000, 131072, 131073, 500000};
    for (size_t i = 0; i < sizeof(DELAYS) / sizeof(DELAYS[0]); i++) {
        static px_wheel wheel;
        px_wheel_node node = {0};
        uint64_t now = 5000 + i, due = now + DELAYS[i];
        px_wheel_init(&wheel, now);
        px_wheel_set(&wheel, &node, due);
        px_wheel_node *fired = NULL;
        while (!fired) {
            uint64_t deadline = px_wheel_deadline(&wheel);
            assert_true(deadline > now);
            assert_null(px_wheel_pop(&wheel, deadline - 1));
            now = deadline;
            fired = px_wheel_pop(&wheel, now);
        }
        assert_ptr_equal(fired, &node);
        assert_in_range(now, due, due + PX_WHEEL_STEP_MS);
        assert_true(px_wheel_deadline(&wheel) == UINT64_MAX);
        assert_null(px_wheel_pop(&wheel, UINT64_MAX));
    }
}

static void long_sleep_fires_everything(void **state) {
    (void)state;
    static px_wheel wheel;
    static px_wheel_node nodes[100];
    px_wheel_init(&wheel, 0);
    for (size_t i = 0; i < 100; i++)
        px_wheel_set(&wheel, &nodes[i], i * 10000);
    size_t fired = 0;
    while (px_wheel_pop(&wheel, UINT64_MAX / 2))
        fired++;
    assert_int_equal(fired, 100);
}

static void random_operations_agree_with_the_model(void **state) {
    (void)state;
    enum { NODES = 50, STEPS = 200000 };
    static px_wheel wheel;
    static px_wheel_node nodes[NODES];
    uint64_t due[NODES] = {0}; /* 0: not set */
    uint64_t now = 1, random = 88172645463325252u;
    px_wheel_init(&wheel, now);
    for (int step = 0; step < STEPS; step++) {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        size_t who = (size_t)((random >> 8) % NODES);
        switch (random % 4) {
        case 0:
            due[who] = now + (random >> 20) % (random & 16 ? 400000 : 3000);
            px_wheel_set(&wheel, &nodes[who], due[who]);
            break;
        case 1:
            due[who] = 0;
            px_wheel_clear(&wheel, &nodes[who]);
            break;
        default:
            now += (random >> 20) % (random & 16 ? 300 : 20000);
            for (px_wheel_node *node; (node = px_wheel_pop(&wheel, now));) {
                assert_in_range(due[node - nodes], 1, now);
                due[node - nodes] = 0;
            }
            assert_true(px_wheel_deadline(&wheel) > now);
        }
        for (size_t i = 0; step % 16 == 0 && i < NODES; i++)
            if (due[i]) {
                assert_true(due[i] / PX_WHEEL_STEP_MS >= wheel.step);
                /* Timers beyond the wheel's reach are looked at before. */
                assert_true(px_wheel_deadline(&wheel) <= due[i] + PX_WHEEL_STEP_MS);
            }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fires_late_never_early),
        cmocka_unit_test(long_sleep_fires_everything),
        cmocka_unit_test(random_operations_agree_with_the_model),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
