/* Escapes and what they stand for: all of Unicode, surrogates, and runs of every length. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/utf8.h"
#include "memory.h"
#include "json/reader.h"

/* Unescapes from and into memory that ends at a guard. */
static void assert_unescaped(px_slice text, px_slice expected) {
    char room[1024] = {0};
    test_guarded in = test_guard(text);
    test_guarded out = test_guard(px_slice_of(room, text.len));
    char *to = (char *)out.mapping + (out.bytes.ptr - (const char *)out.mapping);
    size_t len = px_json_unescape_to(in.bytes, to);
    assert_int_equal(len, expected.len);
    assert_memory_equal(to, expected.ptr, len);
    test_unguard(&in);
    test_unguard(&out);
}

static void test_simple(void **state) {
    (void)state;
    assert_unescaped(PX_SLICE(""), PX_SLICE(""));
    assert_unescaped(PX_SLICE("plain"), PX_SLICE("plain"));
    assert_unescaped(PX_SLICE("\\\"\\\\\\/\\b\\f\\n\\r\\t"), PX_SLICE("\"\\/\b\f\n\r\t"));
    assert_unescaped(PX_SLICE("a\\nb"), PX_SLICE("a\nb"));
    assert_unescaped(PX_SLICE("\\\\n"), PX_SLICE("\\n"));
    assert_unescaped(PX_SLICE("\\\\\\n"), PX_SLICE("\\\n"));
    assert_unescaped(PX_SLICE("\\\\u0041"), PX_SLICE("\\u0041"));
    assert_unescaped(PX_SLICE("\\u0000"), PX_SLICE("\0"));
    assert_unescaped(PX_SLICE("\\uFFfe\\uffFF"), PX_SLICE("\xef\xbf\xbe\xef\xbf\xbf"));
    assert_unescaped(PX_SLICE("\xc3\xa9\\u00e9"), PX_SLICE("\xc3\xa9\xc3\xa9"));
}

#define REPLACEMENT "\xef\xbf\xbd"

static void test_surrogates(void **state) {
    (void)state;
    static const struct {
        px_slice text;
        px_slice expected;
    } CASES[] = {
        {PX_LITERAL("\\ud83d\\ude00"), PX_LITERAL("\xf0\x9f\x98\x80")},
        {PX_LITERAL("\\uD800\\uDC00"), PX_LITERAL("\xf0\x90\x80\x80")},
        {PX_LITERAL("\\udbff\\udfff"), PX_LITERAL("\xf4\x8f\xbf\xbf")},
        {PX_LITERAL("\\ud800"), PX_LITERAL(REPLACEMENT)},
        {PX_LITERAL("\\udc00"), PX_LITERAL(REPLACEMENT)},
        {PX_LITERAL("\\udfff!"), PX_LITERAL(REPLACEMENT "!")},
        {PX_LITERAL("\\udc00\\udc00"), PX_LITERAL(REPLACEMENT REPLACEMENT)},
        {PX_LITERAL("\\ud800\\udbff"), PX_LITERAL(REPLACEMENT REPLACEMENT)},
        {PX_LITERAL("\\ud800\\ud800"), PX_LITERAL(REPLACEMENT REPLACEMENT)},
        {PX_LITERAL("\\ud800\\ud83d\\ude00"), PX_LITERAL(REPLACEMENT "\xf0\x9f\x98\x80")},
        {PX_LITERAL("\\ude00\\ud83d"), PX_LITERAL(REPLACEMENT REPLACEMENT)},
        {PX_LITERAL("\\ud83d\\n"), PX_LITERAL(REPLACEMENT "\n")},
        {PX_LITERAL("\\ud83d\\\\ude00"), PX_LITERAL(REPLACEMENT "\\ude00")},
        {PX_LITERAL("\\ud83dude00__"), PX_LITERAL(REPLACEMENT "ude00__")},
        {PX_LITERAL("\\ud83d\\u0041"), PX_LITERAL(REPLACEMENT "A")},
        {PX_LITERAL("\\ud83d\\ue000"), PX_LITERAL(REPLACEMENT "\xee\x80\x80")},
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(*CASES); i++) {
        char json[64];
        int len = snprintf(json, sizeof(json), "\"%s\"", CASES[i].text.ptr);
        assert_true(px_json_valid(px_slice_of(json, (size_t)len)));
        assert_unescaped(CASES[i].text, CASES[i].expected);
    }
}

