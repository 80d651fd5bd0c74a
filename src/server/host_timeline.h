/* What clients report of themselves (their "timeline": which transports they tried and how it went):
 * counted and forgotten. GET /timeline/v2/jsonp/N and /timeline/v2/xhr/N, as the clients of the
 * hosted service send them to its statistics server. */
#ifndef PX_SERVER_HOST_TIMELINE_H
#define PX_SERVER_HOST_TIMELINE_H

#include "server/host.h"
#include "server/host_head.h"

/* All that is reported stands in the URL. */
enum { PX_TIMELINE_MAX_URL = 65536 };

/* Answers a request whose path begins with /timeline/v2/. */
px_host_answer px_host_timeline(px_server *server, px_slice path, const px_http_head *head);

/* How long the head of the request that begins with these bytes may be: max_head, and for reports as
 * much more as their URL may have. */
size_t px_host_max_head(const px_server *server, px_slice bytes);

#endif
