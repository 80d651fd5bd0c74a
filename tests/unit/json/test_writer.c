/* The writer: commas, escapes, nesting, limits, and each allocation failing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/utf8.h"
#include "memory.h"
#include "json/reader.h"
#include "json/writer.h"

static px_buffer new_buffer(void) {
    px_buffer buffer;
    px_buffer_init(&buffer, &test_malloc, 1 << 20);
    return buffer;
}

static void assert_written(px_buffer *buffer, const px_json_writer *writer, px_slice expected) {
    assert_int_equal(px_json_writer_finish(writer), PX_OK);
    assert_int_equal(buffer->len, expected.len);
    assert_memory_equal(buffer->data, expected.ptr, expected.len);
    assert_true(px_json_valid(px_buffer_slice(buffer)));
    px_buffer_free(buffer);
}

/* Some of everything. */
static void write_document(px_json_writer *writer) {
    px_json_object_begin(writer);
    px_json_member(writer, PX_SLICE("event"), PX_SLICE("a \"b\" \\ \n"));
    px_json_key(writer, PX_SLICE("numbers"));
    px_json_array_begin(writer);
    px_json_u64(writer, UINT64_MAX);
    px_json_i64(writer, INT64_MIN);
    px_json_i64(writer, -1);
    px_json_i64(writer, 0);
    px_json_i64(writer, INT64_MAX);
    px_json_array_end(writer);
    px_json_key(writer, PX_SLICE("others"));
    px_json_array_begin(writer);
    px_json_bool(writer, true);
    px_json_bool(writer, false);
    px_json_null(writer);
    px_json_raw_value(writer, PX_SLICE("{\"raw\": [1]}"));
    px_json_object_begin(writer);
    px_json_object_end(writer);
    px_json_array_begin(writer);
    px_json_array_end(writer);
    px_json_string(writer, px_slice_of(NULL, 0));
    px_json_array_end(writer);
    px_json_key(writer, PX_SLICE("data"));
    px_json_writer inner;
    size_t mark = px_json_nested_begin(writer, &inner);
    px_json_array_begin(&inner);
    px_json_string(&inner, PX_SLICE("\xc3\xa9\"\x01"));
    px_json_array_end(&inner);
    px_json_nested_end(writer, &inner, mark);
    px_json_object_end(writer);
}

static const px_slice DOCUMENT =
    PX_LITERAL("{\"event\":\"a \\\"b\\\" \\\\ "
               "\\n\",\"numbers\":[18446744073709551615,-9223372036854775808,-1,0,"
               "9223372036854775807],\"others\":[true,false,null,{\"raw\": [1]},{},[],\"\"],"
               "\"data\":\"[\\\"\xc3\xa9\\\\\\\"\\\\u0001\\\"]\"}");

static void test_document(void **state) {
    (void)state;
    px_buffer buffer = new_buffer();
    px_json_writer writer;
    px_json_writer_init(&writer, &buffer);
    write_document(&writer);
    assert_written(&buffer, &writer, DOCUMENT);
}

static void test_appends(void **state) {
    (void)state;
    px_buffer buffer = new_buffer();
    assert_int_equal(px_buffer_append(&buffer, PX_SLICE(" \n")), PX_OK);
    px_json_writer writer;
    px_json_writer_init(&writer, &buffer);
    px_json_string(&writer, PX_SLICE("x"));
    assert_written(&buffer, &writer, PX_SLICE(" \n\"x\""));
}

static void test_every_ascii_byte(void **state) {
    (void)state;
    for (unsigned byte = 0; byte < 0x80; byte++) {
        char text = (char)byte;
        px_buffer buffer = new_buffer();
        px_buffer back = new_buffer();
        px_json_writer writer;
        px_json_writer_init(&writer, &buffer);
        px_json_string(&writer, px_slice_of(&text, 1));
        assert_int_equal(px_json_writer_finish(&writer), PX_OK);
        px_json_reader reader;
        px_json_reader_init(&reader, px_buffer_slice(&buffer));
        assert_int_equal(px_json_next(&reader), PX_JSON_STRING);
        assert_int_equal(reader.escaped, byte < 0x20 || byte == '"' || byte == '\\');
        assert_true(reader.text.len <= 2 || byte < 0x20);
        assert_int_equal(px_json_unescape(reader.text, &back), PX_OK);
        assert_true(px_slice_equal(px_buffer_slice(&back), px_slice_of(&text, 1)));
        px_buffer_free(&back);
        px_buffer_free(&buffer);
    }
}

static void test_short_escapes(void **state) {
    (void)state;
    px_buffer buffer = new_buffer();
    px_json_writer writer;
    px_json_writer_init(&writer, &buffer);
    px_json_string(&writer, PX_SLICE("\b\f\n\r\t\"\\/\0\x1f\x7f"));
    assert_written(&buffer, &writer, PX_SLICE("\"\\b\\f\\n\\r\\t\\\"\\\\/\\u0000\\u001f\x7f\""));
}

