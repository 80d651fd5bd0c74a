/* One line for one event: for people, or JSON for programs. */
#ifndef PX_CLI_EVENT_LINE_H
#define PX_CLI_EVENT_LINE_H

#include "base/buffer.h"

#include <pusher/pusher.h>
#include <stdio.h>

enum { PX_CLI_LINE_MAX = 64 << 20 };

/* CHANNEL EVENT DATA, with blanks between them; control characters are made visible. The data of a
 * member that joined or left is {"id":...,"info":...}. `scratch` is overwritten. Errors as
 * px_buffer_append; nothing is printed then. */
PX_MUST_CHECK int px_cli_print_event(FILE *stream, const pusher_event *event, px_buffer *scratch);

/* {"channel":...,"event":...,"data":...,"user_id":...}. The data is what a JavaScript handler would
 * get: when the text is JSON, its value. Otherwise as px_cli_print_event. */
PX_MUST_CHECK int px_cli_print_event_json(FILE *stream, const pusher_event *event,
                                          px_buffer *scratch);

#endif
