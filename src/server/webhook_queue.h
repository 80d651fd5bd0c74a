/* The events that wait to be sent to applications' webhooks, without any I/O: which webhook gets which
 * event, what stands in a request, when it is tried again, and what is given up or dropped.
 *
 * Each webhook of each app has a lane: its events in the order in which they happened, one request on
 * its way at a time, so that no event overtakes another. Time is an argument. */
#ifndef PX_SERVER_WEBHOOK_QUEUE_H
#define PX_SERVER_WEBHOOK_QUEUE_H

#include "base/alloc.h"
#include "net/signature.h"
#include "server/hub.h"

enum {
    PX_WEBHOOK_WINDOW_MS = 50, /* how long a batch gathers events */
    PX_WEBHOOK_BATCH = 100,    /* events of one at most */
    PX_WEBHOOK_FIRST_RETRY_MS = 1000,
    PX_WEBHOOK_LAST_RETRY_MS = 60000,
};

typedef struct px_webhook_queue px_webhook_queue;

typedef struct px_webhook_limits { /* of one app, over all its webhooks */
    uint32_t max_events;
    uint32_t max_bytes;
} px_webhook_limits;

typedef struct px_webhook_time {
    uint64_t now_ms;  /* monotonic */
    uint64_t unix_ms; /* of the wall clock */
} px_webhook_time;

/* What has been accepted for a lane, and neither delivered nor lost. */
typedef struct px_webhook_backlog {
    uint64_t waiting[PX_WEBHOOK_KIND_COUNT];
    uint64_t oldest_ms; /* when the oldest of them happened, of the wall clock; 0: there is none */
} px_webhook_backlog;

/* Neither function may call back into the queue. */
typedef struct px_webhook_queue_host {
    void (*log)(void *context, int level, px_slice line); /* levels as px_hub_host's */
    /* Called at once with each change; NULL: nobody wants to know. */
    void (*changed)(void *context, size_t lane, const px_webhook_backlog *backlog);
    void *context;
} px_webhook_queue_host;

typedef struct px_webhook_lane_facts {
    px_slice app_id;
    const px_webhook_options *webhook;
    px_slice shown_url; /* without its user information and its query, which may be secret */
} px_webhook_lane_facts;

/* A request to be sent. The texts are good until it is answered. */
typedef struct px_webhook_request {
    size_t lane;
    px_slice key;       /* X-Pusher-Key */
    px_slice signature; /* X-Pusher-Signature */
    px_slice body;
} px_webhook_request;

typedef struct px_webhook_stats {
    uint64_t delivered; /* events */
    uint64_t given_up;  /* events that were not delivered in time */
    uint64_t dropped;   /* events for which there was no room */
    uint64_t failed;    /* requests */
    uint64_t retried;   /* requests */
    uint64_t waiting;   /* events, now */
    uint64_t bytes;     /* that they take */
} px_webhook_stats;

/* `seed`: for jitter and hashing. PX_ERR_NO_MEMORY. */
PX_MUST_CHECK int px_webhook_queue_new(const px_allocator *allocator,
                                       const px_webhook_limits *limits,
                                       const px_webhook_queue_host *host, const uint64_t seed[2],
                                       px_webhook_queue **queue);

/* NULL is fine. */
void px_webhook_queue_free(px_webhook_queue *queue);

/* Makes a lane for each webhook of the app, which must outlive the queue. PX_ERR_NO_MEMORY;
 * PX_ERR_ARGUMENT: a URL can't be used. */
PX_MUST_CHECK int px_webhook_queue_add_app(px_webhook_queue *queue, const px_app_options *app);

/* The lanes, in the order in which they were made. */
size_t px_webhook_queue_lane_count(const px_webhook_queue *queue);
px_webhook_lane_facts px_webhook_queue_lane(const px_webhook_queue *queue, size_t lane);

/* Something has happened: puts it into the lanes that want to know. Where there is no room, the
 * oldest events of the app make it. */
void px_webhook_queue_put(px_webhook_queue *queue, const px_notice *notice, px_webhook_time time);

/* The next request that should go out now. False: there is none, until the deadline. */
bool px_webhook_queue_next(px_webhook_queue *queue, uint64_t now_ms, px_webhook_request *request);

/* How the lane's request ended: the status, or 0 and a static text that says what happened. */
void px_webhook_queue_answered(px_webhook_queue *queue, size_t lane, int status, const char *why,
                               uint64_t now_ms);

/* When to call px_webhook_queue_next again, at the latest; UINT64_MAX: after the next event or
 * answer. */
uint64_t px_webhook_queue_deadline(const px_webhook_queue *queue);

/* The server stops: no batch waits to become larger, and what waits to be tried again is tried at
 * once. */
void px_webhook_queue_hurry(px_webhook_queue *queue, uint64_t now_ms);

/* Nothing can be delivered any more before that time. */
bool px_webhook_queue_is_idle(const px_webhook_queue *queue, uint64_t until_ms);

/* Says which events are left. */
void px_webhook_queue_say_left(px_webhook_queue *queue);

px_webhook_stats px_webhook_queue_stats(const px_webhook_queue *queue);

#endif
