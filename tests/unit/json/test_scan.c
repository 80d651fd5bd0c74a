/* The masks of a block and the scan, held against one byte at a time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "memory.h"
#include "json/scan.h"

static bool is_special(char byte) {
    unsigned char c = (unsigned char)byte;
    return c < 0x20 || c >= 0x80 || c == '"' || c == '\\';
}

static uint64_t bit_if(bool condition, size_t index) {
    return (uint64_t)condition << index;
}

static void check_block(const char bytes[PX_JSON_BLOCK]) {
    px_json_masks expected = {0};
    for (size_t i = 0; i < PX_JSON_BLOCK; i++) {
        unsigned char c = (unsigned char)bytes[i];
        expected.quote |= bit_if(c == '"', i);
        expected.backslash |= bit_if(c == '\\', i);
        expected.control |= bit_if(c < 0x20, i);
        expected.wide |= bit_if(c >= 0x80, i);
    }
    px_json_masks found = px_json_block(bytes);
    assert_int_equal(found.quote, expected.quote);
    assert_int_equal(found.backslash, expected.backslash);
    assert_int_equal(found.control, expected.control);
    assert_int_equal(found.wide, expected.wide);
    px_json_marks marks = px_json_marks_at(px_slice_of(bytes, PX_JSON_BLOCK), 0);
    assert_int_equal(marks.quote, expected.quote);
    assert_int_equal(marks.backslash, expected.backslash);
    assert_int_equal(marks.other, expected.control | expected.wide);
}

static void test_every_byte_at_every_place(void **state) {
    (void)state;
    static const char FILLERS[] = {'a', '!', '#', '[', ']', 0x20, 0x7f, '"', 0x1f, (char)0x80, 0};
    char bytes[PX_JSON_BLOCK];
    for (size_t f = 0; f < sizeof(FILLERS); f++) {
        for (size_t place = 0; place < PX_JSON_BLOCK; place++) {
            for (unsigned byte = 0; byte < 256; byte++) {
                memset(bytes, FILLERS[f], sizeof(bytes));
                bytes[place] = (char)byte;
                check_block(bytes);
            }
        }
    }
}

static void test_random_blocks(void **state) {
    (void)state;
    srand(1);
    for (size_t round = 0; round < 10000; round++) {
        char bytes[PX_JSON_BLOCK];
        for (size_t i = 0; i < sizeof(bytes); i++)
            bytes[i] = (char)(rand() & 0xff);
        check_block(bytes);
    }
}

/* What is behind the end counts as control characters, and is not read. */
static void test_block_at_the_end(void **state) {
    (void)state;
    char bytes[2 * PX_JSON_BLOCK];
    memset(bytes, '"', sizeof(bytes));
    for (size_t len = 1; len < sizeof(bytes); len++) {
        test_guarded text = test_guard(px_slice_of(bytes, len));
        for (size_t offset = 0; offset < len; offset++) {
            size_t left = len - offset;
            uint64_t inside = left < 64 ? (UINT64_C(1) << left) - 1 : UINT64_MAX;
            px_json_masks block = px_json_block_at(text.bytes, offset);
            assert_int_equal(block.quote, inside);
            assert_int_equal(block.control, ~inside);
            assert_int_equal(block.wide | block.backslash, 0);
            px_json_marks marks = px_json_marks_at(text.bytes, offset);
            assert_int_equal(marks.quote, inside);
            assert_int_equal(marks.other, ~inside);
            assert_int_equal(marks.backslash, 0);
        }
        test_unguard(&text);
    }
}

/* All patterns of sixteen backslashes and other bytes, over the edge between two blocks. */
static void test_escaped(void **state) {
    (void)state;
    for (unsigned pattern = 0; pattern < 0x10000; pattern++) {
        uint64_t blocks[2] = {(uint64_t)pattern << 56, pattern >> 8};
        uint64_t carry = 0;
        bool escaped = false;
        uint64_t found[2] = {px_json_escaped(blocks[0], &carry), 0};
        found[1] = px_json_escaped(blocks[1], &carry);
        assert_int_equal(carry, 0);
        for (size_t i = 0; i < 128; i++) {
            assert_int_equal(found[i / 64] >> (i % 64) & 1, escaped);
            escaped = !escaped && (blocks[i / 64] >> (i % 64) & 1);
        }
    }
}

static void test_escaped_all(void **state) {
    (void)state;
    uint64_t carry = 0;
    assert_int_equal(px_json_escaped(UINT64_MAX, &carry), UINT64_C(0xaaaaaaaaaaaaaaaa));
    assert_int_equal(carry, 0);
    carry = 1;
    assert_int_equal(px_json_escaped(UINT64_MAX, &carry), UINT64_C(0x5555555555555555));
    assert_int_equal(carry, 1);
    assert_int_equal(px_json_escaped(0, &carry), 1);
    assert_int_equal(carry, 0);
}

/* Each byte behind runs of every length, from every offset, in front of a guard. */
static void test_scan(void **state) {
    (void)state;
    for (size_t len = 0; len < 70; len++) {
        for (unsigned byte = 0; byte < 256; byte++) {
            char bytes[80];
            memset(bytes, 'a', sizeof(bytes));
            bytes[len] = (char)byte;
            for (size_t tail = 0; tail < 2; tail++) {
                test_guarded text = test_guard(px_slice_of(bytes, len + 1 + tail));
                size_t expected = is_special((char)byte) ? len : text.bytes.len;
                for (size_t offset = 0; offset <= len; offset += 1 + offset / 4)
                    assert_int_equal(px_json_scan(text.bytes, offset), expected);
                test_unguard(&text);
            }
        }
    }
    assert_int_equal(px_json_scan(px_slice_of(NULL, 0), 0), 0);
}

static void test_copy_run(void **state) {
    (void)state;
    static const char FROM[] = "0123456789abcdefghijklmnopqrstuvwxyz";
    for (size_t count = 0; count < 36; count++) {
        for (size_t room = count; room < 36; room++) {
            char to[48];
            memset(to, '.', sizeof(to));
            px_json_copy_run(to, FROM, count, room);
            assert_memory_equal(to, FROM, count);
            size_t touched = count <= PX_JSON_LANE && room >= PX_JSON_LANE ? PX_JSON_LANE : count;
            assert_int_equal(to[touched], '.');
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_byte_at_every_place),
        cmocka_unit_test(test_random_blocks),
        cmocka_unit_test(test_block_at_the_end),
        cmocka_unit_test(test_escaped),
        cmocka_unit_test(test_escaped_all),
        cmocka_unit_test(test_scan),
        cmocka_unit_test(test_copy_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
