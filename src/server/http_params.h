/* Query strings and percent-encoding. */
#ifndef PX_SERVER_HTTP_PARAMS_H
#define PX_SERVER_HTTP_PARAMS_H

#include "base/arena.h"

/* One parameter, as it was sent and as it was meant (percent-decoded, '+' as a blank; the name in
 * lower case both times). */
typedef struct px_http_param {
    px_slice raw_name;
    px_slice raw_value;
    px_slice name;
    px_slice value;
    size_t position; /* in the query */
} px_http_param;

typedef struct px_http_params {
    px_http_param *items; /* sorted by name; equal names as they came */
    size_t count;
} px_http_params;

/* Everything lives in the arena or in the query. Errors as px_arena_alloc. */
PX_MUST_CHECK int px_http_params_read(px_arena *arena, px_slice query, px_http_params *params);

/* The first parameter of that name, or NULL. */
const px_http_param *px_http_param_find(const px_http_params *params, px_slice name);

/* Its value; ptr NULL when there is none. */
px_slice px_http_param_value(const px_http_params *params, px_slice name);

/* Resolves %XX; what only looks like it stays. Errors as px_arena_alloc. */
PX_MUST_CHECK int px_percent_decode(px_arena *arena, px_slice text, bool plus_is_blank,
                                    px_slice *out);

#endif
