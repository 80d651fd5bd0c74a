/* The URL that `pusher doctor` takes. */
#include "cli/doctor_url.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

typedef struct expectation {
    const char *url;
    const char *host, *path, *key, *secret, *id;
    uint32_t port;
    bool tls;
} expectation;

static const expectation rows[] = {
    {"ws://h:1/app/K", "h", NULL, "K", NULL, NULL, 1, false},
    {"wss://h/app/K?protocol=7&client=js", "h", NULL, "K", NULL, NULL, 0, true},
    {"wss://h/real/time/app/K%20%2f1/", "h", "/real/time", "K /1", NULL, NULL, 0, true},
    {"ws://[::1]:6001/app/K", "[::1]", NULL, "K", NULL, NULL, 6001, false},
    {"ws://h", "h", NULL, NULL, NULL, NULL, 0, false},
    {"http://K:S@h:8080/apps/3", "h", NULL, "K", "S", "3", 8080, false},
    {"https://K:S%40@h/p/apps/3/events", "h", "/p", "K", "S@", "3", 0, true},
    {"https://K@h", "h", NULL, "K", NULL, NULL, 0, true},
    {"http://h:80/", "h", NULL, NULL, NULL, NULL, 80, false},
    {"http://h/app/K", "h", "/app/K", NULL, NULL, NULL, 0, false},
};

static void expect(const char *url, const char *found, const char *wanted) {
    if (!found != !wanted || (found && strcmp(found, wanted) != 0))
        fail_msg("%s: %s instead of %s", url, found ? found : "NULL", wanted ? wanted : "NULL");
}

static void reads_urls(void **state) {
    (void)state;
    for (size_t i = 0; i < PX_CLI_COUNT(rows); i++) {
        const expectation *row = &rows[i];
        px_doctor_target target;
        px_cli_given given = {0};
        char why[PX_CLI_WHY_SIZE];
        if (!px_doctor_read_url(row->url, &target, &given, why))
            fail_msg("%s: %s", row->url, why);
        expect(row->url, given.host, row->host);
        expect(row->url, given.path, row->path);
        expect(row->url, given.key, row->key);
        expect(row->url, given.secret, row->secret);
        expect(row->url, given.id, row->id);
        assert_int_equal(given.port, row->port);
        assert_int_equal(given.tls, row->tls);
        assert_int_equal(given.no_tls, !row->tls);
    }
}

static void leaves_what_options_say(void **state) {
    (void)state;
    px_doctor_target target;
    px_cli_given given = {
        .host = "a", .port = 1, .key = "k", .secret = "s", .id = "i", .path = "/p", .no_tls = true};
    char why[PX_CLI_WHY_SIZE];
    assert_true(px_doctor_read_url("https://K:S@h:2/q/apps/3", &target, &given, why));
    assert_string_equal(given.host, "a");
    assert_int_equal(given.port, 1);
    assert_string_equal(given.key, "k");
    assert_string_equal(given.secret, "s");
    assert_string_equal(given.id, "i");
    assert_string_equal(given.path, "/p");
    assert_false(given.tls);
}

static void refuses_others(void **state) {
    (void)state;
    static char long_url[PX_CLI_URL_SIZE + 16] = "ws://";
    memset(long_url + 5, 'a', sizeof long_url - 6);
    const char *const bad[][2] = {
        {"", "begins with none of"},
        {"example.com", "begins with none of"},
        {"ftp://h/", "begins with none of"},
        {"ws://", "names no host"},
        {"ws:///app/K", "names no host"},
        {"ws://:1/app/K", "names no host"},
        {"ws://h:0/", "no number from 1 to 65535"},
        {"ws://h:65536/", "no number from 1 to 65535"},
        {"ws://h:x/", "no number from 1 to 65535"},
        {"ws://[::1/", "no closing bracket"},
        {long_url, "too long"},
    };
    for (size_t i = 0; i < PX_CLI_COUNT(bad); i++) {
        px_doctor_target target;
        px_cli_given given = {0};
        char why[PX_CLI_WHY_SIZE] = "";
        assert_false(px_doctor_read_url(bad[i][0], &target, &given, why));
        if (!strstr(why, bad[i][1]) || !strstr(why, "write ws://"))
            fail_msg("%s: %s", bad[i][0], why);
    }
}

/* Each length, so that the sanitizer sees the edge of the copy. */
static void takes_any_length(void **state) {
    (void)state;
    for (size_t len = 1; len < PX_CLI_URL_SIZE + 8; len++) {
        char url[PX_CLI_URL_SIZE + 16] = "ws://";
        memset(url + 5, 'a', len);
        url[5 + len] = '\0';
        px_doctor_target target;
        px_cli_given given = {0};
        char why[PX_CLI_WHY_SIZE];
        if (px_doctor_read_url(url, &target, &given, why))
            assert_int_equal(strlen(given.host), len);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_urls),
        cmocka_unit_test(leaves_what_options_say),
        cmocka_unit_test(refuses_others),
        cmocka_unit_test(takes_any_length),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
