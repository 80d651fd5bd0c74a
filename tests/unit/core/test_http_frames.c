/* The frames of HTTP transports: however they are cut, whatever they hold. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "http_frames_reading.h"
#include "memory.h"

static const char stream[] =
    "hhhhhhhhhhhhhhhh\n"
    "o{\"hostname\":\"node\\u0037.example.com\"}\n"
    "a[\"{\\\"event\\\":\\\"e\\\",\\\"data\\\":\\\"\xc3\xa9 \\\\u00e9\\\"}\",\"plain\"]\n"
    "\n"
    "a[]\n"
    "m\"one\"\n"
    "a[{\"event\":\"raw\",\"data\":[1,{}]},7,null,true]\n"
    "h\n"
    "?junk\n"
    "a[\"cut\n"
    "c[3000,\"Go \\\"away\\\"!\"]\n";

static const char stream_says[] = "heartbeat \n"
                                  "open node7.example.com\n"
                                  "message {\"event\":\"e\",\"data\":\"\xc3\xa9 \\u00e9\"}\n"
                                  "message plain\n"
                                  "unknown \n"
                                  "message one\n"
                                  "message {\"event\":\"raw\",\"data\":[1,{}]}\n"
                                  "message 7\n"
                                  "message null\n"
                                  "message true\n"
                                  "heartbeat \n"
                                  "unknown ?junk\n"
                                  "bad the text ends too early\n"
                                  "code 3000\n"
                                  "reason Go \"away\"!\n";

static uint64_t chance_state = 1;

static uint32_t chance(uint32_t below) {
    chance_state = chance_state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(chance_state >> 33) % below;
}

/* Each piece lies before a page that cannot be read, and is gone when the next one comes. */
static void read_guarded(http_frames_reading *reading, px_slice piece) {
    test_guarded guarded = test_guard(piece);
    http_frames_read(reading, guarded.bytes);
    test_unguard(&guarded);
}

static void assert_says(const http_frames_reading *reading, const char *expected) {
    assert_int_equal(reading->result, PX_OK);
    assert_int_equal(reading->said.len, strlen(expected));
    assert_memory_equal(reading->said.data, expected, reading->said.len);
}

static void test_every_cut(void **state) {
    (void)state;
    px_slice whole = px_slice_of_text(stream);
    for (size_t first = 0; first <= whole.len; first++)
        for (size_t second = first; second <= whole.len; second += 1 + second % 41) {
            http_frames_reading reading;
            http_frames_reading_begin(&reading, &test_malloc);
            read_guarded(&reading, px_slice_of(whole.ptr, first));
            read_guarded(&reading, px_slice_of(whole.ptr + first, second - first));
            read_guarded(&reading, px_slice_after(whole, second));
            assert_says(&reading, stream_says);
            assert_int_equal(reading.frames.received, whole.len - 1); /* é is one unit */
            http_frames_reading_end(&reading);
        }
}

static void test_byte_by_byte(void **state) {
    (void)state;
    http_frames_reading reading;
    http_frames_reading_begin(&reading, &test_malloc);
    for (size_t i = 0; i < sizeof(stream) - 1; i++)
        read_guarded(&reading, px_slice_of(stream + i, 1));
    assert_says(&reading, stream_says);
    http_frames_reading_end(&reading);
}

