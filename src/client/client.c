/* The life of a client, its connection, and what is bound to it. */
#include "client/cache.h"
#include "client/internal.h"
#include "driver/memory.h"
#include "driver/random.h"
#include "driver/secretbox.h"

/* ---- Birth ---- */

static int init_loop(pusher_client *client) {
    if (client->settings.loop)
        client->loop = (px_loop *)client->settings.loop;
    else {
        int result = px_loop_new(client->allocator, NULL, &client->loop);
        if (result)
            return result;
        client->owns_loop = true;
    }
    int result = px_loop_join(client->loop, &client->deadline, px_client_on_deadline);
    if (!result) {
        result = px_multi_join(client->loop, &client->multi);
        if (result)
            px_loop_leave(client->loop, &client->deadline);
    }
    if (result && client->owns_loop)
        px_loop_free(client->loop);
    return result;
}

static void free_loop(pusher_client *client) {
    px_multi_leave(client->multi);
    px_loop_leave(client->loop, &client->deadline);
    if (client->owns_loop)
        px_loop_free(client->loop);
}

static void on_network_changed(px_network_listener *listener) {
    pusher_network_changed(
        (pusher_client *)(void *)((char *)listener - offsetof(pusher_client, network)));
}

/* Without it the client finds out by itself, only later. */
static void watch_network(pusher_client *client) {
    client->network.changed = on_network_changed;
    if (!client->settings.no_network_watch && px_network_listen(client->loop, &client->network))
        px_client_log(client, PUSHER_LOG_DEBUG, "changes of the network can't be watched here");
}

static void init_parts(pusher_client *client) {
    px_loop_add_user(client->loop);
    client->pump.run = px_client_on_pump;
    px_http_queue_init(&client->requests, client->multi, &px_client_http_events, client);
    px_bindings_init(&client->bindings, client->allocator, client->seed, &client->dying);
    px_bindings_init(&client->connection_bindings, client->allocator, client->seed, &client->dying);
    px_bindings_init(&client->user_bindings, client->allocator, client->seed, &client->dying);
    px_bindings_init(&client->watchlist_bindings, client->allocator, client->seed, &client->dying);
    px_buffer_init(&client->opened, client->allocator, PX_MAX_MESSAGE);
    client->ws_options = (px_ws_options){
        .route = &client->settings.route,
        .max_message = client->settings.max_message,
        .max_outbound = client->settings.max_outbound,
        .events = &px_client_ws_events,
        .owner = client,
    };
    px_client_tell_time(client);
    px_cache_restore(client->core, &client->settings);
    watch_network(client);
}

static int init(pusher_client *client, pusher_string key, const pusher_options *options) {
    int result = px_settings_read(&client->settings, &client->memory, key, options, NULL, 0);
    if (!result)
        result = px_random_fill(client->seed, sizeof client->seed);
    if (!result)
        result = init_loop(client);
    if (result)
        return result;
    client->settings.core.encryption = px_secretbox_available();
    result = px_core_new(client->allocator, &client->settings.core, client->seed,
                         px_loop_now(client->loop), &client->core);
    if (result) {
        free_loop(client);
        return result;
    }
    init_parts(client);
    return PX_OK;
}

int px_client_new(const px_allocator *allocator, pusher_string key, const pusher_options *options,
                  pusher_client **client) {
    pusher_client *made = px_alloc_zero(allocator, sizeof *made);
    if (!made)
        return PX_ERR_NO_MEMORY;
    made->allocator = allocator;
    px_arena_init(&made->memory, allocator, PX_SETTINGS_MEMORY);
    int result = init(made, key, options);
    if (result) {
        px_arena_free(&made->memory);
        px_free(allocator, made, sizeof *made);
        return result;
    }
    *client = made;
    return PX_OK;
}

int pusher_client_new(pusher_string key, const pusher_options *options, pusher_client **client) {
    return px_client_new(&px_malloc_allocator, key, options, client);
}

int pusher_options_check(pusher_string key, const pusher_options *options, char *text,
                         size_t size) {
    px_settings settings;
    px_arena arena;
    px_arena_init(&arena, &px_malloc_allocator, PX_SETTINGS_MEMORY);
    if (size)
        text[0] = '\0';
    int result = px_settings_read(&settings, &arena, key, options, text, size);
    px_arena_free(&arena);
    return result;
}

/* ---- Death ---- */

static void destroy(px_garbage *garbage) {
    pusher_client *client =
        (pusher_client *)(void *)((char *)garbage - offsetof(pusher_client, garbage));
    const px_allocator *allocator = client->allocator;
    px_free(allocator, client->channels, client->channel_capacity * sizeof *client->channels);
    px_arena_free(&client->memory);
    px_free(allocator, client, sizeof *client);
}

void px_client_finish(pusher_client *client) {
    px_client_hang_up(client);
    px_http_queue_free(&client->requests);
    px_client_forget_questions(client);
    for (size_t i = 0; i < client->channel_capacity; i++) {
        if (client->channels[i])
            px_channel_end(client->channels[i]);
    }
    px_bindings_free(&client->bindings);
    px_bindings_free(&client->connection_bindings);
    px_bindings_free(&client->user_bindings);
    px_bindings_free(&client->watchlist_bindings);
    px_buffer_free(&client->opened);
    px_core_free(client->core);
    px_loop_unqueue(client->loop, &client->pump);
    px_loop_drop_posts(client->loop, client);
    px_loop_remove_user(client->loop);
    px_loop *loop = client->loop;
    bool owns_loop = client->owns_loop;
    px_loop_leave(loop, &client->deadline);
    px_network_ignore(loop, &client->network);
    px_multi_leave(client->multi);
    px_loop_discard(loop, &client->garbage, destroy);
    if (owns_loop)
        px_loop_free(loop);
}

void pusher_client_free(pusher_client *client) {
    if (!client || client->dying)
        return;
    client->dying = true;
    if (!client->pumping)
        px_client_finish(client);
}

/* ---- The connection ---- */

void pusher_connect(pusher_client *client) {
    px_core_connect(px_client_core(client));
    px_client_changed(client);
}

void pusher_disconnect(pusher_client *client) {
    px_core_disconnect(px_client_core(client));
    px_client_changed(client);
}

int pusher_switch_cluster(pusher_client *client, pusher_string key, pusher_string cluster) {
    int result = px_core_switch(px_client_core(client), px_inside(key), px_inside(cluster));
    if (!result)
        px_client_changed(client);
    return result;
}

void pusher_network_changed(pusher_client *client) {
    px_core_network_changed(px_client_core(client));
    px_client_changed(client);
}

void pusher_network_online(pusher_client *client) {
    px_core_network_online(px_client_core(client));
    px_client_changed(client);
}

void pusher_network_offline(pusher_client *client) {
    px_core_network_offline(px_client_core(client));
    px_client_changed(client);
}

/* ---- The user ---- */

int pusher_signin(pusher_client *client) {
    int result = px_core_signin(px_client_core(client));
    px_client_changed(client);
    return result;
}

bool pusher_user_data(const pusher_client *client, pusher_string *data) {
    px_slice inside;
    if (!px_core_user(client->core, &inside))
        return false;
    *data = px_outside(inside);
    return true;
}

/* ---- Looking ---- */

pusher_state pusher_connection_state(const pusher_client *client) {
    return (pusher_state)px_core_state(client->core);
}

pusher_string pusher_connection_transport(const pusher_client *client) {
    return px_outside(px_core_transport(client->core));
}

pusher_string pusher_socket_id(const pusher_client *client) {
    return px_outside(px_core_socket_id(client->core));
}
