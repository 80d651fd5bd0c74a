/* The reader: every token, every error with its position, skipping and raw values. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "memory.h"
#include "json/reader.h"

/* The tokens of a document in one line: { } [ ] as they are, K:key, S:string, N:number, and so on;
 * an error as !error@position, the end as a full stop. */
static void describe(px_slice json, char *out, size_t size) {
    static const char *const MARKS[] = {
        [PX_JSON_OBJECT_BEGIN] = "{", [PX_JSON_OBJECT_END] = "}", [PX_JSON_ARRAY_BEGIN] = "[",
        [PX_JSON_ARRAY_END] = "]",    [PX_JSON_KEY] = "K:",       [PX_JSON_STRING] = "S:",
        [PX_JSON_NUMBER] = "N:",      [PX_JSON_TRUE] = "true",    [PX_JSON_FALSE] = "false",
        [PX_JSON_NULL] = "null",
    };
    px_json_reader reader;
    px_json_reader_init(&reader, json);
    size_t used = 0;
    for (;;) {
        px_json_token token = px_json_next(&reader);
        if (token == PX_JSON_ERROR || token == PX_JSON_END) {
            assert_int_equal(px_json_next(&reader), token); /* sticks */
            if (token == PX_JSON_END)
                snprintf(out + used, size - used, ".");
            else
                snprintf(out + used, size - used, "!%d@%zu", (int)reader.error, reader.position);
            return;
        }
        bool has_text = token == PX_JSON_KEY || token == PX_JSON_STRING || token == PX_JSON_NUMBER;
        used +=
            (size_t)snprintf(out + used, size - used, "%s%.*s ", MARKS[token],
                             has_text ? (int)reader.text.len : 0, has_text ? reader.text.ptr : "");
    }
}

static void assert_tokens(px_slice json, const char *expected) {
    char tokens[512];
    test_guarded guarded = test_guard(json);
    describe(guarded.bytes, tokens, sizeof(tokens));
    test_unguard(&guarded);
    assert_string_equal(tokens, expected);
}

static void test_tokens(void **state) {
    (void)state;
    static const struct {
        px_slice json;
        const char *tokens;
    } CASES[] = {
        {PX_LITERAL("{}"), "{ } ."},
        {PX_LITERAL("[]"), "[ ] ."},
        {PX_LITERAL("\"\""), "S: ."},
        {PX_LITERAL("true"), "true ."},
        {PX_LITERAL("false"), "false ."},
        {PX_LITERAL("null"), "null ."},
        {PX_LITERAL("-0.5e+1"), "N:-0.5e+1 ."},
        {PX_LITERAL(" \t\r\n\"x\" \t\r\n"), "S:x ."},
        {PX_LITERAL("[1,\"a\",true,null]"), "[ N:1 S:a true null ] ."},
        {PX_LITERAL("{\"a\":{\"b\":[{}]}}"), "{ K:a { K:b [ { } ] } } ."},
        {PX_LITERAL(" { \"a\" : 1 , \"b\" : [ 2 , 3 ] } "), "{ K:a N:1 K:b [ N:2 N:3 ] } ."},
        {PX_LITERAL("{\"\":\"\",\"\":1}"), "{ K: S: K: N:1 } ."}, /* keys may come twice */
        {PX_LITERAL("[[],[[]],{}]"), "[ [ ] [ [ ] ] { } ] ."},
        {PX_LITERAL("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\""),
         "S:\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041 ."},
        {PX_LITERAL("\"\x7f\xc2\x80\""), "S:\x7f\xc2\x80 ."},
        {PX_LITERAL("{\"event\":\"e\",\"data\":\"{\\\"x\\\":1}\"}"),
         "{ K:event S:e K:data S:{\\\"x\\\":1} } ."},
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(*CASES); i++)
        assert_tokens(CASES[i].json, CASES[i].tokens);
}

