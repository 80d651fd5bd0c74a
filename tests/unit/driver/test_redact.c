/* Passwords in what libcurl says. */
#include "driver/redact.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct {
    const char *text, *wanted;
} rows[] = {
    {"", ""},
    {"no login here", "no login here"},
    {"@", ""},
    {"in 'http://me:pw@host:1'", "in 'http://host:1'"},
    {"in 'http://me:p@:/ w@host'", "in 'http://host'"},
    {"in 'me:pw@host'", "in 'host'"},
    {"in 'a b:pw@host'", "in 'host'"},
    {"proxy me:pw@host", "proxy host"},
    {"http://me:pw@", "http://"},
};

static void takes_logins_out(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[64];
        size_t len = strlen(rows[i].text);
        memcpy(text, rows[i].text, len);
        text[px_redact(text, len)] = '\0';
        assert_string_equal(text, rows[i].wanted);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(takes_logins_out)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
