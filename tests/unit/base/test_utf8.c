/* UTF-8: every code point, every sequence of up to three bytes, and the edges of the longer ones,
 * against the table of RFC 3629 section 4. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/utf8.h"
#include "memory.h"

/* RFC 3629 section 4, one row a line: the ranges of the first to the fourth byte. */
static const struct {
    unsigned char from[4];
    unsigned char to[4];
    size_t length;
} RANGES[] = {
    {{0x00}, {0x7f}, 1},
    {{0xc2, 0x80}, {0xdf, 0xbf}, 2},
    {{0xe0, 0xa0, 0x80}, {0xe0, 0xbf, 0xbf}, 3},
    {{0xe1, 0x80, 0x80}, {0xec, 0xbf, 0xbf}, 3},
    {{0xed, 0x80, 0x80}, {0xed, 0x9f, 0xbf}, 3},
    {{0xee, 0x80, 0x80}, {0xef, 0xbf, 0xbf}, 3},
    {{0xf0, 0x90, 0x80, 0x80}, {0xf0, 0xbf, 0xbf, 0xbf}, 4},
    {{0xf1, 0x80, 0x80, 0x80}, {0xf3, 0xbf, 0xbf, 0xbf}, 4},
    {{0xf4, 0x80, 0x80, 0x80}, {0xf4, 0x8f, 0xbf, 0xbf}, 4},
};

static size_t expected_sequence(const unsigned char *bytes, size_t len) {
    for (size_t row = 0; row < sizeof(RANGES) / sizeof(*RANGES); row++) {
        size_t i = 0;
        while (i < RANGES[row].length && i < len && bytes[i] >= RANGES[row].from[i] &&
               bytes[i] <= RANGES[row].to[i])
            i++;
        if (i == RANGES[row].length)
            return i;
    }
    return 0;
}

static void check_sequence(const unsigned char *bytes, size_t len) {
    px_slice slice = px_slice_of((const char *)bytes, len);
    size_t expected = expected_sequence(bytes, len);
    if (px_utf8_sequence(slice) != expected)
        fail_msg("%02x %02x.. (%zu bytes): %zu, not %zu", bytes[0], len > 1 ? bytes[1] : 0, len,
                 px_utf8_sequence(slice), expected);
}

static void test_short_sequences(void **state) {
    (void)state;
    unsigned char bytes[3];
    assert_int_equal(px_utf8_sequence(px_slice_of(NULL, 0)), 0);
    for (unsigned a = 0; a < 256; a++) {
        bytes[0] = (unsigned char)a;
        check_sequence(bytes, 1);
        for (unsigned b = 0; b < 256; b++) {
            bytes[1] = (unsigned char)b;
            check_sequence(bytes, 2);
            for (unsigned c = 0; c < 256; c++) {
                bytes[2] = (unsigned char)c;
                check_sequence(bytes, 3);
            }
        }
    }
}

static void test_four_bytes(void **state) {
    (void)state;
    static const unsigned char EDGES[] = {0x00, 0x22, 0x7f, 0x80, 0x8f, 0x90, 0x9f,
                                          0xa0, 0xbf, 0xc0, 0xc2, 0xe0, 0xf0, 0xff};
    for (unsigned a = 0xe0; a < 256; a++)
        for (unsigned b = 0; b < 256; b++)
            for (size_t c = 0; c < sizeof(EDGES); c++)
                for (size_t d = 0; d < sizeof(EDGES); d++) {
                    unsigned char bytes[4] = {(unsigned char)a, (unsigned char)b, EDGES[c],
                                              EDGES[d]};
                    check_sequence(bytes, 4);
                }
}

static void test_every_code_point(void **state) {
    (void)state;
    for (uint32_t code_point = 0; code_point <= 0x10ffff; code_point++) {
        if (code_point >= 0xd800 && code_point <= 0xdfff)
            continue;
        char bytes[4];
        size_t length = px_utf8_encode(code_point, bytes);
        const unsigned char *b = (const unsigned char *)bytes;
        uint32_t back = length == 1   ? b[0]
                        : length == 2 ? (b[0] & 0x1fu) << 6 | (b[1] & 0x3fu)
                        : length == 3 ? (b[0] & 0x0fu) << 12 | (b[1] & 0x3fu) << 6 | (b[2] & 0x3fu)
                                      : (b[0] & 0x07u) << 18 | (b[1] & 0x3fu) << 12 |
                                            (b[2] & 0x3fu) << 6 | (b[3] & 0x3fu);
        if (back != code_point || expected_sequence(b, length) != length)
            fail_msg("U+%04X is encoded wrongly", code_point);
    }
}

/* A bad byte is found at its offset wherever it stands among ASCII, two and four byte sequences,
 * and nothing behind the end is looked at. */
