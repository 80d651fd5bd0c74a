#include "core/fields.h"

enum { LONGEST_NAME = 64 };

static px_field *find_field(px_field *fields, size_t count, const px_json_reader *reader) {
    char unescaped[LONGEST_NAME];
    px_slice key = reader->text;
    if (reader->escaped) {
        if (key.len > sizeof(unescaped))
            return NULL;
        key = px_slice_of(unescaped, px_json_unescape_to(key, unescaped));
    }
    for (size_t i = 0; i < count; i++)
        if (px_slice_equal(fields[i].name, key))
            return &fields[i];
    return NULL;
}

static bool read_value(px_json_reader *reader, px_field *field) {
    px_json_token token = px_json_next(reader);
    if (token == PX_JSON_STRING) {
        field->value = reader->text;
        field->escaped = reader->escaped;
    } else if (token == PX_JSON_ERROR || !px_json_raw(reader, token, &field->value)) {
        return false;
    } else {
        field->escaped = false;
    }
    field->token = token;
    return true;
}

px_json_error px_fields_read(px_slice object, px_field *fields, size_t count) {
    for (size_t i = 0; i < count; i++)
        fields[i].token = PX_JSON_END;
    px_json_reader reader;
    px_json_reader_init(&reader, object);
    px_json_token token = px_json_next(&reader);
    if (token != PX_JSON_OBJECT_BEGIN)
        return token == PX_JSON_ERROR ? reader.error : PX_JSON_ERROR_UNEXPECTED;
    while ((token = px_json_next(&reader)) == PX_JSON_KEY) {
        px_field *field = find_field(fields, count, &reader);
        if (field ? !read_value(&reader, field) : !px_json_skip(&reader, token))
            return reader.error;
    }
    if (token == PX_JSON_OBJECT_END && px_json_next(&reader) == PX_JSON_END)
        return PX_JSON_ERROR_NONE;
    return reader.error;
}
