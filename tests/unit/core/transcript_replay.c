#include "transcript_replay.h"

#include <stdio.h>

#include "transcript_input.h"
#include "transcript_match.h"
#include "transcript_text.h"

/* ---- Reports ---- */

static void add_output(px_buffer *text, const transcript_output *output) {
    transcript_add(text, "%c", output->mark);
    if (output->number && output->ambiguous)
        transcript_add(text, "%zu", output->number);
    transcript_add(text, " ");
    transcript_add_slice(text, px_slice_of_text(output->text));
    transcript_add(text, "\n");
}

/* "file:12: complaint", the line, and all that the client did since the last line that matched. */
static void report(const transcript_line *line, const char *complaint, transcript_world *world,
                   char failure[TRANSCRIPT_FAILURE_SIZE]) {
    px_buffer text;
    transcript_text_init(&text);
    transcript_add(&text, "%s:%u: %s\n    ", line->file, line->number, complaint);
    transcript_add_slice(&text, line->text);
    if (!transcript_output_peek(world))
        transcript_add(&text, "\n  the client did nothing more\n");
    else
        transcript_add(&text, "\n  the client did\n");
    for (; transcript_output_peek(world); transcript_output_take(world)) {
        transcript_add(&text, "    ");
        add_output(&text, transcript_output_peek(world));
    }
    snprintf(failure, TRANSCRIPT_FAILURE_SIZE, "%.*s", (int)text.len, text.data);
    px_buffer_free(&text);
}

/* ---- Exactly as written ---- */

/* True when the line is fulfilled. */
static bool play_line(transcript_world *world, const transcript_line *line,
                      char failure[TRANSCRIPT_FAILURE_SIZE]) {
    transcript_output *output = transcript_output_peek(world);
    if (transcript_line_is_expectation(line->text)) {
        bool matches = output && transcript_output_matches(output, line->text);
        if (matches)
            transcript_output_take(world);
        else
            report(line, "expected", world, failure);
        return matches;
    }
    if (output) {
        report(line, "before this line, the client did what the transcript does not say", world,
               failure);
        return false;
    }
    transcript_input(world, line->text);
    if (world->failure[0])
        report(line, world->failure, world, failure);
    return !world->failure[0];
}

static void end_replay(transcript_world *world, const transcript_line *last,
                       char failure[TRANSCRIPT_FAILURE_SIZE]) {
    if (!failure[0] && transcript_output_peek(world))
        report(last, "after this line, the client did what the transcript does not say", world,
               failure);
    transcript_world_free(world);
    if (!failure[0] && world->failure[0])
        report(last, world->failure, world, failure);
}

void transcript_replay(const transcript_script *script, char failure[TRANSCRIPT_FAILURE_SIZE]) {
    transcript_world world;
    transcript_world_init(&world);
    failure[0] = '\0';
    for (size_t i = 0; i < script->count; i++)
        if (!transcript_line_is_comment(script->lines[i].text) &&
            !play_line(&world, &script->lines[i], failure))
            break;
    end_replay(&world, &script->lines[script->count - 1], failure);
}

/* ---- Cut short ---- */

static bool is_input(const transcript_line *line) {
    return !transcript_line_is_comment(line->text) && !transcript_line_is_expectation(line->text);
}

void transcript_replay_cut_short(const transcript_script *script,
                                 char failure[TRANSCRIPT_FAILURE_SIZE]) {
    failure[0] = '\0';
    for (size_t end = 1; end <= script->count && !failure[0]; end++) {
        if (!is_input(&script->lines[end - 1]))
            continue;
        transcript_world world;
        transcript_world_init(&world);
        world.lenient = true;
        for (size_t i = 0; i < end; i++)
            if (is_input(&script->lines[i]))
                transcript_input(&world, script->lines[i].text);
        transcript_world_free(&world);
        if (world.failure[0])
            snprintf(failure, TRANSCRIPT_FAILURE_SIZE, "%s:%u: freed after this line: %s",
                     script->lines[end - 1].file, script->lines[end - 1].number, world.failure);
    }
}

/* ---- Recording ---- */

static void print_outputs(transcript_world *world) {
    for (; transcript_output_peek(world); transcript_output_take(world)) {
        px_buffer text;
        transcript_text_init(&text);
        add_output(&text, transcript_output_peek(world));
        printf("%.*s", (int)text.len, text.data);
        px_buffer_free(&text);
    }
}

void transcript_record(const transcript_script *script) {
    transcript_world world;
    transcript_world_init(&world);
    for (size_t i = 0; i < script->count; i++) {
        const transcript_line *line = &script->lines[i];
        if (transcript_line_is_expectation(line->text))
            continue;
        printf("%s%.*s\n", line->included ? "#include " : "", (int)line->text.len, line->text.ptr);
        if (is_input(line))
            transcript_input(&world, line->text);
        if (world.failure[0])
            printf("# FAILURE: %s\n", world.failure);
        world.failure[0] = '\0';
        print_outputs(&world);
    }
    transcript_world_free(&world);
}
