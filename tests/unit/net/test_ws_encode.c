/* Writing frames: the head's three forms, masking at every offset and alignment, close reasons. */
#include "memory.h"
#include "ws_stream.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const uint8_t MASK[4] = {0x37, 0xfa, 0x21, 0x3d};

static void expect_bytes(px_buffer *out, px_slice expected) {
    assert_int_equal(out->len, expected.len);
    assert_memory_equal(out->data, expected.ptr, expected.len);
    px_buffer_clear(out);
}

/* RFC 6455 section 5.7. */
static void examples_of_the_rfc(void **state) {
    (void)state;
    px_buffer out;
    px_buffer_init(&out, &test_malloc, 100);
    assert_int_equal(px_ws_encode(&out, PX_WS_TEXT, PX_SLICE("Hello"), NULL), PX_OK);
    expect_bytes(&out, PX_SLICE("\x81\x05Hello"));
    assert_int_equal(px_ws_encode(&out, PX_WS_TEXT, PX_SLICE("Hello"), MASK), PX_OK);
    expect_bytes(&out, PX_SLICE("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"));
    assert_int_equal(px_ws_encode(&out, PX_WS_PONG, PX_SLICE(""), MASK), PX_OK);
    expect_bytes(&out, PX_SLICE("\x8a\x80\x37\xfa\x21\x3d"));
    px_buffer_free(&out);
}

static void heads(void **state) {
    (void)state;
    char head[PX_WS_MAX_HEAD];
    assert_int_equal(px_ws_head(head, PX_WS_BINARY, 125, NULL), 2);
    assert_memory_equal(head, "\x82\x7d", 2);
    assert_int_equal(px_ws_head(head, PX_WS_BINARY, 126, NULL), 4);
    assert_memory_equal(head, "\x82\x7e\x00\x7e", 4);
    assert_int_equal(px_ws_head(head, PX_WS_TEXT, 65535, MASK), 8);
    assert_memory_equal(head, "\x81\xfe\xff\xff\x37\xfa\x21\x3d", 8);
    assert_int_equal(px_ws_head(head, PX_WS_BINARY, 65536, MASK), 14);
    assert_memory_equal(head, "\x82\xff\0\0\0\0\0\x01\0\0\x37\xfa\x21\x3d", 14);
}

/* Each byte is XORed with the mask of its position, whatever the alignment, and no byte outside is
 * touched. */
static void masking(void **state) {
    (void)state;
    enum { MARGIN = 16, LONGEST = 100 };
    for (size_t len = 0; len <= LONGEST; len++) {
        for (size_t start = 0; start < MARGIN; start++) {
            char bytes[MARGIN + LONGEST + 1] = {0};
            px_ws_mask(bytes + start, len, MASK);
            for (size_t i = 0; i < sizeof(bytes); i++) {
                bool inside = i >= start && i < start + len;
                uint8_t expected = inside ? MASK[(i - start) % 4] : 0;
                assert_int_equal((uint8_t)bytes[i], expected);
            }
        }
    }
}

static void expect_close(px_slice reason, px_slice sent) {
    px_buffer out, log;
    px_buffer_init(&out, &test_malloc, 1000);
    px_buffer_init(&log, &test_malloc, 1000);
    assert_int_equal(px_ws_encode_close(&out, 4200, reason, MASK), PX_OK);
    assert_int_equal(ws_feed(px_buffer_slice(&out), (ws_feeding){0, 0, 1000, true}, &log), 0);
    assert_int_equal(log.len, strlen("close 4200 \n") + sent.len);
    assert_memory_equal(log.data, "close 4200 ", strlen("close 4200 "));
    assert_memory_equal(log.data + strlen("close 4200 "), sent.ptr, sent.len);
    px_buffer_free(&out);
    px_buffer_free(&log);
}

/* Cut at 123 bytes, and never inside a character. */
static void close_reasons(void **state) {
    (void)state;
    char reason[200];
    expect_close(PX_SLICE(""), PX_SLICE(""));
    expect_close(PX_SLICE("later"), PX_SLICE("later"));
    memset(reason, 'x', sizeof(reason));
    expect_close(px_slice_of(reason, 123), px_slice_of(reason, 123));
    expect_close(px_slice_of(reason, 124), px_slice_of(reason, 123));
    for (size_t at = 119; at < 125; at++) {
        memset(reason, 'x', sizeof(reason));
        memcpy(reason + at, "\xf0\x9f\x98\x80", 4);
        expect_close(px_slice_of(reason, 150),
                     px_slice_of(reason, at >= 120 && at < 123 ? at : 123));
    }
}

static void errors_change_nothing(void **state) {
    (void)state;
    test_allocator failing;
    test_allocator_init(&failing);
    px_buffer out;
    px_buffer_init(&out, &failing.allocator, 8);
    assert_int_equal(px_ws_encode(&out, PX_WS_TEXT, PX_SLICE("1234567"), NULL), PX_ERR_LIMIT);
    assert_int_equal(out.len, 0);
    failing.fail_at = failing.calls + 1;
    assert_int_equal(px_ws_encode(&out, PX_WS_TEXT, PX_SLICE("123456"), NULL), PX_ERR_NO_MEMORY);
    assert_int_equal(px_ws_encode_close(&out, 1000, PX_SLICE(""), NULL), PX_ERR_NO_MEMORY);
    assert_int_equal(out.len, 0);
    failing.fail_at = 0;
    assert_int_equal(px_ws_encode(&out, PX_WS_TEXT, PX_SLICE("123456"), NULL), PX_OK);
    px_buffer_free(&out);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(examples_of_the_rfc),
        cmocka_unit_test(heads),
        cmocka_unit_test(masking),
        cmocka_unit_test(close_reasons),
        cmocka_unit_test(errors_change_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
