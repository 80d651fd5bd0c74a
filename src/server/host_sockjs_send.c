/* What clients send by HTTP: JSON arrays of strings, as they are or in a form. */
#include "server/host_sockjs.h"
#include "server/http_params.h"
#include "server/json_object.h"

const char *px_sockjs_check_messages(px_slice body) {
    px_json_reader reader;
    if (body.len == 0)
        return "Payload expected.";
    px_json_reader_init(&reader, body);
    px_json_token token = px_json_next(&reader);
    if (token == PX_JSON_ARRAY_BEGIN) {
        do
            token = px_json_next(&reader);
        while (token == PX_JSON_STRING);
        if (token != PX_JSON_ARRAY_END)
            return "Broken JSON encoding.";
    } else if (token != PX_JSON_STRING) {
        return "Broken JSON encoding.";
    }
    return px_json_next(&reader) == PX_JSON_END ? NULL : "Broken JSON encoding.";
}

/* The text of the string that the reader has returned. */
static int resolve(px_arena *arena, const px_json_reader *reader, px_slice *text) {
    void *memory;
    *text = reader->text;
    if (!reader->escaped)
        return PX_OK;
    int result = px_arena_alloc(arena, reader->text.len, &memory);
    if (result == PX_OK)
        *text = px_slice_of(memory, px_json_unescape_to(reader->text, memory));
    return result;
}

int px_sockjs_each_message(px_arena *arena, px_slice body,
                           void (*take)(void *context, px_slice text), void *context) {
    px_json_reader reader;
    px_json_reader_init(&reader, body);
    for (px_json_token token; (token = px_json_next(&reader)) != PX_JSON_END;) {
        px_slice text;
        if (token == PX_JSON_ERROR)
            return PX_ERR_SYNTAX;
        if (token != PX_JSON_STRING)
            continue;
        int result = resolve(arena, &reader, &text);
        if (result != PX_OK)
            return result;
        take(context, text);
    }
    return PX_OK;
}

int px_sockjs_form_field(px_arena *arena, px_slice content_type, px_slice body, px_slice *json) {
    px_slice form = PX_SLICE("application/x-www-form-urlencoded");
    px_http_params params;
    *json = body;
    if (content_type.len < form.len ||
        !px_slice_equal_ignore_case(px_slice_of(content_type.ptr, form.len), form))
        return PX_OK;
    int result = px_http_params_read(arena, body, &params);
    if (result == PX_OK)
        *json = px_http_param_value(&params, PX_SLICE("d"));
    return result;
}
