/* What cache channels remember: the last event that was published to each, for cache_ttl seconds,
 * whether or not anybody is subscribed (docs/protocol.md, "Cache channels").
 *
 * An event is kept as the message that its receivers got. All of an app's together have at most
 * max_cache_bytes; beyond that the one that was published first goes first. */
#ifndef PX_SERVER_LAST_EVENT_H
#define PX_SERVER_LAST_EVENT_H

#include "base/map.h"
#include "server/task.h"

typedef struct px_last_event {
    px_message *message;         /* NULL: reserved only */
    uint64_t expires_ms;         /* from then on it is not there */
    struct px_last_event *older; /* of the app's, in the order of their publication */
    struct px_last_event *newer;
    px_slice channel;
    char name[];
} px_last_event;

/* Of an app. All are equally long lived: the one that was published first expires first. */
typedef struct px_last_events {
    px_map slots; /* name of the channel to px_last_event */
    px_last_event *oldest;
    px_last_event *newest;
    size_t bytes;
    px_task sweep; /* when the oldest expires, or before */
} px_last_events;

void px_last_events_init(px_last_events *events, const px_allocator *allocator,
                         const uint64_t seed[2]);
void px_last_events_free(px_last_events *events);

/* The event that the channel remembers, or NULL. */
const px_last_event *px_last_event_find(const px_hub *hub, const px_app *app, px_slice channel);

/* Makes sure that px_last_event_store for that channel can't fail. False without memory. */
bool px_last_event_reserve(px_app *app, px_slice channel);

/* Takes back what was reserved and not used. */
void px_last_event_unreserve(px_app *app, px_slice channel);

/* From now on the channel, for which there is a place, remembers this message; takes a reference of
 * its own. */
void px_last_event_store(px_hub *hub, px_app *app, px_slice channel, px_message *message);

/* To be called after a px_last_event_store, or several: forgets the oldest beyond the limit. */
void px_last_events_trim(px_app *app);

#endif
