/* Playing a transcript while allocations fail: see transcript_replay_without_memory. */
#include <stdio.h>
#include <stdlib.h>

#include "transcript_input.h"
#include "transcript_replay.h"
#include "transcript_statistics.h"
#include "transcript_text.h"

static const px_slice established =
    PX_LITERAL("{\"event\":\"pusher:connection_established\","
               "\"data\":\"{\\\"socket_id\\\":\\\"9.9\\\",\\\"activity_timeout\\\":120}\"}");

static const char established_frame[] =
    "m\"{\\\"event\\\":\\\"pusher:connection_established\\\",\\\"data\\\":"
    "{\\\"socket_id\\\":\\\"9.9\\\",\\\"activity_timeout\\\":120}}\"\n";

/* Enough for the longest back-off to end several times. */
static const unsigned max_attempts = 20;

static void play_inputs(transcript_world *world, const transcript_script *script) {
    for (size_t i = 0; i < script->count && !world->failure[0]; i++) {
        px_slice line = script->lines[i].text;
        if (!transcript_line_is_comment(line) && !transcript_line_is_expectation(line))
            transcript_input(world, line);
    }
}

static void answer(transcript_world *world, transcript_peer *request, int status,
                   const char *body) {
    request->alive = false;
    px_core_request_done(world->core, request->id, status, px_slice_of_text(body), 0, PX_SLICE(""));
    transcript_world_settle(world);
}

static void bring(transcript_world *world, const transcript_peer *request, const char *piece) {
    px_core_request_progress(world->core, request->id, 200, px_slice_of_text(piece));
    transcript_world_settle(world);
}

/* All in one answer, for a poll as for a stream. */
static void serve_receiver(transcript_world *world, transcript_peer *request) {
    if (!request->opened)
        bring(world, request, "o\n");
    request->opened = true;
    bring(world, request, established_frame);
}

/* Answers every request of a transport. */
static void serve_requests(transcript_world *world) {
    for (size_t i = 0; i < world->requests.count; i++) {
        transcript_peer *request = &world->requests.items[i];
        if (!request->alive)
            continue;
        if (request->kind == PX_REQUEST_INFO)
            answer(world, request, 200, "{}");
        else if (request->kind == PX_REQUEST_SEND)
            answer(world, request, 204, "");
        else if (request->kind == PX_REQUEST_RECEIVE)
            serve_receiver(world, request);
    }
}

/* Opens every connection the engine has asked for, and greets on it. */
static void serve(transcript_world *world) {
    serve_requests(world);
    for (size_t i = 0; i < world->connections.count; i++) {
        transcript_peer *connection = &world->connections.items[i];
        if (connection->alive && !connection->opened) {
            connection->opened = true;
            px_core_transport_opened(world->core, connection->id);
            transcript_world_settle(world);
        }
        if (connection->alive) {
            px_core_transport_message(world->core, connection->id, established);
            transcript_world_settle(world);
        }
    }
}

/* True when the engine, asked to connect, does so, and then subscribes. */
static bool works(transcript_world *world) {
    transcript_world_create(world);
    if (!world->core)
        return false;
    px_core_connect(world->core);
    transcript_world_settle(world);
    for (unsigned attempt = 0; attempt < max_attempts && !world->failure[0]; attempt++) {
        serve(world);
        if (px_core_is_live(world->core))
            break;
        uint64_t deadline = px_core_deadline(world->core);
        if (deadline == PX_NO_DEADLINE)
            break;
        transcript_world_advance(world, deadline);
    }
    if (!px_core_is_live(world->core) || px_core_state(world->core) != PX_STATE_CONNECTED)
        return false;
    px_channel_id channel;
    int result = px_core_subscribe(world->core, PX_SLICE("memory-is-back"), &channel);
    return result == PX_OK || result == PX_ERR_LIMIT; /* a transcript may have set a low limit */
}

/* ---- Losses ---- */

static int compare_texts(const void *a, const void *b) {
    const transcript_output *first = a;
    const transcript_output *second = b;
    return strcmp(first->text, second->text);
}

/* Log lines, statistics and the transport's cache, for which no effort beyond the first is made. */
static bool may_be_lost(const transcript_output *output) {
    return output->mark == '|' || transcript_is_statistics(output->text) ||
           strncmp(output->text, "store ", 6) == 0;
}

/* All that the engine did, one line each, in alphabetical order: without memory, the engine may
 * tell a change of the state later. */
static char *all_deeds(transcript_world *world) {
    px_buffer deeds;
    transcript_text_init(&deeds);
    if (world->output_count)
        qsort(world->outputs, world->output_count, sizeof *world->outputs, compare_texts);
    for (size_t i = 0; i < world->output_count; i++)
        if (!may_be_lost(&world->outputs[i]))
            transcript_add(&deeds, "%c %s\n", world->outputs[i].mark, world->outputs[i].text);
    return transcript_text_take(&deeds);
}

