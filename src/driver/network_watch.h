/* Changes of the machine's network, for whoever on a loop wants to hear of them: one source for all of
 * them, opened when the first one listens. network_source_netlink.c is Linux's; elsewhere there is
 * none (network_source_none.c). */
#ifndef PX_DRIVER_NETWORK_WATCH_H
#define PX_DRIVER_NETWORK_WATCH_H

#include "driver/loop.h"

/* Embedded in who listens. */
typedef struct px_network_listener px_network_listener;
struct px_network_listener {
    px_network_listener *next;
    px_network_listener *previous;
    bool listens;
    /* The network is another one than before: inside a turn, a quarter of a second after the first
     * sign, since signs come in flocks. May stop any listener. */
    void (*changed)(px_network_listener *listener);
};

/* PX_ERR_SYSTEM: this system can't tell, or does not let us ask. PX_ERR_NO_MEMORY. */
PX_MUST_CHECK int px_network_listen(px_loop *loop, px_network_listener *listener);

/* Fine when it does not listen. */
void px_network_ignore(px_loop *loop, px_network_listener *listener);

/* The loop's part: frees what px_network_listen made; nobody listens any more. NULL is fine. */
void px_network_watch_free(px_network_watch *watch);

/* ---- The sources ---- */

typedef struct px_network_source px_network_source;

/* Calls `sign` inside turns when something happened that may matter. PX_ERR_SYSTEM,
 * PX_ERR_NO_MEMORY. */
PX_MUST_CHECK int px_network_source_open(px_loop *loop, void (*sign)(void *context), void *context,
                                         px_network_source **source);
void px_network_source_close(px_network_source *source);

#endif
