/* An authorization endpoint for development: signs every request for a private or presence channel,
 * so that they can be tried without an application server. The host offers it to this machine only.
 *
 * Fields: socket_id, channel_name; for presence channels user_id (default: made from the socket id)
 * and user_info (JSON); app_key (default: the first app); with GET also callback (JSONP). */
#ifndef PX_SERVER_DEV_AUTH_H
#define PX_SERVER_DEV_AUTH_H

#include "base/arena.h"
#include "base/buffer.h"
#include "server/app.h"

typedef struct px_dev_auth_request {
    px_slice fields; /* the query of a GET, the form of a POST */
    px_slice origin; /* the Origin header, or the Referer; empty: none */
    px_slice host;   /* the Host header */
    bool is_jsonp;   /* may ask for a callback */
} px_dev_auth_request;

/* NULL when what such a request may do is for whoever sends it: it was sent to this machine by name or
 * address, and by no page from elsewhere. Else why not. */
const char *px_dev_refusal(px_slice host, px_slice origin);

/* Writes the answer into `out` and returns the HTTP status: 200, or 400, 403 or 500 with a sentence
 * as {"error":...,"code":...}. *content_type: of the answer. */
int px_dev_auth(const px_app_options *apps, size_t app_count, const px_dev_auth_request *request,
                px_arena *arena, px_buffer *out, const char **content_type);

/* True when the URL or origin is one of this machine: http(s)://localhost, *.localhost, 127.x.x.x
 * or
 * [::1], with any port. */
bool px_origin_is_local(px_slice origin);

/* The same for a Host header. */
bool px_host_is_local(px_slice host);

#endif
