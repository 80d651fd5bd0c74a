/* The decoder: what it takes, what it refuses and with which close code, wherever the input ends.
 */
#include "memory.h"
#include "ws_stream.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { MAX_MESSAGE = 70000, PIECES_MAX = 4096 };

typedef struct rule {
    const char *name;
    bool masked;    /* the decoder is a server's */
    px_slice bytes; /* on the wire */
    const char *log;
} rule;

#define BYTES(text) PX_LITERAL(text)

/* One rule of RFC 6455 a line. */
static const rule RULES[] = {
    {"text", false, BYTES("\x81\x02hi"), "text hi\n"},
    {"empty text", false, BYTES("\x81\x00"), "text \n"},
    {"masked text", true, BYTES("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"), "text Hello\n"},
    {"binary is not checked to be UTF-8", false, BYTES("\x82\x01\xff"), "binary \xff\n"},
    {"fragments", false, BYTES("\x01\x03Hel\x80\x02lo"), "text Hello\n"},
    {"three fragments, one empty", false, BYTES("\x01\x01H\x00\x00\x80\x01i"), "text Hi\n"},
    {"a character cut by fragments", false, BYTES("\x01\x01\xc3\x80\x01\xa9"), "text \xc3\xa9\n"},
    {"control frames between fragments", false,
     BYTES("\x01\x01H\x89\x01p\x8a\x01q\x80\x01i\x82\x01z"), "ping p\npong q\ntext Hi\nbinary z\n"},
    {"close between fragments", false, BYTES("\x01\x01H\x88\x00"), "close 1005 \n"},
    {"close without a code", false, BYTES("\x88\x00"), "close 1005 \n"},
    {"close with a code", false, BYTES("\x88\x02\x03\xe8"), "close 1000 \n"},
    {"close with a reason", false,
     BYTES("\x88\x05\x10\x68"
           "bye"),
     "close 4200 bye\n"},
    {"nothing after a whole frame", false, BYTES("\x8a\x00"), "pong \n"},
    {"reserved bit 1", false, BYTES("\xc1\x00"), "failed 1002\n"},
    {"reserved bit 2", false, BYTES("\xa1\x00"), "failed 1002\n"},
    {"reserved bit 3", false, BYTES("\x91\x00"), "failed 1002\n"},
    {"unknown data frame", false, BYTES("\x83\x00"), "failed 1002\n"},
    {"last unknown data frame", false, BYTES("\x87\x00"), "failed 1002\n"},
    {"unknown control frame", false, BYTES("\x8b\x00"), "failed 1002\n"},
    {"last unknown control frame", false, BYTES("\x8f\x00"), "failed 1002\n"},
    {"a server must not mask", false, BYTES("\x81\x80"), "failed 1002\n"},
    {"a client must mask", true, BYTES("\x81\x00"), "failed 1002\n"},
    {"fragmented ping", false, BYTES("\x09\x00"), "failed 1002\n"},
    {"fragmented pong", false, BYTES("\x0a\x00"), "failed 1002\n"},
    {"fragmented close", false, BYTES("\x08\x00"), "failed 1002\n"},
    {"ping of 126 bytes", false, BYTES("\x89\x7e"), "failed 1002\n"},
    {"close of a 64-bit length", false, BYTES("\x88\x7f"), "failed 1002\n"},
    {"continuation of nothing", false, BYTES("\x80\x00"), "failed 1002\n"},
    {"continuation after the end", false, BYTES("\x01\x00\x80\x00\x80\x00"),
     "text \nfailed 1002\n"},
    {"text inside a fragmented text", false, BYTES("\x01\x00\x81\x00"), "failed 1002\n"},
    {"first fragment inside a fragmented binary", false, BYTES("\x02\x00\x02\x00"),
     "failed 1002\n"},
    {"16-bit length of 125", false, BYTES("\x81\x7e\x00\x7d"), "failed 1002\n"},
    {"64-bit length of 65535", false, BYTES("\x81\x7f\0\0\0\0\0\0\xff\xff"), "failed 1002\n"},
    {"64-bit length with its top bit", false, BYTES("\x81\x7f\x80\0\0\0\0\0\0\0"), "failed 1002\n"},
    {"too big, from the head alone", false, BYTES("\x81\x7f\0\0\0\0\0\x01\x11\x71"),
     "failed 1009\n"},
    {"the largest length", false, BYTES("\x82\x7f\x7f\xff\xff\xff\xff\xff\xff\xff"),
     "failed 1009\n"},
    {"close of one byte", false, BYTES("\x88\x01\x03"), "failed 1002\n"},
    {"close code 999", false, BYTES("\x88\x02\x03\xe7"), "failed 1002\n"},
    {"close code 1005", false, BYTES("\x88\x02\x03\xed"), "failed 1002\n"},
    {"close reason not UTF-8", false, BYTES("\x88\x03\x03\xe8\xff"), "failed 1007\n"},
    {"text not UTF-8", false, BYTES("\x81\x01\xff"), "failed 1007\n"},
    {"text with a surrogate", false, BYTES("\x81\x03\xed\xa0\x80"), "failed 1007\n"},
    {"text with half a character", false, BYTES("\x81\x01\xc3"), "failed 1007\n"},
    {"fragmented text not UTF-8", false, BYTES("\x01\x01\xc3\x80\x01\x28"), "failed 1007\n"},
};

