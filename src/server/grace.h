/* Things about a channel that wait for a while to be told, or not to be told again. They are found by
 * kind, channel and user, and there is a limit on how many there are. All of a kind wait equally
 * long, so that they come out in the order in which they went in. */
#ifndef PX_SERVER_GRACE_H
#define PX_SERVER_GRACE_H

#include "server/hub_state.h"

enum { PX_GRACES_MAX = 65536, PX_GRACE_MISS_MS = 10000 };

struct px_grace {
    px_grace *next; /* of its list */
    px_grace *previous;
    uint64_t due_ms;
    px_app *app;
    px_webhook_kind kind;
    px_slice channel;
    px_slice user_id;
    px_slice key; /* in the app's map */
    char bytes[];
};

/* Waits for PX_GRACE_MISS_MS with a cache miss, for webhook_grace_ms with all else. False: there are
 * too many, there is no memory, or there is one already. */
bool px_grace_begin(px_hub *hub, px_app *app, px_webhook_kind kind, px_slice channel,
                    px_slice user_id);

/* Ends it; false: there was none. */
bool px_grace_end(px_hub *hub, px_app *app, px_webhook_kind kind, px_slice channel,
                  px_slice user_id);

bool px_grace_has(const px_app *app, px_webhook_kind kind, px_slice channel, px_slice user_id);

/* Takes out the next one whose time is over at `now_ms`; NULL: there is none. The caller frees it. */
px_grace *px_grace_pop(px_hub *hub, uint64_t now_ms);
void px_grace_free(px_hub *hub, px_grace *grace);

/* When px_grace_pop has something; UINT64_MAX: nothing waits. */
uint64_t px_grace_deadline(const px_hub *hub);

/* Frees all of the app's, and their map, with the hub. */
void px_graces_free(const px_allocator *allocator, px_app *app);

#endif
