/* The addresses of a host, asked for without blocking the loop. */
#ifndef PX_SERVER_HOST_LOOKUP_H
#define PX_SERVER_HOST_LOOKUP_H

#include <event2/util.h>

#include "base/result.h"
#include "base/slice.h"

struct event_base;

typedef struct px_lookup px_lookup;

/* All lookups on a loop. Set to zero. */
typedef struct px_lookups {
    px_lookup *first;
} px_lookups;

/* `addresses` belong to who is called (evutil_freeaddrinfo); NULL: there are none, and `why`, a static
 * text, says so. */
typedef void px_lookup_done(void *context, struct evutil_addrinfo *addresses, const char *why);

/* Calls `done` from the loop, never from here. PX_ERR_NO_MEMORY: it will not be called. */
PX_MUST_CHECK int px_lookup_begin(px_lookups *lookups, struct event_base *base, px_slice host,
                                  uint16_t port, px_lookup_done *done, void *context,
                                  px_lookup **lookup);

/* `done` will not be called any more. */
void px_lookup_cancel(px_lookup *lookup);

/* Frees what cancelled lookups have left on the loop, which goes around for it. */
void px_lookups_end(px_lookups *lookups, struct event_base *base);

#endif
