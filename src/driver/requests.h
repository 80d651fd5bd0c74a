/* HTTP requests on the loop, few at a time: the rest wait in a queue. */
#ifndef PX_DRIVER_REQUESTS_H
#define PX_DRIVER_REQUESTS_H

#include "driver/http_exchange.h"
#include "driver/loop.h"

typedef struct px_request px_request;

/* What the owner hears when an answer came, or none. Always inside a turn, never inside
 * px_requests_start. It may start and cancel others and free the whole. */
typedef void (*px_request_done_fn)(void *owner, uint32_t id, const px_http_reply *reply);

typedef struct px_requests {
    px_loop *loop;
    px_request_done_fn done;
    void *owner;
    px_request *active;
    px_request *first_waiting;
    px_request *last_waiting;
    size_t active_count;
    px_task start_more;
} px_requests;

/* Allocates nothing yet. */
void px_requests_init(px_requests *requests, px_loop *loop, px_request_done_fn done, void *owner);

/* Drops all. */
void px_requests_free(px_requests *requests);

/* Makes the request when its turn comes; copies the options, but for the texts of `tls`, which must
 * live as long. PX_ERR_NO_MEMORY, PX_ERR_LIMIT (more than a megabyte). */
PX_MUST_CHECK int px_requests_start(px_requests *requests, uint32_t id,
                                    const px_http_call_options *options);

/* Drops a request; nothing is said about it any more. An unknown id is ignored. */
void px_requests_cancel(px_requests *requests, uint32_t id);

#endif
