/* The configuration file: what it sets, and what each mistake in it is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "memory.h"
#include "server/config.h"

/* The beginning of a file, until the settings of an app, or of a webhook. */
#define APP     "{\"apps\": [{\"id\":\"a\",\"key\":\"k\",\"secret\":\"s\", "
#define WEBHOOK APP "\"webhooks\": [{\"url\":\"http://a/\", "

typedef struct parsed {
    px_arena arena;
    px_server_options options;
    int result;
    char why[PX_SERVER_ERROR_SIZE];
} parsed;

static parsed parse(const char *text) {
    parsed out = {0};
    px_arena_init(&out.arena, &test_malloc, 1 << 20);
    px_server_options_default(&out.options);
    test_guarded guarded = test_guard(px_slice_of_text(text));
    out.result = px_config_parse("app.json", guarded.bytes, &out.arena, &out.options, out.why,
                                 sizeof out.why);
    test_unguard(&guarded);
    return out;
}

static void assert_text(px_slice given, const char *expected) {
    if (!px_slice_equal(given, px_slice_of_text(expected)))
        fail_msg("'%.*s' is not '%s'", (int)given.len, given.ptr, expected);
}

static void sets_everything(void **state) {
    (void)state;
    parsed out =
        parse("{\"listen\": [\"127.0.0.1:1\", \"[::1]:2\"], \"path_prefix\": \"/r\\u0074\","
              "\"dev_auth\": true, \"grace_ms\": 0, \"activity_timeout\": 30,"
              "\"max_connections\": 9, \"apps\": ["
              "{\"id\": \"1\", \"key\": \"k\", \"secret\": \"s\", \"client_events\": false,"
              " \"allowed_origins\": [\"example.org\"], \"max_connections\": 7},"
              "{\"id\": \"2\", \"key\": \"l\", \"secret\": \"s\"}]}");
    assert_int_equal(out.result, PX_OK);
    assert_int_equal(out.options.listen.count, 2);
    assert_text(out.options.listen.items[1], "[::1]:2");
    assert_text(out.options.path_prefix, "/rt");
    assert_true(out.options.dev_auth);
    assert_int_equal(out.options.grace_ms, 0);
    assert_int_equal(out.options.max_body, 1048576);
    assert_int_equal(out.options.hub.activity_timeout, 30);
    assert_int_equal(out.options.hub.max_connections, 9);
    assert_int_equal(out.options.app_count, 2);
    const px_app_options *app = &out.options.apps[0];
    assert_text(app->secret, "s");
    assert_false(app->client_events);
    assert_true(app->enabled);
    assert_int_equal(app->allowed_origins.count, 1);
    assert_int_equal(app->max_connections, 7);
    assert_int_equal(app->max_batch, 10);
    assert_text(out.options.apps[1].id, "2");
    px_arena_free(&out.arena);
}

static void sets_webhooks_and_tokens(void **state) {
    (void)state;
    parsed out =
        parse(APP "\"tokens\": [{\"key\":\"l\",\"secret\":\"t\"}],"
                  "\"webhooks\": [{\"url\": \"https://user:pw@[::1]:8443/hooks?a=b\","
                  "\"event_types\": [\"cache_miss\", \"channel_\\u006fccupied\"],"
                  "\"filter\": {\"channel_name_starts_with\": \"a-\", \"channel_suffix\": \"-b\"},"
                  "\"headers\": {\"X-One\": \"1\", \"X-Two\": \"\\u00e9\"},"
                  "\"timeout_ms\": 500, \"retry_ms\": 0, \"batching\": true},"
                  "{\"url\": \"http://b\"}]}]}");
    if (out.result != PX_OK)
        fail_msg("%s", out.why);
    const px_app_options *app = &out.options.apps[0];
    assert_int_equal(app->tokens.count, 1);
    assert_text(app->tokens.items[0].key, "l");
    assert_text(app->tokens.items[0].secret, "t");
    assert_int_equal(app->webhooks.count, 2);
    const px_webhook_options *webhook = &app->webhooks.items[0];
    assert_text(webhook->url, "https://user:pw@[::1]:8443/hooks?a=b");
    assert_int_equal(webhook->event_types,
                     1 << PX_WEBHOOK_CACHE_MISS | 1 << PX_WEBHOOK_CHANNEL_OCCUPIED);
    assert_text(webhook->filter.starts_with, "a-");
    assert_text(webhook->filter.ends_with, "-b");
    assert_int_equal(webhook->headers.count, 2);
    assert_text(webhook->headers.items[1].name, "X-Two");
    assert_text(webhook->headers.items[1].value, "\u00e9");
    assert_int_equal(webhook->timeout_ms, 500);
    assert_int_equal(webhook->retry_ms, 0);
    assert_true(webhook->batching);
    webhook = &app->webhooks.items[1];
    assert_int_equal(webhook->event_types, PX_WEBHOOK_ALL);
    assert_int_equal(webhook->timeout_ms, 10000);
    assert_int_equal(webhook->retry_ms, 300000);
    assert_int_equal(webhook->headers.count, 0);
    assert_false(webhook->batching);
    px_arena_free(&out.arena);
}

