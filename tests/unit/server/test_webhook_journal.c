/* What a server that was killed leaves behind, and what the next one makes of it. */
#include "webhook_world.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "server/webhook_journal.h"

typedef struct place {
    char folder[64];
    char path[96];
    char aside[112];
} place;

static int make_place(void **state) {
    static place made;
    snprintf(made.folder, sizeof made.folder, "/tmp/pusher-journal-XXXXXX");
    if (!mkdtemp(made.folder))
        return -1;
    snprintf(made.path, sizeof made.path, "%s/state", made.folder);
    snprintf(made.aside, sizeof made.aside, "%s.damaged", made.path);
    *state = &made;
    return 0;
}

static int remove_place(void **state) {
    const place *this = *state;
    unlink(this->path);
    unlink(this->aside);
    return rmdir(this->folder);
}

static void log_line(void *context, int level, px_slice line) {
    test_webhooks *world = context;
    assert_int_equal(level, 2);
    snprintf(world->lines[world->line_count++ % 64], sizeof world->lines[0], "%.*s", (int)line.len,
             line.ptr);
}

static int open_journal(test_webhooks *world, const char *path, px_webhook_journal **journal,
                        char why[256]) {
    const px_webhook_queue_host log = {log_line, NULL, world};
    why[0] = '\0';
    return px_webhook_journal_open(px_slice_of_text(path), world->queue, &log, journal, why, 256);
}

static void start(test_webhooks *world) {
    static px_webhook_options webhooks[2];
    webhooks[0] = test_webhook("http://user:secret@host/a?token=1");
    webhooks[1] = test_webhook("https://host/b");
    px_app_options app[1] = {test_webhook_app("the app", webhooks, 2)};
    static px_app_options kept;
    kept = app[0];
    test_webhooks_start(world, &kept, 1, NULL);
}

static px_webhook_backlog backlog(void) {
    px_webhook_backlog made = {.oldest_ms = 1795824000123};
    made.waiting[PX_WEBHOOK_CHANNEL_OCCUPIED] = 3;
    made.waiting[PX_WEBHOOK_CLIENT_EVENT] = 2;
    return made;
}

static const char LOST[] =
    "5 webhook events of app the app to http://host/a were not delivered when the server ended, "
    "and are lost: 3 channel_occupied, 2 client_event; the oldest of 2026-11-28T00:00:00Z";

