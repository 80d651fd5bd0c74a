/* Requests with statistics, readable: their URL carries each value in base64. */
#ifndef TRANSCRIPT_STATISTICS_H
#define TRANSCRIPT_STATISTICS_H

#include "base/buffer.h"

/* Adds `URL NAME=VALUE NAME=VALUE...`, the URL without its query, the values decoded. */
void transcript_print_statistics(px_slice url, px_buffer *text);

/* True for a line that tells of such a request, or of its end. */
bool transcript_is_statistics(const char *line);

#endif
