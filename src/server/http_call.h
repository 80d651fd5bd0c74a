/* One request of the HTTP API while it is being answered: what its handlers share. */
#ifndef PX_SERVER_HTTP_CALL_H
#define PX_SERVER_HTTP_CALL_H

#include "server/http_params.h"
#include "server/hub_state.h"
#include "json/writer.h"

enum {
    PX_HTTP_OK = 200,
    PX_HTTP_ACCEPTED = 202,
    PX_HTTP_BAD_REQUEST = 400,
    PX_HTTP_UNAUTHORIZED = 401,
    PX_HTTP_FORBIDDEN = 403,
    PX_HTTP_NOT_FOUND = 404,
    PX_HTTP_METHOD_NOT_ALLOWED = 405,
    PX_HTTP_TOO_LARGE = 413,
    PX_HTTP_TOO_MANY = 429,
    PX_HTTP_INTERNAL = 500,
    PX_HTTP_UNAVAILABLE = 503,
};

typedef struct px_http_call {
    px_hub *hub;
    px_arena *arena; /* the hub's, for this request */
    const px_http_request *request;
    px_app *app;
    px_slice secret; /* that the request must be signed with */
    px_http_params params;
    px_slice name;         /* of the channel or user in the path, decoded */
    px_json_writer answer; /* into the response's body */
    uint32_t retry_after;  /* with 429: seconds */
} px_http_call;

/* A handler writes its answer and returns PX_HTTP_OK, or returns px_http_fail(...). */
typedef int px_http_handler(px_http_call *call);

/* Makes {"error":TEXT,"code":STATUS} the answer and returns the status. */
int px_http_fail(px_http_call *call, int status, px_slice text);

/* The same for want of memory. */
int px_http_fail_memory(px_http_call *call);

/* Answers 429: so much may be done only so often, again in wait_ms. */
int px_http_fail_rate(px_http_call *call, px_slice text, uint64_t wait_ms);

/* PX_HTTP_OK when the request is signed with the app's key and secret; otherwise answers 401. */
int px_http_authenticate(px_http_call *call);

/* The attributes of a channel that `info` can ask for. */
enum {
    PX_INFO_USER_COUNT = 1 << 0,
    PX_INFO_SUBSCRIPTION_COUNT = 1 << 1,
    PX_INFO_COUNTS = PX_INFO_USER_COUNT | PX_INFO_SUBSCRIPTION_COUNT,
    PX_INFO_CACHE = 1 << 2, /* of one channel only: it may be large */
};

/* Reads an info parameter ("user_count,subscription_count"; empty: none). PX_ERR_SYNTAX: *unknown is
 * none of the `known` attributes. */
PX_MUST_CHECK int px_http_read_info(px_slice info, unsigned known, unsigned *attributes,
                                    px_slice *unknown);

/* Answers 400 for an attribute that we do not know. */
int px_http_fail_info(px_http_call *call, px_slice unknown);

/* Writes the members for those of the attributes that the channel has. */
void px_http_write_info(px_http_call *call, px_slice channel, unsigned attributes);

/* The routes. */
px_http_handler px_http_publish;        /* POST events */
px_http_handler px_http_publish_batch;  /* POST batch_events */
px_http_handler px_http_publish_raw;    /* POST channels/NAME/events (deprecated) */
px_http_handler px_http_get_channels;   /* GET channels */
px_http_handler px_http_get_channel;    /* GET channels/NAME */
px_http_handler px_http_get_users;      /* GET channels/NAME/users */
px_http_handler px_http_get_statistics; /* GET channels/NAME/stats (deprecated) */
px_http_handler px_http_terminate_user; /* POST users/ID/terminate_connections */

#endif
