/* Options: what is refused and in which words, what older and newer programs give. */
#include "client/settings.h"
#include "driver/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const char long_text[8192];

static void set_nothing(pusher_options *options) {
    (void)options;
}

static void set_host(pusher_options *options) {
    options->host = pusher_str("https://example.org");
}

static void set_path(pusher_options *options) {
    options->path = pusher_str("no-slash");
}

static void set_cluster(pusher_options *options) {
    options->cluster = pusher_str("eu/..");
}

static void set_endpoint(pusher_options *options) {
    options->auth_endpoint = pusher_str("ftp://example.org/");
}

static void set_auth_transport(pusher_options *options) {
    options->auth_transport = pusher_str("pigeon");
}

static void set_user_endpoint(pusher_options *options) {
    options->user_auth_endpoint = pusher_str("ftp://example.org/");
}

static void set_user_transport(pusher_options *options) {
    options->user_auth_transport = pusher_str("pigeon");
}

static const pusher_pair bad_headers[] = {{{"X", 1}, {"a\nb", 3}}};

static void set_headers(pusher_options *options) {
    options->auth_headers = bad_headers;
    options->auth_header_count = 1;
}

static void set_user_headers(pusher_options *options) {
    options->user_auth_headers = bad_headers;
    options->user_auth_header_count = 1;
}

static void set_message_size(pusher_options *options) {
    options->max_message_size = 10;
}

static void set_activity_timeout(pusher_options *options) {
    options->activity_timeout = UINT32_MAX;
}

static void set_log_level(pusher_options *options) {
    options->log_level = (pusher_log_level)17;
}

static void set_log_format(pusher_options *options) {
    options->log_format = (pusher_log_format)3;
}

static void set_stats(pusher_options *options) {
    options->enable_stats = (pusher_choice)3;
}

static void set_stats_host(pusher_options *options) {
    options->stats_host = pusher_str("http://example.org");
}

static const pusher_pair long_params[] = {{{"X", 1}, {long_text, sizeof long_text}}};

static void set_timeline_params(pusher_options *options) {
    options->timeline_params = long_params;
    options->timeline_param_count = 1;
}

static void set_pin(pusher_options *options) {
    options->pin = pusher_str("md5//abc");
}

static void set_insecure_pin(pusher_options *options) {
    options->pin = pusher_str("sha256//abc");
    options->insecure = true;
}

static void set_ca_file(pusher_options *options) {
    options->ca_file = (pusher_string){"a\0b", 3};
}

static void set_proxy_scheme(pusher_options *options) {
    options->proxy = pusher_str("127.0.0.1:3128");
}

static void set_proxy_path(pusher_options *options) {
    options->proxy = pusher_str("http://127.0.0.1:3128/way");
}

static void set_proxy_nowhere(pusher_options *options) {
    options->proxy = pusher_str("socks5://name:secret@");
}

static void set_proxy_newline(pusher_options *options) {
    options->proxy = pusher_str("http://127.0.0.1\n:3128");
}

static void set_proxy_two_names(pusher_options *options) {
    options->proxy = pusher_str("http://me@127.0.0.1:3128");
    options->proxy_username = pusher_str("me");
}

static void set_proxy_password(pusher_options *options) {
    options->proxy_password = pusher_str("secret");
}

static void set_proxy_well(pusher_options *options) {
    options->proxy = pusher_str("https://proxy.example:3128/");
    options->proxy_username = pusher_str("me");
    options->proxy_password = pusher_str("secret");
    options->no_proxy = pusher_str("localhost,.example.org");
}

static void set_proxy_ipv6(pusher_options *options) {
    options->proxy = pusher_str("socks5h://me:secret@[::1]:1080");
}

static void set_direct(pusher_options *options) {
    options->proxy = pusher_str("direct");
}

static void set_client_key(pusher_options *options) {
    options->client_key = pusher_str("key.pem");
}

static void set_client_key_password(pusher_options *options) {
    options->client_key_password = pusher_str("open");
}

static void set_cache_dir(pusher_options *options) {
    options->cache_dir = pusher_str("cache");
}

static void set_no_size(pusher_options *options) {
    options->size = 0;
}

