/* pusher_options, checked and in the shape that the layers below want. */
#ifndef PX_CLIENT_SETTINGS_H
#define PX_CLIENT_SETTINGS_H

#include "base/arena.h"
#include "core/log_format.h"
#include "core/options.h"
#include "driver/easy.h"

#include <pusher/pusher.h>

/* The two kinds of slices are the same thing under a public and an internal name. */
static inline px_slice px_inside(pusher_string text) {
    return px_slice_of(text.ptr, text.len);
}

static inline pusher_string px_outside(px_slice text) {
    pusher_string string = {text.ptr, text.len};
    return string;
}

/* How the application is asked to authorize channels, or to authenticate the user. */
typedef struct px_asking {
    pusher_provider_fn params_provider;
    pusher_provider_fn headers_provider;
    pusher_authorizer_fn authorizer;
    void *context;
} px_asking;

typedef struct px_settings {
    px_options core;
    px_route route;
    uint32_t max_message;
    uint32_t max_outbound;
    size_t max_authorization; /* bytes of an endpoint's answer for channels; 0: the usual limit */
    px_asking channel;
    px_asking user;
    pusher_log_fn log;
    void *log_context;
    bool no_network_watch;
    bool no_transport_cache;
    const char *cache_dir; /* NULL: as the environment has it */
    px_log_format log_format;
    pusher_loop *loop;
} px_settings;

/* Bytes that the texts of the options may take together. */
enum { PX_SETTINGS_MEMORY = 256 * 1024 };

/* Reads the options (NULL: all defaults); texts that must outlive the call are copied into `arena`.
 * PX_ERR_ARGUMENT: `text` (of `size` bytes, may be NULL with 0) holds a sentence that names the
 * option. PX_ERR_NO_MEMORY, PX_ERR_LIMIT. */
PX_MUST_CHECK int px_settings_read(px_settings *settings, px_arena *arena, pusher_string key,
                                   const pusher_options *options, char *text, size_t size);

#endif
