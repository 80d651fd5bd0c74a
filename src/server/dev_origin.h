/* Which requests come from this machine and its own pages: only these may have what is for development. */
#ifndef PX_SERVER_DEV_ORIGIN_H
#define PX_SERVER_DEV_ORIGIN_H

#include "base/slice.h"

/* NULL when what such a request may do is for whoever sends it: it was sent to this machine by name or
 * address, and by no page from elsewhere. Else why not. `host` is the Host header, `origin` the Origin header
 * or the Referer; empty: there is none. */
const char *px_dev_refusal(px_slice host, px_slice origin);

/* True when the URL or origin is one of this machine: http(s)://localhost, *.localhost, 127.x.x.x or
 * [::1], with any port. */
bool px_origin_is_local(px_slice origin);

/* The same for a Host header. */
bool px_host_is_local(px_slice host);

#endif
