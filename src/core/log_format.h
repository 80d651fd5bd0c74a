/* The shapes in which people know log lines from pusher-js. The engine's own line is the JSON array
 * of what is logged; the others are made from it. */
#ifndef PX_CORE_LOG_FORMAT_H
#define PX_CORE_LOG_FORMAT_H

#include "base/buffer.h"

typedef enum px_log_format {
    PX_LOG_FORMAT_JSON,      /* ["State changed","initialized -> connecting"] */
    PX_LOG_FORMAT_PUSHER_JS, /* Pusher :  : ["State changed","initialized -> connecting"] */
    PX_LOG_FORMAT_CLASSIC,   /* Pusher : State changed : initialized -> connecting */
} px_log_format;

/* Appends the line (a JSON array, as the engine writes it) in that format. In the classic one texts
 * stand as they are, other values as JSON, and an error of the connection is called one. Errors as
 * px_buffer_append; the buffer may then hold a part of it. */
PX_MUST_CHECK int px_log_format_line(px_slice line, px_log_format format, px_buffer *out);

#endif