static void test_valid_length(void **state) {
    (void)state;
    static const px_slice FILLERS[] = {PX_LITERAL("a"), PX_LITERAL("\xc3\xa9"),
                                       PX_LITERAL("\xf0\x9f\x98\x80")};
    static const px_slice BAD[] = {
        PX_LITERAL("\x80"),         PX_LITERAL("\xff"),
        PX_LITERAL("\xc3"),         PX_LITERAL("\xe2\x82"),
        PX_LITERAL("\xf0\x9f\x98"), PX_LITERAL("\xed\xa0\x80"),
        PX_LITERAL("\xc0\x80"),     PX_LITERAL("\xf4\x90\x80\x80"),
    };
    char text[256];
    for (size_t f = 0; f < 3; f++) {
        for (size_t count = 0; count < 40; count++) {
            size_t len = 0;
            for (size_t i = 0; i < count; i++, len += FILLERS[f].len)
                memcpy(text + len, FILLERS[f].ptr, FILLERS[f].len);
            test_guarded good = test_guard(px_slice_of(text, len));
            assert_int_equal(px_utf8_valid_length(good.bytes), len);
            assert_true(px_utf8_valid(good.bytes));
            test_unguard(&good);
            for (size_t b = 0; b < sizeof(BAD) / sizeof(*BAD); b++) {
                memcpy(text + len, BAD[b].ptr, BAD[b].len);
                for (size_t tail = 0; tail < 20; tail++) {
                    memset(text + len + BAD[b].len, 'z', tail);
                    test_guarded bad = test_guard(px_slice_of(text, len + BAD[b].len + tail));
                    assert_int_equal(px_utf8_valid_length(bad.bytes), len);
                    assert_false(px_utf8_valid(bad.bytes));
                    test_unguard(&bad);
                }
            }
        }
    }
}

/* The same, one sequence after the other. */
static size_t walk(px_slice text) {
    size_t offset = 0;
    for (size_t length = 1; offset < text.len && length; offset += length)
        length = px_utf8_sequence(px_slice_after(text, offset));
    return offset;
}

enum { LONG_TEXT = 112 };

/* Any four bytes of these, in the middle of a text that is long enough to be looked at in lanes, behind and
 * in front of sequences of each length, over the edges of lanes. */
static void test_four_bytes_in_a_long_text(void **state) {
    (void)state;
    static const unsigned char EDGES[] = {0x22, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0,
                                          0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1,
                                          0xed, 0xef, 0xf0, 0xf1, 0xf4, 0xf5, 0xff};
    enum { COUNT = sizeof(EDGES), ALL = COUNT * COUNT * COUNT * COUNT };
    static const px_slice FILLERS[] = {PX_LITERAL("\xc3\xa9"), PX_LITERAL("\xe2\x82\xac"),
                                       PX_LITERAL("\xf0\x9f\x98\x80"), PX_LITERAL("a\xc3\xa9z")};
    char text[LONG_TEXT];
    for (size_t all = 0; all < ALL; all++) {
        px_slice filler = FILLERS[all % 4];
        size_t place = filler.len * (size_t)(1 + rand() % 20); /* never inside of a filler */
        for (size_t i = 0; i + filler.len <= sizeof(text); i += filler.len)
            memcpy(text + i, filler.ptr, filler.len);
        size_t four = all;
        for (size_t i = 0; i < 4; i++, four /= COUNT)
            text[place + i] = (char)EDGES[four % COUNT];
        size_t behind = place + 4;
        for (; behind + filler.len <= sizeof(text); behind += filler.len)
            memcpy(text + behind, filler.ptr, filler.len);
        px_slice whole = px_slice_of(text, behind);
        assert_int_equal(px_utf8_valid_length(whole), walk(whole));
    }
}

/* Texts that are valid up to a byte which is changed, and end in front of a guard. */
static void test_random_long_texts(void **state) {
    (void)state;
    srand(1);
    for (size_t round = 0; round < 20000; round++) {
        char text[4 * LONG_TEXT];
        size_t len = 0;
        uint32_t bound = rand() % 2 ? 0x800 : rand() % 2 ? 0x10000 : 0x110000;
        for (size_t count = (size_t)rand() % LONG_TEXT; count; count--) {
            uint32_t code_point = (uint32_t)rand() % (rand() % 3 ? bound : 0x80);
            if (code_point < 0xd800 || code_point > 0xdfff)
                len += px_utf8_encode(code_point, text + len);
        }
        if (len && rand() % 2)
            text[(size_t)rand() % len] = (char)(rand() & 0xff);
        test_guarded whole = test_guard(px_slice_of(text, len));
        assert_int_equal(px_utf8_valid_length(whole.bytes), walk(whole.bytes));
        test_unguard(&whole);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_short_sequences),           cmocka_unit_test(test_four_bytes),
        cmocka_unit_test(test_every_code_point),          cmocka_unit_test(test_valid_length),
        cmocka_unit_test(test_four_bytes_in_a_long_text), cmocka_unit_test(test_random_long_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
