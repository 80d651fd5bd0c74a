/* The public functions that bind and unbind handlers, at each of the places. */
#include "client/internal.h"

static int add(px_bindings *bindings, pusher_string event, pusher_event_fn handler, void *context,
               pusher_destroy_fn destroy) {
    const px_slice name = px_inside(event);
    return px_bindings_add(bindings, &name, handler, context, destroy);
}

static void remove_named(px_bindings *bindings, pusher_string event, pusher_event_fn handler,
                         const void *context) {
    const px_binding_filter filter = {px_inside(event), handler, context};
    px_bindings_remove(bindings, &filter);
}

static void remove_global(px_bindings *bindings, pusher_event_fn handler, const void *context) {
    const px_binding_filter filter = {.handler = handler, .context = context};
    px_bindings_remove_global(bindings, &filter);
}

int pusher_channel_bind(pusher_channel *channel, pusher_string event, pusher_event_fn handler,
                        void *context, pusher_destroy_fn destroy) {
    return add(&channel->bindings, event, handler, context, destroy);
}

int pusher_channel_bind_global(pusher_channel *channel, pusher_event_fn handler, void *context,
                               pusher_destroy_fn destroy) {
    return px_bindings_add(&channel->bindings, NULL, handler, context, destroy);
}

void pusher_channel_unbind(pusher_channel *channel, pusher_string event, pusher_event_fn handler,
                           const void *context) {
    remove_named(&channel->bindings, event, handler, context);
}

void pusher_channel_unbind_global(pusher_channel *channel, pusher_event_fn handler,
                                  const void *context) {
    remove_global(&channel->bindings, handler, context);
}

int pusher_bind(pusher_client *client, pusher_string event, pusher_event_fn handler, void *context,
                pusher_destroy_fn destroy) {
    return add(&client->bindings, event, handler, context, destroy);
}

int pusher_bind_global(pusher_client *client, pusher_event_fn handler, void *context,
                       pusher_destroy_fn destroy) {
    return px_bindings_add(&client->bindings, NULL, handler, context, destroy);
}

void pusher_unbind(pusher_client *client, pusher_string event, pusher_event_fn handler,
                   const void *context) {
    remove_named(&client->bindings, event, handler, context);
}

void pusher_unbind_global(pusher_client *client, pusher_event_fn handler, const void *context) {
    remove_global(&client->bindings, handler, context);
}

int pusher_connection_bind(pusher_client *client, pusher_string event, pusher_event_fn handler,
                           void *context, pusher_destroy_fn destroy) {
    return add(&client->connection_bindings, event, handler, context, destroy);
}

int pusher_connection_bind_global(pusher_client *client, pusher_event_fn handler, void *context,
                                  pusher_destroy_fn destroy) {
    return px_bindings_add(&client->connection_bindings, NULL, handler, context, destroy);
}

void pusher_connection_unbind(pusher_client *client, pusher_string event, pusher_event_fn handler,
                              const void *context) {
    remove_named(&client->connection_bindings, event, handler, context);
}

void pusher_connection_unbind_global(pusher_client *client, pusher_event_fn handler,
                                     const void *context) {
    remove_global(&client->connection_bindings, handler, context);
}

int pusher_user_bind(pusher_client *client, pusher_string event, pusher_event_fn handler,
                     void *context, pusher_destroy_fn destroy) {
    return add(&client->user_bindings, event, handler, context, destroy);
}

int pusher_user_bind_global(pusher_client *client, pusher_event_fn handler, void *context,
                            pusher_destroy_fn destroy) {
    return px_bindings_add(&client->user_bindings, NULL, handler, context, destroy);
}

void pusher_user_unbind(pusher_client *client, pusher_string event, pusher_event_fn handler,
                        const void *context) {
    remove_named(&client->user_bindings, event, handler, context);
}

void pusher_user_unbind_global(pusher_client *client, pusher_event_fn handler,
                               const void *context) {
    remove_global(&client->user_bindings, handler, context);
}

int pusher_watchlist_bind(pusher_client *client, pusher_string event, pusher_event_fn handler,
                          void *context, pusher_destroy_fn destroy) {
    return add(&client->watchlist_bindings, event, handler, context, destroy);
}

int pusher_watchlist_bind_global(pusher_client *client, pusher_event_fn handler, void *context,
                                 pusher_destroy_fn destroy) {
    return px_bindings_add(&client->watchlist_bindings, NULL, handler, context, destroy);
}

void pusher_watchlist_unbind(pusher_client *client, pusher_string event, pusher_event_fn handler,
                             const void *context) {
    remove_named(&client->watchlist_bindings, event, handler, context);
}

void pusher_watchlist_unbind_global(pusher_client *client, pusher_event_fn handler,
                                    const void *context) {
    remove_global(&client->watchlist_bindings, handler, context);
}
