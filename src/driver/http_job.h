/* One request of a queue: its life from waiting to the end of its transfer. */
#ifndef PX_DRIVER_HTTP_JOB_H
#define PX_DRIVER_HTTP_JOB_H

#include "base/arena.h"
#include "driver/http_queue.h"
#include "driver/knock.h"

struct px_http_job {
    px_transfer transfer; /* no easy handle: it still waits */
    px_http_job *next;    /* of those that wait in its lane */
    px_http_job *previous;
    px_http_queue *queue; /* NULL: dropped */
    px_multi *multi;
    px_loop *loop;
    uint32_t id;
    px_http_lane lane;
    bool active; /* does not wait any more */
    bool streams;
    bool asked; /* a stream's request went out */
    px_http_call_options options;
    px_arena arena; /* what the options point to */
    px_http_exchange exchange;
    px_knock knock;      /* of those that stream: the others are soon over */
    px_deadline timeout; /* libcurl's own would count before an answer that is there */
    bool has_timeout;
    px_buffer piece; /* what came, until libcurl has returned */
    px_garbage garbage;
};

/* Copies the options. PX_ERR_NO_MEMORY, PX_ERR_LIMIT. */
PX_MUST_CHECK int px_http_job_new(px_http_queue *queue, uint32_t id, px_http_lane lane,
                                  bool streams, const px_http_call_options *options,
                                  px_http_job **job);

/* Starts the transfer. PX_ERR_NO_MEMORY, PX_ERR_ARGUMENT. */
PX_MUST_CHECK int px_http_job_begin(px_http_job *job);

/* Ends it, in whatever state and inside whatever callback of ours. */
void px_http_job_free(px_http_job *job);

/* The queue's part: the job leaves, and the owner hears of it. */
void px_http_queue_report(px_http_job *job, const px_http_reply *reply);

#endif
