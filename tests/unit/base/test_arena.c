/* The arena: addresses stay, the maximum holds, a reset keeps little. */
#include <setjmp.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "memory.h"

static void test_addresses_stay(void **state) {
    (void)state;
    enum { COUNT = 500 };
    static unsigned char *blocks[COUNT];
    test_allocator memory;
    test_allocator_init(&memory);
    px_arena arena;
    px_arena_init(&arena, &memory.allocator, 1 << 20);
    assert_int_equal(memory.calls, 0);
    for (size_t i = 0; i < COUNT; i++) {
        void *block;
        assert_int_equal(px_arena_alloc(&arena, i, &block), PX_OK);
        assert_int_equal((uintptr_t)block % alignof(max_align_t), 0);
        memset(block, (int)i, i);
        blocks[i] = block;
    }
    for (size_t i = 0; i < COUNT; i++)
        for (size_t k = 0; k < i; k++)
            assert_int_equal(blocks[i][k], (unsigned char)i);
    px_arena_free(&arena);
    assert_int_equal(memory.live_bytes, 0);
}

static void test_copy(void **state) {
    (void)state;
    px_arena arena;
    px_arena_init(&arena, &test_malloc, 100);
    char original[] = "original";
    px_slice copy;
    assert_int_equal(px_arena_copy(&arena, px_slice_of(original, 8), &copy), PX_OK);
    memset(original, 'x', sizeof(original));
    assert_true(px_slice_equal(copy, PX_SLICE("original")));
    assert_int_equal(px_arena_copy(&arena, px_slice_of(NULL, 0), &copy), PX_OK);
    assert_int_equal(copy.len, 0);
    px_arena_free(&arena);
}

static void test_maximum(void **state) {
    (void)state;
    test_allocator memory;
    test_allocator_init(&memory);
    px_arena arena;
    px_arena_init(&arena, &memory.allocator, 1000);
    void *block = &arena;
    assert_int_equal(px_arena_alloc(&arena, 1001, &block), PX_ERR_LIMIT);
    assert_int_equal(px_arena_alloc(&arena, SIZE_MAX, &block), PX_ERR_LIMIT);
    assert_ptr_equal(block, &arena);
    assert_int_equal(px_arena_alloc(&arena, 999, &block), PX_OK);
    assert_int_equal(px_arena_alloc(&arena, 2, &block), PX_ERR_LIMIT);
    assert_int_equal(px_arena_alloc(&arena, 1, &block), PX_OK);
    assert_int_equal(px_arena_alloc(&arena, 1, &block), PX_ERR_LIMIT);
    px_arena_reset(&arena);
    assert_int_equal(px_arena_alloc(&arena, 1000, &block), PX_OK);
    px_arena_free(&arena);
    assert_int_equal(px_arena_alloc(&arena, 1000, &block), PX_OK);
    px_arena_free(&arena);
    assert_int_equal(memory.live_blocks, 0);
}

static void *remember_and_refuse(void *context, void *ptr, size_t old_size, size_t new_size) {
    (void)ptr;
    (void)old_size;
    *(size_t *)context = new_size;
    return NULL;
}

/* Sizes whose sum with the block's head would wrap around never become a small allocation. */
static void test_absurd_sizes(void **state) {
    (void)state;
    size_t asked_for;
    const px_allocator allocator = {remember_and_refuse, &asked_for};
    px_arena arena;
    px_arena_init(&arena, &allocator, SIZE_MAX);
    void *block = &arena;
    for (size_t less = 0; less < 100; less++) {
        asked_for = SIZE_MAX;
        assert_true(px_arena_alloc(&arena, SIZE_MAX - less, &block) < 0);
        assert_true(asked_for >= SIZE_MAX - less);
    }
    assert_ptr_equal(block, &arena);
    px_arena_free(&arena);
}

static void test_reset_keeps_little(void **state) {
    (void)state;
    test_allocator memory;
    test_allocator_init(&memory);
    px_arena arena;
    px_arena_init(&arena, &memory.allocator, 1 << 20);
    void *block;
    assert_int_equal(px_arena_alloc(&arena, 10, &block), PX_OK);
    size_t calls = memory.calls;
    for (size_t i = 0; i < 1000; i++) { /* the steady state allocates nothing */
        px_arena_reset(&arena);
        assert_int_equal(px_arena_alloc(&arena, 300, &block), PX_OK);
    }
    assert_int_equal(memory.calls, calls);
    for (size_t i = 0; i < 100; i++)
        assert_int_equal(px_arena_alloc(&arena, 5000, &block), PX_OK);
    px_arena_reset(&arena);
    assert_int_equal(memory.live_blocks, 1);
    assert_true(memory.live_bytes < 1024);
    px_arena_free(&arena);

    assert_int_equal(px_arena_alloc(&arena, 100000, &block), PX_OK);
    px_arena_reset(&arena); /* a first block that is large is not kept */
    assert_int_equal(memory.live_blocks, 0);
    px_arena_reset(&arena);
    px_arena_free(&arena);
}

static void test_no_memory(void **state) {
    (void)state;
    for (size_t fail_at = 1; fail_at <= 3; fail_at++) {
        test_allocator memory;
        test_allocator_init(&memory);
        memory.fail_at = fail_at;
        memory.fail_once = true;
        px_arena arena;
        px_arena_init(&arena, &memory.allocator, 1 << 20);
        size_t failures = 0;
        size_t handed_out = 0;
        for (size_t i = 0; i < 50; i++) {
            void *block = &arena;
            while (px_arena_alloc(&arena, 100, &block) != PX_OK) {
                failures++;
                assert_ptr_equal(block, &arena);
                assert_int_equal(arena.used, handed_out);
            }
            handed_out += 100;
            memset(block, 1, 100);
        }
        assert_int_equal(failures, 1);
        px_arena_free(&arena);
        assert_int_equal(memory.live_bytes, 0);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_addresses_stay),
        cmocka_unit_test(test_copy),
        cmocka_unit_test(test_maximum),
        cmocka_unit_test(test_absurd_sizes),
        cmocka_unit_test(test_reset_keeps_little),
        cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
