/* The files of the cache: what is read back, and all that must not be. */
#include "driver/cache_file.h"

#include "driver/memory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static char root[] = "/tmp/pusher-test-XXXXXX";
static char folder[64];

#define PLACE PX_SLICE("pusherTransportTLS \"a\" 80\n443")
#define ENTRY PX_SLICE("{\"transport\":\"ws\",\"latency\":7}")

static int make_root(void **state) {
    (void)state;
    if (!mkdtemp(root))
        return -1;
    snprintf(folder, sizeof folder, "%s/a/b", root);
    return 0;
}

static int clear(void **state) {
    (void)state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'/*", root);
    return system(command);
}

static int remove_root(void **state) {
    clear(state);
    return rmdir(root);
}

static int read_entry(px_slice place, char *text, size_t size) {
    px_buffer entry;
    px_buffer_init(&entry, &px_malloc_allocator, PX_CACHE_FILE_MAX);
    int result = px_cache_read(folder, place, &entry);
    snprintf(text, size, "%.*s", (int)entry.len, entry.len ? entry.data : "");
    px_buffer_free(&entry);
    return result;
}

static void expect_entry(void) {
    char text[128];
    assert_int_equal(read_entry(PLACE, text, sizeof text), PX_OK);
    assert_string_equal(text, "{\"transport\":\"ws\",\"latency\":7}");
}

static void expect_nothing(void) {
    char text[128];
    assert_int_equal(read_entry(PLACE, text, sizeof text), PX_ERR_NOT_FOUND);
}

/* The path of the one file in the folder; it must be the only one. */
static const char *the_file(void) {
    static char path[512];
    int count = 0;
    DIR *listing = opendir(folder);
    assert_non_null(listing);
    for (const struct dirent *item; (item = readdir(listing)) != NULL;) {
        if (item->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, item->d_name);
        count++;
    }
    closedir(listing);
    assert_int_equal(count, 1);
    return path;
}

static void put(const char *path, const void *bytes, size_t len) {
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, len), len);
    close(fd);
}

static void reads_what_was_written(void **state) {
    (void)state;
    expect_nothing();
    px_cache_forget(folder, PLACE);
    assert_int_equal(px_cache_write(folder, PLACE, PX_SLICE("[1]")), PX_OK);
    assert_int_equal(px_cache_write(folder, PLACE, ENTRY), PX_OK);
    expect_entry();
    char text[8];
    assert_int_equal(read_entry(PX_SLICE("elsewhere"), text, sizeof text), PX_ERR_NOT_FOUND);
    struct stat status;
    assert_int_equal(stat(the_file(), &status), 0);
    assert_int_equal(status.st_mode & 07777, 0600);
    assert_int_equal(stat(folder, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0700);
    px_cache_forget(folder, PLACE);
    expect_nothing();
}

static void refuses_what_is_too_long(void **state) {
    (void)state;
    static char digits[PX_CACHE_FILE_MAX];
    memset(digits, '1', sizeof digits);
    assert_int_equal(px_cache_write(folder, PLACE, ENTRY), PX_OK);
    assert_int_equal(px_cache_write(folder, PLACE, px_slice_of(digits, sizeof digits)),
                     PX_ERR_LIMIT);
    expect_entry();
}

static void ignores_what_is_not_ours(void **state) {
    (void)state;
    static const char *const contents[] = {
        "",
        "{",
        "null",
        "\xff\xfe\0\1",
        "{\"version\":2,\"place\":\"pusherTransportTLS \\\"a\\\" 80\\n443\",\"entry\":{}}",
        "{\"version\":1,\"place\":\"somewhere else\",\"entry\":{}}",
        "{\"version\":1,\"place\":\"pusherTransportTLS \\\"a\\\" 80\\n443\",\"entry\":{}",
        "{\"version\":1,\"place\":\"pusherTransportTLS \\\"a\\\" 80\\n443\",\"entry\":{}} x",
        "{\"version\":1,\"place\":\"pusherTransportTLS \\\"a\\\" 80\\n443\",\"entry\":{},\"x\":1}",
        "{\"version\":1,\"place\":\"pusherTransportTLS \\\"a\\\" 80\\n443\",\"entry\":nul}",
    };
    assert_int_equal(px_cache_write(folder, PLACE, ENTRY), PX_OK);
    for (size_t i = 0; i < sizeof contents / sizeof contents[0]; i++) {
        put(the_file(), contents[i], strlen(contents[i]));
        expect_nothing();
    }
    assert_int_equal(px_cache_write(folder, PLACE, ENTRY), PX_OK);
    expect_entry();
}

static void ignores_what_is_cut(void **state) {
    (void)state;
    char bytes[PX_CACHE_FILE_MAX];
    assert_int_equal(px_cache_write(folder, PLACE, ENTRY), PX_OK);
    int fd = open(the_file(), O_RDONLY);
    ssize_t len = read(fd, bytes, sizeof bytes);
    close(fd);
    assert_true(len > 2);
    for (ssize_t i = 0; i < len - 1; i++) {
        put(the_file(), bytes, (size_t)i);
        expect_nothing();
    }
    char *padded = calloc(1, PX_CACHE_FILE_MAX + 1);
    memset(padded, ' ', PX_CACHE_FILE_MAX + 1);
    memcpy(padded, bytes, (size_t)len);
    put(the_file(), padded, PX_CACHE_FILE_MAX);
    expect_entry();
    put(the_file(), padded, PX_CACHE_FILE_MAX + 1);
    expect_nothing();
    free(padded);
}

/* A link, a FIFO or a folder in the place of the file; or of the folder. */
static void follows_nothing(void **state) {
    (void)state;
    char path[512], elsewhere[128];
    assert_int_equal(px_cache_write(folder, PLACE, ENTRY), PX_OK);
    snprintf(path, sizeof path, "%s", the_file());
    snprintf(elsewhere, sizeof elsewhere, "%s/elsewhere", root);

    assert_int_equal(rename(path, elsewhere), 0);
    assert_int_equal(symlink(elsewhere, path), 0);
    expect_nothing();
    assert_int_equal(px_cache_write(folder, PLACE, ENTRY), PX_OK); /* in the place of the link */
    struct stat status;
    assert_int_equal(lstat(path, &status), 0);
    assert_true(S_ISREG(status.st_mode));
    expect_entry();

    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkfifo(path, 0600), 0);
    expect_nothing();
    assert_int_equal(px_cache_write(folder, PLACE, ENTRY), PX_OK);
    expect_entry();

    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkdir(path, 0700), 0);
    expect_nothing();
    assert_int_equal(px_cache_write(folder, PLACE, ENTRY), PX_ERR_SYSTEM);
    px_cache_forget(folder, PLACE);
    assert_string_equal(the_file(), path); /* nothing half-written is left */
    assert_int_equal(rmdir(path), 0);

    assert_int_equal(rename(elsewhere, path), 0);
    expect_entry();
    assert_int_equal(rename(folder, elsewhere), 0);
    assert_int_equal(symlink(elsewhere, folder), 0);
    expect_nothing();
    assert_int_equal(px_cache_write(folder, PLACE, ENTRY), PX_ERR_SYSTEM);
}

