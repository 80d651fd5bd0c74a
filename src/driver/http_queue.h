/* HTTP requests on the loop, few at a time: the rest wait in a queue. */
#ifndef PX_DRIVER_HTTP_QUEUE_H
#define PX_DRIVER_HTTP_QUEUE_H

#include "driver/http_exchange.h"
#include "driver/loop.h"

typedef struct px_http_job px_http_job;

/* What the owner hears when an answer came, or none. Always inside a turn, never inside
 * px_http_queue_start. It may start and cancel others and free the whole. */
typedef void (*px_http_done_fn)(void *owner, uint32_t id, const px_http_reply *reply);

typedef struct px_http_queue {
    px_loop *loop;
    px_http_done_fn done;
    void *owner;
    px_http_job *active;
    px_http_job *first_waiting;
    px_http_job *last_waiting;
    size_t active_count;
    px_task start_more;
} px_http_queue;

/* Allocates nothing yet. */
void px_http_queue_init(px_http_queue *queue, px_loop *loop, px_http_done_fn done, void *owner);

/* Drops all. */
void px_http_queue_free(px_http_queue *queue);

/* Makes the request when its turn comes; copies the options, but for the texts of `tls`, which must
 * live as long. PX_ERR_NO_MEMORY, PX_ERR_LIMIT (more than a megabyte). */
PX_MUST_CHECK int px_http_queue_start(px_http_queue *queue, uint32_t id,
                                      const px_http_call_options *options);

/* Drops a request; nothing is said about it any more. An unknown id is ignored. */
void px_http_queue_cancel(px_http_queue *queue, uint32_t id);

#endif
