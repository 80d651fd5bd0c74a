/* Endpoints for development, where there is no application's server: one authorizes every private and
 * presence channel, one at a time or many, the other one authenticates whoever one wants to be. The host offers
 * them to this machine only (dev_origin.h).
 *
 * Fields of both: socket_id; user_id (default: made from the socket id) and user_info (JSON), for presence
 * channels and the user; app_key (default: the first app); with GET also callback (JSONP). Of channels:
 * channel_name, or channel_name[0], channel_name[1] ..., which is answered as docs/protocol.md,
 * "Authorization in batches", has it. Of the user: watchlist (a JSON array, or ids with commas between them). */
#ifndef PX_SERVER_DEV_AUTH_H
#define PX_SERVER_DEV_AUTH_H

#include "base/arena.h"
#include "base/buffer.h"
#include "server/app.h"
#include "server/dev_origin.h"

typedef struct px_dev_auth_request {
    px_slice fields; /* the query of a GET, the form of a POST */
    px_dev_asker asker;
    bool is_jsonp; /* may ask for a callback */
} px_dev_auth_request;

/* Both write the answer into `out` and return the HTTP status: 200, or 400, 403 or 500 with a sentence
 * as {"error":...,"code":...}. *content_type: of the answer. */
typedef int px_dev_auth_endpoint(const px_app_options *apps, size_t app_count,
                                 const px_dev_auth_request *request, px_arena *arena,
                                 px_buffer *out, const char **content_type);

px_dev_auth_endpoint px_dev_auth;      /* {"auth":...}, or an entry for each channel */
px_dev_auth_endpoint px_dev_user_auth; /* {"auth":...,"user_data":...} */

#endif
