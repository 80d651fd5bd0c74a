/* Where the files that `pusher serve` serves are looked for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/web_folder.h"

static char root[64];
static char found[PX_CLI_PATH_SIZE];

static const char *below(const char *name) {
    static char paths[8][PX_CLI_PATH_SIZE];
    static size_t next;
    char *path = paths[next++ % 8];
    snprintf(path, PX_CLI_PATH_SIZE, "%s%s", root, name);
    return path;
}

static void make_folder(const char *name) {
    char command[PX_CLI_PATH_SIZE + 16];
    snprintf(command, sizeof command, "mkdir -p %s", below(name));
    assert_int_equal(system(command), 0);
}

static int set_up(void **state) {
    (void)state;
    strcpy(root, "/tmp/pusher-web-XXXXXX");
    assert_non_null(mkdtemp(root));
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", root);
    return system(command);
}

/* Nothing of the temporary folder: what `make install` may have put on this machine does not count. */
static bool finds_below(const char *program) {
    return px_cli_find_web(program, found) && strncmp(found, root, strlen(root)) == 0;
}

static void beside_the_command_or_in_its_share(void **state) {
    (void)state;
    make_folder("/bin");
    assert_false(finds_below(below("/bin")));
    make_folder("/share/pusher-c/web");
    assert_false(finds_below(below("/bin"))); /* neither pages nor scripts in it */
    make_folder("/share/pusher-c/web/js");
    assert_true(finds_below(below("/bin")));
    assert_string_equal(found, below("/bin/../share/pusher-c/web"));
    make_folder("/bin/web/demo");
    assert_true(finds_below(below("/bin")));
    assert_string_equal(found, below("/bin/web"));
}

static void a_command_without_a_folder_finds_none_of_these(void **state) {
    (void)state;
    make_folder("/web/demo");
    assert_false(finds_below(""));
}

static void names_that_are_too_long_are_passed_over(void **state) {
    (void)state;
    char name[2 * PX_CLI_PATH_SIZE];
    memset(name, 'a', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    assert_false(finds_below(name));
}

static void this_program_is_in_a_folder(void **state) {
    (void)state;
    char folder[PX_CLI_PATH_SIZE];
    struct stat info;
    px_cli_program_folder(folder);
    if (access("/proc/self/exe", R_OK) == 0)
        assert_true(stat(folder, &info) == 0 && S_ISDIR(info.st_mode));
}

int main(void) {
#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(beside_the_command_or_in_its_share),
        TEST(a_command_without_a_folder_finds_none_of_these),
        TEST(names_that_are_too_long_are_passed_over),
        TEST(this_program_is_in_a_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
