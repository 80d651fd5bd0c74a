/* Which requests come from this machine and its own pages: only these may have what is for development. */
#ifndef PX_SERVER_DEV_ORIGIN_H
#define PX_SERVER_DEV_ORIGIN_H

#include "server/host_head.h"

/* What a request says of where it comes from; empty: nothing. */
typedef struct px_dev_asker {
    px_slice host;   /* the Host header */
    px_slice origin; /* the Origin header, or else the Referer */
    px_slice site;   /* the Sec-Fetch-Site header, which pages can neither set nor leave out */
} px_dev_asker;

px_dev_asker px_dev_asker_of(const px_http_head *head);

/* NULL when what such a request may do is for whoever sends it: it was sent to this machine by name or
 * address, and by no page from elsewhere. Else why not. */
const char *px_dev_refusal(const px_dev_asker *asker);

/* The same for what a page gets by a script tag: pages from elsewhere can have that sent without Origin
 * and Referer, and old browsers send no Sec-Fetch-Site, so that one of them has to be there. */
const char *px_dev_script_refusal(const px_dev_asker *asker);

/* True when the URL or origin is one of this machine: http(s)://localhost, *.localhost, 127.x.x.x or
 * [::1], with any port. */
bool px_origin_is_local(px_slice origin);

/* The same for a Host header. */
bool px_host_is_local(px_slice host);

#endif
