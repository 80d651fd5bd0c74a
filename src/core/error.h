/* Errors as JSON, in the shapes that applications of pusher-js know (docs/protocol.md, "Errors"): for
 * log lines and for owners whose applications want them so. */
#ifndef PX_CORE_ERROR_H
#define PX_CORE_ERROR_H

#include "core/core.h"
#include "json/writer.h"

/* Writes it as one value. */
void px_error_put(px_json_writer *writer, const px_error *error);

#endif
