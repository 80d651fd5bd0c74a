/* Checking and unescaping of strings beside functions that look at one byte after the other: texts that
 * are made to cross the edges of blocks, with escapes of all kinds, valid and not, in front of and behind
 * memory that can't be touched. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/utf8.h"
#include "memory.h"
#include "json/reader.h"
#include "json/string.h"

enum { MAX_TEXT = 512 };

/* ---- One byte after the other ---- */

static bool is_hex(char c) {
    return c && strchr("0123456789abcdefABCDEF", c);
}

/* The length of the escape at `at`; 0: it is not one. */
static size_t escape_at(px_slice text, size_t at) {
    if (at + 1 >= text.len || !text.ptr[at + 1] || !strchr("\"\\/bfnrtu", text.ptr[at + 1]))
        return 0;
    if (text.ptr[at + 1] != 'u')
        return 2;
    for (size_t i = at + 2; i < at + 6; i++)
        if (i >= text.len || !is_hex(text.ptr[i]))
            return 0;
    return 6;
}

/* True when a string ends well; *end is where its quote is. */
static bool ends_well(px_slice text, size_t *end, bool *escaped) {
    *escaped = false;
    for (size_t i = 0; i < text.len;) {
        unsigned char c = (unsigned char)text.ptr[i];
        *end = i;
        if (c == '"')
            return true;
        size_t length = c == '\\' ? escape_at(text, i)
                                  : px_utf8_sequence(px_slice_after(text, i)) * (c >= 0x20);
        if (!length)
            return false;
        *escaped = *escaped || c == '\\';
        i += length;
    }
    return false;
}

static uint32_t unit_at(const char *escape) {
    char digits[5] = {0};
    memcpy(digits, escape + 2, 4);
    return (uint32_t)strtoul(digits, NULL, 16);
}

static size_t unescape_unit(px_slice text, size_t *at, char *out) {
    uint32_t unit = unit_at(text.ptr + *at);
    *at += 6;
    if (unit < 0xd800 || unit > 0xdfff)
        return px_utf8_encode(unit, out);
    bool pair =
        unit < 0xdc00 && *at + 6 <= text.len && text.ptr[*at] == '\\' && text.ptr[*at + 1] == 'u';
    uint32_t low = pair ? unit_at(text.ptr + *at) : 0;
    if (low < 0xdc00 || low > 0xdfff)
        return px_utf8_encode(0xfffd, out);
    *at += 6;
    return px_utf8_encode(0x10000 + (unit - 0xd800) * 0x400 + (low - 0xdc00), out);
}

static size_t unescape(px_slice text, char *out) {
    static const char FROM[] = "bfnrt", TO[] = "\b\f\n\r\t";
    size_t len = 0;
    for (size_t i = 0; i < text.len;) {
        if (text.ptr[i] != '\\') {
            out[len++] = text.ptr[i++];
        } else if (text.ptr[i + 1] == 'u') {
            len += unescape_unit(text, &i, out + len);
        } else {
            const char *letter = strchr(FROM, text.ptr[i + 1]);
            out[len++] = letter ? TO[letter - FROM] : text.ptr[i + 1];
            i += 2;
        }
    }
    return len;
}

/* ---- Comparing ---- */

static void compare_unescaped(px_slice inside) {
    char expected[MAX_TEXT];
    size_t len = unescape(inside, expected);
    static const char ROOM[MAX_TEXT];
    test_guarded out = test_guard(px_slice_of(ROOM, inside.len));
    char *to = (char *)out.mapping + (out.bytes.ptr - (const char *)out.mapping);
    assert_int_equal(px_json_unescape_to(inside, to), len);
    assert_memory_equal(to, expected, len);
    test_unguard(&out);
}

/* The text is behind `before` other bytes, and ends at memory that can't be read. */
static void compare(px_slice text, size_t before) {
    char bytes[2 * MAX_TEXT];
    memset(bytes, '"', before);
    memcpy(bytes + before, text.ptr, text.len);
    test_guarded whole = test_guard(px_slice_of(bytes, before + text.len));
    size_t end, expected_end = 0;
    bool escaped, expected_escaped;
    bool well = ends_well(text, &expected_end, &expected_escaped);
    px_json_error error = px_json_check_string(whole.bytes, before, &end, &escaped);
    assert_int_equal(error == PX_JSON_ERROR_NONE, well);
    if (well) {
        assert_int_equal(end, before + expected_end);
        assert_int_equal(escaped, expected_escaped);
        compare_unescaped(px_slice_of(whole.bytes.ptr + before, expected_end));
    }
    test_unguard(&whole);
}

