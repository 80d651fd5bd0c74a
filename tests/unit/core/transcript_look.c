#include "transcript_look.h"

#include <stdlib.h>

#include "transcript_match.h"
#include "transcript_print.h"
#include "transcript_text.h"

static void look_state(transcript_world *world, px_slice rest, px_buffer *text) {
    (void)rest;
    transcript_add_slice(text, px_state_name(px_core_state(world->core)));
}

static void look_socket_id(transcript_world *world, px_slice rest, px_buffer *text) {
    (void)rest;
    transcript_add_slice(text, px_core_socket_id(world->core));
}

static void look_transport(transcript_world *world, px_slice rest, px_buffer *text) {
    (void)rest;
    px_slice name = px_core_transport(world->core);
    transcript_add_slice(text, name.len ? name : PX_SLICE("none"));
}

static void look_live(transcript_world *world, px_slice rest, px_buffer *text) {
    (void)rest;
    transcript_add(text, "%s", px_core_is_live(world->core) ? "yes" : "no");
}

static void look_user(transcript_world *world, px_slice rest, px_buffer *text) {
    (void)rest;
    px_slice data;
    if (px_core_user(world->core, &data))
        transcript_add_slice(text, data);
    else
        transcript_add(text, "none");
}

static void look_deadline(transcript_world *world, px_slice rest, px_buffer *text) {
    (void)rest;
    uint64_t deadline = px_core_deadline(world->core);
    if (deadline == PX_NO_DEADLINE)
        transcript_add(text, "none");
    else
        transcript_add(text, "%llums", (unsigned long long)(deadline - world->now));
}

static void look_channels(transcript_world *world, px_slice rest, px_buffer *text) {
    (void)rest;
    const char *separator = "";
    size_t cursor = 0;
    px_channel_id channel;
    while ((channel = px_core_next_channel(world->core, &cursor)) != 0) {
        px_channel_info info;
        if (!px_core_channel_info(world->core, channel, &info))
            transcript_fail(world, "the list of channels has a dead one");
        else
            transcript_add(text, "%s%.*s", separator, (int)info.name.len, info.name.ptr);
        separator = ", ";
    }
    if (text->len == 0)
        transcript_add(text, "none");
}

static void look_channel(transcript_world *world, px_slice name, px_buffer *text) {
    px_channel_info info;
    px_channel_id channel = px_core_find_channel(world->core, name);
    if (px_core_channel_info(world->core, channel, &info))
        transcript_print_channel(&info, text);
    else
        transcript_add(text, "unknown");
}

static void look_members(transcript_world *world, px_slice name, px_buffer *text) {
    transcript_print_members(world->core, px_core_find_channel(world->core, name), text);
}

/* member CHANNEL ID */
static void look_member(transcript_world *world, px_slice rest, px_buffer *text) {
    px_member member;
    px_channel_id channel = px_core_find_channel(world->core, transcript_word(&rest));
    if (px_core_member(world->core, channel, rest, &member))
        transcript_print_member(&member, text);
    else
        transcript_add(text, "none");
}

static void look_me(transcript_world *world, px_slice name, px_buffer *text) {
    px_member member;
    if (px_core_member_me(world->core, px_core_find_channel(world->core, name), &member))
        transcript_print_member(&member, text);
    else
        transcript_add(text, "none");
}

static const struct {
    const char *question;
    void (*look)(transcript_world *world, px_slice rest, px_buffer *text);
} questions[] = {
    {"transport", look_transport},
    {"state", look_state},
    {"socket id", look_socket_id},
    {"live", look_live},
    {"channels", look_channels},
    {"channel ", look_channel},
    {"deadline", look_deadline},
    {"members ", look_members},
    {"user", look_user},
    {"member ", look_member},
    {"me ", look_me},
};

static void compare(transcript_world *world, px_slice expected, px_buffer *text) {
    char *answer = transcript_text_take(text);
    if (!world->lenient && !transcript_text_matches(expected, px_slice_of_text(answer)))
        transcript_fail(world, "the answer is: %s", answer);
    free(answer);
}

void transcript_look(transcript_world *world, px_slice line) {
    static const px_slice separator = PX_LITERAL(": ");
    size_t split = 0;
    while (split < line.len && !px_slice_starts_with(px_slice_after(line, split), separator))
        split++;
    if (split == line.len) {
        transcript_fail(world, "a question needs its answer: ? QUESTION: ANSWER");
        return;
    }
    for (size_t i = 0; i < sizeof questions / sizeof *questions; i++) {
        px_slice rest = px_slice_of(line.ptr, split);
        if (!transcript_skip(&rest, questions[i].question))
            continue;
        px_buffer text;
        transcript_text_init(&text);
        questions[i].look(world, rest, &text);
        compare(world, px_slice_after(line, split + separator.len), &text);
        return;
    }
    transcript_fail(world, "not a question");
}