static void knows_other_spellings(void **state) {
    (void)state;
    parsed out = parse(APP "\"enableClientMessages\": false, \"enableUserAuthentication\": true,"
                           "\"maxConnections\": -1,"
                           "\"maxEventPayloadInKb\": 100, \"maxEventBatchSize\": 7}]}");
    assert_int_equal(out.result, PX_OK);
    const px_app_options *app = &out.options.apps[0];
    assert_false(app->client_events);
    assert_true(app->authorized_connections);
    assert_int_equal(app->max_connections, 0);
    assert_int_equal(app->max_event_data, 102400);
    assert_int_equal(app->max_batch, 7);
    px_arena_free(&out.arena);
}

static void an_empty_object_changes_nothing(void **state) {
    (void)state;
    px_arena arena;
    px_server_options options;
    char before[sizeof options];
    char why[PX_SERVER_ERROR_SIZE];
    px_arena_init(&arena, &test_malloc, 1 << 20);
    px_server_options_default(&options);
    memcpy(before, &options, sizeof options);
    assert_int_equal(px_config_parse("c", PX_SLICE(" {} "), &arena, &options, why, sizeof why),
                     PX_OK);
    assert_memory_equal(&options, before, sizeof options);
    px_arena_free(&arena);
}

static const struct {
    const char *text;
    const char *why; /* how the sentence begins */
} MISTAKES[] = {
    {"", "app.json:1:1: "},
    {"[]", "app.json:1:1: a configuration is a JSON object"},
    {"{} {}", "app.json:1:4: "},
    {"{\"grace_ms\": 5,}", "app.json:1:16: "},
    {"{\n  \"max_conections\": 5\n}",
     "app.json:2:3: there is no setting 'max_conections'. Did you mean 'max_connections'? There "
     "are: listen, path_prefix, "},
    {"{\"zzzzzzzz\": 5}", "app.json:1:2: there is no setting 'zzzzzzzz'. There are: listen, "},
    {"{\"app\": []}", "app.json:1:2: there is no setting 'app'. Did you mean 'apps'? There are: "},
    {"{\"\u00fc\": 1, \"grace_ms\": 1}", "app.json:1:2: there is no setting '\u00fc'"},
    {"{\"path_prefix\": \"\u00fc\", \"x\": 1}", "app.json:1:22: there is no setting 'x'"},
    {"{\"grace_ms\": \"5\"}", "app.json:1:14: grace_ms must be a whole number"},
    {"{\"grace_ms\": 1.5}", "app.json:1:14: grace_ms must be a whole number"},
    {"{\"grace_ms\": -1}", "app.json:1:14: grace_ms must be between 0 and 600000"},
    {"{\"grace_ms\": 600001}", "app.json:1:14: grace_ms must be between 0 and 600000"},
    {"{\"grace_ms\": 18446744073709551617}", "app.json:1:14: grace_ms must be a whole number"},
    {"{\"grace_ms\": null}", "app.json:1:14: grace_ms must be a whole number"},
    {"{\"dev_auth\": 1}", "app.json:1:14: dev_auth must be true or false"},
    {"{\"dev_auth\": tru}", "app.json:1:17: "},
    {"{\"path_prefix\": {}}", "app.json:1:17: path_prefix must be a string"},
    {"{\"listen\": \"127.0.0.1:1\"}", "app.json:1:12: listen must be a list of strings"},
    {"{\"listen\": [1]}", "app.json:1:13: listen must be a list of strings"},
    {"{\"listen\": [\"a\", [\"b\"]]}", "app.json:1:18: listen must be a list of strings"},
    {"{\"listen\": [\"a\" \"b\"]}", "app.json:1:17: "},
    {"{\"listen\": [\"a\"", "app.json:1:16: "},
    {"{\"grace_ms\": 1, \"grace_ms\": 1}", "app.json:1:17: grace_ms is set twice"},
    {"{\"apps\": {}}", "app.json:1:10: apps must be a list of at least one object"},
    {"{\"apps\": []}", "app.json:1:10: apps must be a list of at least one object"},
    {"{\"apps\": [}", "app.json:1:11: "},
    {"{\"apps\": [1]}", "app.json:1:11: apps must be a list of objects"},
    {"{\"apps\": [{\"id\": \"a\", \"key\": \"b\"}]}", "app.json:1:11: this app lacks its secret"},
    {"{\"apps\": [{\"key\": \"b\"}]}", "app.json:1:11: this app lacks its id"},
    {"{\"apps\": [{\"id\": \"a\", \"key\": \"\"}]}", "app.json:1:11: this app lacks its key"},
    {"{\"apps\": [{\"sekret\": \"b\"}]}",
     "app.json:1:12: there is no setting 'sekret'. Did you mean 'secret'? There are: id, key, "},
    {"{\"apps\": [{\"apps\": []}]}", "app.json:1:12: there is no setting 'apps'"},
    {"{\"apps\": [{\"max_batch\": 0}]}", "app.json:1:25: max_batch must be between 1 and 1000"},
    {"{\"apps\": [{\"id\":\"a\",\"key\":\"b\",\"secret\":\"c\"},\n{\"id\":\"a\",\"key\":\"d\","
     "\"secret\":\"c\"}]}",
     "app.json:2:1: two apps have the same id"},
    {"{\"apps\": [{\"id\":\"a\",\"key\":\"b\",\"secret\":\"c\"},\n{\"id\":\"d\",\"key\":\"b\","
     "\"secret\":\"c\"}]}",
     "app.json:2:1: two apps or tokens have the same key"},
    {"{\"apps\": [{\"id\":\"a\",\"key\":\"b\",\"secret\":\"c\"}, {\"id\":]}", "app.json:1:52: "},
    /* Tokens */
    {APP "\"tokens\": {}}]}", "app.json:1:55: tokens must be a list of objects"},
    {APP "\"tokens\": [7]}]}", "app.json:1:56: tokens must be a list of objects"},
    {APP "\"tokens\": [{\"key\":\"x\"}]}]}",
     "app.json:1:56: this token lacks its secret; a token needs key and secret"},
    {APP "\"tokens\": [{\"secret\":\"x\"}]}]}", "app.json:1:56: this token lacks its key"},
    {APP "\"tokens\": [{\"kee\":\"x\"}]}]}",
     "app.json:1:57: there is no setting 'kee'. Did you mean 'key'? There are: key, secret"},
    {APP "\"tokens\": [{\"key\":\"x\",\"secret\":\"y\"}, {\"key\":\"x\",\"secret\":\"y\"}]}]}",
     "app.json:1:82: two apps or tokens have the same key"},
    {APP "\"tokens\": [{\"key\":\"k\",\"secret\":\"y\"}]}]}",
     "app.json:1:11: two apps or tokens have the same key"},
    /* Webhooks */
    {APP "\"webhooks\": \"http://a\"}]}", "app.json:1:57: webhooks must be a list of objects"},
    {APP "\"webhooks\": [\"http://a\"]}]}", "app.json:1:58: webhooks must be a list of objects"},
    {APP "\"webhooks\": [{}]}]}", "app.json:1:58: this webhook lacks its url"},
    {WEBHOOK "\"event_type\": []}]}]}",
     "app.json:1:78: there is no setting 'event_type'. Did you mean 'event_types'? There are: "},
    {WEBHOOK "\"event_types\": \"x\"}]}]}", "app.json:1:93: event_types must be a list of strings"},
    {WEBHOOK "\"event_types\": [1]}]}]}", "app.json:1:94: event_types must be a list of strings"},
    {WEBHOOK "\"event_types\": []}]}]}", "app.json:1:93: event_types must have at least one"},
    {WEBHOOK "\"event_types\": [\"cache_miss\", \"channel_existence\"]}]}]}",
     "app.json:1:108: this is no type of webhook event. There are: channel_occupied, "
     "channel_vaca"},
    {WEBHOOK "\"headers\": [\"a\"]}]}]}", "app.json:1:89: headers must be an object of strings"},
    {WEBHOOK "\"headers\": {\"a\": 1}}]}]}", "app.json:1:95: headers must be an object of strings"},
    {WEBHOOK "\"headers\": {\"x-pusher-key\": \"1\"}}]}]}",
     "app.json:1:90: headers must not hold X-Pusher-..."},
    {WEBHOOK "\"headers\": {\"content-TYPE\": \"1\"}}]}]}",
     "app.json:1:90: headers must not hold "},
    {WEBHOOK "\"headers\": {\"a b\": \"1\"}}]}]}", "app.json:1:90: headers must have names of "},
    {WEBHOOK "\"headers\": {\"\": \"1\"}}]}]}", "app.json:1:90: headers must have names of "},
    {WEBHOOK "\"headers\": {\"a\": \"1\\r\\nb: 2\"}}]}]}",
     "app.json:1:90: headers must have values"},
    {WEBHOOK "\"headers\": {\"a\": \"1\", \"A\": \"2\"}}]}]}",
     "app.json:1:100: headers must not hold a header twice"},
    {WEBHOOK "\"filter\": \"a\"}]}]}", "app.json:1:88: filter must be an object"},
    {WEBHOOK "\"filter\": {\"prefix\": \"a\"}}]}]}", "app.json:1:89: there is no setting 'prefix'"},
    {WEBHOOK "\"filter\": {\"channel_prefix\": \"a\",\"channel_name_starts_with\":\"b\"}}]}]}",
     "app.json:1:111: channel_name_starts_with is set twice"},
    {WEBHOOK "\"timeout_ms\": 1}]}]}", "app.json:1:92: timeout_ms must be between 10 and 600000"},
    {WEBHOOK "\"batching\": 1}]}]}", "app.json:1:90: batching must be true or false"},
    /* Other spellings */
    {APP "\"maxConnections\": \"x\"}]}", "app.json:1:63: maxConnections must be a whole number"},
    {APP "\"maxConnections\": -2}]}", "app.json:1:63: maxConnections must be between 0 and "},
    {APP "\"max_connections\": -1}]}", "app.json:1:64: max_connections must be between 0 and "},
    {APP "\"maxEventNameLength\": -1}]}", "app.json:1:67: maxEventNameLength must be between 1"},
    {APP "\"maxEventPayloadInKb\": 1025}]}",
     "app.json:1:68: maxEventPayloadInKb must be between 1 and 1024"},
    {APP "\"enableClientMessages\": 1}]}", "app.json:1:69: enableClientMessages must be true or"},
    {APP "\"maxConnections\": 1, \"max_connections\": 1}]}",
     "app.json:1:66: max_connections is set twice"},
};

