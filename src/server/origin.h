/* Which web pages may connect: an app's list of allowed origins. */
#ifndef PX_SERVER_ORIGIN_H
#define PX_SERVER_ORIGIN_H

#include "server/app.h"

/* `origin` is the Origin header, ptr NULL when there is none. Each entry of the list is compared,
 * ignoring case, with the whole origin ("https://example.org") and with its host ("example.org");
 * `*` matches any run of characters. An empty list allows all. So does a missing header: only
 * browsers send it, and only they can be held back by it. */
bool px_origin_allowed(px_slice origin, px_name_list allowed);

#endif
