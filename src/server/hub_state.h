/* What the files of the hub share: its state and that of its apps. Not for the host. */
#ifndef PX_SERVER_HUB_STATE_H
#define PX_SERVER_HUB_STATE_H

#include "base/arena.h"
#include "base/map.h"
#include "server/bucket.h"
#include "server/hub.h"
#include "server/last_event.h"
#include "server/socket_id.h"
#include "server/task.h"

typedef struct px_user px_user;
typedef struct px_watchlist px_watchlist;
typedef struct px_grace px_grace;

/* In the order in which their time is over. */
typedef struct px_grace_list {
    px_grace *first;
    px_grace *last;
} px_grace_list;

enum { PX_GRACE_ENDS, PX_GRACE_MISSES, PX_GRACE_LISTS };

struct px_app {
    px_app_options options; /* a copy, its texts in `texts` */
    px_arena texts;
    px_map channels;            /* the occupied ones: name to px_channel */
    px_map users;               /* id to px_user */
    px_last_events last_events; /* what its cache channels remember */
    px_bucket backend_events;   /* what it publishes */
    px_bucket read_requests;    /* what it asks */
    size_t connection_count;
    uint32_t notice_kinds; /* what its webhooks want to know, as bits */
    px_map graces;         /* what may still turn out not to have happened: px_grace */
    uint64_t reports;      /* of its clients, see px_hub_count_report */
};

struct px_hub {
    const px_allocator *allocator;
    px_hub_options options;
    px_hub_host host;
    uint64_t seed[2];
    uint64_t random_count;
    uint64_t now_ms;
    uint64_t unix_seconds;
    px_map apps_by_id;
    px_map apps_by_key;
    px_socket_table sockets; /* every open connection */
    px_wheel timers;         /* one for each connection */
    px_wheel tasks;          /* everything else (server/task.h) */
    px_grace_list graces[PX_GRACE_LISTS];
    size_t grace_count;
    px_arena arena;        /* for the input that is being handled */
    px_buffer text;        /* where a message is written before it becomes one */
    px_user *leaving;      /* a queue: who has left, and whose watchers are to hear of it soon */
    px_user **leaving_end; /* the end of the queue */
    px_task departures;    /* tells of those in the queue */
    px_watchlist *told;    /* a list: those with news, which is empty between inputs */
    px_message *ping;
    px_message *pong;
    px_hub_stats stats; /* counters; the gauges are filled in on demand */
    bool draining;
};

/* A random number below `limit` (at least 1); not for secrets. */
uint64_t px_hub_random(px_hub *hub, uint64_t limit);

/* A line for the operator. All but printable ASCII, which might come from a peer, becomes '?'. */
void px_hub_log(const px_hub *hub, int level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
enum { PX_HUB_LOG_ERROR = 1, PX_HUB_LOG_WARNING, PX_HUB_LOG_INFORMATION, PX_HUB_LOG_DEBUG };

/* Sends to many; takes over the caller's reference. */
void px_hub_deliver(px_hub *hub, px_hub_connection *const *connections, size_t count,
                    px_message *message);

/* Every input ends with this: what was put into the arena for it is gone. */
void px_hub_input_done(px_hub *hub);

/* A deep copy of `options` without channels. PX_ERR_NO_MEMORY. */
PX_MUST_CHECK int px_app_new(const px_allocator *allocator, const px_app_options *options,
                             const uint64_t seed[2], px_app **app);
/* Frees the app and, if it has any, its channels. */
void px_app_free(const px_allocator *allocator, px_app *app);

/* printf arguments for "%.*s". */
#define PX_PRINT(slice) (int)(slice).len, (slice).ptr

#endif
