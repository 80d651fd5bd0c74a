/* The counters that benchmarks trust: every message once, wherever the bytes are cut. */
#include "server/frame_counter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

typedef uint64_t count_function(frame_counter *c, px_slice bytes);

/* Feeds the bytes in two pieces, cut at each place, and one by one. */
static void assert_count(count_function *count, px_slice bytes, uint64_t expected) {
    for (size_t cut = 0; cut <= bytes.len; cut++) {
        frame_counter c = {0};
        uint64_t found = count(&c, px_slice_of(bytes.ptr, cut));
        assert_int_equal(found + count(&c, px_slice_after(bytes, cut)), expected);
    }
    frame_counter c = {0};
    uint64_t found = 0;
    for (size_t i = 0; i < bytes.len; i++)
        found += count(&c, px_slice_of(bytes.ptr + i, 1));
    assert_int_equal(found, expected);
}

static void test_text_frames_are_counted(void **state) {
    (void)state;
    assert_count(frame_counter_websocket, PX_SLICE("\x81\x02hi\x81\x03yes\x81\x01!"), 3);
}

static void test_empty_messages_count(void **state) {
    (void)state;
    assert_count(frame_counter_websocket, PX_SLICE("\x81\x00\x81\x00"), 2);
}

static void test_pings_do_not_count(void **state) {
    (void)state;
    assert_count(frame_counter_websocket, PX_SLICE("\x89\x02hi\x81\x03yes\x8a\x00"), 1);
}

static void test_longer_lengths_are_read(void **state) {
    char bytes[4 + 300 + 10 + 70000 + 3];
    (void)state;
    memset(bytes, 0x81, sizeof(bytes)); /* a payload that looks like frames */
    memcpy(bytes, "\x81\x7e\x01\x2c", 4);
    memcpy(bytes + 304, "\x81\x7f\0\0\0\0\0\x01\x11\x70", 10);
    memcpy(bytes + 304 + 10 + 70000, "\x81\x01.", 3);
    frame_counter c = {0};
    uint64_t found = 0;
    for (size_t at = 0; at < sizeof(bytes); at += 7)
        found += frame_counter_websocket(
            &c, px_slice_of(bytes + at, sizeof(bytes) - at < 7 ? sizeof(bytes) - at : 7));
    assert_int_equal(found, 3);
}

static void test_a_message_counts_when_it_is_whole(void **state) {
    frame_counter c = {0};
    (void)state;
    assert_int_equal(frame_counter_websocket(&c, PX_SLICE("\x81\x02h")), 0);
    assert_int_equal(frame_counter_websocket(&c, PX_SLICE("i")), 1);
}

static void test_messages_of_nats_are_counted(void **state) {
    (void)state;
    assert_count(frame_counter_nats,
                 PX_SLICE("MSG news 1 2\r\nhi\r\nPING\r\nMSG news-12 1 9\r\nMSG a 1 3\r\n"
                          "+OK\r\nMSG news 1 0\r\n\r\n"),
                 3);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_frames_are_counted),
        cmocka_unit_test(test_empty_messages_count),
        cmocka_unit_test(test_pings_do_not_count),
        cmocka_unit_test(test_longer_lengths_are_read),
        cmocka_unit_test(test_a_message_counts_when_it_is_whole),
        cmocka_unit_test(test_messages_of_nats_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
