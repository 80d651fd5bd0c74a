/* HTTP requests on the loop. Each kind has a lane of its own, with a limit to how many go at the same
 * time: the rest wait in a queue, without holding up the other lanes. */
#ifndef PX_DRIVER_HTTP_QUEUE_H
#define PX_DRIVER_HTTP_QUEUE_H

#include "base/map.h"
#include "driver/http_exchange.h"
#include "driver/loop.h"
#include "driver/multi.h"

typedef enum px_http_lane {
    PX_HTTP_TRANSPORT,     /* what carries a connection: goes at once */
    PX_HTTP_AUTHORIZATION, /* six at a time */
    PX_HTTP_BACKGROUND,    /* one at a time */
    PX_HTTP_LANES,
} px_http_lane;

typedef struct px_http_job px_http_job;

typedef struct px_http_jobs {
    px_http_job *first;
    px_http_job *last;
} px_http_jobs;

/* What the owner hears, always inside a turn, never inside px_http_queue_start. Any of them may
 * start and cancel others and free the whole. */
typedef struct px_http_events {
    /* A piece of the body came, of a request that streams. Valid until it returns. */
    void (*piece)(void *owner, uint32_t id, int status, px_slice piece);
    /* The answer is complete, or none came. The body of one that streams is empty. */
    void (*done)(void *owner, uint32_t id, const px_http_reply *reply);
} px_http_events;

typedef struct px_http_queue {
    px_multi *multi;
    px_loop *loop;
    const px_http_events *events;
    void *owner;
    px_map jobs; /* all of them, by id */
    px_http_jobs waiting[PX_HTTP_LANES];
    size_t active[PX_HTTP_LANES]; /* how many are under way */
    px_task start_more;
} px_http_queue;

/* Allocates nothing yet. */
void px_http_queue_init(px_http_queue *queue, px_multi *multi, const px_http_events *events,
                        void *owner);

/* Drops all. */
void px_http_queue_free(px_http_queue *queue);

/* Makes the request when its turn comes, at the end of this turn of the loop at the earliest. With
 * `streams` the body is told piece by piece, without a limit. Copies the options, but for the route,
 * which must live as long as the queue. The id is not in use. PX_ERR_NO_MEMORY, PX_ERR_LIMIT (more
 * than a megabyte). */
PX_MUST_CHECK int px_http_queue_start(px_http_queue *queue, uint32_t id, px_http_lane lane,
                                      bool streams, const px_http_call_options *options);

/* Drops a request, and with it its connection if it is under way; nothing is said about it any
 * more. An unknown id is ignored. */
void px_http_queue_cancel(px_http_queue *queue, uint32_t id);

#endif
