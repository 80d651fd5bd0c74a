/* Channels and subscriptions: who is subscribed to what, and delivery to all of them.
 *
 * A channel exists while it has subscribers. It keeps its connections in a dense array, so that a
 * delivery is one call to the host (two around an excluded connection) whatever their number. */
#ifndef PX_SERVER_CHANNEL_H
#define PX_SERVER_CHANNEL_H

#include "server/channel_name.h"
#include "server/hub_state.h"

typedef struct px_member px_member;
typedef struct px_counting px_counting;

typedef struct px_channel {
    px_app *app;
    px_slice name;
    px_hub_connection **connections; /* the subscribers */
    px_subscription **subscriptions; /* theirs, at the same index; in the same memory block */
    uint32_t count;
    uint32_t capacity;
    unsigned traits;
    px_map members;        /* user id to px_member; empty unless a presence channel */
    px_counting *counting; /* see subscription_count.h; NULL: has never had many subscribers */
    char name_bytes[];
} px_channel;

struct px_subscription {
    px_channel *channel;
    px_hub_connection *connection;
    px_subscription *next;  /* of the same connection */
    px_subscription **link; /* what points at this one */
    px_member *member;      /* on presence channels */
    uint32_t index;         /* in the channel's arrays */
};

/* The occupied channel with this name, or NULL. */
px_channel *px_channel_find(const px_app *app, px_slice name);

/* The same, made if it is not there. NULL without memory. A channel that got no subscriber must be
 * handed to px_channel_discard_if_empty. */
px_channel *px_channel_obtain(px_hub *hub, px_app *app, px_slice name);
void px_channel_discard_if_empty(px_hub *hub, px_channel *channel);

/* Frees the memory of the channel and all it holds, without a word to anybody. */
void px_channel_free(const px_allocator *allocator, px_channel *channel);

/* The connection's subscription to the channel, or NULL. */
px_subscription *px_subscription_find(const px_channel *channel,
                                      const px_hub_connection *connection);

/* Adds a subscription. NULL without memory. */
px_subscription *px_subscription_add(px_hub *hub, px_channel *channel,
                                     px_hub_connection *connection);

/* Takes a subscription out of its channel and its connection and frees it. The channel stays, even
 * empty. */
void px_subscription_remove(px_hub *hub, px_subscription *subscription);

/* Delivers to all subscribers, except to the one of `except` (NULL: none). Takes over the caller's
 * reference. */
void px_channel_deliver(px_hub *hub, px_channel *channel, const px_subscription *except,
                        px_message *message);

#endif