static void test_escaped_flag(void **state) {
    (void)state;
    px_json_reader reader;
    px_json_reader_init(&reader, PX_SLICE("[\"a\\n\",\"plain\",\"\xc3\xa9\",\"\xc3\xa9 is what "
                                          "\\u00e9 says, and this is long enough for blocks\"]"));
    static const bool ESCAPED[] = {true, false, false, true};
    assert_int_equal(px_json_next(&reader), PX_JSON_ARRAY_BEGIN);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(px_json_next(&reader), PX_JSON_STRING);
        assert_int_equal(reader.escaped, ESCAPED[i]);
    }
}

enum {
    EMPTY = PX_JSON_ERROR_EMPTY,
    TRUNCATED = PX_JSON_ERROR_TRUNCATED,
    UNEXPECTED = PX_JSON_ERROR_UNEXPECTED,
    STRING = PX_JSON_ERROR_STRING,
    NUMBER = PX_JSON_ERROR_NUMBER,
    TRAILING = PX_JSON_ERROR_TRAILING,
};

static const struct {
    px_slice json;
    int error;
    size_t position;
} ERRORS[] = {
    {PX_LITERAL(""), EMPTY, 0},
    {PX_LITERAL(" \n"), EMPTY, 2},
    {PX_LITERAL("["), TRUNCATED, 1},
    {PX_LITERAL("{\"a\""), TRUNCATED, 4},
    {PX_LITERAL("\"abc"), TRUNCATED, 4},
    {PX_LITERAL("-"), TRUNCATED, 1},
    {PX_LITERAL("[tru"), TRUNCATED, 4},
    /* the grammar */
    {PX_LITERAL("x"), UNEXPECTED, 0},
    {PX_LITERAL("'a'"), UNEXPECTED, 0},
    {PX_LITERAL("\0"), UNEXPECTED, 0},
    {PX_LITERAL("\xef\xbb\xbf{}"), UNEXPECTED, 0}, /* a byte order mark */
    {PX_LITERAL("\v1"), UNEXPECTED, 0},
    {PX_LITERAL("+1"), UNEXPECTED, 0},
    {PX_LITERAL(".5"), UNEXPECTED, 0},
    {PX_LITERAL("NaN"), UNEXPECTED, 0},
    {PX_LITERAL("Infinity"), UNEXPECTED, 0},
    {PX_LITERAL("True"), UNEXPECTED, 0},
    {PX_LITERAL("trux"), UNEXPECTED, 3},
    {PX_LITERAL("nul\0"), UNEXPECTED, 3},
    {PX_LITERAL("fals "), UNEXPECTED, 4},
    {PX_LITERAL("]"), UNEXPECTED, 0},
    {PX_LITERAL("}"), UNEXPECTED, 0},
    {PX_LITERAL(","), UNEXPECTED, 0},
    {PX_LITERAL("[,]"), UNEXPECTED, 1},
    {PX_LITERAL("[1,]"), UNEXPECTED, 3},
    {PX_LITERAL("[1,,2]"), UNEXPECTED, 3},
    {PX_LITERAL("[1 2]"), UNEXPECTED, 3},
    {PX_LITERAL("[1:2]"), UNEXPECTED, 2},
    {PX_LITERAL("[1}"), UNEXPECTED, 2},
    {PX_LITERAL("{]"), UNEXPECTED, 1},
    {PX_LITERAL("{,}"), UNEXPECTED, 1},
    {PX_LITERAL("{1:2}"), UNEXPECTED, 1},
    {PX_LITERAL("{a:2}"), UNEXPECTED, 1},
    {PX_LITERAL("{\"a\"}"), UNEXPECTED, 4},
    {PX_LITERAL("{\"a\",1}"), UNEXPECTED, 4},
    {PX_LITERAL("{\"a\":}"), UNEXPECTED, 5},
    {PX_LITERAL("{\"a\":1,}"), UNEXPECTED, 7},
    {PX_LITERAL("{\"a\":1 \"b\":2}"), UNEXPECTED, 7},
    {PX_LITERAL("{\"a\":1]"), UNEXPECTED, 6},
    {PX_LITERAL("{\"a\"::1}"), UNEXPECTED, 5},
    {PX_LITERAL("[{\"a\":[1}]"), UNEXPECTED, 8},
    {PX_LITERAL("[/* no */]"), UNEXPECTED, 1},
    /* numbers */
    {PX_LITERAL("01"), NUMBER, 1},
    {PX_LITERAL("-01"), NUMBER, 2},
    {PX_LITERAL("00"), NUMBER, 1},
    {PX_LITERAL("[-]"), NUMBER, 2},
    {PX_LITERAL("[-a]"), NUMBER, 2},
    {PX_LITERAL("[1.]"), NUMBER, 3},
    {PX_LITERAL("[1.e1]"), NUMBER, 3},
    {PX_LITERAL("[1e]"), NUMBER, 3},
    {PX_LITERAL("[1e+]"), NUMBER, 4},
    {PX_LITERAL("[1E-x]"), NUMBER, 4},
    {PX_LITERAL("[1e1.5]"), UNEXPECTED, 4},
    {PX_LITERAL("[0x1]"), UNEXPECTED, 2},
    {PX_LITERAL("[1a]"), UNEXPECTED, 2},
    {PX_LITERAL("1-"), TRAILING, 1},
    /* strings */
    {PX_LITERAL("\"\0\""), STRING, 1},
    {PX_LITERAL("\"a\nb\""), STRING, 2},
    {PX_LITERAL("\"\x1f\""), STRING, 1},
    {PX_LITERAL("\"\\x\""), STRING, 2},
    {PX_LITERAL("\"\\'\""), STRING, 2},
    {PX_LITERAL("\"\\\0\""), STRING, 2},
    {PX_LITERAL("\"\\N\""), STRING, 2},
    {PX_LITERAL("\"\\U0041\""), STRING, 2},
    {PX_LITERAL("\"\\u\""), STRING, 3},
    {PX_LITERAL("\"\\u00g0\""), STRING, 5},
    {PX_LITERAL("\"\\u12\"34\""), STRING, 5},
    {PX_LITERAL("\"\\u 041\""), STRING, 3},
    {PX_LITERAL("\"\\u-041\""), STRING, 3},
    {PX_LITERAL("\"a\xff\""), STRING, 2},
    {PX_LITERAL("\"\x80\""), STRING, 1},
    {PX_LITERAL("\"\xc0\xaf\""), STRING, 1},
    {PX_LITERAL("\"\xed\xa0\x80\""), STRING, 1},
    {PX_LITERAL("\"\xf4\x90\x80\x80\""), STRING, 1},
    {PX_LITERAL("\"\xe2\x82\""), STRING, 1},
    {PX_LITERAL("\"\\n\xff\""), STRING, 3},
    {PX_LITERAL("{\"\x01\":1}"), STRING, 2},
    {PX_LITERAL("{\"k\":\"v\",\"\\q\":1}"), STRING, 11},
    /* behind the value */
    {PX_LITERAL("1 2"), TRAILING, 2},
    {PX_LITERAL("{}x"), TRAILING, 2},
    {PX_LITERAL("[]]"), TRAILING, 2},
    {PX_LITERAL("\"a\"\0"), TRAILING, 3},
    {PX_LITERAL("null,"), TRAILING, 4},
    {PX_LITERAL("truefalse"), TRAILING, 4},
};

