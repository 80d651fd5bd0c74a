/* Reading the named members of a JSON object in one pass. */
#ifndef PX_SERVER_JSON_OBJECT_H
#define PX_SERVER_JSON_OBJECT_H

#include "base/arena.h"
#include "json/reader.h"

typedef struct px_member_value {
    px_json_token token; /* the value's first token; PX_JSON_END: absent, or null */
    px_slice raw;        /* the value as it stands in the input */
    px_slice text;       /* of a string: what it says, unescaped */
} px_member_value;

/* Reads the members called names[0], names[1], ... into values[0], values[1], ... and skips the
 * others; of equal names the last counts. PX_ERR_SYNTAX: `json` is not exactly one JSON object;
 * PX_ERR_NO_MEMORY or PX_ERR_LIMIT from the arena, which takes unescaped texts. */
PX_MUST_CHECK int px_object_read(px_arena *arena, px_slice json, const px_slice *names,
                                 px_member_value *values, size_t count);

/* The next element of the array whose ARRAY_BEGIN the reader has returned. 1: *value is there, 0:
 * the array has ended; or an error as above. */
PX_MUST_CHECK int px_array_next(px_arena *arena, px_json_reader *reader, px_member_value *value);

static inline bool px_value_is_string(const px_member_value *value) {
    return value->token == PX_JSON_STRING;
}

#endif