static const struct refusal {
    const char *begin; /* of the sentence; NULL: it is fine */
    void (*set)(pusher_options *options);
} refusals[] = {
    {NULL, set_nothing},
    {"host must be a host name", set_host},
    {"path must start with a slash", set_path},
    {"cluster must be", set_cluster},
    {"auth_endpoint must be an http:// or https:// URL", set_endpoint},
    {"auth_transport must be ajax or jsonp", set_auth_transport},
    {"auth_headers has a header", set_headers},
    {"user_auth_endpoint must be an http:// or https:// URL", set_user_endpoint},
    {"user_auth_transport must be ajax or jsonp", set_user_transport},
    {"user_auth_headers has a header", set_user_headers},
    {"max_message_size must be between 1024 and 16777216", set_message_size},
    {"activity_timeout must be between", set_activity_timeout},
    {"log_level must be between 1 and 3", set_log_level},
    {"log_format must be one of", set_log_format},
    {"enable_stats must be yes, no or absent", set_stats},
    {"stats_host must be a host name or an address", set_stats_host},
    {"timeline_params is too long", set_timeline_params},
    {"pin must be sha256//", set_pin},
    {"insecure makes no sense together with pin", set_insecure_pin},
    {"ca_file must not hold a NUL", set_ca_file},
    {"proxy must begin with http://", set_proxy_scheme},
    {"proxy must be SCHEME://HOST:PORT", set_proxy_path},
    {"proxy must be SCHEME://HOST:PORT", set_proxy_nowhere},
    {"proxy must be SCHEME://HOST:PORT", set_proxy_newline},
    {"proxy has a user name already", set_proxy_two_names},
    {"proxy_password makes no sense without proxy_username", set_proxy_password},
    {NULL, set_proxy_well},
    {NULL, set_proxy_ipv6},
    {NULL, set_direct},
    {"client_key makes no sense without client_cert", set_client_key},
    {"client_key_password makes no sense without client_cert", set_client_key_password},
    {"cache_dir must be an absolute path", set_cache_dir},
    {"size is not set", set_no_size},
};

static void silent(pusher_log_level level, pusher_string line, void *context) {
    (void)level;
    (void)line;
    (void)context;
}

static void says_what_is_wrong(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        pusher_options options = PUSHER_OPTIONS_INIT;
        options.log = silent;
        refusals[i].set(&options);
        char text[256] = "untouched";
        int result = pusher_options_check(pusher_str("KEY"), &options, text, sizeof text);
        const char *begin = refusals[i].begin ? refusals[i].begin : "";
        assert_int_equal(result, refusals[i].begin ? PUSHER_ERR_ARGUMENT : PUSHER_OK);
        if (strncmp(text, begin, strlen(begin)) != 0)
            fail_msg("\"%s\" does not begin with \"%s\"", text, begin);
        pusher_client *client = NULL;
        assert_int_equal(pusher_client_new(pusher_str("KEY"), &options, &client), result);
        pusher_client_free(client);
    }
}

static void wants_a_key(void **state) {
    (void)state;
    char text[64];
    assert_int_equal(pusher_options_check((pusher_string){NULL, 0}, NULL, text, sizeof text),
                     PUSHER_ERR_ARGUMENT);
    assert_memory_equal(text, "key is missing", 14);
    assert_int_equal(pusher_options_check(pusher_str("KEY"), NULL, NULL, 0), PUSHER_OK);
    char tiny[4];
    assert_int_equal(pusher_options_check((pusher_string){NULL, 0}, NULL, tiny, sizeof tiny),
                     PUSHER_ERR_ARGUMENT);
    assert_string_equal(tiny, "key");
}

static int read_settings(px_settings *settings, px_arena *arena, const pusher_options *options) {
    px_arena_init(arena, &px_malloc_allocator, PX_SETTINGS_MEMORY);
    return px_settings_read(settings, arena, pusher_str("KEY"), options, NULL, 0);
}

/* A program that was built when the struct ended after `host`. */
static void takes_an_older_struct(void **state) {
    (void)state;
    pusher_options options = PUSHER_OPTIONS_INIT;
    options.host = pusher_str("example.org");
    options.size = offsetof(pusher_options, port);
    options.port = 1234; /* whatever lies behind it */
    px_settings settings;
    px_arena arena;
    assert_int_equal(read_settings(&settings, &arena, &options), PUSHER_OK);
    assert_memory_equal(settings.core.ws_host.ptr, "example.org", 11);
    assert_int_equal(settings.core.ws_port, 80);
    px_arena_free(&arena);
}

