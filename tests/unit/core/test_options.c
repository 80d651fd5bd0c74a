/* The table of options: defaults, and a sentence for each kind of mistake. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "core/options.h"
#include "memory.h"

static px_options valid(void) {
    return (px_options){.key = PX_SLICE("KEY")};
}

static void assert_refused(const px_options *options, const char *sentence) {
    char text[160];
    assert_int_equal(px_options_check(options, text, sizeof(text)), PX_ERR_ARGUMENT);
    assert_string_equal(text, sentence);
}

static void assert_accepted(const px_options *options) {
    char text[160] = "left";
    assert_int_equal(px_options_check(options, text, sizeof(text)), PX_OK);
    assert_string_equal(text, "");
}

static void test_defaults(void **state) {
    (void)state;
    px_options options = valid();
    px_options_fill(&options);
    assert_int_equal(options.ws_port, 80);
    assert_int_equal(options.wss_port, 443);
    assert_int_equal(options.activity_timeout, 120000);
    assert_int_equal(options.pong_timeout, 30000);
    assert_int_equal(options.unavailable_timeout, 10000);
    assert_int_equal(options.log_level, 2);
    assert_false(options.plain);
    assert_false(options.enabled_transports.given);
    assert_true(px_slice_equal(options.auth_endpoint, PX_SLICE("/pusher/auth")));
    assert_true(px_slice_equal(options.auth_transport, PX_SLICE("ajax")));
    assert_true(px_slice_equal(options.client_name, PX_SLICE("js")));
}

static void test_fill_keeps_what_is_given(void **state) {
    (void)state;
    px_options options = valid();
    options.wss_port = 6001;
    options.auth_endpoint = PX_SLICE("/auth");
    px_options_fill(&options);
    assert_int_equal(options.wss_port, 6001);
    assert_true(px_slice_equal(options.auth_endpoint, PX_SLICE("/auth")));
}

static void test_every_default_is_valid(void **state) {
    (void)state;
    px_options options = valid();
    px_options_fill(&options);
    assert_accepted(&options);
    for (size_t i = 0; i < px_option_count; i++) {
        assert_true(px_option_name(&px_option_table[i]).len > 0);
        assert_true(px_option_documentation(&px_option_table[i]).len > 0);
        assert_true(px_option_table[i].offset < sizeof(px_options));
    }
}

static void test_key(void **state) {
    (void)state;
    px_options options = {0};
    assert_refused(&options, "key is missing: give the app key");
    options.key = PX_SLICE("");
    assert_accepted(&options);
}

static void test_numbers(void **state) {
    (void)state;
    px_options options = valid();
    options.wss_port = 65535;
    assert_accepted(&options);
    options.wss_port = 65536;
    assert_refused(&options, "wssPort must be between 1 and 65535");
    options = valid();
    options.log_level = 4;
    assert_refused(&options, "logLevel must be between 1 and 3");
    options = valid();
    options.max_outbound = 1023;
    assert_refused(&options, "maxOutbound must be between 1024 and 1073741824");
}

/* Options that name the mistake, with the rest of the sentence. */
static void assert_option_refused(const px_options *options, const px_option *option,
                                  const char *format, unsigned minimum, unsigned maximum) {
    char sentence[160];
    int len = snprintf(sentence, sizeof sentence, "%s ", option->name);
    snprintf(sentence + len, sizeof sentence - (size_t)len, format, minimum, maximum);
    assert_refused(options, sentence);
}

static void check_each_number(const px_option *option) {
    static const char range[] = "must be between %u and %u";
    px_options options = valid();
    uint32_t *field = (uint32_t *)(void *)((char *)&options + option->offset);
    const uint32_t good[] = {0, option->minimum, option->default_number, option->maximum};
    assert_true(option->minimum > 0); /* 0 is the default */
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        *field = good[i];
        assert_accepted(&options);
    }
    *field = option->maximum + 1;
    assert_option_refused(&options, option, range, option->minimum, option->maximum);
    *field = UINT32_MAX;
    assert_option_refused(&options, option, range, option->minimum, option->maximum);
    *field = option->minimum - 1;
    if (*field)
        assert_option_refused(&options, option, range, option->minimum, option->maximum);
}

