/* Webhooks: who sent them, and what they say. */
#include "backend/app.h"

#include "net/signature.h"
#include "json/reader.h"

#include <stddef.h>

enum { MAX_BODY = 16 * 1024 * 1024, MAX_MEMORY = 4 * MAX_BODY };

struct pusher_webhook {
    const px_allocator *allocator;
    px_arena texts;
    px_buffer events; /* of pusher_webhook_event */
    uint64_t time_ms;
};

/* ---- Who sent it ---- */

static bool is_json_type(px_slice type) {
    const char *end = type.len ? memchr(type.ptr, ';', type.len) : NULL;
    size_t len = end ? (size_t)(end - type.ptr) : type.len;
    while (len && type.ptr[len - 1] == ' ')
        len--;
    return px_slice_equal_ignore_case(px_slice_of(type.ptr, len), PX_SLICE("application/json"));
}

/* Whether one of the pairs has signed the body. */
static bool is_signed(const pusher_app *app, const pusher_webhook_request *request,
                      const pusher_token *tokens, size_t count) {
    const px_slice body = px_given(request->body);
    px_slice key = px_given(request->key), signature = px_given(request->signature);
    const px_credentials *own = &app->settings.credentials;
    if (px_slice_equal(key, own->key) && px_signature_verify(own->secret, &body, 1, signature))
        return true;
    for (size_t i = 0; i < count; i++) {
        if (px_slice_equal(key, px_given(tokens[i].key)) && tokens[i].secret.len &&
            px_signature_verify(px_given(tokens[i].secret), &body, 1, signature))
            return true;
    }
    return false;
}

/* ---- What it says ---- */

/* Members of an event that are texts. A number stands for itself; any other value (client events
 * carry one) is its JSON. */
static const struct {
    px_slice name;
    size_t offset;
} TEXTS[] = {
    {PX_LITERAL("name"), offsetof(pusher_webhook_event, name)},
    {PX_LITERAL("channel"), offsetof(pusher_webhook_event, channel)},
    {PX_LITERAL("user_id"), offsetof(pusher_webhook_event, user_id)},
    {PX_LITERAL("event"), offsetof(pusher_webhook_event, event)},
    {PX_LITERAL("data"), offsetof(pusher_webhook_event, data)},
    {PX_LITERAL("socket_id"), offsetof(pusher_webhook_event, socket_id)},
};

/* Reads a value, whose first token was read, as text. PX_ERR_SYNTAX, or as px_arena_alloc. */
static int read_text(pusher_webhook *webhook, px_json_reader *reader, px_json_token token,
                     pusher_string *text) {
    px_slice raw;
    if (token == PX_JSON_STRING && reader->escaped) {
        void *memory;
        int result = px_arena_alloc(&webhook->texts, reader->text.len, &memory);
        if (result)
            return result;
        *text = (pusher_string){memory, px_json_unescape_to(reader->text, memory)};
        return PX_OK;
    }
    if (token == PX_JSON_STRING) {
        *text = px_handed_out(reader->text);
        return PX_OK;
    }
    if (!px_json_raw(reader, token, &raw))
        return PX_ERR_SYNTAX;
    if (token != PX_JSON_NULL)
        *text = px_handed_out(raw);
    return PX_OK;
}

static int read_number(px_json_reader *reader, px_json_token token, uint64_t *number) {
    int64_t value;
    if (token != PX_JSON_NUMBER || !px_json_to_i64(reader->text, &value) || value < 0)
        return PX_ERR_SYNTAX;
    *number = (uint64_t)value;
    return PX_OK;
}

static int read_member(pusher_webhook *webhook, px_json_reader *reader,
                       pusher_webhook_event *event) {
    px_slice key = reader->text;
    px_json_token token = px_json_next(reader);
    if (px_slice_equal(key, PX_SLICE("subscription_count")))
        return read_number(reader, token, &event->subscription_count);
    for (size_t i = 0; i < sizeof TEXTS / sizeof TEXTS[0]; i++) {
        if (px_slice_equal(key, TEXTS[i].name))
            return read_text(webhook, reader, token,
                             (pusher_string *)(void *)((char *)event + TEXTS[i].offset));
    }
    return px_json_skip(reader, token) ? PX_OK : PX_ERR_SYNTAX;
}

