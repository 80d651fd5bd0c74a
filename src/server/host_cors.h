/* What lets pages of other origins use the HTTP transports (Cross-Origin Resource Sharing). */
#ifndef PX_SERVER_HOST_CORS_H
#define PX_SERVER_HOST_CORS_H

#include "server/host.h"

/* The header lines of an answer to a page of that origin; ptr NULL: no page asks. They live in the
 * arena. */
px_slice px_cors_headers(px_arena *arena, px_slice origin);

/* The answer to an OPTIONS request, where `methods` may be used. */
px_host_answer px_cors_preflight(px_arena *arena, const px_http_head *head, px_slice methods);

#endif