static void each_mistake_is_told(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof MISTAKES / sizeof *MISTAKES; i++) {
        parsed out = parse(MISTAKES[i].text);
        if (out.result != PX_ERR_SYNTAX)
            fail_msg("accepted: %s", MISTAKES[i].text);
        if (strncmp(out.why, MISTAKES[i].why, strlen(MISTAKES[i].why)) != 0)
            fail_msg("%s\n  told: %s\n  not:  %s", MISTAKES[i].text, out.why, MISTAKES[i].why);
        assert_true(strlen(out.why) > strlen("app.json:1:1: "));
        px_arena_free(&out.arena);
    }
}

static void a_secret_is_never_told(void **state) {
    (void)state;
    static const char *const TEXTS[] = {
        "{\"apps\": [{\"id\":\"a\",\"secret\":\"hunter2\"}]}",
        "{\"apps\": [{\"secret\":\"hunter2}]}",
        "{\"apps\": [{\"secret\":[\"hunter2\"]}]}",
        "{\"apps\": [{\"tokens\":[{\"secret\":\"hunter2\"}]}]}",
        "{\"apps\": [{\"tokens\":[\"hunter2\"]}]}",
        "{\"apps\": [{\"webhooks\":[{\"url\":\"ftp://hunter2\"}]}]}",
        "{\"apps\": [{\"webhooks\":[{\"headers\":{\"Host\":\"hunter2\"}}]}]}",
        "{\"apps\": "
        "[{\"id\":\"a\",\"key\":\"k\",\"secret\":\"hunter2\"},{\"id\":\"a\",\"key\":\"k\","
        "\"secret\":\"hunter2\"}]}",
    };
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++) {
        parsed out = parse(TEXTS[i]);
        assert_int_equal(out.result, PX_ERR_SYNTAX);
        assert_null(strstr(out.why, "hunter2"));
        px_arena_free(&out.arena);
    }
}

