/* The application's answers to PX_ACTION_AUTHORIZE. */
#include "core/fields.h"
#include "wasm/web.h"

enum { MAX_ANSWER = 1 << 20 };

static int read_headers(px_arena *arena, px_slice json, const px_header **headers, size_t *count) {
    px_json_reader reader;
    px_pairs pairs = {0};
    void *memory;
    px_json_reader_init(&reader, json);
    if (px_json_next(&reader) != PX_JSON_OBJECT_BEGIN)
        return PX_OK;
    int result = px_web_pairs_read(&reader, arena, &pairs);
    if (result == PX_OK)
        result = px_arena_alloc(arena, (pairs.count + 1) * sizeof(px_header), &memory);
    if (result != PX_OK)
        return result;
    px_header *made = memory;
    for (size_t i = 0; i < pairs.count; i++)
        made[i] = (px_header){pairs.items[i].name, pairs.items[i].value};
    *headers = made;
    *count = pairs.count;
    return PX_OK;
}

/* `json` is {"params":{...},"headers":{...}}, whose values are texts. */
PX_WEB_EXPORT("px_web_authorize_with")
int px_web_authorize_with(px_web_client *client, px_id id, const char *json, size_t len);
int px_web_authorize_with(px_web_client *client, px_id id, const char *json, size_t len) {
    px_field fields[] = {{.name = PX_LITERAL("params")}, {.name = PX_LITERAL("headers")}};
    const px_header *pairs[2] = {NULL, NULL};
    size_t counts[2] = {0, 0};
    px_arena arena;
    px_arena_init(&arena, &px_web_heap, MAX_ANSWER);
    int result = px_fields_read(px_slice_of(json, len), fields, 2) ? PX_ERR_SYNTAX : PX_OK;
    for (size_t i = 0; i < 2 && result == PX_OK; i++)
        result = read_headers(&arena, fields[i].value, &pairs[i], &counts[i]);
    if (result == PX_OK)
        result = px_core_authorize_with(client->core, id, pairs[0], counts[0], pairs[1], counts[1]);
    px_arena_free(&arena);
    return result;
}

static px_slice text_of(px_arena *arena, const px_field *field, int *result) {
    px_slice text = {NULL, 0};
    if (px_field_is_string(field) && *result == PX_OK)
        *result = px_web_text_read(field->value, field->escaped, arena, &text);
    return text;
}

/* `json` is what an authorization endpoint would have answered. */
PX_WEB_EXPORT("px_web_authorized")
int px_web_authorized(px_web_client *client, px_id id, const char *json, size_t len);
int px_web_authorized(px_web_client *client, px_id id, const char *json, size_t len) {
    px_field fields[] = {{.name = PX_LITERAL("auth")},
                         {.name = PX_LITERAL("channel_data")},
                         {.name = PX_LITERAL("user_data")},
                         {.name = PX_LITERAL("shared_secret")}};
    px_arena arena;
    px_arena_init(&arena, &px_web_heap, MAX_ANSWER);
    int result = PX_OK;
    if (px_fields_read(px_slice_of(json, len), fields, 4) != PX_JSON_ERROR_NONE)
        for (size_t i = 0; i < 4; i++)
            fields[i].token = PX_JSON_END; /* no object: nothing is in it */
    const px_authorization answer = {.auth = text_of(&arena, &fields[0], &result),
                                     .channel_data = text_of(&arena, &fields[1], &result),
                                     .user_data = text_of(&arena, &fields[2], &result),
                                     .shared_secret = text_of(&arena, &fields[3], &result)};
    if (result == PX_OK)
        result = px_core_authorized(client->core, id, &answer);
    px_arena_free(&arena);
    return result;
}

PX_WEB_EXPORT("px_web_authorize_failed")
void px_web_authorize_failed(px_web_client *client, px_id id, int status, const char *message,
                             size_t len);
void px_web_authorize_failed(px_web_client *client, px_id id, int status, const char *message,
                             size_t len) {
    px_core_authorize_failed(client->core, id, status, px_slice_of(message, len));
}
