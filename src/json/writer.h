/* A JSON writer into a buffer. It sets the commas itself; the caller keeps begin/end in balance.
 *
 * Errors stick: after the first failed append every further call does nothing, and
 * px_json_writer_finish reports it, so that a caller checks once. */
#ifndef PX_JSON_WRITER_H
#define PX_JSON_WRITER_H

#include "base/buffer.h"
#include "base/result.h"
#include "base/slice.h"

typedef struct px_json_writer {
    px_buffer *out;
    int result;      /* PX_OK, or the first error */
    bool need_comma; /* private */
} px_json_writer;

/* Appends to what `out` already holds. */
void px_json_writer_init(px_json_writer *writer, px_buffer *out);

void px_json_object_begin(px_json_writer *writer);
void px_json_object_end(px_json_writer *writer);
void px_json_array_begin(px_json_writer *writer);
void px_json_array_end(px_json_writer *writer);
void px_json_key(px_json_writer *writer, px_slice key);
/* Writes quotes and escapes: ", \, and U+0000-001F; everything else as it is. Bytes that are not
 * valid UTF-8 are written as U+FFFD, so that the output is always valid JSON. */
void px_json_string(px_json_writer *writer, px_slice text);
void px_json_u64(px_json_writer *writer, uint64_t value);
void px_json_i64(px_json_writer *writer, int64_t value);
void px_json_bool(px_json_writer *writer, bool value);
void px_json_null(px_json_writer *writer);
/* A value that is JSON already, as it is. */
void px_json_raw_value(px_json_writer *writer, px_slice json);

/* key + string, the commonest pair. */
void px_json_member(px_json_writer *writer, px_slice key, px_slice text);

/* A string value whose content is itself written by this writer (the protocol's double encoding):
 * between begin and end every append goes through the string escaper.
 *     px_json_writer inner; size_t mark = px_json_nested_begin(&outer, &inner);
 *     ... write to &inner ...
 *     px_json_nested_end(&outer, &inner, mark); */
size_t px_json_nested_begin(px_json_writer *outer, px_json_writer *inner);
void px_json_nested_end(px_json_writer *outer, px_json_writer *inner, size_t mark);

/* PX_OK, or the first error of any call. */
PX_MUST_CHECK int px_json_writer_finish(const px_json_writer *writer);

#endif
