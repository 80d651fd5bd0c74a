/* The growing buffer: its content, its hard maximum, and what a failure leaves behind. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "memory.h"

static void assert_content(const px_buffer *buffer, px_slice expected) {
    assert_int_equal(buffer->len, expected.len);
    assert_memory_equal(buffer->data, expected.ptr, expected.len);
}

static void test_append(void **state) {
    (void)state;
    test_allocator memory;
    test_allocator_init(&memory);
    px_buffer buffer;
    px_buffer_init(&buffer, &memory.allocator, 1000);
    assert_int_equal(memory.calls, 0);
    assert_int_equal(px_buffer_append(&buffer, px_slice_of(NULL, 0)), PX_OK);
    assert_int_equal(memory.calls, 0);
    assert_int_equal(px_buffer_append(&buffer, PX_SLICE("abc")), PX_OK);
    assert_int_equal(px_buffer_append_byte(&buffer, '\0'), PX_OK);
    assert_int_equal(px_buffer_append_u64(&buffer, 1234567890123), PX_OK);
    assert_content(&buffer, PX_SLICE("abc\0001234567890123"));
    assert_true(px_slice_equal(px_buffer_slice(&buffer), PX_SLICE("abc\0001234567890123")));
    px_buffer_clear(&buffer);
    assert_int_equal(buffer.len, 0);
    px_buffer_free(&buffer);
    assert_int_equal(memory.live_blocks, 0);
    assert_int_equal(memory.live_bytes, 0);
    assert_int_equal(px_buffer_append(&buffer, PX_SLICE("again")), PX_OK);
    assert_content(&buffer, PX_SLICE("again"));
    px_buffer_free(&buffer);
    px_buffer_free(&buffer);
    assert_int_equal(memory.live_bytes, 0);
}

static void test_growth_is_amortized(void **state) {
    (void)state;
    test_allocator memory;
    test_allocator_init(&memory);
    px_buffer buffer;
    px_buffer_init(&buffer, &memory.allocator, SIZE_MAX);
    for (size_t i = 0; i < 100000; i++)
        assert_int_equal(px_buffer_append_byte(&buffer, (char)i), PX_OK);
    for (size_t i = 0; i < 100000; i++)
        assert_int_equal(buffer.data[i], (char)i);
    assert_true(memory.calls < 20);
    px_buffer_free(&buffer);
}

/* Every maximum up to a few hundred can be filled to the last byte, in steps of every size. */
static void test_hard_maximum(void **state) {
    (void)state;
    static const char BYTES[64] =
        "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    for (size_t max = 0; max < 300; max++) {
        for (size_t step = 1; step <= sizeof(BYTES); step += 7) {
            test_allocator memory;
            test_allocator_init(&memory);
            px_buffer buffer;
            px_buffer_init(&buffer, &memory.allocator, max);
            while (px_buffer_append(&buffer, px_slice_of(BYTES, step)) == PX_OK)
                ;
            assert_int_equal(buffer.len, max / step * step);
            assert_true(memory.live_bytes <= max);
            size_t len = buffer.len;
            assert_int_equal(px_buffer_append(&buffer, px_slice_of(BYTES, step)), PX_ERR_LIMIT);
            assert_int_equal(px_buffer_reserve(&buffer, SIZE_MAX), PX_ERR_LIMIT);
            assert_int_equal(px_buffer_reserve(&buffer, SIZE_MAX - len), PX_ERR_LIMIT);
            assert_int_equal(buffer.len, len);
            while (buffer.len < max)
                assert_int_equal(px_buffer_append_byte(&buffer, 'x'), PX_OK);
            assert_int_equal(px_buffer_append_byte(&buffer, 'x'), PX_ERR_LIMIT);
            px_buffer_free(&buffer);
            assert_int_equal(memory.live_bytes, 0);
        }
    }
}

static void test_all_or_nothing(void **state) {
    (void)state;
    test_allocator memory;
    test_allocator_init(&memory);
    px_buffer buffer;
    px_buffer_init(&buffer, &memory.allocator, 12);
    assert_int_equal(px_buffer_append(&buffer, PX_SLICE("0123456789")), PX_OK);
    assert_int_equal(px_buffer_append(&buffer, PX_SLICE("abc")), PX_ERR_LIMIT);
    assert_int_equal(px_buffer_append_u64(&buffer, 123), PX_ERR_LIMIT);
    assert_content(&buffer, PX_SLICE("0123456789"));
    assert_int_equal(px_buffer_append(&buffer, PX_SLICE("ab")), PX_OK);
    px_buffer_free(&buffer);
}

static void test_no_memory(void **state) {
    (void)state;
    for (size_t fail_at = 1; fail_at <= 4; fail_at++) {
        test_allocator memory;
        test_allocator_init(&memory);
        memory.fail_at = fail_at;
        memory.fail_once = true;
        px_buffer buffer;
        px_buffer_init(&buffer, &memory.allocator, 1 << 20);
        size_t failures = 0;
        for (size_t i = 0; i < 1000; i++) {
            size_t len = buffer.len;
            while (px_buffer_append_byte(&buffer, (char)('a' + i % 26)) != PX_OK) {
                failures++;
                assert_int_equal(buffer.len, len);
            }
        }
        assert_int_equal(failures, 1);
        for (size_t i = 0; i < 1000; i++)
            assert_int_equal(buffer.data[i], (char)('a' + i % 26));
        px_buffer_free(&buffer);
        assert_int_equal(memory.live_blocks, 0);
    }
}

static void test_consume(void **state) {
    (void)state;
    px_buffer buffer;
    px_buffer_init(&buffer, &test_malloc, 100);
    px_buffer_consume(&buffer, 0);
    assert_int_equal(px_buffer_append(&buffer, PX_SLICE("abcdef")), PX_OK);
    px_buffer_consume(&buffer, 0);
    assert_content(&buffer, PX_SLICE("abcdef"));
    px_buffer_consume(&buffer, 2);
    assert_content(&buffer, PX_SLICE("cdef"));
    px_buffer_consume(&buffer, 4);
    assert_int_equal(buffer.len, 0);
    px_buffer_free(&buffer);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_append),       cmocka_unit_test(test_growth_is_amortized),
        cmocka_unit_test(test_hard_maximum), cmocka_unit_test(test_all_or_nothing),
        cmocka_unit_test(test_no_memory),    cmocka_unit_test(test_consume),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
