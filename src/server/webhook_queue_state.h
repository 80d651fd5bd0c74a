/* What the files of the webhook queue share: webhook_queue.c (lanes, and events into them),
 * webhook_request.c (requests, and how they ended). */
#ifndef PX_SERVER_WEBHOOK_QUEUE_STATE_H
#define PX_SERVER_WEBHOOK_QUEUE_STATE_H

#include "base/buffer.h"
#include "base/map.h"
#include "server/webhook_queue.h"

enum { PX_WEBHOOK_WARNING = 2, PX_WEBHOOK_INFORMATION, PX_WEBHOOK_DEBUG };

typedef struct px_webhook_event {
    struct px_webhook_event *next;
    uint64_t number; /* the later, the higher */
    uint64_t queued_ms;
    uint64_t unix_ms;
    uint32_t len;
    uint8_t kind;
    char text[];
} px_webhook_event;

typedef struct px_webhook_app {
    const px_app_options *options;
    size_t first_lane;
    size_t lane_count;
    uint64_t events;
    uint64_t bytes;
    uint64_t unsaid[PX_WEBHOOK_KIND_COUNT]; /* dropped, and not said yet */
    bool has_unsaid;
    uint64_t say_at_ms; /* not before */
} px_webhook_app;

typedef struct px_webhook_lane {
    px_webhook_app *app;
    const px_webhook_options *webhook;
    px_slice shown_url; /* allocated, url.len bytes */
    px_webhook_event *head;
    px_webhook_event *tail;
    px_webhook_event *batch_last; /* of the batch that is being sent, the front of the lane */
    uint32_t batch;               /* events of it; 0: none has been chosen */
    uint32_t batch_failures;
    uint64_t count;
    uint64_t first_ms; /* when the batch was sent first */
    uint64_t due_ms;   /* nothing is sent before */
    bool in_flight;
    bool is_failing; /* the last request has failed, and it was said */
    px_buffer body;
    px_webhook_backlog backlog;
    char signature[PX_SIGNATURE_LENGTH];
} px_webhook_lane;

struct px_webhook_queue {
    const px_allocator *allocator;
    px_webhook_limits limits;
    px_webhook_queue_host host;
    uint64_t seed[2];
    uint64_t numbers; /* of events */
    uint64_t randoms;
    px_map apps; /* id to px_webhook_app */
    px_webhook_lane **lanes;
    size_t lane_count;
    size_t lane_room;
    uint64_t deadline_ms; /* no lane has anything to do before */
    px_webhook_stats stats;
    bool is_hurried;
};

void px_webhook_say(const px_webhook_queue *queue, int level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* printf arguments for "%.*s". */
#define PX_WEBHOOK_PRINT(slice) (int)(slice).len, (slice).ptr

/* The host hears how the lane stands. */
void px_webhook_tell(const px_webhook_queue *queue, size_t lane);

/* Takes the event behind `before` (NULL: the first) out of its lane and frees it. */
void px_webhook_take_out(px_webhook_queue *queue, px_webhook_lane *lane, px_webhook_event *before);

/* Says what was dropped since it was said last, unless that was just now. */
void px_webhook_say_dropped(const px_webhook_queue *queue, px_webhook_app *app, uint64_t now_ms);

/* When the lane has something to send; UINT64_MAX: not before the next event or answer. */
uint64_t px_webhook_ready_at(const px_webhook_queue *queue, const px_webhook_lane *lane);

/* The queue has something to do at that time. */
void px_webhook_wake_at(px_webhook_queue *queue, uint64_t at_ms);

#endif
