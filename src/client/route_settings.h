/* The options that say how hosts are reached: TLS and proxies. */
#ifndef PX_CLIENT_ROUTE_SETTINGS_H
#define PX_CLIENT_ROUTE_SETTINGS_H

#include "client/settings.h"

/* Where a sentence goes that says which option is wrong, and how. */
typedef struct px_complaint {
    char *text; /* may be NULL when size is 0 */
    size_t size;
} px_complaint;

/* Writes the sentence. Always PX_ERR_ARGUMENT. */
int px_refuse(const px_complaint *complaint, const char *sentence);

/* A NUL-terminated copy; an empty text leaves *copy alone. `name` is the option's. Errors as
 * px_route_read. */
PX_MUST_CHECK int px_copy_option(px_arena *arena, pusher_string text, const char *name,
                                 const char **copy, const px_complaint *complaint);

/* Checks these options and copies them into `arena`. PX_ERR_ARGUMENT, PX_ERR_NO_MEMORY,
 * PX_ERR_LIMIT. */
PX_MUST_CHECK int px_route_read(px_route *route, px_arena *arena, const pusher_options *options,
                                const px_complaint *complaint);

#endif