static void check_each_text(const px_option *option) {
    static char text[4097];
    memset(text, 'a', sizeof text);
    px_options options = valid();
    px_slice *field = (px_slice *)(void *)((char *)&options + option->offset);
    *field = px_slice_of(text, sizeof text);
    assert_option_refused(&options, option, "is too long (more than 4096 bytes)", 0, 0);
    *field = PX_SLICE("\xc3(");
    assert_option_refused(&options, option, "is not valid UTF-8", 0, 0);
    *field = PX_SLICE("");
    assert_accepted(&options);
    px_slice rule = px_option_rule(option);
    *field = PX_SLICE("a b?");
    if (rule.len) {
        char sentence[160];
        snprintf(sentence, sizeof sentence, "%s %.*s", option->name, (int)rule.len, rule.ptr);
        assert_refused(&options, sentence);
    } else {
        assert_accepted(&options);
    }
}

static void check_each_choice(const px_option *option) {
    px_options options = valid();
    px_choice *field = (px_choice *)(void *)((char *)&options + option->offset);
    *field = PX_CHOICE_NO;
    assert_accepted(&options);
    *field = (px_choice)3;
    assert_option_refused(&options, option, "must be yes, no or absent", 0, 0);
}

static void check_each_pairs(const px_option *option) {
    static char value[65537];
    memset(value, 'v', sizeof value);
    size_t limit = px_option_pairs_limit(option);
    px_pair pair = {PX_SLICE("n"), px_slice_of(value, limit - 1)};
    px_options options = valid();
    px_pairs *field = (px_pairs *)(void *)((char *)&options + option->offset);
    *field = (px_pairs){&pair, 1};
    assert_accepted(&options);
    pair.value.len = limit;
    assert_option_refused(&options, option, "is too long (more than %u KiB)",
                          (unsigned)(limit / 1024), 0);
}

/* The whole table: each option takes what its row says, and nothing else. */
static void test_each_option(void **state) {
    (void)state;
    for (size_t i = 0; i < px_option_count; i++) {
        const px_option *option = &px_option_table[i];
        if (option->type == PX_OPTION_NUMBER)
            check_each_number(option);
        else if (option->type == PX_OPTION_TEXT)
            check_each_text(option);
        else if (option->type == PX_OPTION_CHOICE)
            check_each_choice(option);
        else if (option->type == PX_OPTION_PAIRS)
            check_each_pairs(option);
    }
}

static void test_hosts_with_ports(void **state) {
    (void)state;
    static const char *const good[] = {"a.example", "a.example:1", "1.2.3.4:65535", "[::1]",
                                       "[::1]:80"};
    static const char *const bad[] = {"",        ":80",   "a:",     "a:0",      "a:65536",
                                      "a:8o",    "::1",   "a:1:2",  "[::1",     "[::1]8",
                                      "[::1]:",  "a/b",   "a b:80", "http://a", "u@a:80",
                                      "a%62:80", "a?:80", "[]x:1",  "[]"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_true(px_host_with_port_valid(px_slice_of_text(good[i])));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (px_host_with_port_valid(px_slice_of_text(bad[i])))
            fail_msg("\"%s\" is no host", bad[i]);
}

static void test_hosts(void **state) {
    (void)state;
    static const char *const good[] = {"push.example.com", "127.0.0.1", "::1", "[::1]",
                                       "b\xc3\xbc\x63her.example"};
    static const char *const bad[] = {"ws://push.example.com",
                                      "push.example.com:80",
                                      "push.example.com/x",
                                      "user@host",
                                      "a b",
                                      "host?",
                                      "host#",
                                      "a\nb"};
    px_options options = valid();
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        options.ws_host = px_slice_of_text(good[i]);
        assert_accepted(&options);
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        options.ws_host = px_slice_of_text(bad[i]);
        assert_refused(&options, "wsHost must be a host name or an address, without scheme, port "
                                 "or path");
    }
}