enum { RULE_COUNT = sizeof(RULES) / sizeof(RULES[0]) };

static void expect_log(const char *name, px_buffer *log, px_slice expected) {
    px_slice got = px_buffer_slice(log);
    if (!px_slice_equal(got, expected))
        fail_msg("%s: got \"%.*s\", not \"%.*s\"", name, (int)got.len, got.ptr, (int)expected.len,
                 expected.ptr);
    px_buffer_clear(log);
}

static void rules_hold_at_every_split(void **state) {
    (void)state;
    px_buffer log;
    px_buffer_init(&log, &test_malloc, PIECES_MAX);
    for (size_t i = 0; i < RULE_COUNT; i++) {
        const rule *r = &RULES[i];
        for (size_t cut = 0; cut <= r->bytes.len; cut++) {
            ws_feed(r->bytes, (ws_feeding){cut, 0, MAX_MESSAGE, r->masked}, &log);
            expect_log(r->name, &log, px_slice_of_text(r->log));
        }
        ws_feed(r->bytes, (ws_feeding){1, 1, MAX_MESSAGE, r->masked}, &log);
        expect_log(r->name, &log, px_slice_of_text(r->log));
    }
    px_buffer_free(&log);
}

/* Every code of two bytes, by the table of RFC 6455 section 7.4 and the IANA registry. */
static void close_codes(void **state) {
    (void)state;
    for (unsigned code = 0; code <= 0xffff; code++) {
        bool registered = (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014);
        bool valid = registered || (code >= 3000 && code <= 4999);
        assert_int_equal(px_ws_close_code_valid((uint16_t)code), valid);
    }
}

/* A message of each length at which the head changes its form. */
static void lengths_at_the_edges(void **state) {
    (void)state;
    static const size_t LENGTHS[] = {0, 1, 124, 125, 126, 127, 128, 65534, 65535, 65536, 65537};
    static char payload[65537];
    memset(payload, 'x', sizeof(payload));
    for (size_t i = 0; i < 2 * sizeof(LENGTHS) / sizeof(LENGTHS[0]); i++) {
        px_buffer stream, log;
        px_buffer_init(&stream, &test_malloc, SIZE_MAX);
        px_buffer_init(&log, &test_malloc, SIZE_MAX);
        px_slice text = px_slice_of(payload, LENGTHS[i / 2]);
        bool masked = i % 2;
        ws_append_shape(&stream, (ws_shape){.opcode = 1, .masked = masked, .payload = text});
        size_t left = ws_feed(px_buffer_slice(&stream), (ws_feeding){7, 4096, 65537, masked}, &log);
        assert_int_equal(left, 0);
        assert_int_equal(log.len, text.len + strlen("text \n"));
        assert_memory_equal(log.data + strlen("text "), text.ptr, text.len);
        px_buffer_free(&stream);
        px_buffer_free(&log);
    }
}

static px_ws_status decode(px_ws_decoder *decoder, char *bytes, size_t len,
                           px_ws_message *message) {
    size_t consumed;
    return px_ws_decode(decoder, bytes, len, &consumed, message);
}

static void the_limit_is_exact(void **state) {
    (void)state;
    char whole[] = "\x81\x04quad", over[] = "\x81\x05quint", parts[] = "\x01\x03thr\x80\x01x",
         parts_over[] = "\x01\x03thr\x80\x02xx";
    px_ws_decoder decoder;
    px_ws_message message;
    px_ws_decoder_init(&decoder, &test_malloc, 4, false);
    assert_int_equal(decode(&decoder, whole, 6, &message), PX_WS_MESSAGE);
    assert_int_equal(decode(&decoder, over, 2, &message), PX_WS_FAILED);
    assert_int_equal(message.close_code, PX_WS_CLOSE_TOO_BIG);
    assert_int_equal(decode(&decoder, parts, 8, &message), PX_WS_MESSAGE);
    assert_int_equal(message.payload.len, 4);
    assert_int_equal(decode(&decoder, parts_over, 7, &message), PX_WS_FAILED);
    assert_int_equal(message.close_code, PX_WS_CLOSE_TOO_BIG);
    px_ws_decoder_free(&decoder);
}