static void test_payloads(void **state) {
    (void)state;
    static const struct {
        const char *line;
        const char *says;
    } cases[] = {
        {"o\n", "open \n"},
        {"o{}\n", "open \n"},
        {"o{\"hostname\":7}\n", "open \n"},
        {"o[]\n", "bad unexpected character\n"},
        {"o{\n", "bad the text ends too early\n"},
        {"a\n", "bad there is no value\n"},
        {"a7\n", "bad unexpected character\n"},
        {"a[1,]\n", "bad unexpected character\n"},
        {"a[\"x\"]x\n", "bad something follows the value\n"},
        {"a[\"\\ud800\"]\n", "message \xef\xbf\xbd\n"},
        {"a[\"\xff\"]\n", "bad a string holds a control character, a bad escape or bad UTF-8\n"},
        {"a[\"x\"] \r\n", "message x\n"},
        {"m\n", "bad there is no value\n"},
        {"m[1]\n", "message [1]\n"},
        {"c\n", "bad there is no value\n"},
        {"c[]\n", "code 1006\nreason \n"},
        {"c[0,\"x\"]\n", "code 1006\nreason x\n"},
        {"c[65536]\n", "code 1006\nreason \n"},
        {"c[-1,7]\n", "code 1006\nreason \n"},
        {"c[4001.0,\"x\"]\n", "code 4001\nreason x\n"},
        {"c[\"4001\",\"x\"]\n", "code 1006\nreason x\n"},
        {"c[[4001],\"x\",1]\n", "code 1006\nreason x\n"},
        {"c{}\n", "bad unexpected character\n"},
        {"hello\n", "heartbeat \n"},
        {"\r\n", "unknown \r\n"},
        {"no end", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        http_frames_reading reading;
        http_frames_reading_begin(&reading, &test_malloc);
        read_guarded(&reading, px_slice_of_text(cases[i].line));
        assert_says(&reading, cases[i].says);
        http_frames_reading_end(&reading);
    }
}

/* As browsers count: an answer is renewed at the same byte as by pusher-js. */
static void test_length(void **state) {
    (void)state;
    static const struct {
        const char *text;
        uint64_t units;
    } cases[] = {{"abc\n", 4}, {"\xc3\xa9\n", 2}, {"\xe2\x82\xac", 1}, {"\xf0\x9f\x98\x80", 2}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        http_frames_reading reading;
        http_frames_reading_begin(&reading, &test_malloc);
        for (const char *byte = cases[i].text; *byte; byte++)
            http_frames_read(&reading, px_slice_of(byte, 1));
        assert_int_equal(reading.frames.received, cases[i].units);
        http_frames_reading_end(&reading);
    }
}

/* What one answer left over is not part of the next. */
static void test_restart(void **state) {
    (void)state;
    http_frames_reading reading;
    http_frames_reading_begin(&reading, &test_malloc);
    http_frames_read(&reading, PX_SLICE("a[\"never"));
    px_http_frames_restart(&reading.frames);
    assert_false(reading.frames.had_frame);
    http_frames_read(&reading, PX_SLICE("m\"x\"\n"));
    assert_true(reading.frames.had_frame);
    assert_says(&reading, "message x\n");
    http_frames_reading_end(&reading);
}

static void test_longest_line(void **state) {
    (void)state;
    enum { PIECE = 1 << 20 };
    test_allocator memory;
    test_allocator_init(&memory);
    char *piece = malloc(PIECE);
    assert_non_null(piece);
    memset(piece, 'x', PIECE);
    for (int over = 0; over <= 1; over++) {
        http_frames_reading reading;
        http_frames_reading_begin(&reading, &memory.allocator);
        for (size_t sent = 0; sent < PX_MAX_HTTP_LINE; sent += PIECE)
            http_frames_read(&reading, px_slice_of(piece, PIECE));
        assert_int_equal(reading.result, PX_OK);
        assert_true(memory.live_bytes < 4 * (size_t)PX_MAX_HTTP_LINE);
        http_frames_read(&reading, over ? PX_SLICE("x\n") : PX_SLICE("\n"));
        assert_int_equal(reading.result, over ? PX_ERR_LIMIT : PX_OK);
        assert_true(over || memory.live_bytes < PIECE);
        http_frames_reading_end(&reading);
    }
    free(piece);
    assert_int_equal(memory.live_blocks, 0);
}

/* The same when the line comes as one piece. */
static void test_longest_line_at_once(void **state) {
    (void)state;
    char *piece = malloc(PX_MAX_HTTP_LINE + 2);
    assert_non_null(piece);
    memset(piece, 'x', PX_MAX_HTTP_LINE + 1);
    for (size_t over = 0; over <= 1; over++) {
        http_frames_reading reading;
        http_frames_reading_begin(&reading, &test_malloc);
        piece[PX_MAX_HTTP_LINE + over] = '\n';
        http_frames_read(&reading, px_slice_of(piece, PX_MAX_HTTP_LINE + over + 1));
        assert_int_equal(reading.result, over ? PX_ERR_LIMIT : PX_OK);
        http_frames_reading_end(&reading);
        piece[PX_MAX_HTTP_LINE] = 'x';
    }
    free(piece);
}

/* Reads the bytes in random pieces and whole: the same must come out. */
static void read_both_ways(px_slice bytes) {
    test_allocator memory;
    test_allocator_init(&memory);
    http_frames_reading whole;
    http_frames_reading pieces;
    http_frames_reading_begin(&whole, &memory.allocator);
    http_frames_reading_begin(&pieces, &memory.allocator);
    http_frames_read(&whole, bytes);
    while (bytes.len) {
        size_t size = 1 + chance(64);
        size = size < bytes.len ? size : bytes.len;
        http_frames_read(&pieces, px_slice_of(bytes.ptr, size));
        bytes = px_slice_after(bytes, size);
    }
    assert_int_equal(whole.result, PX_OK);
    assert_int_equal(pieces.result, PX_OK);
    assert_int_equal(whole.said.len, pieces.said.len);
    assert_true(whole.said.len == 0 ||
                memcmp(whole.said.data, pieces.said.data, whole.said.len) == 0);
    http_frames_reading_end(&whole);
    http_frames_reading_end(&pieces);
    assert_int_equal(memory.live_blocks, 0);
}

static void test_random_bytes(void **state) {
    (void)state;
    enum { TOTAL = 1000000, PIECE = 1000 };
    static const char likely[] = "oamhc[]{}\",:\\\n\n\n0123u";
    char bytes[PIECE];
    for (size_t done = 0; done < TOTAL; done += PIECE) {
        bool structured = chance(2);
        for (size_t i = 0; i < PIECE; i++)
            bytes[i] = structured ? likely[chance(sizeof(likely) - 1)] : (char)chance(256);
        read_both_ways(px_slice_of(bytes, PIECE));
    }
}

static void test_mutated_streams(void **state) {
    (void)state;
    char bytes[sizeof(stream)];
    for (int round = 0; round < 100000; round++) {
        size_t len = sizeof(stream) - 1;
        memcpy(bytes, stream, len);
        for (uint32_t changes = 1 + chance(4); changes; changes--) {
            size_t at = chance((uint32_t)len);
            switch (chance(3)) {
            case 0:
                bytes[at] = (char)chance(256);
                break;
            case 1:
                memmove(bytes + at, bytes + at + 1, len - at - 1);
                len--;
                break;
            default:
                bytes[at] = stream[chance(sizeof(stream) - 1)];
            }
        }
        read_both_ways(px_slice_of(bytes, len));
    }
}

/* Without memory a frame is lost, and the decoder says so. */
static void test_without_memory(void **state) {
    (void)state;
    for (size_t fail_at = 1;; fail_at++) {
        test_allocator memory;
        px_slice piece = PX_SLICE("x\"]\n");
        px_http_frame frame;
        test_allocator_init(&memory);
        http_frames_reading reading;
        http_frames_reading_begin(&reading, &memory.allocator);
        memory.fail_at = fail_at;
        http_frames_read(&reading, PX_SLICE("a[\""));
        int result = reading.result;
        if (result == PX_OK)
            result = px_http_frames_next(&reading.frames, &reading.memory, &piece, &frame);
        assert_true(result == PX_OK || result == PX_ERR_NO_MEMORY);
        bool failed = memory.calls >= fail_at;
        assert_true(failed == (result != PX_OK));
        http_frames_reading_end(&reading);
        assert_int_equal(memory.live_blocks, 0);
        if (!failed)
            break;
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_cut),
        cmocka_unit_test(test_byte_by_byte),
        cmocka_unit_test(test_payloads),
        cmocka_unit_test(test_restart),
        cmocka_unit_test(test_length),
        cmocka_unit_test(test_longest_line),
        cmocka_unit_test(test_longest_line_at_once),
        cmocka_unit_test(test_random_bytes),
        cmocka_unit_test(test_mutated_streams),
        cmocka_unit_test(test_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