static void every_end_of_the_text_is_an_error(void **state) {
    (void)state;
    static const char TEXT[] = "{\"listen\":[\"a\\n\"],\"dev_auth\":false,\"grace_ms\":12,"
                               "\"apps\":[{\"id\":\"a\",\"key\":\"b\",\"secret\":\"c\","
                               "\"tokens\":[{\"key\":\"d\",\"secret\":\"e\"}],"
                               "\"webhooks\":[{\"url\":\"http://f\",\"headers\":{\"g\":\"h\"},"
                               "\"event_types\":[\"cache_miss\"],"
                               "\"filter\":{\"channel_prefix\":\"i\"}}]}]}";
    for (size_t len = 0; len < sizeof TEXT - 1; len++) {
        char *part = strndup(TEXT, len);
        parsed out = parse(part);
        assert_int_equal(out.result, PX_ERR_SYNTAX);
        px_arena_free(&out.arena);
        free(part);
    }
}

static void an_arena_that_is_full_is_told(void **state) {
    (void)state;
    px_arena arena;
    px_server_options options;
    char why[PX_SERVER_ERROR_SIZE];
    static const px_slice TEXT = PX_LITERAL("{\"path_prefix\": \"/a-long-long-long-prefix\"}");
    px_arena_init(&arena, &test_malloc, 8);
    px_server_options_default(&options);
    assert_int_equal(px_config_parse("c", TEXT, &arena, &options, why, sizeof why), PX_ERR_LIMIT);
    assert_string_equal(why, "c: the configuration is too large");
    px_arena_free(&arena);
}

