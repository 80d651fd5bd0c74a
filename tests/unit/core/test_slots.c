/* Slots: ids live, die, and are not mistaken for their successors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/core.h"
#include "core/slots.h"
#include "memory.h"

static void test_ids(void **state) {
    (void)state;
    int items[3];
    uint32_t ids[3];
    px_slots slots;
    px_slots_init(&slots, &test_malloc);
    assert_null(px_slots_get(&slots, 0));
    assert_null(px_slots_get(&slots, 12345));
    for (int i = 0; i < 3; i++) {
        assert_int_equal(px_slots_add(&slots, &items[i], &ids[i]), PX_OK);
        assert_int_not_equal(ids[i], 0);
        assert_true(PX_CHANNEL_SLOT(ids[i]) < 4);
    }
    for (int i = 0; i < 3; i++)
        assert_ptr_equal(px_slots_get(&slots, ids[i]), &items[i]);
    px_slots_remove(&slots, ids[1]);
    assert_null(px_slots_get(&slots, ids[1]));
    assert_ptr_equal(px_slots_get(&slots, ids[2]), &items[2]);
    uint32_t successor;
    assert_int_equal(px_slots_add(&slots, &items[1], &successor), PX_OK);
    assert_int_equal(PX_CHANNEL_SLOT(successor), PX_CHANNEL_SLOT(ids[1]));
    assert_int_not_equal(successor, ids[1]);
    assert_null(px_slots_get(&slots, ids[1]));
    px_slots_free(&slots);
}

/* When the generations begin again, 0 is still no id. */
static void test_generations_wrap(void **state) {
    (void)state;
    int item;
    px_slots slots;
    px_slots_init(&slots, &test_malloc);
    for (int i = 0; i < 10000; i++) {
        uint32_t id;
        assert_int_equal(px_slots_add(&slots, &item, &id), PX_OK);
        assert_int_not_equal(id, 0);
        assert_ptr_equal(px_slots_get(&slots, id), &item);
        px_slots_remove(&slots, id);
        assert_null(px_slots_get(&slots, id));
    }
    assert_int_equal(slots.capacity, 4);
    px_slots_free(&slots);
}

static void test_no_memory(void **state) {
    (void)state;
    int item;
    uint32_t id = 7;
    test_allocator memory;
    test_allocator_init(&memory);
    memory.fail_at = 1;
    px_slots slots;
    px_slots_init(&slots, &memory.allocator);
    assert_int_equal(px_slots_add(&slots, &item, &id), PX_ERR_NO_MEMORY);
    assert_int_equal(id, 7);
    px_slots_free(&slots);
}

/* There are no numbers for more. */
static void test_a_million(void **state) {
    (void)state;
    int item;
    uint32_t id;
    size_t count = 0;
    px_slots slots;
    px_slots_init(&slots, &test_malloc);
    while (count <= 1 << 20 && px_slots_add(&slots, &item, &id) == PX_OK)
        count++;
    assert_int_equal(count, 1 << 20);
    assert_int_equal(px_slots_add(&slots, &item, &id), PX_ERR_LIMIT);
    px_slots_remove(&slots, id);
    assert_int_equal(px_slots_add(&slots, &item, &id), PX_OK);
    px_slots_free(&slots);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ids),
        cmocka_unit_test(test_generations_wrap),
        cmocka_unit_test(test_no_memory),
        cmocka_unit_test(test_a_million),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
