/* Runs the transcripts: every file below tests/transcripts (see docs/transcripts.md) is one test.
 *
 *     test_core_transcripts                              all of them
 *     test_core_transcripts handshake ping/idle.txt      those whose path holds one of the words
 *     test_core_transcripts --record ping/idle.txt       prints what the engine does */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/http_socket.h"

#include "transcript_replay.h"

static const char folder[] = TEST_SOURCE_DIR "/transcripts";

enum { FILES_MAX = 1024, NAME_SIZE = 256 };

typedef struct transcript_files {
    char names[FILES_MAX][NAME_SIZE]; /* "topic/name.txt" */
    size_t count;
} transcript_files;

static bool is_chosen(const char *name, int word_count, char **words) {
    for (int i = 0; i < word_count; i++)
        if (strstr(name, words[i]))
            return true;
    return word_count == 0;
}

/* An engine without SockJS of its own has nothing to play these with. */
static bool needs_own_sockjs(const char *name) {
    return strncmp(name, "sockjs/", 7) == 0 || strncmp(name, "strategy/sockjs-", 16) == 0;
}

static void collect_topic(transcript_files *files, const char *topic, int word_count,
                          char **words) {
    char path[512];
    snprintf(path, sizeof path, "%s/%s", folder, topic);
    DIR *directory = opendir(path);
    if (!directory)
        return;
    for (struct dirent *entry; (entry = readdir(directory));) {
        const char *end = strrchr(entry->d_name, '.');
        char *name = files->names[files->count];
        if (!end || strcmp(end, ".txt") != 0)
            continue;
        int length = snprintf(name, NAME_SIZE, "%s/%s", topic, entry->d_name);
        if (length < NAME_SIZE && files->count + 1 < FILES_MAX &&
            is_chosen(name, word_count, words) && (PX_OWN_SOCKJS || !needs_own_sockjs(name)))
            files->count++;
    }
    closedir(directory);
}

static int compare_names(const void *a, const void *b) {
    return strcmp(a, b);
}

static void collect(transcript_files *files, int word_count, char **words) {
    DIR *directory = opendir(folder);
    if (!directory)
        return;
    for (struct dirent *entry; (entry = readdir(directory));)
        if (entry->d_name[0] != '.' && strcmp(entry->d_name, "include") != 0)
            collect_topic(files, entry->d_name, word_count, words);
    closedir(directory);
    qsort(files->names, files->count, NAME_SIZE, compare_names);
}

static void test_transcript(void **state) {
    static void (*const ways[])(const transcript_script *, char[TRANSCRIPT_FAILURE_SIZE]) = {
        transcript_replay, transcript_replay_cut_short, transcript_replay_without_memory};
    char failure[TRANSCRIPT_FAILURE_SIZE];
    transcript_script script;
    if (!transcript_script_load(&script, folder, *state, failure, sizeof failure))
        fail_msg("%s", failure);
    assert_true(script.count > 0);
    failure[0] = '\0';
    for (size_t i = 0; i < sizeof ways / sizeof *ways && !failure[0]; i++)
        ways[i](&script, failure);
    transcript_script_free(&script);
    if (failure[0])
        fail_msg("\n%s", failure);
}

static int record(const transcript_files *files) {
    char failure[TRANSCRIPT_FAILURE_SIZE];
    for (size_t i = 0; i < files->count; i++) {
        transcript_script script;
        if (!transcript_script_load(&script, folder, files->names[i], failure, sizeof failure)) {
            fprintf(stderr, "%s\n", failure);
            return EXIT_FAILURE;
        }
        transcript_record(&script);
        transcript_script_free(&script);
    }
    return EXIT_SUCCESS;
}

int main(int argc, char **argv) {
    static transcript_files files;
    static struct CMUnitTest tests[FILES_MAX];
    bool recording = argc > 1 && strcmp(argv[1], "--record") == 0;
    int first_word = recording ? 2 : 1;
    collect(&files, argc - first_word, argv + first_word);
    if (files.count == 0) {
        fprintf(stderr, "no transcript of this name in %s\n", folder);
        return EXIT_FAILURE;
    }
    if (recording)
        return record(&files);
    for (size_t i = 0; i < files.count; i++)
        tests[i] = (struct CMUnitTest){
            .name = files.names[i], .test_func = test_transcript, .initial_state = files.names[i]};
    return _cmocka_run_group_tests("transcripts", tests, files.count, NULL, NULL);
}
