/* SockJS frames: what is escaped, how they are shared, how browsers count them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "memory.h"
#include "server/host_frame.h"
#include "server/message.h"
#include "json/reader.h"

static px_buffer out;

static int start(void **state) {
    (void)state;
    px_buffer_init(&out, &test_malloc, 1 << 24);
    return 0;
}

static int stop(void **state) {
    (void)state;
    px_buffer_free(&out);
    return 0;
}

static void expect_text(px_slice got, const char *text) {
    if (!px_slice_equal(got, px_slice_of_text(text)))
        fail_msg("not %s but %.*s", text, (int)got.len, got.ptr);
}

static void strings_are_escaped(void **state) {
    (void)state;
    static const struct {
        const char *text;
        const char *quoted;
        const char *in_script;
    } CASES[] = {
        {"", "\"\"", "\"\""},
        {"a\"b\\", "\"a\\\"b\\\\\"", "\"a\\\"b\\\\\""},
        {"\n\x01", "\"\\n\\u0001\"", "\"\\n\\u0001\""},
        {"</script>", "\"</script>\"", "\"\\u003c/script>\""},
        {"\u00e9\u4e2d\U0001f600", "\"\u00e9\u4e2d\U0001f600\"", "\"\u00e9\u4e2d\U0001f600\""},
        /* At the borders of the ranges that the protocol names. */
        {"\u200b\u200c\u200f\u2010", "\"\u200b\\u200c\\u200f\u2010\"",
         "\"\u200b\\u200c\\u200f\u2010\""},
        {"\u2027\u2028\u202f\u2030", "\"\u2027\\u2028\\u202f\u2030\"",
         "\"\u2027\\u2028\\u202f\u2030\""},
        {"\u205f\u2060\u206f\u2070", "\"\u205f\\u2060\\u206f\u2070\"",
         "\"\u205f\\u2060\\u206f\u2070\""},
        {"\uffef\ufff0\uffff", "\"\uffef\\ufff0\\uffff\"", "\"\uffef\\ufff0\\uffff\""},
        {"<\u2028<", "\"<\\u2028<\"", "\"\\u003c\\u2028\\u003c\""},
        {"\xff", "\"\\ufffd\"", "\"\\ufffd\""}, /* no UTF-8 */
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        px_slice text = px_slice_of_text(CASES[i].text);
        px_buffer_clear(&out);
        assert_int_equal(px_frame_quote(&out, text), PX_OK);
        expect_text(px_buffer_slice(&out), CASES[i].quoted);
        px_buffer_clear(&out);
        assert_int_equal(px_frame_quote_script(&out, text), PX_OK);
        expect_text(px_buffer_slice(&out), CASES[i].in_script);
    }
}

/* Whatever is quoted says the same when it is read. */
static void quoting_loses_nothing(void **state) {
    (void)state;
    enum { ROUNDS = 2000, LENGTH = 40 };
    static const char *const PIECES[] = {"a",      "\"",         "\\",     "<",
                                         "\n",     "\u2028",     "\u200b", "\u00e9",
                                         "\ufff9", "\U0001f600", "\u2060", "\xe2\x81"};
    px_buffer text, back;
    px_buffer_init(&text, &test_malloc, 1 << 16);
    px_buffer_init(&back, &test_malloc, 1 << 16);
    srand(1);
    for (int round = 0; round < ROUNDS; round++) {
        px_buffer_clear(&text);
        px_buffer_clear(&out);
        px_buffer_clear(&back);
        for (int i = rand() % LENGTH; i > 0; i--)
            assert_int_equal(px_buffer_append(&text, px_slice_of_text(PIECES[rand() % 11])), PX_OK);
        assert_int_equal(px_frame_quote_script(&out, px_buffer_slice(&text)), PX_OK);
        assert_true(px_json_valid(px_buffer_slice(&out)));
        assert_int_equal(px_json_unescape(px_slice_of(out.data + 1, out.len - 2), &back), PX_OK);
        assert_true(px_slice_equal(px_buffer_slice(&text), px_buffer_slice(&back)));
    }
    px_buffer_free(&text);
    px_buffer_free(&back);
}

static void a_message_is_framed_once(void **state) {
    (void)state;
    test_allocator memory;
    test_allocator_init(&memory);
    px_message *message = px_message_new(&memory.allocator, PX_SLICE("{\"event\":\"\u00e9\"}"));
    px_message *frame = px_frame_of(message, &out);
    assert_non_null(frame);
    assert_ptr_equal(px_frame_of(message, &out), frame);
    expect_text(px_frame_text(frame), "a[\"{\\\"event\\\":\\\"\u00e9\\\"}\"]\n");
    expect_text(px_frame_element(frame), "\"{\\\"event\\\":\\\"\u00e9\\\"}\"");
    expect_text(px_message_frame(frame), "18\r\na[\"{\\\"event\\\":\\\"\u00e9\\\"}\"]\n\r\n");
    assert_int_equal(frame->text_units, 0x18 - 1);
    assert_true(px_frame_is_event(frame));
    px_message_release(px_message_hold(frame));
    px_message_release(message); /* and the frame with it, as the sanitizers check */
    assert_int_equal(memory.live_blocks, 0);
}

static void the_lengths_of_chunks_are_hexadecimal(void **state) {
    (void)state;
    static char text[70000];
    static const struct {
        size_t len;
        const char *head;
    } CASES[] = {
        {1, "1\r\n"}, {15, "f\r\n"}, {16, "10\r\n"}, {256, "100\r\n"}, {65536, "10000\r\n"}};
    memset(text, 'h', sizeof text);
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        px_message *frame = px_frame_new(px_slice_of(text, CASES[i].len));
        assert_true(px_slice_starts_with(px_message_frame(frame), px_slice_of_text(CASES[i].head)));
        assert_int_equal(px_frame_text(frame).len, CASES[i].len);
        assert_false(px_frame_is_event(frame));
        px_message_release(frame);
    }
}

static void characters_are_counted_as_browsers_do(void **state) {
    (void)state;
    assert_int_equal(px_utf16_units(PX_SLICE("")), 0);
    assert_int_equal(px_utf16_units(PX_SLICE("abc")), 3);
    assert_int_equal(px_utf16_units(PX_SLICE("\u00e9\u4e2d")), 2);
    assert_int_equal(px_utf16_units(PX_SLICE("\U0001f600")), 2);
}

static void closes_have_a_code_and_a_reason(void **state) {
    (void)state;
    px_buffer_clear(&out);
    assert_int_equal(px_frame_close(&out, 4001, PX_SLICE("Say \"please\"")), PX_OK);
    expect_text(px_buffer_slice(&out), "c[4001,\"Say \\\"please\\\"\"]");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strings_are_escaped),
        cmocka_unit_test(quoting_loses_nothing),
        cmocka_unit_test(a_message_is_framed_once),
        cmocka_unit_test(the_lengths_of_chunks_are_hexadecimal),
        cmocka_unit_test(characters_are_counted_as_browsers_do),
        cmocka_unit_test(closes_have_a_code_and_a_reason),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
