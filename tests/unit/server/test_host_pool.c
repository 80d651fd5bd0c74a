/* Memory that is kept for the next who needs it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "memory.h"
#include "server/heap.h"
#include "server/host_pool.h"

/* ---- The heap: this definition takes the place of the one in src/server/heap.c ---- */

static test_allocator heap;

static void *resize(void *context, void *ptr, size_t old_size, size_t new_size) {
    (void)context;
    return px_resize(&heap.allocator, ptr, old_size, new_size);
}

const px_allocator px_heap = {resize, NULL};

static px_pool pool;

static int set_up(void **state) {
    (void)state;
    test_allocator_init(&heap);
    px_pool_init(&pool);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    px_pool_free(&pool);
    assert_int_equal(heap.live_blocks, 0);
    assert_int_equal(heap.live_bytes, 0);
    return 0;
}

/* Sanitizers have pools that keep nothing. */
static void skip_unless_kept(void) {
    void *block = px_alloc(&pool.allocator, 1);
    px_free(&pool.allocator, block, 1);
    if (heap.live_blocks == 0)
        skip();
}

static void what_is_given_back_comes_again(void **state) {
    (void)state;
    static const size_t SIZES[] = {1, 64, 65, 96, 97, 1000, 12288, 16384};
    skip_unless_kept();
    for (size_t i = 0; i < sizeof SIZES / sizeof *SIZES; i++) {
        char *block = px_alloc(&pool.allocator, SIZES[i]);
        assert_non_null(block);
        memset(block, 1, SIZES[i]);
        px_free(&pool.allocator, block, SIZES[i]);
        size_t calls = heap.calls;
        assert_ptr_equal(px_alloc(&pool.allocator, SIZES[i]), block);
        assert_int_equal(heap.calls, calls);
        px_free(&pool.allocator, block, SIZES[i]);
    }
}

static void large_blocks_are_not_kept(void **state) {
    (void)state;
    void *block = px_alloc(&pool.allocator, 16385);
    assert_int_equal(heap.live_blocks, 1);
    block = px_resize(&pool.allocator, block, 16385, 100000);
    assert_int_equal(heap.live_bytes, 100000);
    px_free(&pool.allocator, block, 100000);
    assert_int_equal(heap.live_blocks, 0);
}

/* Through every size, up and down, the contents stay. */
static void resizing_keeps_the_bytes(void **state) {
    (void)state;
    static const size_t SIZES[] = {10, 64, 65, 300, 16384, 20000, 40000, 20000, 500, 499, 70, 5};
    char expected[5] = "abcde";
    char *block = NULL;
    size_t size = 0;
    for (size_t i = 0; i < sizeof SIZES / sizeof *SIZES; i++) {
        block = px_resize(&pool.allocator, block, size, SIZES[i]);
        assert_non_null(block);
        if (i == 0)
            memcpy(block, expected, sizeof expected);
        assert_memory_equal(block, expected, sizeof expected);
        if (SIZES[i] > size)
            memset(block + sizeof expected, 1, SIZES[i] - sizeof expected);
        size = SIZES[i];
    }
    px_free(&pool.allocator, block, size);
}

static void without_memory_nothing_changes(void **state) {
    (void)state;
    char *block = px_alloc(&pool.allocator, 3);
    memcpy(block, "abc", 3);
    heap.fail_at = heap.calls + 1;
    assert_null(px_alloc(&pool.allocator, 3));
    assert_null(px_resize(&pool.allocator, block, 3, 100));
    assert_null(px_resize(&pool.allocator, block, 3, 100000));
    assert_memory_equal(block, "abc", 3);
    heap.fail_at = 0;
    px_free(&pool.allocator, block, 3);
}

static void what_is_not_needed_goes(void **state) {
    (void)state;
    skip_unless_kept();
    void *some[4];
    for (size_t i = 0; i < 4; i++)
        some[i] = px_alloc(&pool.allocator, 200);
    for (size_t i = 0; i < 4; i++)
        px_free(&pool.allocator, some[i], 200);
    px_pool_trim(&pool, 1000); /* all were needed a moment ago */
    assert_int_equal(heap.live_blocks, 5);
    some[0] = px_alloc(&pool.allocator, 200);
    px_free(&pool.allocator, some[0], 200);
    px_pool_trim(&pool, 1999); /* too early */
    assert_int_equal(heap.live_blocks, 5);
    px_pool_trim(&pool, 2000);
    assert_int_equal(heap.live_blocks, 1);
    px_pool_trim(&pool, 3000);
    assert_int_equal(heap.live_blocks, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_given_back_comes_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(large_blocks_are_not_kept, set_up, tear_down),
        cmocka_unit_test_setup_teardown(resizing_keeps_the_bytes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(without_memory_nothing_changes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_not_needed_goes, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
