#include "app_fixture.h"

#include <string.h>

pusher_app_options vector_options(void) {
    pusher_app_options options = PUSHER_APP_OPTIONS_INIT;
    options.id = pusher_str("3");
    options.key = pusher_str(VECTOR_KEY);
    options.secret = pusher_str(VECTOR_SECRET);
    options.host = pusher_str("127.0.0.1");
    options.plain = true;
    options.proxy = pusher_str("direct");
    options.encryption_master_key_base64 = pusher_str(VECTOR_MASTER_KEY);
    return options;
}

pusher_app *vector_app(void) {
    pusher_app_options options = vector_options();
    pusher_app *app = NULL;
    assert_int_equal(pusher_app_new(&options, &app), PUSHER_OK);
    return app;
}

void expect_text(pusher_string text, const char *expected) {
    assert_int_equal(text.len, strlen(expected));
    if (text.len)
        assert_memory_equal(text.ptr, expected, text.len);
}

void expect_body(int result, const pusher_answer *answer, const char *expected) {
    assert_string_equal(answer->error, "");
    assert_int_equal(result, PUSHER_OK);
    assert_int_equal(answer->status, 200);
    expect_text(answer->body, expected);
}

void expect_failure(int result, const pusher_answer *answer, int expected, const char *words) {
    assert_int_equal(result, expected);
    if (!strstr(answer->error, words))
        fail_msg("'%s' does not hold '%s'", answer->error, words);
}

void expect_no_memory(int (*act)(pusher_app *app)) {
    pusher_app_options options = vector_options();
    int result = PX_ERR_NO_MEMORY;
    for (size_t i = 1; result; i++) {
        assert_in_range(i, 1, 200);
        test_allocator memory;
        pusher_app *app = NULL;
        test_allocator_init(&memory);
        memory.fail_at = i;
        result = px_backend_new(&memory.allocator, &options, &app);
        if (!result)
            result = act(app);
        if (result)
            assert_int_equal(result, PX_ERR_NO_MEMORY);
        pusher_app_free(app);
        assert_int_equal(memory.live_blocks, 0);
    }
}
