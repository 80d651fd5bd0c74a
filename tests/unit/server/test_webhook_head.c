/* What a webhook's request begins with, and what is shown of its URL. */
#include "memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "server/webhook_head.h"
#include "server/webhook_words.h"

#define AGENT "User-Agent: pusher-serve/" PUSHER_VERSION_TEXT "\r\n"
#define REST                                                                                       \
    "Content-Type: application/json\r\nContent-Length: 2\r\nX-Pusher-Key: the-key\r\n"             \
    "X-Pusher-Signature: the-signature\r\n"

static void expect(const char *text, const px_webhook_options *options, const char *expected) {
    px_webhook_options webhook;
    px_webhook_options_default(&webhook);
    if (options)
        webhook = *options;
    px_buffer out;
    px_url url;
    const px_webhook_request request = {0, PX_SLICE("the-key"), PX_SLICE("the-signature"),
                                        PX_SLICE("{}")};
    assert_null(px_url_parse(px_slice_of_text(text), &url));
    px_buffer_init(&out, &test_malloc, 65536);
    assert_int_equal(px_webhook_head_write(&out, &url, &webhook, &request), PX_OK);
    if (!px_slice_equal(px_buffer_slice(&out), px_slice_of_text(expected)))
        fail_msg("got\n%.*s\nexpected\n%s", (int)out.len, out.data, expected);
    px_buffer_free(&out);
}

static void test_heads(void **state) {
    (void)state;
    expect("http://host", NULL, "POST / HTTP/1.1\r\nHost: host\r\n" AGENT REST "\r\n");
    expect("https://host:443/a/b?c=d", NULL,
           "POST /a/b?c=d HTTP/1.1\r\nHost: host\r\n" AGENT REST "\r\n");
    expect("http://[::1]:8080?c", NULL,
           "POST /?c HTTP/1.1\r\nHost: [::1]:8080\r\n" AGENT REST "\r\n");
    expect("https://host:80/", NULL, "POST / HTTP/1.1\r\nHost: host:80\r\n" AGENT REST "\r\n");
    expect("http://Aladdin:open%20sesame@host/", NULL,
           "POST / HTTP/1.1\r\nHost: host\r\n" AGENT
           "Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n" REST "\r\n");
}

static void test_headers_of_the_settings(void **state) {
    (void)state;
    const px_named_text headers[] = {{PX_LITERAL("authorization"), PX_LITERAL("Bearer x")},
                                     {PX_LITERAL("User-Agent"), PX_LITERAL("mine")}};
    px_webhook_options webhook;
    px_webhook_options_default(&webhook);
    webhook.headers = (px_named_text_list){headers, 2};
    expect("http://a:b@host/", &webhook,
           "POST / HTTP/1.1\r\nHost: host\r\n" REST
           "authorization: Bearer x\r\nUser-Agent: mine\r\n\r\n");
}

static void test_bounded_and_failing(void **state) {
    (void)state;
    px_webhook_options webhook;
    px_webhook_options_default(&webhook);
    px_buffer out;
    px_url url;
    const px_webhook_request request = {0};
    assert_null(px_url_parse(PX_SLICE("http://host/"), &url));
    px_buffer_init(&out, &test_malloc, 64);
    assert_int_equal(px_webhook_head_write(&out, &url, &webhook, &request), PX_ERR_LIMIT);
    px_buffer_free(&out);
    test_allocator memory;
    test_allocator_init(&memory);
    memory.fail_at = 1;
    px_buffer_init(&out, &memory.allocator, 65536);
    assert_int_equal(px_webhook_head_write(&out, &url, &webhook, &request), PX_ERR_NO_MEMORY);
    px_buffer_free(&out);
}

static void test_shown_urls(void **state) {
    (void)state;
    static const char *const ROWS[][2] = {
        {"http://host", "http://host"},
        {"http://host/", "http://host/"},
        {"https://u:p@host:1/a?b=c", "https://host:1/a"},
        {"https://u:p@x@host/a@b", "https://host/a@b"},
        {"http://host?secret", "http://host"},
        {"http://", "http://"},
        {"http:", "http:"},
    };
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        char out[64];
        test_guarded url = test_guard(px_slice_of_text(ROWS[i][0]));
        px_slice shown = px_webhook_shown_url(url.bytes, out);
        if (!px_slice_equal(shown, px_slice_of_text(ROWS[i][1])))
            fail_msg("%s: %.*s", ROWS[i][0], (int)shown.len, shown.ptr);
        test_unguard(&url);
    }
}

static void test_kinds(void **state) {
    (void)state;
    char text[PX_WEBHOOK_KINDS_SIZE];
    uint64_t counts[PX_WEBHOOK_KIND_COUNT] = {0};
    assert_int_equal(px_webhook_kinds_text(counts, text), 0);
    assert_string_equal(text, "");
    for (size_t i = 0; i < PX_WEBHOOK_KIND_COUNT; i++)
        counts[i] = UINT32_MAX;
    assert_int_equal(px_webhook_kinds_text(counts, text), UINT64_C(7) * UINT32_MAX);
    assert_non_null(strstr(text, ", 4294967295 subscription_count"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_heads),
        cmocka_unit_test(test_headers_of_the_settings),
        cmocka_unit_test(test_bounded_and_failing),
        cmocka_unit_test(test_shown_urls),
        cmocka_unit_test(test_kinds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
