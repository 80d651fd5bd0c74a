/* Checks a JSON string and finds its end. */
#ifndef PX_JSON_STRING_H
#define PX_JSON_STRING_H

#include "json/reader.h"

/* `start` is the offset behind the opening quote. PX_JSON_ERROR_NONE: *end is the offset of the
 * closing quote, *escaped tells whether there is a backslash before it. Else PX_JSON_ERROR_STRING
 * or PX_JSON_ERROR_TRUNCATED, and *end is the offset of the offending byte. */
px_json_error px_json_check_string(px_slice input, size_t start, size_t *end, bool *escaped);

#endif
