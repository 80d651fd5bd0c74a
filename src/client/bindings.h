/* The handlers that are bound at one place: a channel, a client, its connection, its user
 * or the watchlist. */
#ifndef PX_CLIENT_BINDINGS_H
#define PX_CLIENT_BINDINGS_H

#include "base/map.h"

#include <pusher/pusher.h>

typedef struct px_binding px_binding;

typedef struct px_binding_list {
    px_binding *first;
    px_binding *last;
} px_binding_list;

typedef struct px_bindings {
    px_binding_list global;
    px_map named;      /* px_named_bindings by event name */
    px_binding *ended; /* to be released when no delivery is under way */
    uint64_t next_serial;
    unsigned deliveries;
    const bool *stopped; /* true: no handler may run any more */
} px_bindings;

/* Allocates nothing yet. */
void px_bindings_init(px_bindings *bindings, const px_allocator *allocator, const uint64_t seed[2],
                      const bool *stopped);

/* Ends all bindings. No delivery may be under way. */
void px_bindings_free(px_bindings *bindings);

/* Add a handler at the end, for one event or for all. On an error `destroy` has run. PX_ERR_NO_MEMORY,
 * PX_ERR_ARGUMENT. */
int px_bindings_add(px_bindings *bindings, px_slice event, pusher_event_fn handler, void *context,
                    pusher_destroy_fn destroy);
int px_bindings_add_global(px_bindings *bindings, pusher_event_fn handler, void *context,
                           pusher_destroy_fn destroy);

/* Remove handlers of events (not the global ones), global ones, all. An empty event, a NULL handler and
 * a NULL context each match everything. What is removed does not run any more; the destructors run now
 * or, during a delivery, at its end. */
void px_bindings_remove(px_bindings *bindings, px_slice event, pusher_event_fn handler,
                        const void *context);
void px_bindings_remove_global(px_bindings *bindings, pusher_event_fn handler, const void *context);
void px_bindings_clear(px_bindings *bindings);

/* Is there a handler for this event? */
bool px_bindings_want(const px_bindings *bindings, px_map_key *name);

/* Is there one bound to this very event? */
bool px_bindings_name(const px_bindings *bindings, px_map_key *name);

/* Calls the global handlers, then those of `name`, as they were when the call began. */
void px_bindings_deliver(px_bindings *bindings, px_map_key *name, const pusher_event *event);

#endif
