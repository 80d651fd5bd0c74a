/* Slices: comparing, and decimal numbers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/slice.h"

static int sign(int value) {
    return (value > 0) - (value < 0);
}

static void test_equal(void **state) {
    (void)state;
    assert_true(px_slice_equal(PX_SLICE(""), px_slice_of(NULL, 0)));
    assert_true(px_slice_equal(PX_SLICE("a\0b"), PX_SLICE("a\0b")));
    assert_false(px_slice_equal(PX_SLICE("a\0b"), PX_SLICE("a\0c")));
    assert_false(px_slice_equal(PX_SLICE("ab"), PX_SLICE("abc")));
    assert_true(px_slice_equal(px_slice_of_text("text"), PX_SLICE("text")));
    assert_int_equal(px_slice_of_text(NULL).len, 0);
}

static void test_starts_with(void **state) {
    (void)state;
    assert_true(px_slice_starts_with(PX_SLICE("private-a"), PX_SLICE("private-")));
    assert_true(px_slice_starts_with(PX_SLICE("private-"), PX_SLICE("private-")));
    assert_true(px_slice_starts_with(PX_SLICE("a"), px_slice_of(NULL, 0)));
    assert_true(px_slice_starts_with(px_slice_of(NULL, 0), px_slice_of(NULL, 0)));
    assert_false(px_slice_starts_with(PX_SLICE("private"), PX_SLICE("private-")));
    assert_false(px_slice_starts_with(PX_SLICE("Private-"), PX_SLICE("private-")));
}

static void test_after(void **state) {
    (void)state;
    assert_true(px_slice_equal(px_slice_after(PX_SLICE("abc"), 0), PX_SLICE("abc")));
    assert_true(px_slice_equal(px_slice_after(PX_SLICE("abc"), 2), PX_SLICE("c")));
    assert_int_equal(px_slice_after(PX_SLICE("abc"), 3).len, 0);
    assert_null(px_slice_after(px_slice_of(NULL, 0), 0).ptr);
}

static void test_compare(void **state) {
    (void)state;
    static const px_slice ORDERED[] = {
        PX_LITERAL(""),     PX_LITERAL("A"),    PX_LITERAL("a"),
        PX_LITERAL("a\0"),  PX_LITERAL("ab"),   PX_LITERAL("b"),
        PX_LITERAL("\x7f"), PX_LITERAL("\x80"), PX_LITERAL("\xff"),
    };
    int count = sizeof(ORDERED) / sizeof(*ORDERED);
    for (int i = 0; i < count; i++)
        for (int k = 0; k < count; k++)
            assert_int_equal(sign(px_slice_compare(ORDERED[i], ORDERED[k])), sign(i - k));
}

static void test_ignore_case(void **state) {
    (void)state;
    assert_true(
        px_slice_equal_ignore_case(PX_SLICE("Sec-WebSocket-Key"), PX_SLICE("sEC-wEBsOCKET-kEY")));
    assert_false(px_slice_equal_ignore_case(PX_SLICE("abc"), PX_SLICE("ab")));
    /* The neighbours of the letters differ by the same bit but have no case. */
    assert_false(px_slice_equal_ignore_case(PX_SLICE("@["), PX_SLICE("`{")));
    assert_false(px_slice_equal_ignore_case(PX_SLICE("\xc4"), PX_SLICE("\xe4")));
}

static void test_from_decimal(void **state) {
    (void)state;
    static const struct {
        px_slice text;
        uint64_t value;
    } GOOD[] = {
        {PX_LITERAL("0"), 0},
        {PX_LITERAL("007"), 7},
        {PX_LITERAL("18446744073709551609"), UINT64_MAX - 6},
        {PX_LITERAL("18446744073709551615"), UINT64_MAX},
        {PX_LITERAL("00000000000000000000000001"), 1},
    };
    static const px_slice BAD[] = {
        PX_LITERAL(""),
        PX_LITERAL("-1"),
        PX_LITERAL("+1"),
        PX_LITERAL(" 1"),
        PX_LITERAL("1 "),
        PX_LITERAL("1a"),
        PX_LITERAL("1\0"),
        PX_LITERAL("/"),
        PX_LITERAL(":"),
        PX_LITERAL("1."),
        PX_LITERAL("0x10"),
        PX_LITERAL("18446744073709551616"),
        PX_LITERAL("99999999999999999999"),
        PX_LITERAL("\xb1"),
    };
    for (size_t i = 0; i < sizeof(GOOD) / sizeof(*GOOD); i++) {
        uint64_t value = 42;
        assert_true(px_slice_to_u64(GOOD[i].text, &value));
        assert_int_equal(value, GOOD[i].value);
    }
    for (size_t i = 0; i < sizeof(BAD) / sizeof(*BAD); i++) {
        uint64_t value = 42;
        assert_false(px_slice_to_u64(BAD[i], &value));
        assert_int_equal(value, 42);
    }
}

static void test_to_decimal(void **state) {
    (void)state;
    char text[20];
    assert_int_equal(px_u64_to_text(0, text), 1);
    assert_memory_equal(text, "0", 1);
    assert_int_equal(px_u64_to_text(UINT64_MAX, text), 20);
    assert_memory_equal(text, "18446744073709551615", 20);
    for (uint64_t value = 1; value < UINT64_MAX / 10; value *= 10) {
        for (uint64_t near = value - 1; near <= value + 1; near++) {
            uint64_t back = 0;
            assert_true(px_slice_to_u64(px_slice_of(text, px_u64_to_text(near, text)), &back));
            assert_int_equal(back, near);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_equal),       cmocka_unit_test(test_starts_with),
        cmocka_unit_test(test_after),       cmocka_unit_test(test_compare),
        cmocka_unit_test(test_ignore_case), cmocka_unit_test(test_from_decimal),
        cmocka_unit_test(test_to_decimal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
