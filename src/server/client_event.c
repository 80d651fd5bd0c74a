#include "server/client_event.h"

#include "server/connection.h"
#include "server/event.h"
#include "server/notice.h"
#include "server/presence.h"

enum { ONE_TOKEN = 1000 };

/* A token bucket that holds what a second allows. */
static bool takes_token(const px_hub *hub, px_hub_connection *connection) {
    uint64_t rate = connection->app->options.client_events_per_second;
    if (rate == 0)
        return true;
    uint64_t full = rate * ONE_TOKEN;
    uint64_t elapsed_ms = hub->now_ms - connection->client_events_at_ms;
    uint64_t tokens = connection->client_event_tokens + elapsed_ms * rate;
    connection->client_events_at_ms = hub->now_ms;
    bool taken = tokens >= ONE_TOKEN;
    tokens = (tokens < full ? tokens : full) - (taken ? ONE_TOKEN : 0);
    connection->client_event_tokens = (uint32_t)tokens;
    return taken;
}

static size_t data_size(const px_member_value *data) {
    return px_value_is_string(data) ? data->text.len : data->raw.len;
}

/* The checks, in the order of the protocol's description; the first that fails answers. The
 * sender's subscription goes to *sender. */
static px_protocol_error check(const px_hub *hub, px_hub_connection *connection, px_slice event,
                               const px_member_value *channel, const px_member_value *data,
                               const px_subscription **sender) {
    const px_app_options *limits = &connection->app->options;
    if (!limits->client_events)
        return PX_ERROR_CLIENT_EVENTS_OFF;
    if (!px_slice_starts_with(event, PX_SLICE("client-")) || event.len > limits->max_event_name)
        return PX_ERROR_CLIENT_EVENT_NAME;
    if (!px_value_is_string(channel) || !data->raw.len)
        return PX_ERROR_INVALID_CLIENT_EVENT;
    if (!(px_channel_traits(channel->text) & PX_CHANNEL_PRIVATE))
        return PX_ERROR_CLIENT_EVENT_CHANNEL;
    if (data_size(data) > limits->max_event_data)
        return PX_ERROR_CLIENT_EVENT_SIZE;
    const px_channel *found = px_channel_find(connection->app, channel->text);
    *sender = found ? px_subscription_find(found, connection) : NULL;
    if (!*sender)
        return PX_ERROR_CLIENT_EVENT_NOT_MEMBER;
    if (!takes_token(hub, connection))
        return PX_ERROR_CLIENT_EVENT_RATE;
    return PX_PROTOCOL_ERROR_COUNT;
}

void px_client_event(px_hub *hub, px_hub_connection *connection, px_slice event,
                     const px_member_value *channel, const px_member_value *data) {
    const px_subscription *sender = NULL;
    px_protocol_error error = check(hub, connection, event, channel, data, &sender);
    if (error != PX_PROTOCOL_ERROR_COUNT) {
        px_connection_complain(hub, connection, error);
        return;
    }
    px_notice_client_event(hub, sender, event, data);
    if (sender->channel->count == 1)
        return;
    px_slice user_id = sender->member ? sender->member->user_id : px_slice_of(NULL, 0);
    px_message *message =
        px_event_from_client(hub, event, sender->channel->name, data->raw, user_id);
    if (message)
        px_channel_deliver(hub, sender->channel, sender, message);
    else
        px_connection_close(hub, connection, PX_ERROR_RECONNECT);
}
