/* The command line, read by tables. What it prints is checked in tests/e2e/cli.test.mjs. */
#include "cli/cli.h"
#include "cli/options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

typedef struct settings {
    bool json;
    const char *host;
    uint32_t port;
    px_cli_list apps;
} settings;

static const px_cli_option options[] = {
    {.name = "json", .letter = 'j', .kind = PX_CLI_FLAG, .offset = offsetof(settings, json)},
    {.name = "host",
     .letter = 'H',
     .kind = PX_CLI_TEXT,
     .offset = offsetof(settings, host),
     .value = "HOST"},
};
static const px_cli_option more_options[] = {
    {.name = "port",
     .kind = PX_CLI_NUMBER,
     .offset = offsetof(settings, port),
     .value = "PORT",
     .minimum = 1,
     .maximum = 65535},
    {.name = "app", .kind = PX_CLI_LIST, .offset = offsetof(settings, apps), .value = "APP"},
};
static const px_cli_usage usage = {
    .verb = "test", .arguments = "A B", .text = "", .min_arguments = 1, .max_arguments = 2};

enum { MAX_WORDS = 80 };

/* Parses the words between blanks; the texts live until the next call. */
static int parse(const char *line, settings *found, char **argv, size_t *arguments) {
    static char words[1024];
    strcpy(words, line);
    int argc = 0;
    for (char *word = strtok(words, " "); word && argc < MAX_WORDS; word = strtok(NULL, " "))
        argv[argc++] = word;
    *found = (settings){.port = 7};
    const px_cli_group groups[] = {{"A:", options, PX_CLI_COUNT(options), found},
                                   {"B:", more_options, PX_CLI_COUNT(more_options), found}};
    return px_cli_parse(&usage, groups, PX_CLI_COUNT(groups), argc, argv, arguments);
}

static void takes_all_forms(void **state) {
    (void)state;
    settings found;
    char *argv[MAX_WORDS];
    size_t arguments;
    assert_int_equal(
        parse("test --host one -j a --port=65535 --app x --app=y=z b", &found, argv, &arguments),
        PX_CLI_GO_ON);
    assert_int_equal(arguments, 2);
    assert_string_equal(argv[1], "a");
    assert_string_equal(argv[2], "b");
    assert_true(found.json);
    assert_string_equal(found.host, "one");
    assert_int_equal(found.port, 65535);
    assert_int_equal(found.apps.count, 2);
    assert_string_equal(found.apps.items[1], "y=z");
}

static void leaves_what_is_not_given(void **state) {
    (void)state;
    settings found;
    char *argv[MAX_WORDS];
    size_t arguments;
    assert_int_equal(parse("test a", &found, argv, &arguments), PX_CLI_GO_ON);
    assert_int_equal(found.port, 7);
    assert_null(found.host);
    assert_false(found.json);
}

static void last_one_counts(void **state) {
    (void)state;
    settings found;
    char *argv[MAX_WORDS];
    size_t arguments;
    assert_int_equal(parse("test --host one -H two a", &found, argv, &arguments), PX_CLI_GO_ON);
    assert_string_equal(found.host, "two");
}

static void two_dashes_end_the_options(void **state) {
    (void)state;
    settings found;
    char *argv[MAX_WORDS];
    size_t arguments;
    assert_int_equal(parse("test - -- --json", &found, argv, &arguments), PX_CLI_GO_ON);
    assert_int_equal(arguments, 2);
    assert_string_equal(argv[1], "-");
    assert_string_equal(argv[2], "--json");
    assert_false(found.json);
}

static void refuses(void **state) {
    (void)state;
    static const char *const lines[] = {
        "test",
        "test a b c",
        "test --jsom a",
        "test -x a",
        "test --json=1 a",
        "test a --host",
        "test --host= a",
        "test --port 0 a",
        "test --port 65536 a",
        "test --port 1x a",
        "test --port -1 a",
        "test -jj a",
        "test --jso a",
        "test --json1 a",
        "test --=1 a",
    };
    for (size_t i = 0; i < PX_CLI_COUNT(lines); i++) {
        settings found;
        char *argv[MAX_WORDS];
        size_t arguments;
        if (parse(lines[i], &found, argv, &arguments) != PX_CLI_USAGE)
            fail_msg("accepted: %s", lines[i]);
    }
}

static void refuses_too_long_a_list(void **state) {
    (void)state;
    char line[1024] = "test a";
    for (int i = 0; i < PX_CLI_LIST_MAX; i++)
        strcat(line, " --app=x");
    settings found;
    char *argv[MAX_WORDS];
    size_t arguments;
    assert_int_equal(parse(line, &found, argv, &arguments), PX_CLI_GO_ON);
    assert_int_equal(found.apps.count, PX_CLI_LIST_MAX);
    strcat(line, " --app=one-too-many");
    assert_int_equal(parse(line, &found, argv, &arguments), PX_CLI_USAGE);
}

static const char *word(const void *words, size_t index) {
    return ((const char *const *)words)[index];
}

static void finds_the_nearest(void **state) {
    (void)state;
    static const char *const words[] = {"subscribe", "serve", "trigger", "version"};
    static const struct {
        const char *typed, *meant;
    } cases[] = {
        {"subscrive", "subscribe"},
        {"sub", NULL},
        {"trigg", "trigger"},
        {"serv", "serve"},
        {"vesrion", "version"},
        {"banana", NULL},
        {"", NULL},
        {"servesubscribetriggerversionservesubscribe", NULL},
    };
    for (size_t i = 0; i < PX_CLI_COUNT(cases); i++) {
        const char *found = px_cli_nearest(cases[i].typed, word, words, PX_CLI_COUNT(words));
        if (!cases[i].meant)
            assert_null(found);
        else
            assert_string_equal(found, cases[i].meant);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_all_forms),   cmocka_unit_test(leaves_what_is_not_given),
        cmocka_unit_test(last_one_counts),   cmocka_unit_test(two_dashes_end_the_options),
        cmocka_unit_test(refuses),           cmocka_unit_test(refuses_too_long_a_list),
        cmocka_unit_test(finds_the_nearest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