static void no_memory_is_told_at_every_allocation(void **state) {
    (void)state;
    static const px_slice TEXT =
        PX_LITERAL("{\"listen\":[\"a\"],\"apps\":[{\"id\":\"a\",\"key\":\"b\",\"secret\":\"c\","
                   "\"tokens\":[{\"key\":\"d\",\"secret\":\"e\"}],"
                   "\"webhooks\":[{\"url\":\"http://f\",\"headers\":{\"g\":\"h\"},"
                   "\"event_types\":[\"cache_miss\"],\"filter\":{\"channel_prefix\":\"i\"}}]}]}");
    test_allocator allocator;
    for (size_t i = 1;; i++) {
        px_arena arena;
        px_server_options options;
        char why[PX_SERVER_ERROR_SIZE];
        test_allocator_init(&allocator);
        allocator.fail_at = i;
        px_arena_init(&arena, &allocator.allocator, 1 << 20);
        px_server_options_default(&options);
        int result = px_config_parse("c", TEXT, &arena, &options, why, sizeof why);
        px_arena_free(&arena);
        assert_int_equal(allocator.live_blocks, 0);
        if (result == PX_OK)
            break;
        assert_int_equal(result, PX_ERR_NO_MEMORY);
        assert_string_equal(why, "c: out of memory");
    }
}

static void a_file_that_is_missing_is_told(void **state) {
    (void)state;
    parsed out = parse("{}");
    assert_int_equal(
        px_config_read("/nonexistent/x.json", &out.arena, &out.options, out.why, sizeof out.why),
        PX_ERR_NOT_FOUND);
    assert_string_equal(out.why, "/nonexistent/x.json: can't be read: No such file or directory");
    assert_int_equal(px_config_read("/", &out.arena, &out.options, out.why, sizeof out.why),
                     PX_ERR_NOT_FOUND);
    px_arena_free(&out.arena);
}

static void a_file_is_read(void **state) {
    (void)state;
    char path[] = "/tmp/pusher-config-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    FILE *file = fdopen(fd, "w");
    fputs("{\"grace_ms\": 17}", file);
    fflush(file);
    parsed out = parse("{}");
    assert_int_equal(px_config_read(path, &out.arena, &out.options, out.why, sizeof out.why),
                     PX_OK);
    assert_int_equal(out.options.grace_ms, 17);
    for (int i = 0; i < PX_CONFIG_MAX_SIZE; i++)
        fputc(' ', file);
    fclose(file);
    assert_int_equal(px_config_read(path, &out.arena, &out.options, out.why, sizeof out.why),
                     PX_ERR_LIMIT);
    assert_non_null(strstr(out.why, ": a configuration has at most 1048576 bytes"));
    remove(path);
    px_arena_free(&out.arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sets_everything),
        cmocka_unit_test(sets_webhooks_and_tokens),
        cmocka_unit_test(knows_other_spellings),
        cmocka_unit_test(an_empty_object_changes_nothing),
        cmocka_unit_test(each_mistake_is_told),
        cmocka_unit_test(a_secret_is_never_told),
        cmocka_unit_test(every_end_of_the_text_is_an_error),
        cmocka_unit_test(an_arena_that_is_full_is_told),
        cmocka_unit_test(no_memory_is_told_at_every_allocation),
        cmocka_unit_test(a_file_that_is_missing_is_told),
        cmocka_unit_test(a_file_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
