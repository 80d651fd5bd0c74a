/* Options from the environment. */
#include "app_fixture.h"

#include <stdlib.h>

static const char *const names[] = {
    "PUSHER_APP_ID", "PUSHER_APP_KEY", "PUSHER_APP_SECRET",  "PUSHER_HOST",
    "PUSHER_PORT",   "PUSHER_SCHEME",  "PUSHER_APP_CLUSTER", "PUSHER_ENCRYPTION_MASTER_KEY",
    "PUSHER_URL",
};

/* Nothing but NAME=VALUE, up to the first NULL. */
static void set_environment(const char *const *variables) {
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        assert_int_equal(unsetenv(names[i]), 0);
    for (; *variables; variables++) {
        char name[64];
        size_t length = strcspn(*variables, "=");
        assert_in_range(length, 1, sizeof name - 1);
        memcpy(name, *variables, length);
        name[length] = '\0';
        assert_int_equal(setenv(name, *variables + length + 1, 1), 0);
    }
}

typedef struct expectation {
    const char *variables[8];
    const char *id, *key, *secret, *host, *cluster;
    uint16_t port;
    bool plain;
} expectation;

static const expectation rows[] = {
    {{NULL}, "", "", "", "", "", 0, false},
    {{"PUSHER_APP_ID=1", "PUSHER_APP_KEY=k", "PUSHER_APP_SECRET=s", "PUSHER_HOST=a.example"},
     "1",
     "k",
     "s",
     "a.example",
     "",
     0,
     false},
    /* As Laravel has it. */
    {{"PUSHER_APP_ID=1", "PUSHER_APP_KEY=k", "PUSHER_APP_SECRET=s",
      "PUSHER_HOST=", "PUSHER_PORT=6001", "PUSHER_SCHEME=http", "PUSHER_APP_CLUSTER=mt1"},
     "1",
     "k",
     "s",
     "",
     "mt1",
     0,
     false},
    {{"PUSHER_HOST=h", "PUSHER_PORT=6001", "PUSHER_SCHEME=http", "PUSHER_APP_CLUSTER=mt1"},
     "",
     "",
     "",
     "h",
     "",
     6001,
     true},
    {{"PUSHER_URL=http://k:s@h:8080/apps/7"}, "7", "k", "s", "h", "", 8080, true},
    {{"PUSHER_URL=https://k:s@[::1]:8080/apps/7"}, "7", "k", "s", "[::1]", "", 8080, false},
    {{"PUSHER_URL=https://k:s@[::1]/apps/7"}, "7", "k", "s", "[::1]", "", 0, false},
    {{"PUSHER_URL=https://k:s@api-eu.pusher.com/apps/7", "PUSHER_APP_SECRET=s2"},
     "7",
     "k",
     "s2",
     "api-eu.pusher.com",
     "",
     0,
     false},
};

static void reads(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char why[200] = "x";
        pusher_app_options options = PUSHER_APP_OPTIONS_INIT;
        set_environment(rows[i].variables);
        assert_int_equal(pusher_app_options_from_environment(&options, why, sizeof why), PUSHER_OK);
        assert_string_equal(why, "");
        expect_text(options.id, rows[i].id);
        expect_text(options.key, rows[i].key);
        expect_text(options.secret, rows[i].secret);
        expect_text(options.host, rows[i].host);
        expect_text(options.cluster, rows[i].cluster);
        assert_int_equal(options.port, rows[i].port);
        assert_int_equal(options.plain, rows[i].plain);
    }
}

/* What the program has set stays; where the server is comes from one of the two as a whole. */
static void leaves_what_is_set(void **state) {
    (void)state;
    const char *const variables[] = {"PUSHER_URL=http://k:s@h:8080/apps/7",
                                     "PUSHER_ENCRYPTION_MASTER_KEY=" VECTOR_MASTER_KEY, NULL};
    set_environment(variables);
    pusher_app_options options = PUSHER_APP_OPTIONS_INIT;
    options.key = pusher_str("mine");
    options.cluster = pusher_str("eu");
    assert_int_equal(pusher_app_options_from_environment(&options, NULL, 0), PUSHER_OK);
    expect_text(options.key, "mine");
    expect_text(options.secret, "s");
    expect_text(options.host, "");
    assert_int_equal(options.port, 0);
    assert_false(options.plain);
    expect_text(options.encryption_master_key_base64, VECTOR_MASTER_KEY);
    options.encryption_master_key_base64 = pusher_str("");
    options.encryption_master_key = pusher_str("0123456789abcdef0123456789abcdef");
    assert_int_equal(pusher_app_options_from_environment(&options, NULL, 0), PUSHER_OK);
    expect_text(options.encryption_master_key_base64, "");
}

static void refuses_what_makes_no_sense(void **state) {
    (void)state;
    static const char *const wrong[][2] = {
        {"PUSHER_PORT=0", NULL},
        {"PUSHER_PORT=65536", NULL},
        {"PUSHER_PORT=x", NULL},
        {"PUSHER_SCHEME=ws", NULL},
        {"PUSHER_URL=k:s@h/apps/1", NULL},
        {"PUSHER_URL=http://h/apps/1", NULL},
        {"PUSHER_URL=http://k@h/apps/1", NULL},
        {"PUSHER_URL=http://k:s@h", NULL},
        {"PUSHER_URL=http://k:s@h/apps/", NULL},
        {"PUSHER_URL=http://k:s@/apps/1", NULL},
        {"PUSHER_URL=http://k:s@[::1/apps/1", NULL},
        {"PUSHER_URL=http://k:s@[::1]x/apps/1", NULL},
        {"PUSHER_URL=http://k:s@h:x/apps/1", NULL},
        {"PUSHER_URL=ftp://k:s@h/apps/1", NULL},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        char why[200] = "";
        pusher_app_options options = PUSHER_APP_OPTIONS_INIT;
        set_environment(wrong[i]);
        assert_int_equal(pusher_app_options_from_environment(&options, why, sizeof why),
                         PUSHER_ERR_ARGUMENT);
        assert_string_not_equal(why, "");
        expect_text(options.key, "");
        assert_int_equal(pusher_app_options_from_environment(&options, NULL, 0),
                         PUSHER_ERR_ARGUMENT);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads),
        cmocka_unit_test(leaves_what_is_set),
        cmocka_unit_test(refuses_what_makes_no_sense),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
