/* Input that ends too early: every prefix of valid documents, at the end of readable memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "memory.h"
#include "json/reader.h"

static const px_slice DOCUMENTS[] = {
    PX_LITERAL("{}"),
    PX_LITERAL(" [ ] "),
    PX_LITERAL("{\"a\":[1,-2.5e+10,0.1E-2,true,false,null,\"x\"],\"b\":{\"c\":{}}}"),
    PX_LITERAL("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00 end\""),
    PX_LITERAL("\"\xc3\xa9 \xe0\xa0\x80 \xed\x9f\xbf \xef\xbf\xbf \xf0\x90\x80\x80 "
               "\xf4\x8f\xbf\xbf\""),
    PX_LITERAL("{\"event\":\"new-comment\",\"channel\":\"my-channel\",\"data\":\"{\\\"name\\\":"
               "\\\"\\\\u00e9\\\\\\\"\\\",\\\"text\\\":\\\"a line that is longer than a block of "
               "sixty-four bytes, so that its end lies in another one\\\\n\\\"}\"}"),
    PX_LITERAL("[\"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\","
               "\"0123456789abcde\\u00410123456789abcdef0123456789abcdef0123456789abcde\\\\\"]"),
};
enum { DOCUMENT_COUNT = sizeof(DOCUMENTS) / sizeof(*DOCUMENTS) };

static bool is_blank(px_slice text) {
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] != ' ')
            return false;
    return true;
}

/* A prefix is empty, cut off at its very end, or (blanks missing behind the value) whole. */
static void test_every_prefix(void **state) {
    (void)state;
    for (size_t d = 0; d < DOCUMENT_COUNT; d++) {
        px_slice document = DOCUMENTS[d];
        assert_true(px_json_valid(document));
        for (size_t len = 0; len < document.len; len++) {
            test_guarded prefix = test_guard(px_slice_of(document.ptr, len));
            px_json_reader reader;
            px_json_reader_init(&reader, prefix.bytes);
            px_json_token token;
            do
                token = px_json_next(&reader);
            while (token != PX_JSON_ERROR && token != PX_JSON_END);
            if (token == PX_JSON_END) {
                assert_true(is_blank(px_slice_after(document, len)));
            } else {
                assert_int_equal(reader.error, is_blank(prefix.bytes) ? PX_JSON_ERROR_EMPTY
                                                                      : PX_JSON_ERROR_TRUNCATED);
                assert_int_equal(reader.position, len);
            }
            test_unguard(&prefix);
        }
    }
}

/* A number has no end of its own: each prefix is a number or is cut off. */
static void test_every_prefix_of_a_number(void **state) {
    (void)state;
    static const char NUMBER[] = "-12.50e-03";
    static const bool WHOLE[] = {false, false, true, true, false, true, true, false, false, true};
    for (size_t len = 1; len < sizeof(WHOLE) / sizeof(*WHOLE); len++) {
        test_guarded prefix = test_guard(px_slice_of(NUMBER, len));
        px_json_reader reader;
        px_json_reader_init(&reader, prefix.bytes);
        px_json_token token = px_json_next(&reader);
        assert_int_equal(token, WHOLE[len] ? PX_JSON_NUMBER : PX_JSON_ERROR);
        assert_int_equal(reader.error, WHOLE[len] ? PX_JSON_ERROR_NONE : PX_JSON_ERROR_TRUNCATED);
        test_unguard(&prefix);
    }
}

/* A string of every length up to three blocks, with each kind of ending, in front of a guard. */
static void test_strings_at_the_edge(void **state) {
    (void)state;
    static const px_slice ENDINGS[] = {
        PX_LITERAL(""),         PX_LITERAL("\\n"),
        PX_LITERAL("\\\\"),     PX_LITERAL("\\\""),
        PX_LITERAL("\\u0041"),  PX_LITERAL("\\ud83d\\ude00"),
        PX_LITERAL("\xc3\xa9"), PX_LITERAL("\xf0\x9f\x98\x80"),
    };
    for (size_t len = 0; len < 200; len++) {
        for (size_t e = 0; e < sizeof(ENDINGS) / sizeof(*ENDINGS); e++) {
            char json[256] = "\"";
            memset(json + 1, 'a', len);
            memcpy(json + 1 + len, ENDINGS[e].ptr, ENDINGS[e].len);
            size_t inside = len + ENDINGS[e].len;
            json[inside + 1] = '"';
            test_guarded whole = test_guard(px_slice_of(json, inside + 2));
            test_guarded open = test_guard(px_slice_of(json, inside + 1));
            px_json_reader reader;
            px_json_reader_init(&reader, whole.bytes);
            assert_int_equal(px_json_next(&reader), PX_JSON_STRING);
            assert_int_equal(reader.text.len, inside);
            assert_int_equal(reader.escaped, ENDINGS[e].len && ENDINGS[e].ptr[0] == '\\');
            assert_int_equal(px_json_next(&reader), PX_JSON_END);
            px_json_reader_init(&reader, open.bytes);
            assert_int_equal(px_json_next(&reader), PX_JSON_ERROR);
            assert_int_equal(reader.error, PX_JSON_ERROR_TRUNCATED);
            assert_int_equal(reader.position, inside + 1);
            test_unguard(&whole);
            test_unguard(&open);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_prefix),
        cmocka_unit_test(test_every_prefix_of_a_number),
        cmocka_unit_test(test_strings_at_the_edge),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
