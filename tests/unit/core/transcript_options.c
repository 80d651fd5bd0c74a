#include "transcript_options.h"

#include "transcript_text.h"

px_header transcript_pair(px_slice word, char separator) {
    const char *end = memchr(word.ptr, separator, word.len);
    size_t len = end ? (size_t)(end - word.ptr) : word.len;
    px_slice value = px_slice_after(word, end ? len + 1 : len);
    while (transcript_skip(&value, " "))
        continue;
    return (px_header){.name = px_slice_of(word.ptr, len), .value = value};
}

/* A copy of the value in the world, so that it can be spoiled. */
static px_slice keep(transcript_world *world, px_slice value) {
    if (value.len > sizeof world->bytes - world->byte_count) {
        transcript_fail(world, "the options are too long");
        return PX_SLICE("");
    }
    char *copy = world->bytes + world->byte_count;
    memcpy(copy, value.ptr, value.len);
    world->byte_count += value.len;
    return px_slice_of(copy, value.len);
}

static px_slices read_list(transcript_world *world, px_slice rest) {
    const px_slice *items = world->texts + world->text_count;
    size_t count = 0;
    for (; rest.len && world->text_count < TRANSCRIPT_OPTION_VALUES_MAX; count++)
        world->texts[world->text_count++] = keep(world, transcript_word(&rest));
    return (px_slices){.items = items, .count = count, .given = true};
}

static px_pairs read_pairs(transcript_world *world, px_slice rest) {
    const px_pair *items = world->pairs + world->pair_count;
    size_t count = 0;
    for (; rest.len && world->pair_count < TRANSCRIPT_OPTION_VALUES_MAX; count++) {
        px_header pair = transcript_pair(transcript_word(&rest), '=');
        world->pairs[world->pair_count++] =
            (px_pair){keep(world, pair.name), keep(world, pair.value)};
    }
    return (px_pairs){.items = items, .count = count};
}

static void set_option(transcript_world *world, const px_option *option, px_slice value) {
    void *field = (char *)&world->options + option->offset;
    uint64_t number = 0;
    switch ((px_option_type)option->type) {
    case PX_OPTION_TEXT:
        *(px_slice *)field = keep(world, value);
        break;
    case PX_OPTION_NUMBER:
        if (!px_slice_to_u64(value, &number) || number > UINT32_MAX)
            transcript_fail(world, "this option needs a number");
        *(uint32_t *)field = (uint32_t)number;
        break;
    case PX_OPTION_FLAG:
        *(bool *)field = px_slice_equal(value, PX_SLICE("yes"));
        break;
    case PX_OPTION_CHOICE:
        *(px_choice *)field = px_slice_equal(value, PX_SLICE("yes")) ? PX_CHOICE_YES : PX_CHOICE_NO;
        break;
    case PX_OPTION_LIST:
        *(px_slices *)field = read_list(world, value);
        break;
    case PX_OPTION_PAIRS:
        *(px_pairs *)field = read_pairs(world, value);
        break;
    }
}

static const px_option *find_option(transcript_world *world, px_slice name) {
    for (size_t i = 0; i < px_option_count; i++)
        if (px_slice_equal(px_option_name(&px_option_table[i]), name))
            return &px_option_table[i];
    transcript_fail(world, "there is no such option");
    return NULL;
}

void transcript_option(transcript_world *world, px_slice line) {
    const px_option *option = find_option(world, transcript_word(&line));
    if (option)
        set_option(world, option, line);
}

void transcript_without_option(transcript_world *world, px_slice name) {
    const px_option *option = find_option(world, name);
    if (option && option->type == PX_OPTION_TEXT)
        *(px_slice *)((char *)&world->options + option->offset) = (px_slice){0};
    else
        transcript_fail(world, "only a text can be left out");
}

void transcript_options_spoil(transcript_world *world) {
    memset(world->bytes, '?', sizeof world->bytes);
    memset(world->texts, 0, sizeof world->texts);
    memset(world->pairs, 0, sizeof world->pairs);
}
