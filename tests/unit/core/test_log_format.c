/* The formats of log lines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/log_format.h"
#include "memory.h"

static const struct {
    const char *line;
    const char *classic;
} lines[] = {
    {"[\"State changed\",\"connecting -> connected with new socket ID 1.2\"]",
     "Pusher : State changed : connecting -> connected with new socket ID 1.2"},
    {"[\"Event sent\",{\"event\":\"pusher:ping\",\"data\":{}}]",
     "Pusher : Event sent : {\"event\":\"pusher:ping\",\"data\":{}}"},
    {"[{\"type\":\"PusherError\",\"data\":{\"code\":4301,\"message\":\"Slow down\"}}]",
     "Pusher : Error : "
     "{\"type\":\"PusherError\",\"data\":{\"code\":4301,\"message\":\"Slow down\"}}"},
    {"[\"quoted \\\"text\\\"\\n\\u00fc\",\"\",7,[1, 2],null]",
     "Pusher : quoted \"text\"\n\xc3\xbc :  : 7 : [1, 2] : null"},
    {"[]", "Pusher"},
    {"not JSON", "Pusher"},
    {"[\"cut", "Pusher"},
};

static void assert_format(const char *line, px_log_format format, const char *expected) {
    px_buffer out;
    px_buffer_init(&out, &test_malloc, 4096);
    assert_int_equal(px_log_format_line(px_slice_of_text(line), format, &out), PX_OK);
    assert_int_equal(out.len, strlen(expected));
    assert_memory_equal(out.data, expected, out.len);
    px_buffer_free(&out);
}

static void test_classic(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        assert_format(lines[i].line, PX_LOG_FORMAT_CLASSIC, lines[i].classic);
}

/* Two colons with two blanks between them: that is how it is. */
static void test_others(void **state) {
    (void)state;
    assert_format("[\"a\",{}]", PX_LOG_FORMAT_JSON, "[\"a\",{}]");
    assert_format("[\"a\",{}]", PX_LOG_FORMAT_PUSHER_JS, "Pusher :  : [\"a\",{}]");
}

static void test_limit(void **state) {
    (void)state;
    px_buffer out;
    px_buffer_init(&out, &test_malloc, 10);
    assert_int_equal(px_log_format_line(PX_SLICE("[\"abc\"]"), PX_LOG_FORMAT_CLASSIC, &out),
                     PX_ERR_LIMIT);
    px_buffer_free(&out);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_classic),
        cmocka_unit_test(test_others),
        cmocka_unit_test(test_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