/* One byte at a time, as the definition has it. */
static size_t escape_slowly(px_slice text, char *out) {
    static const char HEX[] = "0123456789abcdef";
    size_t len = 0;
    out[len++] = '"';
    for (size_t i = 0; i < text.len;) {
        size_t length = px_utf8_sequence(px_slice_after(text, i));
        unsigned char c = (unsigned char)text.ptr[i];
        const char *letter = c ? strchr("\bb\ff\nn\rr\tt\"\"\\\\", c) : NULL;
        if (length > 1) {
            memcpy(out + len, text.ptr + i, length);
            len += length;
        } else if (length == 0) {
            memcpy(out + len, "\xef\xbf\xbd", 3);
            len += 3;
        } else if (letter && (c < 0x20 || c == '"' || c == '\\')) {
            out[len++] = '\\';
            out[len++] = letter[1];
        } else if (c < 0x20) {
            memcpy(out + len, "\\u00", 4);
            out[len + 4] = HEX[c >> 4];
            out[len + 5] = HEX[c & 15];
            len += 6;
        } else {
            out[len++] = (char)c;
        }
        i += length ? length : 1;
    }
    out[len++] = '"';
    return len;
}

/* Random strings of everything, as long as several blocks. */
static void test_mixtures(void **state) {
    (void)state;
    static const px_slice PARTS[] = {
        PX_LITERAL("a"),
        PX_LITERAL("sixteen bytes..."),
        PX_LITERAL("\""),
        PX_LITERAL("\\"),
        PX_LITERAL("\n"),
        PX_LITERAL("\0"),
        PX_LITERAL("\xc3\xa9"),
        PX_LITERAL("\xf0\x9f\x98\x80"),
        PX_LITERAL("\xff"),
        PX_LITERAL("\xc3"),
        PX_LITERAL("\xed\xa0\x80"),
    };
    enum { VALID_PARTS = 8, ALL_PARTS = sizeof(PARTS) / sizeof(*PARTS) };
    srand(1);
    for (size_t round = 0; round < 20000; round++) {
        char text[400];
        char expected[2400];
        size_t len = 0;
        size_t wanted = (size_t)rand() % 300;
        int kinds = round % 2 ? VALID_PARTS : ALL_PARTS;
        while (len < wanted) {
            px_slice part = PARTS[rand() % 3 ? 0 : rand() % kinds];
            memcpy(text + len, part.ptr, part.len);
            len += part.len;
        }
        test_guarded input = test_guard(px_slice_of(text, len));
        px_buffer buffer = new_buffer();
        px_json_writer writer;
        px_json_writer_init(&writer, &buffer);
        px_json_string(&writer, input.bytes);
        size_t expected_len = escape_slowly(input.bytes, expected);
        assert_written(&buffer, &writer, px_slice_of(expected, expected_len));
        test_unguard(&input);
    }
}

/* A document in a string, in a document in a string: reading and unescaping peels it again. */
static void test_nested_twice(void **state) {
    (void)state;
    px_buffer buffer = new_buffer();
    px_json_writer outer, middle, inner;
    px_json_writer_init(&outer, &buffer);
    px_json_array_begin(&outer);
    px_json_u64(&outer, 1);
    size_t first = px_json_nested_begin(&outer, &middle);
    px_json_array_begin(&middle);
    px_json_string(&middle, PX_SLICE("\"\\"));
    size_t second = px_json_nested_begin(&middle, &inner);
    write_document(&inner);
    px_json_nested_end(&middle, &inner, second);
    px_json_null(&middle);
    px_json_array_end(&middle);
    px_json_nested_end(&outer, &middle, first);
    px_json_bool(&outer, true);
    px_json_array_end(&outer);
    assert_int_equal(px_json_writer_finish(&outer), PX_OK);

    px_json_reader reader;
    px_json_reader_init(&reader, px_buffer_slice(&buffer));
    static const px_json_token OUTER[] = {PX_JSON_ARRAY_BEGIN, PX_JSON_NUMBER, PX_JSON_STRING};
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(px_json_next(&reader), OUTER[i]);
    px_buffer peeled = new_buffer();
    assert_int_equal(px_json_unescape(reader.text, &peeled), PX_OK);
    assert_int_equal(px_json_next(&reader), PX_JSON_TRUE);
    assert_int_equal(px_json_next(&reader), PX_JSON_ARRAY_END);
    assert_int_equal(px_json_next(&reader), PX_JSON_END);

    px_json_reader_init(&reader, px_buffer_slice(&peeled));
    static const px_json_token MIDDLE[] = {PX_JSON_ARRAY_BEGIN, PX_JSON_STRING, PX_JSON_STRING};
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(px_json_next(&reader), MIDDLE[i]);
    px_buffer core = new_buffer();
    assert_int_equal(px_json_unescape(reader.text, &core), PX_OK);
    assert_int_equal(px_json_next(&reader), PX_JSON_NULL);
    assert_true(px_slice_equal(px_buffer_slice(&core), DOCUMENT));
    px_buffer_free(&core);
    px_buffer_free(&peeled);
    px_buffer_free(&buffer);
}