/* Whole messages are slices of the input, and nothing is allocated for them. */
static void whole_messages_are_not_copied(void **state) {
    (void)state;
    test_allocator counting;
    test_allocator_init(&counting);
    px_ws_decoder decoder;
    px_ws_decoder_init(&decoder, &counting.allocator, 100, false);
    char bytes[] = "\x81\x02hi\x81\x03";
    px_ws_message message;
    size_t consumed;
    assert_int_equal(px_ws_decode(&decoder, bytes, 6, &consumed, &message), PX_WS_MESSAGE);
    assert_int_equal(consumed, 4);
    assert_ptr_equal(message.payload.ptr, bytes + 2);
    assert_int_equal(px_ws_decode(&decoder, bytes + 4, 2, &consumed, &message), PX_WS_NEED_MORE);
    assert_int_equal(consumed, 0);
    assert_int_equal(counting.calls, 0);
}

static void the_memory_of_fragments_is_given_back(void **state) {
    (void)state;
    test_allocator counting;
    test_allocator_init(&counting);
    px_ws_decoder decoder;
    px_ws_decoder_init(&decoder, &counting.allocator, 100, false);
    char bytes[] = "\x01\x01H\x80\x01i";
    px_ws_message message;
    assert_int_equal(decode(&decoder, bytes, 6, &message), PX_WS_MESSAGE);
    assert_true(counting.live_bytes > 0);
    assert_int_equal(decode(&decoder, bytes, 0, &message), PX_WS_NEED_MORE);
    assert_int_equal(counting.live_bytes, 0);
}

static void without_memory_it_fails_with_1011(void **state) {
    (void)state;
    char text[300];
    memset(text, 'x', sizeof(text));
    px_buffer stream;
    px_buffer_init(&stream, &test_malloc, SIZE_MAX);
    for (unsigned i = 0; i < 3; i++)
        ws_append_shape(&stream, (ws_shape){.not_final = i < 2,
                                            .opcode = i ? PX_WS_CONTINUATION : PX_WS_TEXT,
                                            .payload = px_slice_of(text, sizeof(text))});
    for (size_t fail_at = 1;; fail_at++) {
        test_allocator failing;
        test_allocator_init(&failing);
        failing.fail_at = fail_at;
        px_ws_decoder decoder;
        px_ws_decoder_init(&decoder, &failing.allocator, 1000, false);
        px_ws_message message;
        px_ws_status status = decode(&decoder, stream.data, stream.len, &message);
        bool failed = failing.calls >= fail_at;
        assert_int_equal(status, failed ? PX_WS_FAILED : PX_WS_MESSAGE);
        if (failed)
            assert_int_equal(message.close_code, PX_WS_CLOSE_INTERNAL_ERROR);
        px_ws_decoder_free(&decoder);
        assert_int_equal(failing.live_blocks, 0);
        if (!failed)
            break;
        assert_true(fail_at < 10);
    }
    px_buffer_free(&stream);
}

static const struct {
    px_slice bytes;
    size_t missing;
} MISSING[] = {
    {PX_LITERAL(""), 0},
    {PX_LITERAL("\x81"), 0},
    {PX_LITERAL("\x81\x05"), 5},
    {PX_LITERAL("\x81\x05hell"), 1},
    {PX_LITERAL("\x81\x05hello\x81"), 0},
    {PX_LITERAL("\x81\x85"), 0},
    {PX_LITERAL("\x81\x85mask"), 5},
    {PX_LITERAL("\x81\x7e\x01"), 0},
    {PX_LITERAL("\x81\x7e\x01\x00"), 256},
    {PX_LITERAL("\x81\x7f\0\0\0\0\0\x01\0\0"), 65536},
    {PX_LITERAL("\x81\x7f\xff\xff\xff\xff\xff\xff\xff\xff"), 0},
};

static void missing_bytes(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof(MISSING) / sizeof(MISSING[0]); i++) {
        test_guarded guarded = test_guard(MISSING[i].bytes);
        assert_int_equal(px_ws_missing(guarded.bytes.ptr, guarded.bytes.len), MISSING[i].missing);
        test_unguard(&guarded);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules_hold_at_every_split),
        cmocka_unit_test(close_codes),
        cmocka_unit_test(lengths_at_the_edges),
        cmocka_unit_test(the_limit_is_exact),
        cmocka_unit_test(whole_messages_are_not_copied),
        cmocka_unit_test(the_memory_of_fragments_is_given_back),
        cmocka_unit_test(without_memory_it_fails_with_1011),
        cmocka_unit_test(missing_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