/* The reader stands behind the event's OBJECT_BEGIN. */
static int read_event(pusher_webhook *webhook, px_json_reader *reader) {
    pusher_webhook_event event = {0};
    size_t start = reader->position - 1;
    px_json_token token;
    int result = PX_OK;
    while (!result && (token = px_json_next(reader)) == PX_JSON_KEY)
        result = read_member(webhook, reader, &event);
    if (!result && (token != PX_JSON_OBJECT_END || !event.name.len))
        result = PX_ERR_SYNTAX;
    event.json = (pusher_string){reader->input.ptr + start, reader->position - start};
    return result ? result
                  : px_buffer_append(&webhook->events,
                                     px_slice_of((const char *)&event, sizeof event));
}

static int read_events(pusher_webhook *webhook, px_json_reader *reader) {
    px_json_token token = px_json_next(reader);
    if (token != PX_JSON_ARRAY_BEGIN)
        return PX_ERR_SYNTAX;
    int result = PX_OK;
    while (!result && (token = px_json_next(reader)) == PX_JSON_OBJECT_BEGIN)
        result = read_event(webhook, reader);
    return !result && token != PX_JSON_ARRAY_END ? PX_ERR_SYNTAX : result;
}

/* {"time_ms":1,"events":[{...}]} */
static int read_body(pusher_webhook *webhook, px_slice body) {
    px_json_reader reader;
    px_json_token token = PX_JSON_ERROR;
    bool has_events = false;
    int result = PX_OK;
    px_json_reader_init(&reader, body);
    if (px_json_next(&reader) != PX_JSON_OBJECT_BEGIN)
        return PX_ERR_SYNTAX;
    while (!result && (token = px_json_next(&reader)) == PX_JSON_KEY) {
        if (px_slice_equal(reader.text, PX_SLICE("time_ms"))) {
            token = px_json_next(&reader);
            result = read_number(&reader, token, &webhook->time_ms);
        } else if (px_slice_equal(reader.text, PX_SLICE("events"))) {
            result = has_events ? PX_ERR_SYNTAX : read_events(webhook, &reader);
            has_events = true;
        } else if (!px_json_skip(&reader, PX_JSON_KEY)) {
            result = PX_ERR_SYNTAX;
        }
    }
    if (result)
        return result;
    bool whole = token == PX_JSON_OBJECT_END && px_json_next(&reader) == PX_JSON_END;
    return whole && has_events ? PX_OK : PX_ERR_SYNTAX;
}

/* ---- The webhook ---- */

int pusher_app_read_webhook(pusher_app *app, const pusher_webhook_request *request,
                            const pusher_token *tokens, size_t token_count,
                            pusher_webhook **webhook) {
    px_slice body;
    if (request->body.len > MAX_BODY)
        return PX_ERR_LIMIT;
    if (!is_signed(app, request, tokens, token_count))
        return PUSHER_ERR_REFUSED;
    if (request->content_type.len && !is_json_type(px_given(request->content_type)))
        return PX_ERR_SYNTAX;
    pusher_webhook *made = px_alloc_zero(app->allocator, sizeof *made);
    if (!made)
        return PX_ERR_NO_MEMORY;
    made->allocator = app->allocator;
    px_arena_init(&made->texts, app->allocator, MAX_MEMORY);
    px_buffer_init(&made->events, app->allocator, MAX_MEMORY);
    int result = px_arena_copy(&made->texts, px_given(request->body), &body);
    if (!result)
        result = read_body(made, body);
    if (result) {
        pusher_webhook_free(made);
        return result;
    }
    *webhook = made;
    return PX_OK;
}

void pusher_webhook_free(pusher_webhook *webhook) {
    if (!webhook)
        return;
    px_buffer_free(&webhook->events);
    px_arena_free(&webhook->texts);
    px_free(webhook->allocator, webhook, sizeof *webhook);
}

uint64_t pusher_webhook_time_ms(const pusher_webhook *webhook) {
    return webhook->time_ms;
}

bool pusher_webhook_next(const pusher_webhook *webhook, size_t *cursor,
                         pusher_webhook_event *event) {
    size_t offset = *cursor * sizeof *event;
    if (offset >= webhook->events.len)
        return false;
    memcpy(event, webhook->events.data + offset, sizeof *event);
    ++*cursor;
    return true;
}