/* A program that was built with a newer library: fine as long as it asks for nothing new. */
static void takes_a_newer_struct(void **state) {
    (void)state;
    struct newer {
        pusher_options options;
        long more;
    } newer = {.options = PUSHER_OPTIONS_INIT};
    newer.options.size = sizeof newer;
    char text[128];
    assert_int_equal(pusher_options_check(pusher_str("KEY"), &newer.options, text, sizeof text),
                     PUSHER_OK);
    newer.more = 1;
    assert_int_equal(pusher_options_check(pusher_str("KEY"), &newer.options, text, sizeof text),
                     PUSHER_ERR_ARGUMENT);
    assert_memory_equal(text, "size is that of a newer library", 31);
}

static void resolves_the_endpoint(void **state) {
    (void)state;
    static const struct {
        const char *host;
        const char *cluster;
        const char *endpoint;
        bool plain;
        const char *expected;
    } rows[] = {
        {"", "", "", false, "https://ws.pusherapp.com:443/pusher/auth"},
        {"", "eu", "", false, "https://ws-eu.pusher.com:443/pusher/auth"},
        {"127.0.0.1", "", "", true, "http://127.0.0.1:80/pusher/auth"},
        {"::1", "", "/sign", true, "http://[::1]:80/sign"},
        {"", "", "https://example.org/x", true, "https://example.org/x"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        pusher_options options = PUSHER_OPTIONS_INIT;
        options.host = pusher_str(rows[i].host);
        options.cluster = pusher_str(rows[i].cluster);
        options.auth_endpoint = pusher_str(rows[i].endpoint);
        options.plain = rows[i].plain;
        px_settings settings;
        px_arena arena;
        assert_int_equal(read_settings(&settings, &arena, &options), PUSHER_OK);
        px_slice endpoint = settings.core.auth_endpoint;
        assert_int_equal(endpoint.len, strlen(rows[i].expected));
        assert_memory_equal(endpoint.ptr, rows[i].expected, endpoint.len);
        px_arena_free(&arena);
    }
}

/* What is given for the HTTP transports reaches the core; what is not is that of the connection. */
static void passes_on_the_http_transports(void **state) {
    (void)state;
    pusher_options options = PUSHER_OPTIONS_INIT;
    options.host = pusher_str("push.example.org");
    options.port = 6001;
    options.tls_port = 6002;
    px_settings settings;
    px_arena arena;
    assert_int_equal(read_settings(&settings, &arena, &options), PUSHER_OK);
    assert_true(px_slice_equal(settings.core.http_host, PX_SLICE("push.example.org")));
    assert_int_equal(settings.core.http_port, 6001);
    assert_int_equal(settings.core.https_port, 6002);
    px_arena_free(&arena);
    options.http_host = pusher_str("http.example.org");
    options.http_port = 8080;
    options.https_port = 8443;
    options.http_path = pusher_str("/realtime");
    options.ignore_null_origin = true;
    options.no_network_watch = true;
    assert_int_equal(read_settings(&settings, &arena, &options), PUSHER_OK);
    assert_true(px_slice_equal(settings.core.http_host, PX_SLICE("http.example.org")));
    assert_int_equal(settings.core.http_port, 8080);
    assert_int_equal(settings.core.https_port, 8443);
    assert_true(px_slice_equal(settings.core.http_path, PX_SLICE("/realtime")));
    assert_true(settings.core.ignore_null_origin);
    assert_true(settings.no_network_watch);
    px_arena_free(&arena);
}

static void knows_its_names(void **state) {
    (void)state;
    assert_string_equal(pusher_result_name(PUSHER_ERR_TLS), "PUSHER_ERR_TLS");
    assert_string_equal(pusher_result_name(-99), "unknown result");
    assert_non_null(strstr(pusher_result_text(PUSHER_ERR_LIMIT), "limit"));
    assert_non_null(pusher_result_text(1));
    assert_string_equal(pusher_state_name(PUSHER_UNAVAILABLE), "unavailable");
    assert_string_equal(pusher_error_type_name(PUSHER_ERROR_AUTH), "AuthError");
    assert_string_equal(pusher_version(), PUSHER_VERSION_TEXT);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_what_is_wrong),    cmocka_unit_test(wants_a_key),
        cmocka_unit_test(takes_an_older_struct), cmocka_unit_test(takes_a_newer_struct),
        cmocka_unit_test(resolves_the_endpoint), cmocka_unit_test(passes_on_the_http_transports),
        cmocka_unit_test(knows_its_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
