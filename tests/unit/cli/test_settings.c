/* Which app on which server: options, environment, defaults. */
#include "cli/settings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* NAME=VALUE, up to the first NULL. */
static const char *variables[8];

static char *fake_environment(const char *name) {
    size_t length = strlen(name);
    for (size_t i = 0; i < PX_CLI_COUNT(variables) && variables[i]; i++) {
        if (strncmp(variables[i], name, length) == 0 && variables[i][length] == '=')
            return (char *)(uintptr_t)(variables[i] + length + 1); /* as getenv does */
    }
    return NULL;
}

typedef struct expectation {
    const char *about;
    px_cli_given given;
    const char *variables[8];
    const char *host, *api_host;
    uint16_t port;
    bool tls;
    const char *id, *key, *secret;
} expectation;

static const expectation rows[] = {
    {"nothing: the local server",
     {0},
     {NULL},
     "127.0.0.1",
     "127.0.0.1",
     6001,
     false,
     "app-id",
     "app-key",
     "app-secret"},
    {"another host wants TLS and an app",
     {.host = "example.com"},
     {NULL},
     "example.com",
     "example.com",
     443,
     true,
     NULL,
     NULL,
     NULL},
    {"another host without TLS",
     {.host = "example.com", .no_tls = true},
     {NULL},
     "example.com",
     "example.com",
     80,
     false,
     NULL,
     NULL,
     NULL},
    {"this machine with TLS",
     {.host = "localhost", .tls = true},
     {NULL},
     "localhost",
     "localhost",
     443,
     true,
     "app-id",
     "app-key",
     "app-secret"},
    {"IPv6 in brackets",
     {.host = "::1"},
     {NULL},
     "[::1]",
     "[::1]",
     6001,
     false,
     "app-id",
     "app-key",
     "app-secret"},
    {"a cluster",
     {.cluster = "eu", .key = "k"},
     {NULL},
     "ws-eu.pusher.com",
     "api-eu.pusher.com",
     443,
     true,
     NULL,
     "k",
     NULL},
    {"a cluster's port is not the environment's",
     {.cluster = "eu"},
     {"PUSHER_PORT=6001", "PUSHER_HOST=127.0.0.1", "PUSHER_SCHEME=http"},
     "ws-eu.pusher.com",
     "api-eu.pusher.com",
     443,
     true,
     NULL,
     NULL,
     NULL},
    {"an own key has no well-known secret",
     {.key = "mine"},
     {NULL},
     "127.0.0.1",
     "127.0.0.1",
     6001,
     false,
     NULL,
     "mine",
     NULL},
    {"the environment as Laravel has it",
     {0},
     {"PUSHER_APP_ID=1", "PUSHER_APP_KEY=k", "PUSHER_APP_SECRET=s",
      "PUSHER_HOST=", "PUSHER_PORT=443", "PUSHER_SCHEME=https", "PUSHER_APP_CLUSTER=mt1"},
     "ws-mt1.pusher.com",
     "api-mt1.pusher.com",
     443,
     true,
     "1",
     "k",
     "s"},
    {"the environment's host goes before its cluster",
     {0},
     {"PUSHER_HOST=soketi", "PUSHER_PORT=6001", "PUSHER_SCHEME=http", "PUSHER_APP_CLUSTER=mt1"},
     "soketi",
     "soketi",
     6001,
     false,
     NULL,
     NULL,
     NULL},
    {"options go before the environment",
     {.host = "a.example", .port = 1, .key = "k2", .no_tls = true},
     {"PUSHER_HOST=soketi", "PUSHER_PORT=6001", "PUSHER_APP_KEY=k"},
     "a.example",
     "a.example",
     1,
     false,
     NULL,
     "k2",
     NULL},
    {"a URL",
     {0},
     {"PUSHER_URL=http://k:s@example.com:8080/apps/3"},
     "example.com",
     "example.com",
     8080,
     false,
     "3",
     "k",
     "s"},
    {"a URL of the hosted service",
     {0},
     {"PUSHER_URL=https://k:s@api-eu.pusher.com/apps/3"},
     "ws-eu.pusher.com",
     "api-eu.pusher.com",
     443,
     true,
     "3",
     "k",
     "s"},
    {"a URL with IPv6",
     {0},
     {"PUSHER_URL=http://k:s@[::1]:8080/apps/3"},
     "[::1]",
     "[::1]",
     8080,
     false,
     "3",
     "k",
     "s"},
    {"single variables go before the URL",
     {0},
     {"PUSHER_URL=http://k:s@example.com:8080/apps/3", "PUSHER_APP_KEY=k2", "PUSHER_PORT=81"},
     "example.com",
     "example.com",
     81,
     false,
     "3",
     "k2",
     "s"},
};

static void expect_text(const char *about, const char *found, const char *wanted) {
    if (!found != !wanted || (found && strcmp(found, wanted) != 0))
        fail_msg("%s: %s instead of %s", about, found ? found : "NULL", wanted ? wanted : "NULL");
}

