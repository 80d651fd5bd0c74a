/* Users: who is signed in, and on which connections.
 *
 * A user of an app exists here while a connection is signed in as that user or somebody watches it;
 * each of them holds a reference.
 * Whoever wants to reach a user, or to know whether it is online, asks these functions: behind them
 * several servers can be one. */
#ifndef PX_SERVER_USER_H
#define PX_SERVER_USER_H

#include "server/hub_state.h"

typedef struct px_watch px_watch;

struct px_user {
    px_app *app;
    px_slice id;
    px_identity *identities; /* a list: the connections that are signed in as the user */
    px_watch *watchers;      /* a list: server/watchlist.h */
    uint32_t references;
    bool is_online;         /* to its watchers: goes on for a moment after the last has left */
    px_user *next_leaving;  /* of those in that moment */
    px_user **leaving_link; /* what points at this one; NULL: not leaving */
    uint64_t leaves_at_ms;
    char id_bytes[];
};

/* What a connection is, once it has signed in. */
struct px_identity {
    px_user *user;
    px_hub_connection *connection;
    px_identity *next;       /* of the same user */
    px_identity **link;      /* what points at this one; NULL: not signed in yet */
    px_watchlist *watchlist; /* NULL: watches nobody */
    px_slice user_info;      /* JSON; empty: none */
    bool is_info_too_large;  /* for a presence channel; it was not kept then */
    char info_bytes[];
};

/* May the text be a user's id in that app? */
bool px_user_id_valid(const px_app *app, px_slice id);

/* The user, if it exists; NULL. */
px_user *px_user_find(const px_app *app, px_slice id);

/* The same, made if it is not there; the caller has a reference then. NULL without memory. */
px_user *px_user_obtain(px_hub *hub, px_app *app, px_slice id);
void px_user_release(px_hub *hub, px_user *user);

/* Delivers to every connection of the user, but for `except` (NULL: none). Takes over the caller's
 * reference. */
void px_user_deliver(px_hub *hub, const px_user *user, const px_hub_connection *except,
                     px_message *message);

/* Signing in is prepared first, for it may lack memory, and then done, which can't fail. The identity
 * is the caller's until then; NULL without memory. */
px_identity *px_identity_new(px_hub *hub, px_hub_connection *connection, px_slice id,
                             px_slice user_info);
void px_identity_free(px_hub *hub, px_identity *identity);

/* Makes the identity its connection's, in place of an earlier one of the same user. True when the
 * user was not online before: then the watchers are to be told. */
bool px_user_sign_in(px_hub *hub, px_identity *identity);

/* The connection goes. Does nothing for one that is not signed in. Needs no memory. */
void px_user_sign_out(px_hub *hub, px_hub_connection *connection);

/* Frees the memory of the app's users, without a word to anybody. */
void px_users_free(const px_allocator *allocator, px_app *app);

#endif