static void test_errors(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof(ERRORS) / sizeof(*ERRORS); i++) {
        char tokens[512];
        char expected[64];
        test_guarded guarded = test_guard(ERRORS[i].json);
        describe(guarded.bytes, tokens, sizeof(tokens));
        assert_false(px_json_valid(guarded.bytes));
        test_unguard(&guarded);
        snprintf(expected, sizeof(expected), "!%d@%zu", ERRORS[i].error, ERRORS[i].position);
        const char *found = strchr(tokens, '!');
        if (!found || strcmp(found, expected) != 0)
            fail_msg("%s: %s, not %s", ERRORS[i].json.ptr, tokens, expected);
    }
}

enum { LONG_STRING = 200 };

/* `start` and then so many letters, in quotes; `change` stands at `place` of the string. */
static test_guarded long_string(px_slice start, size_t place, px_slice change) {
    char json[LONG_STRING + 2];
    memset(json, 'a', sizeof(json));
    memcpy(json + 1, start.ptr, start.len);
    memcpy(json + 1 + place, change.ptr, change.len);
    json[0] = json[LONG_STRING + 1] = '"';
    return test_guard(px_slice_of(json, sizeof(json)));
}

/* A bad byte is found at every place, however many blocks are before and behind it. */
static void test_bad_byte_at_every_place(void **state) {
    (void)state;
    static const px_slice BAD[] = {PX_LITERAL("\n"),   PX_LITERAL("\x1f"), PX_LITERAL("\0"),
                                   PX_LITERAL("\x80"), PX_LITERAL("\xff"), PX_LITERAL("\xc3")};
    for (size_t b = 0; b < sizeof(BAD) / sizeof(*BAD); b++) {
        for (size_t place = 2; place < LONG_STRING - 1; place++) {
            test_guarded json = long_string(PX_SLICE("\\n"), place, BAD[b]);
            px_json_reader reader;
            px_json_reader_init(&reader, json.bytes);
            assert_int_equal(px_json_next(&reader), PX_JSON_ERROR);
            assert_int_equal(reader.error, PX_JSON_ERROR_STRING);
            assert_int_equal(reader.position, 1 + place);
            test_unguard(&json);
        }
    }
}