/* Raw values bring blanks along that a string may not hold. */
static void test_nested_blanks(void **state) {
    (void)state;
    px_buffer buffer = new_buffer();
    px_json_writer outer, inner;
    px_json_writer_init(&outer, &buffer);
    size_t mark = px_json_nested_begin(&outer, &inner);
    px_json_raw_value(&inner, PX_SLICE("{\r\n\t\"a\" : \"\\n\"\n}"));
    px_json_nested_end(&outer, &inner, mark);
    assert_written(&buffer, &outer, PX_SLICE("\"{   \\\"a\\\" : \\\"\\\\n\\\" }\""));
}

static void test_nested_empty(void **state) {
    (void)state;
    px_buffer buffer = new_buffer();
    px_json_writer outer, inner;
    px_json_writer_init(&outer, &buffer);
    px_json_array_begin(&outer);
    for (size_t i = 0; i < 2; i++) {
        size_t mark = px_json_nested_begin(&outer, &inner);
        px_json_nested_end(&outer, &inner, mark);
    }
    px_json_array_end(&outer);
    assert_written(&buffer, &outer, PX_SLICE("[\"\",\"\"]"));
}

/* Whatever the limit, the writer reports it, or the document is whole. */
static void test_every_limit(void **state) {
    (void)state;
    for (size_t max = 0; max <= DOCUMENT.len + 4; max++) {
        px_buffer buffer;
        px_buffer_init(&buffer, &test_malloc, max);
        px_json_writer writer;
        px_json_writer_init(&writer, &buffer);
        write_document(&writer);
        assert_int_equal(px_json_writer_finish(&writer), max < DOCUMENT.len ? PX_ERR_LIMIT : PX_OK);
        if (max >= DOCUMENT.len)
            assert_true(px_slice_equal(px_buffer_slice(&buffer), DOCUMENT));
        px_buffer_free(&buffer);
    }
}

/* Limits inside of one string: with escapes, and with invalid UTF-8. */
static void test_every_limit_of_a_string(void **state) {
    (void)state;
    static const px_slice TEXTS[] = {PX_LITERAL("plain"), PX_LITERAL("a\"b\nc\x01"),
                                     PX_LITERAL("a\xff\"b\xc3")};
    static const size_t LENGTHS[] = {7, 15, 12};
    for (size_t i = 0; i < sizeof(TEXTS) / sizeof(*TEXTS); i++) {
        for (size_t max = 0; max < 20; max++) {
            px_buffer buffer;
            px_buffer_init(&buffer, &test_malloc, max);
            px_json_writer writer;
            px_json_writer_init(&writer, &buffer);
            px_json_string(&writer, TEXTS[i]);
            bool fits = max >= LENGTHS[i];
            assert_int_equal(px_json_writer_finish(&writer), fits ? PX_OK : PX_ERR_LIMIT);
            assert_int_equal(buffer.len, fits ? LENGTHS[i] : 0);
            px_json_null(&writer); /* does nothing after an error */
            assert_int_equal(buffer.len, fits && max >= LENGTHS[i] + 5 ? LENGTHS[i] + 5
                                         : fits && max > LENGTHS[i]    ? LENGTHS[i] + 1
                                         : fits                        ? LENGTHS[i]
                                                                       : 0);
            px_buffer_free(&buffer);
        }
    }
}

static void test_no_memory(void **state) {
    (void)state;
    bool failed = true;
    for (size_t fail_at = 1; failed; fail_at++) {
        test_allocator memory;
        test_allocator_init(&memory);
        memory.fail_at = fail_at;
        memory.fail_once = true; /* the error sticks although there is memory again */
        px_buffer buffer;
        px_buffer_init(&buffer, &memory.allocator, 1 << 20);
        px_json_writer writer;
        px_json_writer_init(&writer, &buffer);
        write_document(&writer);
        failed = memory.calls >= fail_at;
        assert_int_equal(px_json_writer_finish(&writer), failed ? PX_ERR_NO_MEMORY : PX_OK);
        px_buffer_free(&buffer);
        assert_int_equal(memory.live_bytes, 0);
        assert_true(fail_at < 10);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_document),         cmocka_unit_test(test_appends),
        cmocka_unit_test(test_every_ascii_byte), cmocka_unit_test(test_short_escapes),
        cmocka_unit_test(test_mixtures),         cmocka_unit_test(test_nested_twice),
        cmocka_unit_test(test_nested_blanks),    cmocka_unit_test(test_nested_empty),
        cmocka_unit_test(test_every_limit),      cmocka_unit_test(test_every_limit_of_a_string),
        cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
