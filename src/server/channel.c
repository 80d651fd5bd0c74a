#include "server/channel.h"

#include "base/plant.h"
#include "server/presence.h"
#include "server/subscription_count.h"

enum { FIRST_CAPACITY = 2 };

px_channel *px_channel_find(const px_app *app, px_slice name) {
    return px_map_get(&app->channels, name);
}

px_channel *px_channel_obtain(px_hub *hub, px_app *app, px_slice name) {
    px_channel *channel = px_channel_find(app, name);
    if (channel)
        return channel;
    channel = px_alloc_zero(hub->allocator, sizeof(*channel) + name.len);
    if (!channel)
        return NULL;
    memcpy(channel->name_bytes, name.ptr, name.len);
    channel->name = px_slice_of(channel->name_bytes, name.len);
    channel->app = app;
    channel->traits = px_channel_traits(name);
    px_map_init(&channel->members, hub->allocator, hub->seed);
    if (px_map_put(&app->channels, channel->name, channel) == PX_OK)
        return channel;
    px_channel_free(hub->allocator, channel);
    return NULL;
}

void px_channel_discard_if_empty(px_hub *hub, px_channel *channel) {
    if (channel->count > 0)
        return;
    px_map_remove(&channel->app->channels, channel->name);
    px_channel_free(hub->allocator, channel);
}

static size_t block_size(size_t capacity) {
    return capacity * (sizeof(px_hub_connection *) + sizeof(px_subscription *));
}

void px_channel_free(const px_allocator *allocator, px_channel *channel) {
    for (uint32_t i = 0; i < channel->count; i++)
        px_free(allocator, channel->subscriptions[i], sizeof(px_subscription));
    px_presence_free_members(allocator, channel);
    px_free(allocator, channel->counting, sizeof(px_counting));
    px_free(allocator, channel->connections, block_size(channel->capacity));
    px_free(allocator, channel, sizeof(*channel) + channel->name.len);
}

/* One block holds both arrays, so that growing is all or nothing. */
static int set_capacity(px_hub *hub, px_channel *channel, uint32_t capacity) {
    px_hub_connection **connections = px_alloc(hub->allocator, block_size(capacity));
    if (!connections)
        return PX_ERR_NO_MEMORY;
    px_subscription **subscriptions = (px_subscription **)(void *)(connections + capacity);
    if (channel->count) {
        memcpy(connections, channel->connections, channel->count * sizeof(*connections));
        memcpy(subscriptions, channel->subscriptions, channel->count * sizeof(*subscriptions));
    }
    px_free(hub->allocator, channel->connections, block_size(channel->capacity));
    channel->connections = connections;
    channel->subscriptions = subscriptions;
    channel->capacity = capacity;
    return PX_OK;
}

/* Searches the shorter of the two lists the subscription is in. */
px_subscription *px_subscription_find(const px_channel *channel,
                                      const px_hub_connection *connection) {
    if (channel->count < connection->subscription_count) {
        for (uint32_t i = 0; i < channel->count; i++)
            if (channel->connections[i] == connection)
                return channel->subscriptions[i];
        return NULL;
    }
    px_subscription *subscription = connection->subscriptions;
    while (subscription && subscription->channel != channel)
        subscription = subscription->next;
    return subscription;
}

px_subscription *px_subscription_add(px_hub *hub, px_channel *channel,
                                     px_hub_connection *connection) {
    if (channel->count == channel->capacity) {
        uint32_t capacity = channel->capacity ? channel->capacity * 2 : FIRST_CAPACITY;
        if (set_capacity(hub, channel, capacity) != PX_OK)
            return NULL;
    }
    px_subscription *added = px_alloc(hub->allocator, sizeof(*added));
    if (!added)
        return NULL;
    *added = (px_subscription){.channel = channel,
                               .connection = connection,
                               .next = connection->subscriptions,
                               .link = &connection->subscriptions,
                               .index = channel->count};
    if (added->next)
        added->next->link = &added->next;
    connection->subscriptions = added;
    connection->subscription_count++;
    channel->connections[channel->count] = connection;
    channel->subscriptions[channel->count++] = added;
    hub->stats.subscriptions++;
    return added;
}

void px_subscription_remove(px_hub *hub, px_subscription *subscription) {
    px_channel *channel = subscription->channel;
    px_subscription *last = channel->subscriptions[--channel->count];
    channel->connections[subscription->index] = last->connection;
    channel->subscriptions[subscription->index] = last;
    if (!PX_PLANTED(WRONG_INDEX))
        last->index = subscription->index;

    *subscription->link = subscription->next;
    if (subscription->next)
        subscription->next->link = subscription->link;
    subscription->connection->subscription_count--;
    hub->stats.subscriptions--;
    px_free(hub->allocator, subscription, sizeof(*subscription));

    /* Gives memory back after a crowd has left; goes on with the large block if that fails. */
    if (channel->count > 0 && channel->count < channel->capacity / 4)
        (void)!set_capacity(hub, channel, channel->capacity / 2);
}

void px_channel_deliver(px_hub *hub, px_channel *channel, const px_subscription *except,
                        px_message *message) {
    if (!except) {
        px_hub_deliver(hub, channel->connections, channel->count, message);
        return;
    }
    size_t before = except->index;
    px_hub_deliver(hub, channel->connections, before, px_message_hold(message));
    px_hub_deliver(hub, channel->connections + before + 1, channel->count - before - 1, message);
}