/* So is an escape. */
static void test_escape_at_every_place(void **state) {
    (void)state;
    for (size_t place = 2; place < LONG_STRING - 1; place++) {
        test_guarded json = long_string(PX_SLICE("\xc3\xa9"), place, PX_SLICE("\\/"));
        px_json_reader reader;
        px_json_reader_init(&reader, json.bytes);
        assert_int_equal(px_json_next(&reader), PX_JSON_STRING);
        assert_true(reader.escaped);
        test_unguard(&json);
    }
}

static void test_error_texts(void **state) {
    (void)state;
    for (int error = PX_JSON_ERROR_NONE; error <= PX_JSON_ERROR_TRAILING; error++)
        assert_true(strlen(px_json_error_text((px_json_error)error)) > 5);
}

/* `depth` levels of arrays and objects by turns, and back out again. */
static px_slice nest(size_t depth, char *out) {
    size_t len = 0;
    for (size_t level = 0; level < depth; level++) {
        const char *open = level % 2 ? "{\"k\":" : "[";
        memcpy(out + len, open, strlen(open));
        len += strlen(open);
    }
    out[len++] = '1';
    for (size_t level = depth; level-- > 0;)
        out[len++] = level % 2 ? '}' : ']';
    return px_slice_of(out, len);
}

static void test_depth(void **state) {
    (void)state;
    char json[1024];
    for (size_t depth = 0; depth <= PX_JSON_MAX_DEPTH; depth++)
        assert_true(px_json_valid(nest(depth, json)));
    px_slice too_deep = nest(PX_JSON_MAX_DEPTH + 1, json);
    px_json_reader reader;
    px_json_reader_init(&reader, too_deep);
    assert_false(px_json_skip(&reader, px_json_next(&reader)));
    assert_int_equal(reader.error, PX_JSON_ERROR_DEPTH);
    assert_int_equal(reader.position, (PX_JSON_MAX_DEPTH / 2) * 6);
    assert_int_equal(reader.depth, PX_JSON_MAX_DEPTH);
}

