/* Names of files that are served. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "server/web_file.h"

static void only_safe_names_pass(void **state) {
    (void)state;
    static const struct {
        const char *name;
        bool is_safe;
    } CASES[] = {
        {"index.html", true},
        {"1.0.0-dev/pusher.min.js", true},
        {"1.0.0+b@1/LICENSE_x-y", true},
        {"a/b/c", true},
        {"a..b", true},
        {"", false},
        {"/", false},
        {"a/", false},
        {"/a", false},
        {"a//b", false},
        {".", false},
        {"..", false},
        {"../a", false},
        {"a/../b", false},
        {"a/..", false},
        {".git/config", false},
        {"a/.hidden", false},
        {"a%2e", false},
        {"a\\b", false},
        {"a b", false},
        {"a\xc3\xa4", false},
        {"a:b", false},
        {"~a", false},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++)
        if (px_web_name_is_safe(px_slice_of_text(CASES[i].name)) != CASES[i].is_safe)
            fail_msg("'%s' is%s safe", CASES[i].name, CASES[i].is_safe ? " not" : "");
    assert_false(px_web_name_is_safe(PX_SLICE("a\0b")));
    char longest[PX_WEB_MAX_NAME + 1];
    memset(longest, 'a', sizeof longest);
    assert_true(px_web_name_is_safe(px_slice_of(longest, PX_WEB_MAX_NAME)));
    assert_false(px_web_name_is_safe(px_slice_of(longest, PX_WEB_MAX_NAME + 1)));
}

static void the_type_is_told_by_the_name(void **state) {
    (void)state;
    static const struct {
        const char *name;
        const char *type;
    } CASES[] = {
        {"a/pusher.min.js", "text/javascript; charset=utf-8"},
        {"pusher.node.cjs", "text/javascript; charset=utf-8"},
        {"pusher.node.mjs", "text/javascript; charset=utf-8"},
        {"index.d.ts", "text/plain; charset=utf-8"},
        {"index.html", "text/html; charset=utf-8"},
        {"demo.css", "text/css; charset=utf-8"},
        {"pusher.wasm", "application/wasm"},
        {"pusher.js.map", "application/json; charset=utf-8"},
        {"LICENSE", "text/plain; charset=utf-8"},
        {"icon.svg", "image/svg+xml; charset=utf-8"},
        {"pusher.js.gz", "application/octet-stream"},
        {"x", "application/octet-stream"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++)
        assert_string_equal(px_web_content_type(px_slice_of_text(CASES[i].name)), CASES[i].type);
}

static void full_versions_are_known(void **state) {
    (void)state;
    static const struct {
        const char *name;
        bool is_versioned;
    } CASES[] = {
        {"1.0.0/pusher.js", true},
        {"10.20.30/a/b", true},
        {"1.0.0-dev/pusher.js", true},
        {"1.0.0-rc.1/pusher.js", true},
        {"1.0/pusher.js", false},
        {"current/pusher.js", false},
        {"1.0.0", false},
        {"1.0.x/a", false},
        {"1.0.0x/a", false},
        {"v1.0.0/a", false},
        {"", false},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++)
        if (px_web_is_versioned(px_slice_of_text(CASES[i].name)) != CASES[i].is_versioned)
            fail_msg("'%s'", CASES[i].name);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_safe_names_pass),
        cmocka_unit_test(the_type_is_told_by_the_name),
        cmocka_unit_test(full_versions_are_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