/* ---- One run ---- */

typedef struct transcript_outcome {
    bool works;
    size_t allocations;
    char *deeds; /* to be freed */
} transcript_outcome;

static transcript_outcome play(const transcript_script *script, size_t fail_at, bool fail_once,
                               char failure[TRANSCRIPT_FAILURE_SIZE]) {
    transcript_world world;
    transcript_world_init(&world);
    world.lenient = true;
    world.memory.fail_at = fail_at;
    world.memory.fail_once = fail_once;
    play_inputs(&world, script);
    transcript_outcome outcome = {.allocations = world.memory.calls, .deeds = all_deeds(&world)};
    world.memory.fail_at = 0;
    outcome.works = works(&world);
    transcript_world_free(&world);
    if (world.failure[0])
        snprintf(failure, TRANSCRIPT_FAILURE_SIZE, "%s", world.failure);
    return outcome;
}

/* What is wrong with a run in which allocations failed, or NULL. */
static const char *complaint(const transcript_outcome *outcome,
                             const transcript_outcome *undisturbed, bool fail_once) {
    if (outcome->works != undisturbed->works)
        return "the client does not recover";
    if (fail_once && strcmp(outcome->deeds, undisturbed->deeds) != 0 &&
        !strstr(outcome->deeds, "NO_MEMORY"))
        return "something is lost, and nobody was told";
    return NULL;
}

/* Cuts the first line off. */
static px_slice cut_line(px_slice *lines) {
    const char *end = memchr(lines->ptr, '\n', lines->len);
    px_slice line = px_slice_of(lines->ptr, end ? (size_t)(end - lines->ptr) : lines->len);
    *lines = px_slice_after(*lines, line.len + (end != NULL));
    return line;
}

static bool has_line(px_slice lines, px_slice wanted) {
    while (lines.len)
        if (px_slice_equal(cut_line(&lines), wanted))
            return true;
    return false;
}

/* Adds the lines of `all` that are not in `some`. */
static void add_others(px_buffer *out, char sign, px_slice all, px_slice some) {
    while (all.len) {
        px_slice line = cut_line(&all);
        if (!has_line(some, line))
            transcript_add(out, "%c   %.*s\n", sign, (int)line.len, line.ptr);
    }
}

/* What a run in which allocations failed has not done, and what it has done besides, and all of it. */
static char *difference(const char *undisturbed, const char *deeds) {
    px_buffer lines;
    transcript_text_init(&lines);
    add_others(&lines, '-', px_slice_of_text(undisturbed), px_slice_of_text(deeds));
    add_others(&lines, '+', px_slice_of_text(deeds), px_slice_of_text(undisturbed));
    transcript_add(&lines, "of\n%s", deeds);
    return transcript_text_take(&lines);
}

/* ---- All runs ---- */

static void fail_each(const transcript_script *script, const transcript_outcome *undisturbed,
                      bool fail_once, char failure[TRANSCRIPT_FAILURE_SIZE]) {
    /* An engine that keeps nothing in store has very many. */
    size_t step = PX_IS_TIGHT && !fail_once ? 7 : 1;
    bool failed = true; /* false: the transcript needs fewer allocations than that */
    for (size_t fail_at = 1; failed && !failure[0]; fail_at += step) {
        char problem[TRANSCRIPT_FAILURE_SIZE] = "";
        transcript_outcome outcome = play(script, fail_at, fail_once, problem);
        const char *said = problem[0] ? problem : complaint(&outcome, undisturbed, fail_once);
        char *changed = said ? difference(undisturbed->deeds, outcome.deeds) : NULL;
        if (said)
            snprintf(
                failure, TRANSCRIPT_FAILURE_SIZE, "%s: with allocation %zu%s failing: %.*s\n%.*s",
                script->lines[script->count - 1].file, fail_at, fail_once ? "" : " and later ones",
                TRANSCRIPT_FAILURE_SIZE / 4, said, TRANSCRIPT_FAILURE_SIZE / 2, changed);
        free(changed);
        failed = outcome.allocations >= fail_at;
        free(outcome.deeds);
    }
}

void transcript_replay_without_memory(const transcript_script *script,
                                      char failure[TRANSCRIPT_FAILURE_SIZE]) {
    failure[0] = '\0';
    transcript_outcome undisturbed = play(script, 0, true, failure);
    fail_each(script, &undisturbed, true, failure);
    fail_each(script, &undisturbed, false, failure);
    free(undisturbed.deeds);
}