static size_t escape(uint32_t code_point, const char *format, char *out) {
    if (code_point < 0x10000)
        return (size_t)snprintf(out, 13, format, code_point);
    uint32_t rest = code_point - 0x10000;
    size_t len = (size_t)snprintf(out, 7, format, 0xd800 + (rest >> 10));
    return len + (size_t)snprintf(out + len, 7, format, 0xdc00 + (rest & 0x3ff));
}

static void test_all_of_unicode(void **state) {
    (void)state;
    for (uint32_t code_point = 0; code_point <= 0x10ffff; code_point++) {
        char text[16];
        char expected[4];
        char out[16];
        if (code_point >= 0xd800 && code_point <= 0xdfff)
            continue;
        size_t len = escape(code_point, code_point & 1 ? "\\u%04x" : "\\u%04X", text);
        size_t length = px_utf8_encode(code_point, expected);
        size_t written = px_json_unescape_to(px_slice_of(text, len), out);
        if (written != length || memcmp(out, expected, length) != 0)
            fail_msg("U+%04X", code_point);
    }
}

/* One escape at a time, as the definition has it. */
static size_t unescape_slowly(px_slice text, char *out) {
    size_t written = 0;
    for (size_t i = 0; i < text.len;) {
        size_t length = text.ptr[i] != '\\' ? 1 : text.ptr[i + 1] == 'u' ? 6 : 2;
        if (length == 6 && memcmp(text.ptr + i, "\\ud83d\\ude00", 12) == 0)
            length = 12;
        written += px_json_unescape_to(px_slice_of(text.ptr + i, length), out + written);
        i += length;
    }
    return written;
}

/* Random strings of plain runs and escapes, as long as several blocks, so that every kind of
 * escape comes to lie on every edge. */
static void test_mixtures(void **state) {
    (void)state;
    static const char *const PARTS[] = {"\\\"",           "\\\\",   "\\n",   "\\u0041",
                                        "\\ud83d\\ude00", "x",      "plain", "sixteen bytes...",
                                        "\xc3\xa9",       "\\u20ac"};
    srand(1);
    for (size_t round = 0; round < 20000; round++) {
        char text[600] = "";
        size_t len = 0;
        size_t wanted = (size_t)rand() % 300;
        int kinds = 2 + rand() % 9;
        while (len < wanted) {
            const char *part = PARTS[rand() % kinds];
            memcpy(text + len, part, strlen(part));
            len += strlen(part);
        }
        char expected[600];
        px_slice slice = px_slice_of(text, len);
        assert_unescaped(slice, px_slice_of(expected, unescape_slowly(slice, expected)));
    }
}

static void test_into_buffer(void **state) {
    (void)state;
    test_allocator memory;
    test_allocator_init(&memory);
    px_buffer out;
    px_buffer_init(&out, &memory.allocator, 10);
    assert_int_equal(px_json_unescape(px_slice_of(NULL, 0), &out), PX_OK);
    assert_int_equal(px_buffer_append(&out, PX_SLICE("> ")), PX_OK);
    assert_int_equal(px_json_unescape(PX_SLICE("\\u0041b"), &out), PX_OK);
    assert_int_equal(out.len, 4);
    assert_memory_equal(out.data, "> Ab", 4);
    assert_int_equal(px_json_unescape(PX_SLICE("1234567"), &out), PX_ERR_LIMIT);
    assert_int_equal(out.len, 4);
    px_buffer_free(&out);
    memory.fail_at = memory.calls + 1;
    assert_int_equal(px_json_unescape(PX_SLICE("a"), &out), PX_ERR_NO_MEMORY);
    assert_int_equal(out.len, 0);
    px_buffer_free(&out);
    assert_int_equal(memory.live_bytes, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_simple),         cmocka_unit_test(test_surrogates),
        cmocka_unit_test(test_all_of_unicode), cmocka_unit_test(test_mixtures),
        cmocka_unit_test(test_into_buffer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
