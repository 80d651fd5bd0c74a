/* Included by force into examples/five_lines.c, which has no options: it then talks to the server
 * that the environment names, and its lines do not wait in a buffer although nobody sees them on a
 * terminal. */
#ifndef LOCAL_CLIENT_H
#define LOCAL_CLIENT_H

#include "../../examples/example.h"

static inline int local_client_new(pusher_string key, const pusher_options *none,
                                   pusher_client **client) {
    (void)none;
    setvbuf(stdout, NULL, _IOLBF, 0);
    pusher_options options = example_options();
    return pusher_client_new(key, &options, client);
}
#define pusher_client_new local_client_new

#endif
