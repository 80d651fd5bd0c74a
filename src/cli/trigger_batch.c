#include "cli/trigger_batch.h"

#include "base/arena.h"
#include "cli/cli.h"
#include "cli/terminal.h"
#include "driver/memory.h"
#include "json/reader.h"

#include <stdlib.h>

enum { BATCH = 10, MAX_LINE = 4 * 1024 * 1024, MAX_TEXTS = 2 * BATCH * MAX_LINE };

/* The events that wait to be sent. */
typedef struct batch {
    const px_cli_settings *settings;
    pusher_app *app;
    px_arena texts;
    pusher_string channels[BATCH];
    pusher_publication events[BATCH];
    size_t count;
    unsigned long line;
    bool asks; /* for info */
} batch;

static int refuse(const batch *this, const char *why) {
    px_cli_error("line %lu: %s", this->line, why);
    return PX_CLI_USAGE;
}

/* ---- One line ---- */

/* A string's text, or any other value as it stands. False: no memory, or bad JSON. */
static bool read_value(batch *this, px_json_reader *reader, pusher_string *text) {
    px_json_token token = px_json_next(reader);
    px_slice value = reader->text, kept;
    if (token == PX_JSON_STRING && reader->escaped) {
        void *memory;
        if (px_arena_alloc(&this->texts, value.len, &memory) != PX_OK)
            return false;
        *text = (pusher_string){memory, px_json_unescape_to(value, memory)};
        return true;
    }
    if (token != PX_JSON_STRING && !px_json_raw(reader, token, &value))
        return false;
    if (px_arena_copy(&this->texts, value, &kept) != PX_OK)
        return false;
    *text = (pusher_string){kept.ptr, kept.len};
    return true;
}

static bool read_member(batch *this, px_json_reader *reader, pusher_string *channel,
                        pusher_publication *event) {
    const struct {
        px_slice name;
        pusher_string *text;
    } rows[] = {
        {PX_SLICE("channel"), channel},    {PX_SLICE("event"), &event->event},
        {PX_SLICE("name"), &event->event}, {PX_SLICE("data"), &event->data},
        {PX_SLICE("info"), &event->info},  {PX_SLICE("socket_id"), &event->socket_id},
    };
    for (size_t i = 0; i < PX_CLI_COUNT(rows); i++) {
        if (px_slice_equal(reader->text, rows[i].name))
            return read_value(this, reader, rows[i].text);
    }
    return px_json_skip(reader, PX_JSON_KEY);
}

static int read_line(batch *this, px_slice line) {
    px_json_reader reader;
    px_json_token token;
    pusher_string *channel = &this->channels[this->count];
    pusher_publication event = {.channels = channel, .channel_count = 1};
    *channel = pusher_str(NULL);
    px_json_reader_init(&reader, line);
    if (px_json_next(&reader) != PX_JSON_OBJECT_BEGIN)
        return refuse(this, "it is no JSON object");
    while ((token = px_json_next(&reader)) == PX_JSON_KEY) {
        if (!read_member(this, &reader, channel, &event))
            break;
    }
    if (token != PX_JSON_OBJECT_END || px_json_next(&reader) != PX_JSON_END)
        return refuse(this, reader.error ? px_json_error_text(reader.error) : "it is too long");
    if (!channel->len || !event.event.len)
        return refuse(this, "an event has a channel, an event (its name) and data");
    this->asks = this->asks || event.info.len;
    this->events[this->count++] = event;
    return PX_CLI_DONE;
}

/* ---- All of them ---- */

static int publish(batch *this) {
    if (this->count == 0)
        return PX_CLI_DONE;
    pusher_answer answer;
    int result = pusher_app_publish_batch(this->app, this->events, this->count, &answer);
    int code = px_cli_app_judge(this->settings, result, &answer);
    if (code == PX_CLI_DONE && this->asks)
        code = px_cli_app_print(&answer);
    else if (code != PX_CLI_DONE)
        px_cli_note("%zu events up to line %lu were not published", this->count, this->line);
    this->count = 0;
    this->asks = false;
    px_arena_reset(&this->texts);
    return code;
}

int px_cli_trigger_batch(const px_cli_settings *settings, pusher_app *app, FILE *input) {
    batch this = {.settings = settings, .app = app};
    char *line = NULL;
    size_t size = 0;
    int code = PX_CLI_DONE;
    ssize_t len;
    px_arena_init(&this.texts, &px_malloc_allocator, MAX_TEXTS);
    while (code == PX_CLI_DONE && (len = getline(&line, &size, input)) >= 0) {
        this.line++;
        while (len > 0 && (line[len - 1] == '\n' || line[len - 1] == '\r'))
            len--;
        if (len > MAX_LINE)
            code = refuse(&this, "it is too long");
        else if (len > 0)
            code = read_line(&this, px_slice_of(line, (size_t)len));
        if (code == PX_CLI_DONE && this.count == BATCH)
            code = publish(&this);
    }
    if (code == PX_CLI_DONE && ferror(input)) {
        px_cli_error("standard input can't be read");
        code = PX_CLI_FAILED;
    }
    if (code == PX_CLI_DONE)
        code = publish(&this);
    free(line);
    px_arena_free(&this.texts);
    return code;
}
