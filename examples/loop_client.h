/* What the loop_* examples share: a client that prints the events of a channel, and calls `goodbye`
 * when the event of that name comes. */
#ifndef LOOP_CLIENT_H
#define LOOP_CLIENT_H

#include "example.h"

static inline void print_event(const pusher_event *event, void *context) {
    (void)context;
    printf("%.*s: %.*s\n", TEXT(event->name), TEXT(event->data));
    fflush(stdout);
}

static inline int make_client(const char *channel_name, pusher_event_fn goodbye, void *context,
                              pusher_client **client) {
    pusher_options options = example_options();
    pusher_client *made;
    pusher_channel *channel;
    int result = pusher_client_new(example_key(), &options, &made);
    if (result)
        return result;
    result = pusher_subscribe(made, pusher_str(channel_name), &channel);
    if (!result)
        result = pusher_channel_bind_global(channel, print_event, NULL, NULL);
    if (!result)
        result = pusher_channel_bind(channel, pusher_str("goodbye"), goodbye, context, NULL);
    if (result)
        pusher_client_free(made);
    else
        *client = made;
    return result;
}

#endif