static void wants_a_folder_of_its_own(void **state) {
    (void)state;
    assert_int_equal(px_cache_write(folder, PLACE, ENTRY), PX_OK);
    assert_int_equal(chmod(folder, 0770), 0);
    expect_nothing();
    assert_int_equal(px_cache_write(folder, PLACE, ENTRY), PX_ERR_SYSTEM);
    assert_int_equal(chmod(folder, 0500), 0);
    expect_entry();
    if (geteuid() != 0)
        assert_int_equal(px_cache_write(folder, PX_SLICE("new"), ENTRY), PX_ERR_SYSTEM);
    assert_int_equal(chmod(folder, 0700), 0);
    if (geteuid() == 0) {
        assert_int_equal(chown(folder, 4711, (gid_t)-1), 0);
        expect_nothing();
        assert_int_equal(px_cache_write(folder, PLACE, ENTRY), PX_ERR_SYSTEM);
        assert_int_equal(chown(folder, 0, (gid_t)-1), 0);
        assert_int_equal(chown(the_file(), 4711, (gid_t)-1), 0);
        expect_nothing();
    }
    assert_int_equal(px_cache_write("/dev/null", PLACE, ENTRY), PX_ERR_SYSTEM);
    assert_int_equal(px_cache_write("/proc/no/where", PLACE, ENTRY), PX_ERR_SYSTEM);
}

/* Readers and writers at the same time: what is read is whole. */
static void is_shared_by_processes(void **state) {
    (void)state;
    enum { WRITERS = 3, ROUNDS = 300 };
    assert_int_equal(px_cache_write(folder, PLACE, ENTRY), PX_OK);
    pid_t writers[WRITERS];
    for (int i = 0; i < WRITERS; i++) {
        writers[i] = fork();
        assert_true(writers[i] >= 0);
        if (writers[i] == 0) {
            int result = PX_OK;
            for (int round = 0; round < ROUNDS && !result; round++)
                result = px_cache_write(folder, PLACE, ENTRY);
            _exit(result ? 1 : 0);
        }
    }
    for (int round = 0; round < ROUNDS; round++)
        expect_entry();
    for (int i = 0; i < WRITERS; i++) {
        int status;
        assert_int_equal(waitpid(writers[i], &status, 0), writers[i]);
        assert_int_equal(status, 0);
    }
    the_file();
}

static void finds_the_folder(void **state) {
    (void)state;
    static const struct {
        const char *given, *cache, *home, *expected;
    } rows[] = {
        {"/x", "/c", "/h", "/x"},
        {NULL, "/c", "/h", "/c/libpusher"},
        {NULL, "", "/h", "/h/.cache/libpusher"},
        {NULL, "relative", "/h", "/h/.cache/libpusher"},
        {NULL, "", "", NULL},
        {NULL, "", "relative", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        px_buffer path;
        px_buffer_init(&path, &px_malloc_allocator, 256);
        setenv("XDG_CACHE_HOME", rows[i].cache, 1);
        setenv("HOME", rows[i].home, 1);
        int result = px_cache_folder(rows[i].given, &path);
        assert_int_equal(result, rows[i].expected ? PX_OK : PX_ERR_NOT_FOUND);
        if (rows[i].expected)
            assert_string_equal(path.data, rows[i].expected);
        px_buffer_free(&path);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(reads_what_was_written, clear),
        cmocka_unit_test_teardown(refuses_what_is_too_long, clear),
        cmocka_unit_test_teardown(ignores_what_is_not_ours, clear),
        cmocka_unit_test_teardown(ignores_what_is_cut, clear),
        cmocka_unit_test_teardown(follows_nothing, clear),
        cmocka_unit_test_teardown(wants_a_folder_of_its_own, clear),
        cmocka_unit_test_teardown(is_shared_by_processes, clear),
        cmocka_unit_test(finds_the_folder),
    };
    return cmocka_run_group_tests(tests, make_root, remove_root);
}
