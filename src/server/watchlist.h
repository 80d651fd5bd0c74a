/* Watchlists: whom the user of a connection watches, and telling it who of them is online.
 *
 * Each user knows its watchers, so that a change costs as much as it has watchers. Who comes is told
 * at once. Who leaves is told after a moment (`watchlist_grace_ms`), so that a page that is loaded
 * again is no news; who leaves together is told together. */
#ifndef PX_SERVER_WATCHLIST_H
#define PX_SERVER_WATCHLIST_H

#include "server/user.h"

struct px_watch {
    px_user *user;
    px_watchlist *watchlist;
    px_watch *next;      /* of the same user */
    px_watch **link;     /* what points at this one */
    px_watch *next_news; /* of the same watchlist */
};

/* Of one connection. */
struct px_watchlist {
    px_hub_connection *connection;
    px_watch *news;          /* a list: what the connection has to be told */
    px_watchlist *next_told; /* of those that are about to be told something */
    uint32_t capacity;
    uint32_t count;
    px_watch watches[];
};

/* What the hub has for watchlists. */
void px_watchlists_init(px_hub *hub);

/* Watches these users, who are all news to the connection; of equal ids one counts. NULL without
 * memory. */
px_watchlist *px_watchlist_new(px_hub *hub, px_hub_connection *connection, const px_slice *ids,
                               size_t count);
void px_watchlist_free(px_hub *hub, px_watchlist *watchlist);

/* Frees the memory only; for the end of the hub. */
void px_watchlist_free_memory(const px_allocator *allocator, px_watchlist *watchlist);

/* The message with all that is news to the connection, and then no longer. `self` counts as online;
 * NULL: nobody in particular. NULL without memory. */
px_message *px_watchlist_news(px_hub *hub, px_watchlist *watchlist, const px_user *self);

/* Tells the watchers that the user has come, but not the connection of `except` (may be NULL). May
 * close connections that there is no memory for. */
void px_watchlist_user_came(px_hub *hub, px_user *user, const px_watchlist *except);

/* The user has no connection any more; the watchers are told unless it is back in time. */
void px_watchlist_user_left(px_hub *hub, px_user *user);
/* The user is back, or nobody is left to be told. */
void px_watchlist_user_stays(px_hub *hub, px_user *user);

#endif
