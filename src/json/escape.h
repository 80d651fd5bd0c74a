/* Quotes and escapes of JSON strings, as the writer needs them. */
#ifndef PX_JSON_ESCAPE_H
#define PX_JSON_ESCAPE_H

#include "base/buffer.h"

/* Appends `text` as a JSON string with its quotes. Bytes that are not valid UTF-8 become U+FFFD.
 * Errors as px_buffer_append. */
PX_MUST_CHECK int px_json_escape(px_buffer *out, px_slice text);

/* Escapes the JSON text from `mark` on to the end of the buffer, where it stands, so that it can be
 * the inside of a string. Errors as px_buffer_append. */
PX_MUST_CHECK int px_json_escape_in_place(px_buffer *out, size_t mark);

#endif
