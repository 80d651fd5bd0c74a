/* URLs, byte by byte, and the texts they are built of. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/url.h"
#include "memory.h"

static void assert_url(const px_options *given, bool tls, const char *expected) {
    px_options options = *given;
    px_buffer buffer;
    px_buffer_init(&buffer, &test_malloc, 4096);
    px_options_fill(&options);
    px_text text = px_text_begin(&buffer);
    px_url_websocket(&options, tls, &text);
    assert_int_equal(text.result, PX_OK);
    assert_int_equal(buffer.len, strlen(expected));
    assert_memory_equal(buffer.data, expected, buffer.len);
    px_buffer_free(&buffer);
}

static void test_hosts(void **state) {
    (void)state;
    px_options options = {.key = PX_SLICE("K"), .client_version = PX_SLICE("1.0")};
    assert_url(&options, false,
               "ws://ws.pusherapp.com:80/app/K?protocol=7&client=js&version=1.0&flash=false");
    assert_url(&options, true,
               "wss://ws.pusherapp.com:443/app/K?protocol=7&client=js&version=1.0&flash=false");
    options.cluster = PX_SLICE("eu");
    assert_url(&options, true,
               "wss://ws-eu.pusher.com:443/app/K?protocol=7&client=js&version=1.0&flash=false");
    options.ws_host = PX_SLICE("h");
    options.ws_port = 6001;
    options.ws_path = PX_SLICE("/x");
    assert_url(&options, false, "ws://h:6001/x/app/K?protocol=7&client=js&version=1.0&flash=false");
    options.ws_host = PX_SLICE("::1");
    assert_url(&options, false,
               "ws://[::1]:6001/x/app/K?protocol=7&client=js&version=1.0&flash=false");
    options.ws_host = PX_SLICE("[::1]");
    assert_url(&options, false,
               "ws://[::1]:6001/x/app/K?protocol=7&client=js&version=1.0&flash=false");
}

static void test_keys(void **state) {
    (void)state;
    px_options options = {.key = PX_SLICE(""), .ws_host = PX_SLICE("h")};
    assert_url(&options, false, "ws://h:80/app/?protocol=7&client=js&version=&flash=false");
    options.key = PX_SLICE("a-b_c.d~e!$&'()*+,;=:@");
    assert_url(&options, false,
               "ws://h:80/app/a-b_c.d~e!$&'()*+,;=:@?protocol=7&client=js&version=&flash=false");
    options.key = PX_SLICE("a/b?c#d%e \xc3\xa9");
    assert_url(
        &options, false,
        "ws://h:80/app/a%2Fb%3Fc%23d%25e%20%C3%A9?protocol=7&client=js&version=&flash=false");
    options.client_name = PX_SLICE("a&b");
    options.key = PX_SLICE("k");
    assert_url(&options, false, "ws://h:80/app/k?protocol=7&client=a%26b&version=&flash=false");
}

static void test_components(void **state) {
    (void)state;
    px_buffer buffer;
    px_buffer_init(&buffer, &test_malloc, 4096);
    px_text text = px_text_begin(&buffer);
    px_text_add_component(&text, PX_SLICE("private-q@x az AZ 09 -_.!~*'() \"[]\0\x7f"));
    const char expected[] = "private-q%40x%20az%20AZ%2009%20-_.!~*'()%20%22%5B%5D%00%7F";
    assert_int_equal(text.result, PX_OK);
    assert_int_equal(buffer.len, sizeof(expected) - 1);
    assert_memory_equal(buffer.data, expected, buffer.len);
    px_buffer_free(&buffer);
}

/* An excerpt never ends inside a code point. */
static void test_excerpts(void **state) {
    (void)state;
    static const struct {
        const char *text;
        size_t limit;
        const char *expected;
    } cases[] = {{"abc", 3, "abc"},
                 {"abcd", 3, "abc..."},
                 {"ab\xc3\xa9", 4, "ab\xc3\xa9"},
                 {"ab\xc3\xa9x", 4, "ab\xc3\xa9..."},
                 {"ab\xc3\xa9x", 3, "ab..."},
                 {"\xf0\x9f\x98\x80\x31", 3, "..."}};
    px_buffer buffer;
    px_buffer_init(&buffer, &test_malloc, 4096);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        px_text text = px_text_begin(&buffer);
        px_text_add_excerpt(&text, px_slice_of_text(cases[i].text), cases[i].limit);
        assert_int_equal(buffer.len, strlen(cases[i].expected));
        if (buffer.len)
            assert_memory_equal(buffer.data, cases[i].expected, buffer.len);
    }
    px_buffer_free(&buffer);
}

static void test_errors_stick(void **state) {
    (void)state;
    px_buffer buffer;
    px_buffer_init(&buffer, &test_malloc, 4);
    px_text text = px_text_begin(&buffer);
    px_text_add(&text, PX_SLICE("12345"));
    px_text_add(&text, PX_SLICE("1"));
    assert_int_equal(text.result, PX_ERR_LIMIT);
    assert_int_equal(buffer.len, 0);
    px_buffer_free(&buffer);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hosts),        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_components),   cmocka_unit_test(test_excerpts),
        cmocka_unit_test(test_errors_stick),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