/* A child that notes something and is killed in the midst of it. */
static void be_killed(const char *path) {
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        test_webhooks world;
        px_webhook_journal *journal;
        char why[256];
        start(&world);
        if (open_journal(&world, path, &journal, why) != PX_OK)
            _exit(1);
        px_webhook_backlog left = backlog();
        for (uint64_t i = 0; i < 100; i++) {
            left.waiting[PX_WEBHOOK_CLIENT_EVENT] = i;
            if (!px_webhook_journal_note(journal, 0, &left))
                _exit(2);
        }
        left = backlog();
        if (!px_webhook_journal_note(journal, 0, &left))
            _exit(3);
        raise(SIGKILL);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static void test_what_was_lost_is_said_once(void **state) {
    const place *at = *state;
    test_webhooks world;
    px_webhook_journal *journal;
    char why[256];
    be_killed(at->path);
    start(&world);
    assert_int_equal(open_journal(&world, at->path, &journal, why), PX_OK);
    assert_int_equal(world.line_count, 1);
    assert_string_equal(world.lines[0], LOST);
    px_webhook_journal_free(journal);
    assert_int_equal(open_journal(&world, at->path, &journal, why), PX_OK);
    assert_int_equal(world.line_count, 1);
    px_webhook_journal_free(journal);
    struct stat found;
    assert_int_equal(stat(at->path, &found), 0);
    assert_int_equal(found.st_mode & 0777, 0600);
    test_webhooks_stop(&world);
}

static void test_delivered_events_are_not_lost(void **state) {
    const place *at = *state;
    test_webhooks world;
    px_webhook_journal *journal;
    char why[256];
    const px_webhook_backlog nothing = {.oldest_ms = 0};
    px_webhook_backlog some = backlog();
    start(&world);
    assert_int_equal(open_journal(&world, at->path, &journal, why), PX_OK);
    assert_true(px_webhook_journal_note(journal, 1, &some));
    assert_true(px_webhook_journal_note(journal, 1, &nothing));
    assert_true(px_webhook_journal_note(journal, 2, &some)); /* there is no such lane */
    px_webhook_journal_free(journal);
    assert_int_equal(open_journal(&world, at->path, &journal, why), PX_OK);
    assert_int_equal(world.line_count, 0);
    px_webhook_journal_free(journal);
    test_webhooks_stop(&world);
}

static void test_two_servers_do_not_share_it(void **state) {
    const place *at = *state;
    test_webhooks world;
    px_webhook_journal *first;
    px_webhook_journal *second;
    char why[256];
    start(&world);
    assert_int_equal(open_journal(&world, at->path, &first, why), PX_OK);
    assert_int_equal(open_journal(&world, at->path, &second, why), PX_ERR_STATE);
    assert_non_null(strstr(why, "another server uses it"));
    px_webhook_journal_free(first);
    assert_int_equal(open_journal(&world, at->path, &second, why), PX_OK);
    px_webhook_journal_free(second);
    test_webhooks_stop(&world);
}

static size_t read_file(const char *path, char *bytes, size_t size) {
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t len = fread(bytes, 1, size, file);
    fclose(file);
    return len;
}

static void write_file(const char *path, const char *bytes, size_t len) {
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
}

/* Each byte that is wrong, and each length, is found; the file is put aside and none of it told. */
static void test_damage_is_found(void **state) {
    const place *at = *state;
    test_webhooks world;
    px_webhook_journal *journal;
    char why[256];
    static char good[4096];
    static char bad[4096];
    be_killed(at->path);
    size_t len = read_file(at->path, good, sizeof good);
    start(&world);
    for (size_t i = 0; i <= len; i += i < 64 || i > len - 80 ? 1 : 7) {
        memcpy(bad, good, len);
        bool is_cut = i % 2 == 0 && i > 0;
        bad[i < len ? i : 0] ^= 0x20;
        write_file(at->path, is_cut ? good : bad, is_cut ? i - 1 : len);
        if (is_cut && i == 1)
            continue;
        world.line_count = 0;
        assert_int_equal(open_journal(&world, at->path, &journal, why), PX_OK);
        px_webhook_journal_free(journal);
        if (is_cut && i - 1 == 0)
            continue; /* an empty file is a new one */
        assert_int_equal(world.line_count, 1);
        assert_non_null(strstr(world.lines[0], "is damaged or not from pusher serve"));
        assert_int_equal(unlink(at->aside), 0);
    }
    test_webhooks_stop(&world);
}

static void test_a_file_of_somebody_else_is_not_lost(void **state) {
    static const char TEXT[] = "dear diary";
    const place *at = *state;
    test_webhooks world;
    px_webhook_journal *journal;
    char why[256];
    char found[64] = "";
    write_file(at->path, TEXT, strlen(TEXT));
    start(&world);
    assert_int_equal(open_journal(&world, at->path, &journal, why), PX_OK);
    px_webhook_journal_free(journal);
    assert_int_equal(read_file(at->aside, found, sizeof found - 1), strlen(TEXT));
    assert_string_equal(found, TEXT);
    test_webhooks_stop(&world);
}

static void test_what_is_no_file(void **state) {
    const place *at = *state;
    test_webhooks world;
    px_webhook_journal *journal;
    char why[256];
    start(&world);
    assert_int_equal(open_journal(&world, at->folder, &journal, why), PX_ERR_STATE);
    assert_non_null(strstr(why, at->folder));
    assert_int_equal(open_journal(&world, "/dev/null", &journal, why), PX_ERR_STATE);
    assert_non_null(strstr(why, "it is no file"));
    assert_int_equal(open_journal(&world, "/there/is/no/such", &journal, why), PX_ERR_STATE);
    test_webhooks_stop(&world);
}

int main(void) {
#define IN_PLACE(test) cmocka_unit_test_setup_teardown(test, make_place, remove_place)
    const struct CMUnitTest tests[] = {
        IN_PLACE(test_what_was_lost_is_said_once),
        IN_PLACE(test_delivered_events_are_not_lost),
        IN_PLACE(test_two_servers_do_not_share_it),
        IN_PLACE(test_damage_is_found),
        IN_PLACE(test_a_file_of_somebody_else_is_not_lost),
        IN_PLACE(test_what_is_no_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
