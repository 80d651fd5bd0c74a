/* Picks named members out of a JSON object in one pass, without copying. Everything the service
 * sends is read through this: frames, their data, authorization answers. */
#ifndef PX_CORE_FIELDS_H
#define PX_CORE_FIELDS_H

#include "json/reader.h"

typedef struct px_field {
    px_slice name;
    /* Filled in: the value's first token (PX_JSON_END: the object has no such member), and the
     * value: a string between its quotes, anything else as it stands. */
    px_json_token token;
    px_slice value;
    bool escaped; /* a string that still holds escapes */
} px_field;

/* Reads `object`, which must be one whole JSON object. Of members that occur twice the last
 * counts. Returns PX_JSON_ERROR_NONE, or what is wrong. */
px_json_error px_fields_read(px_slice object, px_field *fields, size_t count);

static inline bool px_field_is_string(const px_field *field) {
    return field->token == PX_JSON_STRING;
}

/* The value as it stands: a string with its quotes. */
static inline px_slice px_field_raw(const px_field *field) {
    return px_field_is_string(field) ? px_slice_of(field->value.ptr - 1, field->value.len + 2)
                                     : field->value;
}

#endif
