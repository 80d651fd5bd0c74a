/* Errors as JSON: the shapes that applications of pusher-js know. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/core.h"
#include "memory.h"
#include "json/reader.h"

static const struct {
    px_error error;
    px_slice json;
} cases[] = {
    {{.type = PX_ERROR_PROTOCOL, .code = 4001, .message = PX_LITERAL("no \"app\"")},
     PX_LITERAL(
         "{\"type\":\"PusherError\",\"data\":{\"code\":4001,\"message\":\"no \\\"app\\\"\"}}")},
    {{.type = PX_ERROR_PROTOCOL,
      .message = PX_LITERAL("m"),
      .data = PX_LITERAL("{\"code\":null,\"message\":\"m\"}")},
     PX_LITERAL("{\"type\":\"PusherError\",\"data\":{\"code\":null,\"message\":\"m\"}}")},
    {{.type = PX_ERROR_PROTOCOL, .data = PX_LITERAL("{\"code\":")},
     PX_LITERAL("{\"type\":\"PusherError\",\"data\":{\"code\":0}}")},
    {{.type = PX_ERROR_TRANSPORT, .code = 4100, .message = PX_LITERAL("full")},
     PX_LITERAL("{\"type\":\"WebSocketError\",\"error\":{\"type\":\"PusherError\","
                "\"data\":{\"code\":4100,\"message\":\"full\"}}}")},
    {{.type = PX_ERROR_TRANSPORT, .result = PX_ERR_STATE, .message = PX_LITERAL("refused")},
     PX_LITERAL("{\"type\":\"WebSocketError\",\"error\":\"refused\"}")},
    {{.type = PX_ERROR_HANDSHAKE, .message = PX_LITERAL("bad"), .data = PX_LITERAL("{}")},
     PX_LITERAL("{\"type\":\"HandshakeError\",\"error\":\"bad\",\"data\":\"{}\"}")},
    {{.type = PX_ERROR_PARSE, .message = PX_LITERAL("bad"), .data = PX_LITERAL("\"\n")},
     PX_LITERAL("{\"type\":\"MessageParseError\",\"error\":\"bad\",\"data\":\"\\\"\\n\"}")},
    {{.type = PX_ERROR_AUTH, .status = 403, .message = PX_LITERAL("no")},
     PX_LITERAL("{\"type\":\"AuthError\",\"error\":\"no\",\"status\":403}")},
    {{.type = PX_ERROR_AUTH, .message = PX_LITERAL("no answer")},
     PX_LITERAL("{\"type\":\"AuthError\",\"error\":\"no answer\",\"status\":0}")},
    {{.type = PX_ERROR_AUTH, .without_status = true, .message = PX_LITERAL("no")},
     PX_LITERAL("{\"type\":\"AuthError\",\"error\":\"no\"}")},
    {{.type = PX_ERROR_AUTH, .without_status = true, .status = 401, .message = PX_LITERAL("no")},
     PX_LITERAL("{\"type\":\"AuthError\",\"error\":\"no\",\"status\":401}")},
};

static void test_shapes(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        px_buffer out;
        px_buffer_init(&out, &test_malloc, 1024);
        assert_int_equal(px_error_write(&cases[i].error, &out), PX_OK);
        assert_true(px_json_valid(px_buffer_slice(&out)));
        assert_int_equal(out.len, cases[i].json.len);
        assert_memory_equal(out.data, cases[i].json.ptr, out.len);
        px_buffer_free(&out);
    }
}

static void test_limits(void **state) {
    (void)state;
    px_buffer out;
    px_buffer_init(&out, &test_malloc, 16);
    assert_int_equal(px_error_write(&cases[0].error, &out), PX_ERR_LIMIT);
    px_buffer_free(&out);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shapes),
        cmocka_unit_test(test_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
