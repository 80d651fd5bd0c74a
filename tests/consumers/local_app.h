/* Included by force into examples/trigger.c, which names no server: it then talks to the one that
 * the environment names. */
#ifndef LOCAL_APP_H
#define LOCAL_APP_H

#include <pusher/server.h>

#include <stdlib.h>

static inline int local_app_new(pusher_app_options *options, pusher_app **app) {
    options->host = pusher_str("127.0.0.1");
    options->port = (uint16_t)strtoul(getenv("PUSHER_PORT"), NULL, 10);
    options->plain = true;
    return pusher_app_new(options, app);
}
#define pusher_app_new local_app_new

#endif
