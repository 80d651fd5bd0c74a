/* The queue of actions: order, growth around the ring's end, reserved places, rewinding. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/queue.h"
#include "memory.h"

static void push(px_queue *queue, px_id id) {
    assert_non_null(px_queue_push(queue, PX_ACTION_SEND, id));
}

static void assert_pops(px_queue *queue, px_id id) {
    px_action action;
    assert_true(px_queue_pop(queue, &action));
    assert_int_equal(action.id, id);
}

/* Grown at every possible offset of the ring. */
static void test_order(void **state) {
    (void)state;
    for (px_id offset = 0; offset < 20; offset++) {
        px_queue queue;
        px_queue_init(&queue, &test_malloc);
        for (px_id id = 1; id <= offset; id++) {
            push(&queue, id);
            assert_pops(&queue, id);
        }
        for (px_id id = 1; id <= 50; id++)
            push(&queue, id);
        for (px_id id = 1; id <= 50; id++)
            assert_pops(&queue, id);
        px_action action;
        assert_false(px_queue_pop(&queue, &action));
        px_queue_free(&queue);
    }
}

/* A place that was reserved is there, whatever was pushed since, without memory. */
static void test_reserved(void **state) {
    (void)state;
    test_allocator memory;
    test_allocator_init(&memory);
    px_queue queue;
    px_queue_init(&queue, &memory.allocator);
    for (int i = 0; i < 5; i++)
        assert_int_equal(px_queue_reserve(&queue), PX_OK);
    memory.fail_at = memory.calls + 1;
    px_id id = 0;
    while (px_queue_push(&queue, PX_ACTION_SEND, id + 1))
        id++;
    assert_int_equal(px_queue_reserve(&queue), PX_ERR_NO_MEMORY);
    for (int i = 0; i < 5; i++)
        px_queue_push_reserved(&queue, PX_ACTION_CLOSE, ++id);
    for (px_id next = 1; next <= id; next++)
        assert_pops(&queue, next);
    px_queue_free(&queue);
    assert_int_equal(memory.live_blocks, 0);
}

/* The memory of a burst is given back, but never a reserved place. */
static void test_trim(void **state) {
    (void)state;
    test_allocator memory;
    test_allocator_init(&memory);
    px_queue queue;
    px_queue_init(&queue, &memory.allocator);
    for (px_id id = 1; id <= 5000; id++)
        push(&queue, id);
    for (px_id id = 1; id <= 5000; id++)
        assert_pops(&queue, id);
    px_queue_trim(&queue);
    assert_true(memory.live_bytes <= 256 * sizeof(px_action));
    for (int i = 0; i < 1000; i++)
        assert_int_equal(px_queue_reserve(&queue), PX_OK);
    px_queue_trim(&queue);
    memory.fail_at = memory.calls + 1;
    for (px_id id = 1; id <= 1000; id++)
        px_queue_push_reserved(&queue, PX_ACTION_CLOSE, id);
    for (px_id id = 1; id <= 1000; id++)
        assert_pops(&queue, id);
    px_queue_free(&queue);
}

static void *never_shrinks(void *context, void *ptr, size_t old_size, size_t new_size) {
    return new_size && new_size < old_size ? NULL
                                           : test_malloc.resize(context, ptr, old_size, new_size);
}

/* An allocator may refuse even to take something back. */
static void test_trim_without_success(void **state) {
    (void)state;
    const px_allocator allocator = {never_shrinks, NULL};
    px_queue queue;
    px_queue_init(&queue, &allocator);
    for (px_id id = 1; id <= 5000; id++)
        push(&queue, id);
    for (px_id id = 1; id <= 5000; id++)
        assert_pops(&queue, id);
    size_t capacity = queue.capacity;
    px_queue_trim(&queue);
    assert_int_equal(queue.capacity, capacity);
    for (px_id id = 1; id <= 5000; id++)
        push(&queue, id);
    for (px_id id = 1; id <= 5000; id++)
        assert_pops(&queue, id);
    px_queue_free(&queue);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_reserved),
        cmocka_unit_test(test_trim),
        cmocka_unit_test(test_trim_without_success),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