/* Each value of the outer array, skipped or taken raw, and after it the reader goes on. */
static void test_skip_and_raw(void **state) {
    (void)state;
    static const px_slice VALUES[] = {
        PX_LITERAL("1"),
        PX_LITERAL("-2.5e3"),
        PX_LITERAL("\"a\\\"b\""),
        PX_LITERAL("\"\""),
        PX_LITERAL("true"),
        PX_LITERAL("false"),
        PX_LITERAL("null"),
        PX_LITERAL("[]"),
        PX_LITERAL("{}"),
        PX_LITERAL("[ [1], {\"a\" : [ ]} ]"),
        PX_LITERAL("{\"a\":{\"b\":[1,2]} }"),
    };
    enum { COUNT = sizeof(VALUES) / sizeof(*VALUES) };
    char json[512] = "[";
    for (size_t i = 0; i < COUNT; i++)
        snprintf(json + strlen(json), sizeof(json) - strlen(json), "%s %s\n", i ? "," : "",
                 VALUES[i].ptr);
    strcat(json, "]");
    for (int raw = 0; raw < 2; raw++) {
        px_json_reader reader;
        px_json_reader_init(&reader, px_slice_of_text(json));
        assert_int_equal(px_json_next(&reader), PX_JSON_ARRAY_BEGIN);
        for (size_t i = 0; i < COUNT; i++) {
            px_json_token token = px_json_next(&reader);
            px_slice value = {0};
            assert_true(raw ? px_json_raw(&reader, token, &value) : px_json_skip(&reader, token));
            assert_int_equal(reader.depth, 1);
            if (raw)
                assert_true(px_slice_equal(value, VALUES[i]));
        }
        assert_int_equal(px_json_next(&reader), PX_JSON_ARRAY_END);
        assert_int_equal(px_json_next(&reader), PX_JSON_END);
    }
}

static void test_skip_after_key(void **state) {
    (void)state;
    px_json_reader reader;
    px_json_reader_init(&reader, PX_SLICE("{\"a\":[{\"b\":1}],\"c\":2,\"d\":x}"));
    assert_int_equal(px_json_next(&reader), PX_JSON_OBJECT_BEGIN);
    assert_true(px_json_skip(&reader, px_json_next(&reader)));
    assert_int_equal(px_json_next(&reader), PX_JSON_KEY);
    assert_true(px_slice_equal(reader.text, PX_SLICE("c")));
    assert_true(px_json_skip(&reader, PX_JSON_KEY));
    px_json_token key = px_json_next(&reader);
    assert_int_equal(key, PX_JSON_KEY);
    assert_false(px_json_skip(&reader, key));
    assert_int_equal(reader.position, 25);
}

static void test_skip_of_broken_values(void **state) {
    (void)state;
    static const px_slice BROKEN[] = {PX_LITERAL("[1,[2,{\"a\":}]]"), PX_LITERAL("{\"a\":[1,2"),
                                      PX_LITERAL("x"), PX_LITERAL("")};
    for (size_t i = 0; i < sizeof(BROKEN) / sizeof(*BROKEN); i++) {
        px_json_reader reader;
        px_slice raw = PX_LITERAL("untouched");
        px_json_reader_init(&reader, BROKEN[i]);
        assert_false(px_json_raw(&reader, px_json_next(&reader), &raw));
        assert_true(px_slice_equal(raw, PX_SLICE("untouched")));
        assert_int_equal(px_json_next(&reader), PX_JSON_ERROR);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tokens),
        cmocka_unit_test(test_escaped_flag),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_error_texts),
        cmocka_unit_test(test_bad_byte_at_every_place),
        cmocka_unit_test(test_escape_at_every_place),
        cmocka_unit_test(test_depth),
        cmocka_unit_test(test_skip_and_raw),
        cmocka_unit_test(test_skip_after_key),
        cmocka_unit_test(test_skip_of_broken_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
