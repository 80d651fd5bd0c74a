/* The options of the server: defaults, a deep copy, checks. */
#ifndef PX_SERVER_HOST_OPTIONS_H
#define PX_SERVER_HOST_OPTIONS_H

#include "base/arena.h"
#include "server/server.h"

/* Copies everything that `options` points to, and fills in the default app and address where there
 * are none. Errors as px_arena_alloc. */
PX_MUST_CHECK int px_host_copy_options(const px_server_options *options, px_arena *arena,
                                       px_server_options *copy);

/* PX_OK, or PX_ERR_ARGUMENT with a sentence in `why`. */
PX_MUST_CHECK int px_host_check_options(const px_server_options *options, char *why, size_t size);

#endif