static void test_other_texts(void **state) {
    (void)state;
    px_options options = valid();
    options.cluster = PX_SLICE("eu/x");
    assert_refused(&options, "cluster must be the name of a cluster");
    options = valid();
    options.ws_path = PX_SLICE("x");
    assert_refused(&options, "wsPath must start with a slash, without blanks, '?' or '#'");
    options.ws_path = PX_SLICE("/x?y");
    assert_refused(&options, "wsPath must start with a slash, without blanks, '?' or '#'");
    options = valid();
    options.auth_endpoint = PX_SLICE("/a b");
    assert_refused(&options, "authEndpoint must be a URL without blanks");
    options = valid();
    options.auth_transport = PX_SLICE("fetch");
    assert_refused(&options, "authTransport must be ajax or jsonp");
    options = valid();
    options.client_name = PX_SLICE("\xff");
    assert_refused(&options, "clientName is not valid UTF-8");
}

static void test_long_text(void **state) {
    (void)state;
    static char text[4097];
    memset(text, 'a', sizeof(text));
    px_options options = valid();
    options.key = px_slice_of(text, 4096);
    assert_accepted(&options);
    options.key = px_slice_of(text, 4097);
    assert_refused(&options, "key is too long (more than 4096 bytes)");
}

static void test_headers(void **state) {
    (void)state;
    static const px_pair bad[] = {
        {PX_LITERAL(""), PX_LITERAL("v")},       {PX_LITERAL("a b"), PX_LITERAL("v")},
        {PX_LITERAL("a:"), PX_LITERAL("v")},     {PX_LITERAL("a\r\nb"), PX_LITERAL("v")},
        {PX_LITERAL("a"), PX_LITERAL("v\r\nx")}, {PX_LITERAL("a"), PX_LITERAL("v\nx")},
        {PX_LITERAL("a"), PX_LITERAL("v\0x")},   {PX_LITERAL("\xc3\x28"), PX_LITERAL("v")},
    };
    static const px_pair good = {PX_LITERAL("X-Token"), PX_LITERAL("a b: c")};
    px_options options = valid();
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        options.auth_headers = (px_pairs){&bad[i], 1};
        assert_refused(&options,
                       "auth.headers has a header whose name or value HTTP does not allow");
    }
    options.auth_headers = (px_pairs){&good, 1};
    assert_accepted(&options);
}

/* The sentence is cut, never written beyond its place. */
static void test_short_place(void **state) {
    (void)state;
    px_options options = {0};
    char text[8] = "1234567";
    assert_int_equal(px_options_check(&options, text, 4), PX_ERR_ARGUMENT);
    assert_memory_equal(text,
                        "key\0"
                        "567",
                        8);
    assert_int_equal(px_options_check(&options, NULL, 0), PX_ERR_ARGUMENT);
}

static void test_copy(void **state) {
    (void)state;
    char key[] = "KEY";
    char name[] = "ws";
    px_slice list[] = {{name, 2}};
    px_pair pairs[] = {{{name, 2}, {key, 3}}};
    px_options options = {
        .key = {key, 3}, .enabled_transports = {list, 1, true}, .auth_params = {pairs, 1}};
    px_arena arena;
    px_arena_init(&arena, &test_malloc, 4096);
    assert_int_equal(px_options_copy(&options, &arena), PX_OK);
    memset(key, 'x', 3);
    memset(name, 'x', 2);
    list[0] = PX_SLICE("gone");
    pairs[0].name = PX_SLICE("gone");
    assert_true(px_slice_equal(options.key, PX_SLICE("KEY")));
    assert_true(px_slice_equal(options.enabled_transports.items[0], PX_SLICE("ws")));
    assert_true(px_slice_equal(options.auth_params.items[0].name, PX_SLICE("ws")));
    assert_true(px_slice_equal(options.auth_params.items[0].value, PX_SLICE("KEY")));
    px_arena_free(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_fill_keeps_what_is_given),
        cmocka_unit_test(test_every_default_is_valid),
        cmocka_unit_test(test_key),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_each_option),
        cmocka_unit_test(test_hosts_with_ports),
        cmocka_unit_test(test_hosts),
        cmocka_unit_test(test_other_texts),
        cmocka_unit_test(test_long_text),
        cmocka_unit_test(test_headers),
        cmocka_unit_test(test_short_place),
        cmocka_unit_test(test_copy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
