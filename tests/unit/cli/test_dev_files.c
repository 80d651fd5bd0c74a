/* Where --tls-dev looks for mkcert's authority, and where it leaves its certificate. */
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

#include "cli/dev_files.h"

static char root[64];
static char found[PX_CLI_PATH_SIZE];

/* The environment of a test: name and value in turn, at most four of them. */
static const char *variables[8];

static char *environment(const char *name) {
    for (size_t i = 0; i < 8 && variables[i]; i += 2)
        if (strcmp(variables[i], name) == 0)
            return (char *)(uintptr_t)variables[i + 1];
    return NULL;
}

static const char *below(const char *name) {
    static char paths[8][PX_CLI_PATH_SIZE];
    static size_t next;
    char *path = paths[next++ % 8];
    snprintf(path, PX_CLI_PATH_SIZE, "%s%s", root, name);
    return path;
}

static void make_authority(const char *folder) {
    static const char *const NAMES[] = {"rootCA.pem", "rootCA-key.pem"};
    char path[2 * PX_CLI_PATH_SIZE];
    snprintf(path, sizeof path, "mkdir -p %s", folder);
    assert_int_equal(system(path), 0);
    for (size_t i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, NAMES[i]);
        FILE *file = fopen(path, "w");
        assert_non_null(file);
        fclose(file);
    }
}

static int set_up(void **state) {
    (void)state;
    strcpy(root, "/tmp/pusher-dev-XXXXXX");
    assert_non_null(mkdtemp(root));
    memset(variables, 0, sizeof variables);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", root);
    return system(command);
}

static void set(size_t index, const char *name, const char *value) {
    variables[2 * index] = name;
    variables[2 * index + 1] = value;
}

static void without_an_authority_there_is_none(void **state) {
    (void)state;
    assert_false(px_cli_find_authority(environment, found));
    set(0, "CAROOT", below(""));
    set(1, "HOME", below("/nowhere"));
    set(2, "XDG_DATA_HOME", "");
    assert_false(px_cli_find_authority(environment, found));
}

static void the_nearest_authority_is_found(void **state) {
    (void)state;
    make_authority(below("/home/.local/share/mkcert"));
    set(0, "HOME", below("/home"));
    assert_true(px_cli_find_authority(environment, found));
    assert_string_equal(found, below("/home/.local/share/mkcert"));
    make_authority(below("/data/mkcert"));
    set(1, "XDG_DATA_HOME", below("/data"));
    assert_true(px_cli_find_authority(environment, found));
    assert_string_equal(found, below("/data/mkcert"));
    make_authority(below("/own"));
    set(2, "CAROOT", below("/own"));
    assert_true(px_cli_find_authority(environment, found));
    assert_string_equal(found, below("/own"));
}

/* As the XDG rules say of such variables. */
static void relative_folders_do_not_count(void **state) {
    (void)state;
    set(0, "CAROOT", ".");
    set(1, "XDG_RUNTIME_DIR", "somewhere");
    assert_false(px_cli_find_authority(environment, found));
    assert_false(px_cli_find_dev_certificate(environment, found));
}

static void the_folder_for_the_certificate_is_made(void **state) {
    (void)state;
    struct stat folder;
    assert_int_equal(mkdir(below("/home"), 0700), 0);
    set(0, "HOME", below("/home"));
    assert_true(px_cli_find_dev_certificate(environment, found));
    assert_string_equal(found, below("/home/.cache/pusher/dev-certificate.pem"));
    assert_int_equal(stat(below("/home/.cache/pusher"), &folder), 0);
    assert_int_equal(folder.st_mode & 0777, 0700);
    assert_true(px_cli_find_dev_certificate(environment, found));
    set(1, "XDG_RUNTIME_DIR", below(""));
    assert_true(px_cli_find_dev_certificate(environment, found));
    assert_string_equal(found, below("/pusher/dev-certificate.pem"));
}

/* A variable that leads nowhere makes no tree; the next one is tried. */
static void folders_out_of_nowhere_are_not_made(void **state) {
    (void)state;
    set(0, "XDG_RUNTIME_DIR", below("/no/such/folder"));
    assert_false(px_cli_find_dev_certificate(environment, found));
    assert_int_not_equal(access(below("/no"), F_OK), 0);
    set(1, "XDG_CACHE_HOME", below(""));
    assert_true(px_cli_find_dev_certificate(environment, found));
    assert_string_equal(found, below("/pusher/dev-certificate.pem"));
}

static void the_state_has_a_file_for_each_name(void **state) {
    (void)state;
    assert_false(px_cli_find_state_file(environment, "a-", PX_SLICE("b"), found));
    assert_int_equal(mkdir(below("/.local"), 0700), 0);
    set(0, "HOME", below(""));
    assert_true(px_cli_find_state_file(environment, "a-", PX_SLICE("b"), found));
    assert_string_equal(found, below("/.local/state/pusher/a-b.state"));
    set(1, "XDG_STATE_HOME", below(""));
    assert_true(px_cli_find_state_file(environment, "a-", PX_SLICE("b"), found));
    assert_string_equal(found, below("/pusher/a-b.state"));
    static char name[PX_CLI_PATH_SIZE];
    memset(name, 'n', sizeof name);
    assert_false(px_cli_find_state_file(environment, "a-", px_slice_of(name, sizeof name), found));
}

#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        WITH_FOLDER(without_an_authority_there_is_none),
        WITH_FOLDER(the_nearest_authority_is_found),
        WITH_FOLDER(relative_folders_do_not_count),
        WITH_FOLDER(the_folder_for_the_certificate_is_made),
        WITH_FOLDER(folders_out_of_nowhere_are_not_made),
        WITH_FOLDER(the_state_has_a_file_for_each_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