static void finds(void **state) {
    (void)state;
    for (size_t i = 0; i < PX_CLI_COUNT(rows); i++) {
        const expectation *row = &rows[i];
        memcpy(variables, row->variables, sizeof variables);
        px_cli_settings found;
        char why[PX_CLI_WHY_SIZE];
        if (!px_cli_settings_find(&row->given, fake_environment, &found, why))
            fail_msg("%s: %s", row->about, why);
        expect_text(row->about, found.websocket_host, row->host);
        expect_text(row->about, found.api_host, row->api_host);
        expect_text(row->about, found.id, row->id);
        expect_text(row->about, found.key, row->key);
        expect_text(row->about, found.secret, row->secret);
        if (found.port != row->port || found.tls != row->tls)
            fail_msg("%s: port %u, TLS %d", row->about, found.port, found.tls);
    }
}

static void places_http_transports(void **state) {
    (void)state;
    static const struct {
        px_cli_given given;
        const char *host, *path;
    } places[] = {
        {{0}, "127.0.0.1", "/pusher"},
        {{.host = "::1", .path = "/real/time"}, "[::1]", "/real/time/pusher"},
        {{.cluster = "eu"}, "sockjs-eu.pusher.com", "/pusher"},
        {{.host = "api-eu.pusher.com"}, "sockjs-eu.pusher.com", "/pusher"},
        {{.host = "example.com", .cluster = "eu"}, "example.com", "/pusher"},
    };
    memset(variables, 0, sizeof variables);
    for (size_t i = 0; i < PX_CLI_COUNT(places); i++) {
        px_cli_settings found;
        char why[PX_CLI_WHY_SIZE];
        assert_true(px_cli_settings_find(&places[i].given, fake_environment, &found, why));
        assert_string_equal(found.http_host, places[i].host);
        assert_string_equal(found.http_path, places[i].path);
    }
}

/* The bytes 00 to 1f. */
#define MASTER_KEY "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="

static void finds_the_master_key(void **state) {
    (void)state;
    static const struct {
        px_cli_given given;
        const char *variable, *found;
    } cases[] = {
        {{0}, NULL, NULL},
        {{0}, "PUSHER_ENCRYPTION_MASTER_KEY=", NULL},
        {{0}, "PUSHER_ENCRYPTION_MASTER_KEY=" MASTER_KEY, MASTER_KEY},
        {{.master_key = MASTER_KEY}, "PUSHER_ENCRYPTION_MASTER_KEY=another", MASTER_KEY},
    };
    memset(variables, 0, sizeof variables);
    for (size_t i = 0; i < PX_CLI_COUNT(cases); i++) {
        px_cli_settings found;
        char why[PX_CLI_WHY_SIZE];
        unsigned char key[PX_MASTER_KEY_BYTES];
        variables[0] = cases[i].variable;
        assert_true(px_cli_settings_find(&cases[i].given, fake_environment, &found, why));
        expect_text("the master key", found.master_key, cases[i].found);
        if (!cases[i].found)
            continue;
        assert_true(px_cli_master_key(&found, key));
        assert_int_equal(key[31], 31);
    }
}

static void refuses(void **state) {
    (void)state;
    static char long_name[400];
    memset(long_name, 'a', sizeof long_name - 1);
    const struct {
        px_cli_given given;
        const char *variable;
        const char *why;
    } cases[] = {
        {{.tls = true, .no_tls = true}, NULL, "--tls"},
        {{0}, "PUSHER_PORT=0", "port"},
        {{0}, "PUSHER_PORT=70000", "port"},
        {{0}, "PUSHER_PORT=http", "port"},
        {{0}, "PUSHER_SCHEME=ftp", "scheme"},
        {{0}, "PUSHER_URL=example.com", "PUSHER_URL"},
        {{0}, "PUSHER_URL=http://example.com/apps/3", "PUSHER_URL"},
        {{0}, "PUSHER_URL=http://k:s@/apps/3", "PUSHER_URL"},
        {{0}, "PUSHER_URL=http://k:s@example.com", "PUSHER_URL"},
        {{0}, "PUSHER_URL=http://k:s@example.com/apps/", "PUSHER_URL"},
        {{0}, "PUSHER_URL=http://k:s@example.com/x/apps/3", "PUSHER_URL"},
        {{.path = "realtime"}, NULL, "--path"},
        {{.path = "/realtime/"}, NULL, "--path"},
        {{.host = long_name}, NULL, "too long"},
        {{.cluster = long_name}, NULL, "too long"},
    };
    for (size_t i = 0; i < PX_CLI_COUNT(cases); i++) {
        variables[0] = cases[i].variable;
        variables[1] = NULL;
        px_cli_settings found;
        char why[PX_CLI_WHY_SIZE] = "";
        if (px_cli_settings_find(&cases[i].given, fake_environment, &found, why) ||
            !strstr(why, cases[i].why))
            fail_msg("case %zu: '%s' does not say %s", i, why, cases[i].why);
    }
}

/* Whatever the URL is cut into, a secret must never be shown. */
static void keeps_the_secret(void **state) {
    (void)state;
    variables[0] = "PUSHER_URL=http://key:hush-hush@example.com";
    variables[1] = NULL;
    px_cli_settings found;
    char why[PX_CLI_WHY_SIZE] = "";
    const px_cli_given given = {0};
    assert_false(px_cli_settings_find(&given, fake_environment, &found, why));
    assert_null(strstr(why, "hush"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds),
        cmocka_unit_test(places_http_transports),
        cmocka_unit_test(refuses),
        cmocka_unit_test(finds_the_master_key),
        cmocka_unit_test(keeps_the_secret),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
