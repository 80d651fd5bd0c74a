/* What one client has seen of one feed on its present connection, and whether that is what was promised:
 * every event that the server took after the subscription, once, in order.
 *
 * An event carries its number, the number of the one before it that the server has taken, and when the
 * publisher began with that one. So a receiver knows by itself whether it should have had the one before;
 * what the server did not take, or nobody knows of, may be missing. */
#ifndef CROWD_WATCH_H
#define CROWD_WATCH_H

#include <stdbool.h>
#include <stdint.h>

typedef struct watch {
    bool is_subscribed;
    uint64_t subscribed_ms; /* when the client was told */
    uint64_t last;          /* number of the last event on this connection; 0: none */
    bool has_ended;         /* since the last mark a connection has ended, */
    uint64_t ended_last;    /* and this was `last` when the first one did */
} watch;

/* What an event says of itself. Times are milliseconds of the monotonic clock, which all processes share. */
typedef struct watch_event {
    uint64_t number;
    uint64_t before;    /* the one before it that was taken; 0: none */
    uint64_t before_ms; /* when its publication began */
} watch_event;

typedef enum watch_verdict {
    WATCH_RIGHT,
    WATCH_EARLY, /* it came before the subscription, or after its end */
    WATCH_AGAIN, /* it came twice, or behind a later one */
    WATCH_LOST,  /* the one before it should have come */
} watch_verdict;

/* "right", "early", "again", "lost". */
const char *watch_verdict_name(watch_verdict verdict);

void watch_subscribed(watch *this, uint64_t now_ms);
watch_verdict watch_take(watch *this, const watch_event *event);

/* The connection is gone. */
void watch_end(watch *this);

/* From now on the next end is remembered. */
void watch_mark(watch *this);

#endif
