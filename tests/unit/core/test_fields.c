/* Members picked out of JSON objects. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/fields.h"
#include "memory.h"

static px_field fields[2];

static px_json_error read(const char *text) {
    test_guarded guarded = test_guard(px_slice_of_text(text));
    fields[0] = (px_field){.name = PX_LITERAL("a")};
    fields[1] = (px_field){.name = PX_LITERAL("bb")};
    px_json_error error = px_fields_read(guarded.bytes, fields, 2);
    test_unguard(&guarded);
    return error;
}

/* The value as it stands, looked at in the text itself. */
static void assert_value(const char *text, const px_field *wanted, const char *raw) {
    fields[0] = (px_field){.name = PX_LITERAL("a")};
    fields[1] = (px_field){.name = PX_LITERAL("bb")};
    assert_int_equal(px_fields_read(px_slice_of_text(text), fields, 2), PX_JSON_ERROR_NONE);
    px_slice value = px_field_raw(wanted);
    assert_int_equal(value.len, strlen(raw));
    assert_memory_equal(value.ptr, raw, value.len);
}

static void test_values(void **state) {
    (void)state;
    assert_value("{\"a\":1}", &fields[0], "1");
    assert_value("{\"a\":\"x\\n\"}", &fields[0], "\"x\\n\"");
    assert_true(fields[0].escaped);
    assert_value(" { \"a\" : { \"bb\" : [ 1 , \"}\" ] } } ", &fields[0],
                 "{ \"bb\" : [ 1 , \"}\" ] }");
    assert_int_equal(fields[1].token, PX_JSON_END);
    assert_value("{\"c\":{\"a\":1},\"bb\":null,\"a\":true}", &fields[1], "null");
    assert_int_equal(fields[0].token, PX_JSON_TRUE);
    assert_int_equal(fields[1].token, PX_JSON_NULL);
}

static void test_last_of_two_counts(void **state) {
    (void)state;
    assert_value("{\"a\":1,\"a\":2}", &fields[0], "2");
    assert_value("{\"a\":\"\\n\",\"a\":\"x\"}", &fields[0], "\"x\"");
    assert_false(fields[0].escaped);
}

static void test_escaped_names(void **state) {
    (void)state;
    assert_value("{\"\\u0061\":1}", &fields[0], "1");
    assert_value("{\"b\\u0062\":[]}", &fields[1], "[]");
    assert_int_equal(read("{\"\\u0061\\u0061\\u0061\\u0061\\u0061\\u0061\\u0061\\u0061"
                          "\\u0061\\u0061\\u0061\\u0061\":1}"),
                     PX_JSON_ERROR_NONE);
    assert_int_equal(fields[0].token, PX_JSON_END);
}

static void test_errors(void **state) {
    (void)state;
    assert_int_equal(read(""), PX_JSON_ERROR_EMPTY);
    assert_int_equal(read("null"), PX_JSON_ERROR_UNEXPECTED);
    assert_int_equal(read("[]"), PX_JSON_ERROR_UNEXPECTED);
    assert_int_equal(read("\"a\""), PX_JSON_ERROR_UNEXPECTED);
    assert_int_equal(read("{} x"), PX_JSON_ERROR_TRAILING);
}

/* Cut anywhere, an object is an error, and nothing beyond the cut is read. */
static void test_cut_anywhere(void **state) {
    (void)state;
    static const char whole[] = "{\"a\":{\"x\":[1,2.5e3,\"\\u00e9\"]},\"bb\":\"text\",\"c\":false}";
    char text[sizeof(whole)];
    for (size_t len = 0; len < sizeof(whole) - 1; len++) {
        memcpy(text, whole, len);
        text[len] = '\0';
        assert_int_not_equal(read(text), PX_JSON_ERROR_NONE);
    }
    assert_int_equal(read(whole), PX_JSON_ERROR_NONE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),        cmocka_unit_test(test_last_of_two_counts),
        cmocka_unit_test(test_escaped_names), cmocka_unit_test(test_errors),
        cmocka_unit_test(test_cut_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