/* ---- Texts ---- */

static const px_slice PIECES[] = {
    PX_LITERAL("\\\""),
    PX_LITERAL("\\\\"),
    PX_LITERAL("\\/"),
    PX_LITERAL("\\n"),
    PX_LITERAL("\\b"),
    PX_LITERAL("\\f"),
    PX_LITERAL("\\r"),
    PX_LITERAL("\\t"),
    PX_LITERAL("\\u0041"),
    PX_LITERAL("\\u00e9"),
    PX_LITERAL("\\u20AC"),
    PX_LITERAL("\\ud83d\\ude00"),
    PX_LITERAL("\\ud83d"),
    PX_LITERAL("\\ude00"),
    PX_LITERAL("\xc3\xa9"),
    PX_LITERAL("\xf0\x9f\x98\x80"),
    PX_LITERAL("u"),
    PX_LITERAL("n/b"),
    PX_LITERAL("\\\\\\\\\\\\"),
    PX_LITERAL("\\\\\\\""),
    PX_LITERAL("plain text, some of it"),
};
static const px_slice BAD_PIECES[] = {
    PX_LITERAL("\\x"),    PX_LITERAL("\\u00g0"), PX_LITERAL("\\u12"), PX_LITERAL("\n"),
    PX_LITERAL("\x1f"),   PX_LITERAL("\xc3"),    PX_LITERAL("\xff"),  PX_LITERAL("\xed\xa0\x80"),
    PX_LITERAL("\\"),     PX_LITERAL("\\N"),     PX_LITERAL("\""),    PX_LITERAL("\\\n"),
    PX_LITERAL("\\\xc3"),
};

#define PICK(pieces) pieces[(size_t)rand() % (sizeof(pieces) / sizeof(pieces[0]))]

static size_t append(char *to, size_t len, px_slice piece) {
    if (len + piece.len > MAX_TEXT)
        return len;
    memcpy(to + len, piece.ptr, piece.len);
    return len + piece.len;
}

/* Some plain bytes, then pieces, of which one in `bad_in` is bad; the quote may be missing. */
static px_slice make_text(char to[MAX_TEXT], int bad_in) {
    size_t len = (size_t)rand() % 80;
    size_t wanted = len + (size_t)rand() % 200;
    memset(to, 'x', len);
    px_slice favourite = PICK(PIECES);
    while (len < wanted) {
        px_slice piece = rand() % 3 ? favourite : PICK(PIECES);
        len = append(to, len, bad_in && rand() % bad_in == 0 ? PICK(BAD_PIECES) : piece);
    }
    if (!bad_in || rand() % 8)
        len = append(to, len, PX_SLICE("\""));
    if (rand() % 2)
        len = append(to, len, PX_SLICE(",\"and more\":\"\\u0000\x01\"}"));
    return px_slice_of(to, len);
}

static void test_good(void **state) {
    (void)state;
    char text[MAX_TEXT];
    srand(2);
    for (size_t round = 0; round < 8000; round++)
        compare(make_text(text, 0), (size_t)rand() % 67);
}

static void test_bad(void **state) {
    (void)state;
    char text[MAX_TEXT];
    srand(3);
    for (size_t round = 0; round < 8000; round++)
        compare(make_text(text, 1 + rand() % 100), (size_t)rand() % 67);
}

/* Each piece behind each number of plain bytes, cut off at each byte. */
static void test_every_place(void **state) {
    (void)state;
    char text[MAX_TEXT];
    for (size_t i = 0; i < sizeof(PIECES) / sizeof(PIECES[0]); i++) {
        for (size_t place = 0; place <= 130; place++) {
            memset(text, 'x', sizeof(text));
            size_t len = append(text, place, PIECES[i]);
            len = append(text, len, PX_SLICE("\\\"y\""));
            for (size_t cut = place; cut <= len; cut++)
                compare(px_slice_of(text, cut), 1);
        }
    }
}

/* Backslashes in runs of each length, at each place. */
static void test_runs(void **state) {
    (void)state;
    char text[MAX_TEXT];
    for (size_t run = 1; run <= 140; run++) {
        for (size_t place = 0; place <= 66; place++) {
            memset(text, 'x', place);
            memset(text + place, '\\', run);
            memcpy(text + place + run, "n\"\"", 3);
            compare(px_slice_of(text, place + run + 2), 0);
            compare(px_slice_of(text + 1, place + run + 1), 0);
            memcpy(text + place + run, "\"\"\"", 3);
            compare(px_slice_of(text, place + run + 2), 0);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_bad),
        cmocka_unit_test(test_every_place),
        cmocka_unit_test(test_runs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
