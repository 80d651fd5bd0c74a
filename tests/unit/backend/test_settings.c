/* The options of an app: what they become, and what is refused. */
#include "app_fixture.h"

#include "driver/memory.h"

static void expect_host(const char *cluster, const char *host, const char *expected) {
    pusher_app_options options = vector_options();
    options.cluster = pusher_str(cluster);
    options.host = pusher_str(host);
    pusher_app *app;
    assert_int_equal(pusher_app_new(&options, &app), PUSHER_OK);
    expect_text((pusher_string){app->settings.host.ptr, app->settings.host.len}, expected);
    pusher_app_free(app);
}

static void finds_the_host(void **state) {
    (void)state;
    expect_host("", "", "api.pusherapp.com");
    expect_host("eu", "", "api-eu.pusher.com");
    expect_host("eu", "example.com", "example.com");
    expect_host("", "::1", "[::1]");
    expect_host("", "[::1]", "[::1]");
}

static void fills_in_defaults(void **state) {
    (void)state;
    pusher_app_options options = vector_options();
    pusher_app *app;
    assert_int_equal(pusher_app_new(&options, &app), PUSHER_OK);
    assert_int_equal(app->settings.port, 80);
    assert_int_equal(app->settings.timeout, 15000);
    assert_int_equal(app->settings.max_data, 10240);
    pusher_app_free(app);
    options.plain = false;
    assert_int_equal(pusher_app_new(&options, &app), PUSHER_OK);
    assert_int_equal(app->settings.port, 443);
    pusher_app_free(app);
}

static void takes_the_master_key_in_two_forms(void **state) {
    (void)state;
    char raw[32], first[PUSHER_SHARED_SECRET_SIZE], second[PUSHER_SHARED_SECRET_SIZE];
    for (size_t i = 0; i < sizeof raw; i++)
        raw[i] = (char)i;
    pusher_app_options options = vector_options();
    options.encryption_master_key_base64 = pusher_str("");
    options.encryption_master_key = (pusher_string){raw, sizeof raw};
    pusher_app *of_bytes, *of_text = vector_app();
    assert_int_equal(pusher_app_new(&options, &of_bytes), PUSHER_OK);
    const pusher_string channel = pusher_str("private-encrypted-x");
    assert_int_equal(pusher_app_shared_secret(of_bytes, channel, first), PUSHER_OK);
    assert_int_equal(pusher_app_shared_secret(of_text, channel, second), PUSHER_OK);
    assert_string_equal(first, second);
    assert_string_equal(first, "6WW+JhQkrDHUfm5BytoU8ryaUq0zo82MTvUPheddo/Y=");
    pusher_app_free(of_bytes);
    pusher_app_free(of_text);
}

#define WITH(member, text) .member = {"" text, sizeof(text) - 1}
#define APP                WITH(key, "k"), WITH(secret, "s")
#define SIZE               .size = sizeof(pusher_app_options)

static const struct {
    pusher_app_options options;
    const char *words;
} wrong[] = {
    {{APP}, "size is not set: start from PUSHER_APP_OPTIONS_INIT"},
    {{SIZE}, "key is missing"},
    {{SIZE, WITH(key, "k")}, "secret is missing"},
    {{SIZE, WITH(key, "k:"), WITH(secret, "s")}, "key must not"},
    {{SIZE, WITH(key, "k\t"), WITH(secret, "s")}, "key must not"},
    {{SIZE, APP, WITH(id, "1\n")}, "id must not"},
    {{SIZE, APP, WITH(host, "http://a")}, "host must be a name"},
    {{SIZE, APP, WITH(host, "a b")}, "host must be a name"},
    {{SIZE, APP, WITH(host, "u@a")}, "host must be a name"},
    {{SIZE, APP, WITH(host, "[::1")}, "host must be a name"},
    {{SIZE, APP, WITH(host, "a:80")}, "host must not hold a port"},
    {{SIZE, APP, WITH(cluster, "a/b")}, "cluster"},
    {{SIZE, APP, WITH(path, "a")}, "path must start"},
    {{SIZE, APP, WITH(path, "/a/")}, "path must start"},
    {{SIZE, APP, WITH(path, "/a?b")}, "path must start"},
    {{SIZE, APP, WITH(encryption_master_key, "short")}, "must have 32 bytes"},
    {{SIZE, APP, WITH(encryption_master_key_base64, "c2hvcnQ=")}, "must be base64 of 32 bytes"},
    {{SIZE, APP, WITH(encryption_master_key, "a"), WITH(encryption_master_key_base64, "b")},
     "give one of them"},
    {{SIZE, APP, .timeout = UINT32_MAX}, "timeout"},
    {{SIZE, APP, .max_data = UINT32_MAX}, "max_data"},
    {{SIZE, APP, WITH(pin, "x")}, "pin must be"},
    {{SIZE, APP, WITH(proxy, "x")}, "proxy must"},
    {{SIZE, APP, WITH(ca_file, "a\0b")}, "ca_file must not"},
};

static void refuses_what_makes_no_sense(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        char text[200];
        pusher_app *app = NULL;
        assert_int_equal(pusher_app_options_check(&wrong[i].options, text, sizeof text),
                         PUSHER_ERR_ARGUMENT);
        if (!strstr(text, wrong[i].words))
            fail_msg("'%s' does not hold '%s'", text, wrong[i].words);
        assert_int_equal(pusher_app_new(&wrong[i].options, &app), PUSHER_ERR_ARGUMENT);
        assert_null(app);
        assert_int_equal(pusher_app_options_check(&wrong[i].options, NULL, 0), PUSHER_ERR_ARGUMENT);
    }
    assert_int_equal(pusher_app_options_check(NULL, NULL, 0), PUSHER_ERR_ARGUMENT);
}

static void finds_nothing_wrong(void **state) {
    (void)state;
    char text[200] = "x";
    pusher_app_options options = vector_options();
    assert_int_equal(pusher_app_options_check(&options, text, sizeof text), PUSHER_OK);
    assert_string_equal(text, "");
    pusher_app_free(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_host),
        cmocka_unit_test(fills_in_defaults),
        cmocka_unit_test(takes_the_master_key_in_two_forms),
        cmocka_unit_test(refuses_what_makes_no_sense),
        cmocka_unit_test(finds_nothing_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
