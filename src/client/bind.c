/* The public functions that bind and unbind handlers, at each of the places. */
#include "client/internal.h"

int pusher_channel_bind(pusher_channel *channel, pusher_string event, pusher_event_fn handler,
                        void *context, pusher_destroy_fn destroy) {
    return px_bindings_add(&channel->bindings, px_inside(event), handler, context, destroy);
}

int pusher_channel_bind_global(pusher_channel *channel, pusher_event_fn handler, void *context,
                               pusher_destroy_fn destroy) {
    return px_bindings_add_global(&channel->bindings, handler, context, destroy);
}

void pusher_channel_unbind(pusher_channel *channel, pusher_string event, pusher_event_fn handler,
                           const void *context) {
    px_bindings_remove(&channel->bindings, px_inside(event), handler, context);
}

void pusher_channel_unbind_global(pusher_channel *channel, pusher_event_fn handler,
                                  const void *context) {
    px_bindings_remove_global(&channel->bindings, handler, context);
}

int pusher_bind(pusher_client *client, pusher_string event, pusher_event_fn handler, void *context,
                pusher_destroy_fn destroy) {
    return px_bindings_add(&client->bindings, px_inside(event), handler, context, destroy);
}

int pusher_bind_global(pusher_client *client, pusher_event_fn handler, void *context,
                       pusher_destroy_fn destroy) {
    return px_bindings_add_global(&client->bindings, handler, context, destroy);
}

void pusher_unbind(pusher_client *client, pusher_string event, pusher_event_fn handler,
                   const void *context) {
    px_bindings_remove(&client->bindings, px_inside(event), handler, context);
}

void pusher_unbind_global(pusher_client *client, pusher_event_fn handler, const void *context) {
    px_bindings_remove_global(&client->bindings, handler, context);
}

int pusher_connection_bind(pusher_client *client, pusher_string event, pusher_event_fn handler,
                           void *context, pusher_destroy_fn destroy) {
    return px_bindings_add(&client->connection_bindings, px_inside(event), handler, context,
                           destroy);
}

int pusher_connection_bind_global(pusher_client *client, pusher_event_fn handler, void *context,
                                  pusher_destroy_fn destroy) {
    return px_bindings_add_global(&client->connection_bindings, handler, context, destroy);
}

void pusher_connection_unbind(pusher_client *client, pusher_string event, pusher_event_fn handler,
                              const void *context) {
    px_bindings_remove(&client->connection_bindings, px_inside(event), handler, context);
}

void pusher_connection_unbind_global(pusher_client *client, pusher_event_fn handler,
                                     const void *context) {
    px_bindings_remove_global(&client->connection_bindings, handler, context);
}

int pusher_user_bind(pusher_client *client, pusher_string event, pusher_event_fn handler,
                     void *context, pusher_destroy_fn destroy) {
    return px_bindings_add(&client->user_bindings, px_inside(event), handler, context, destroy);
}

int pusher_user_bind_global(pusher_client *client, pusher_event_fn handler, void *context,
                            pusher_destroy_fn destroy) {
    return px_bindings_add_global(&client->user_bindings, handler, context, destroy);
}

void pusher_user_unbind(pusher_client *client, pusher_string event, pusher_event_fn handler,
                        const void *context) {
    px_bindings_remove(&client->user_bindings, px_inside(event), handler, context);
}

void pusher_user_unbind_global(pusher_client *client, pusher_event_fn handler,
                               const void *context) {
    px_bindings_remove_global(&client->user_bindings, handler, context);
}

int pusher_watchlist_bind(pusher_client *client, pusher_string event, pusher_event_fn handler,
                          void *context, pusher_destroy_fn destroy) {
    return px_bindings_add(&client->watchlist_bindings, px_inside(event), handler, context,
                           destroy);
}

int pusher_watchlist_bind_global(pusher_client *client, pusher_event_fn handler, void *context,
                                 pusher_destroy_fn destroy) {
    return px_bindings_add_global(&client->watchlist_bindings, handler, context, destroy);
}

void pusher_watchlist_unbind(pusher_client *client, pusher_string event, pusher_event_fn handler,
                             const void *context) {
    px_bindings_remove(&client->watchlist_bindings, px_inside(event), handler, context);
}

void pusher_watchlist_unbind_global(pusher_client *client, pusher_event_fn handler,
                                    const void *context) {
    px_bindings_remove_global(&client->watchlist_bindings, handler, context);
}
