#include "server/json_object.h"

/* The reader's last string as it was meant: escapes resolved, in the arena if there were any. */
static int resolve(px_arena *arena, const px_json_reader *reader, px_slice *out) {
    if (!reader->escaped) {
        *out = reader->text;
        return PX_OK;
    }
    void *memory;
    int result = px_arena_alloc(arena, reader->text.len, &memory);
    if (result == PX_OK)
        *out = px_slice_of(memory, px_json_unescape_to(reader->text, memory));
    return result;
}

/* The value whose first token was just returned. */
static int read_value(px_arena *arena, px_json_reader *reader, px_json_token token,
                      px_member_value *value) {
    px_member_value read = {.token = token == PX_JSON_NULL ? PX_JSON_END : token};
    if (token == PX_JSON_STRING) {
        int result = resolve(arena, reader, &read.text);
        if (result != PX_OK)
            return result;
    }
    if (!px_json_raw(reader, token, &read.raw))
        return PX_ERR_SYNTAX;
    *value = read;
    return PX_OK;
}

static size_t find_name(px_slice name, const px_slice *names, size_t count) {
    size_t i = 0;
    while (i < count && !px_slice_equal(name, names[i]))
        i++;
    return i;
}

int px_object_read(px_arena *arena, px_slice json, const px_slice *names, px_member_value *values,
                   size_t count) {
    for (size_t i = 0; i < count; i++)
        values[i] = (px_member_value){.token = PX_JSON_END};
    px_json_reader reader;
    px_json_reader_init(&reader, json);
    if (px_json_next(&reader) != PX_JSON_OBJECT_BEGIN)
        return PX_ERR_SYNTAX;
    while (px_json_next(&reader) == PX_JSON_KEY) {
        px_slice name;
        int result = resolve(arena, &reader, &name);
        if (result != PX_OK)
            return result;
        size_t index = find_name(name, names, count);
        px_json_token token = px_json_next(&reader);
        if (index == count) {
            if (!px_json_skip(&reader, token))
                return PX_ERR_SYNTAX;
            continue;
        }
        result = read_value(arena, &reader, token, &values[index]);
        if (result != PX_OK)
            return result;
    }
    /* The object's end or an error was read; END sticks only when nothing else is behind. */
    return px_json_next(&reader) == PX_JSON_END ? PX_OK : PX_ERR_SYNTAX;
}

int px_array_next(px_arena *arena, px_json_reader *reader, px_member_value *value) {
    px_json_token token = px_json_next(reader);
    if (token == PX_JSON_ARRAY_END)
        return 0;
    if (token == PX_JSON_ERROR)
        return PX_ERR_SYNTAX;
    int result = read_value(arena, reader, token, value);
    return result == PX_OK ? 1 : result;
}
