/* Channels: subscriptions, their members, and sending. */
#include "client/internal.h"

/* ---- The objects ---- */

pusher_channel *px_client_channel(const pusher_client *client, px_channel_id id) {
    size_t slot = PX_CHANNEL_SLOT(id);
    pusher_channel *channel = id && slot < client->channel_capacity ? client->channels[slot] : NULL;
    return channel && channel->id == id ? channel : NULL;
}

static void destroy(px_garbage *garbage) {
    pusher_channel *channel =
        (pusher_channel *)(void *)((char *)garbage - offsetof(pusher_channel, garbage));
    px_bindings_free(&channel->bindings);
    px_free(channel->client->allocator, channel, sizeof *channel + channel->name_len);
}

void px_channel_end(pusher_channel *channel) {
    pusher_client *client = channel->client;
    client->channels[PX_CHANNEL_SLOT(channel->id)] = NULL;
    px_bindings_clear(&channel->bindings);
    px_loop_discard(client->loop, &channel->garbage, destroy);
}

static int make_place(pusher_client *client, size_t slot) {
    if (slot < client->channel_capacity)
        return PX_OK;
    size_t capacity = client->channel_capacity ? client->channel_capacity : 4;
    while (capacity <= slot)
        capacity *= 2;
    pusher_channel **channels =
        px_resize(client->allocator, client->channels, client->channel_capacity * sizeof *channels,
                  capacity * sizeof *channels);
    if (!channels)
        return PX_ERR_NO_MEMORY;
    memset(channels + client->channel_capacity, 0,
           (capacity - client->channel_capacity) * sizeof *channels);
    client->channels = channels;
    client->channel_capacity = capacity;
    return PX_OK;
}

static int make_channel(pusher_client *client, px_channel_id id, px_slice name,
                        pusher_channel **channel) {
    size_t slot = PX_CHANNEL_SLOT(id);
    int result = make_place(client, slot);
    if (result)
        return result;
    pusher_channel *made = px_alloc_zero(client->allocator, sizeof *made + name.len);
    if (!made)
        return PX_ERR_NO_MEMORY;
    made->client = client;
    made->id = id;
    made->name_len = name.len;
    memcpy(made->name, name.ptr, name.len);
    px_bindings_init(&made->bindings, client->allocator, client->seed, &client->dying);
    if (client->channels[slot]) /* of a channel that is gone; the core has not yet said so */
        px_channel_end(client->channels[slot]);
    client->channels[slot] = made;
    *channel = made;
    return PX_OK;
}

/* ---- Subscriptions ---- */

int pusher_subscribe(pusher_client *client, pusher_string name, pusher_channel **channel) {
    px_channel_id id;
    int result = px_core_subscribe(px_client_core(client), px_inside(name), &id);
    if (result)
        return result;
    px_client_changed(client);
    pusher_channel *found = px_client_channel(client, id);
    if (!found) {
        result = make_channel(client, id, px_inside(name), &found);
        if (result) {
            px_core_unsubscribe(client->core, px_inside(name));
            return result;
        }
    }
    if (channel)
        *channel = found;
    return PUSHER_OK;
}

void pusher_unsubscribe(pusher_client *client, pusher_string name) {
    px_channel_id id = px_core_find_channel(client->core, px_inside(name));
    pusher_channel *channel = px_client_channel(client, id);
    px_core_unsubscribe(px_client_core(client), px_inside(name));
    px_client_changed(client);
    if (!channel)
        return;
    /* A pending subscription lives on in the core until its answer comes; for the application it is
     * over. */
    px_channel_info info;
    if (px_core_channel_info(client->core, id, &info))
        px_bindings_clear(&channel->bindings);
    else
        px_channel_end(channel);
}

/* NULL for a channel that the application has left. */
static pusher_channel *visible_channel(const pusher_client *client, px_channel_id id) {
    px_channel_info info;
    if (!px_core_channel_info(client->core, id, &info) || info.subscription_cancelled)
        return NULL;
    return px_client_channel(client, id);
}

pusher_channel *pusher_find_channel(const pusher_client *client, pusher_string name) {
    return visible_channel(client, px_core_find_channel(client->core, px_inside(name)));
}

pusher_channel *pusher_next_channel(const pusher_client *client, size_t *cursor) {
    for (px_channel_id id; (id = px_core_next_channel(client->core, cursor)) != 0;) {
        pusher_channel *channel = visible_channel(client, id);
        if (channel)
            return channel;
    }
    return NULL;
}

pusher_string pusher_channel_name(const pusher_channel *channel) {
    return px_outside(px_slice_of(channel->name, channel->name_len));
}

pusher_client *pusher_channel_client(const pusher_channel *channel) {
    return channel->client;
}

bool pusher_channel_is_subscribed(const pusher_channel *channel) {
    px_channel_info info;
    return px_core_channel_info(channel->client->core, channel->id, &info) && info.subscribed;
}

/* ---- Sending ---- */

/* The core refuses JSON that is none with its own code. */
static int outside_result(pusher_client *client, int result) {
    if (result == PX_ERR_SYNTAX)
        return PUSHER_ERR_ARGUMENT;
    if (!result)
        px_client_changed(client);
    return result;
}

int pusher_channel_trigger(pusher_channel *channel, pusher_string event, pusher_string data) {
    pusher_client *client = channel->client;
    if (px_client_is_congested(client, event.len + data.len))
        return PUSHER_ERR_LIMIT;
    return outside_result(
        client, px_core_trigger(client->core, channel->id, px_inside(event), px_inside(data)));
}

int pusher_send_event(pusher_client *client, pusher_string event, pusher_string data,
                      pusher_string channel) {
    if (px_client_is_congested(client, event.len + data.len + channel.len))
        return PUSHER_ERR_LIMIT;
    return outside_result(client, px_core_send_event(client->core, px_inside(event),
                                                     px_inside(data), px_inside(channel)));
}

/* ---- Members ---- */

static void give_member(const px_member *inside, pusher_member *member) {
    member->id = px_outside(inside->id);
    member->info = px_outside(inside->info);
}

size_t pusher_channel_member_count(const pusher_channel *channel) {
    return px_core_member_count(channel->client->core, channel->id);
}

bool pusher_channel_member(const pusher_channel *channel, pusher_string id, pusher_member *member) {
    px_member found;
    if (!px_core_member(channel->client->core, channel->id, px_inside(id), &found))
        return false;
    give_member(&found, member);
    return true;
}

bool pusher_channel_me(const pusher_channel *channel, pusher_member *member) {
    px_member found;
    if (!px_core_member_me(channel->client->core, channel->id, &found))
        return false;
    give_member(&found, member);
    return true;
}

bool pusher_channel_next_member(const pusher_channel *channel, size_t *cursor,
                                pusher_member *member) {
    px_member found;
    if (!px_core_next_member(channel->client->core, channel->id, cursor, &found))
        return false;
    give_member(&found, member);
    return true;
}
