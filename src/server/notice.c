#include "server/notice.h"

#include "server/grace.h"
#include "server/presence.h"
#include "server/socket_id.h"
#include "json/writer.h"

enum { KEEP_CAPACITY = 64 * 1024 };

static const px_slice NOBODY = {NULL, 0};

uint32_t px_notice_kinds(const px_app_options *app) {
    uint32_t kinds = 0;
    for (size_t i = 0; i < app->webhooks.count; i++)
        kinds |= app->webhooks.items[i].event_types;
    return kinds;
}

static bool is_wanted(const px_app *app, px_webhook_kind kind) {
    return app->notice_kinds >> kind & 1;
}

/* Either of a pair counts: who is told of beginnings only shall not hear of one that was none. */
static bool is_either_wanted(const px_channel *channel, px_webhook_kind beginning,
                             px_webhook_kind end) {
    return channel->app->notice_kinds & (1u << beginning | 1u << end) &&
           !(channel->traits & PX_CHANNEL_USER);
}

/* ---- Telling ---- */

static void begin(px_hub *hub, px_json_writer *writer, px_webhook_kind kind, px_slice channel) {
    px_buffer_clear(&hub->text);
    px_json_writer_init(writer, &hub->text);
    px_json_object_begin(writer);
    px_json_member(writer, PX_SLICE("name"), px_webhook_kind_names[kind]);
    px_json_member(writer, PX_SLICE("channel"), channel);
}

static void end(px_hub *hub, px_json_writer *writer, const px_app *app, px_webhook_kind kind,
                px_slice channel) {
    px_json_object_end(writer);
    if (px_json_writer_finish(writer) == PX_OK) {
        px_notice notice = {app->options.id, kind, channel, px_buffer_slice(&hub->text)};
        hub->host.notice(hub->host.context, &notice);
    } else {
        px_hub_log(hub, PX_HUB_LOG_WARNING,
                   "a webhook event of app %.*s is lost: there was no memory for it",
                   PX_PRINT(app->options.id));
    }
    if (hub->text.capacity > KEEP_CAPACITY)
        px_buffer_free(&hub->text);
}

/* `user_id` empty: none belongs to it. */
static void tell(px_hub *hub, const px_app *app, px_webhook_kind kind, px_slice channel,
                 px_slice user_id) {
    px_json_writer writer;
    if (!is_wanted(app, kind))
        return;
    begin(hub, &writer, kind, channel);
    if (user_id.len > 0)
        px_json_member(&writer, PX_SLICE("user_id"), user_id);
    end(hub, &writer, app, kind, channel);
}

/* Without a grace, for want of room or of memory, an end is told at once. */
static void tell_later(px_hub *hub, const px_channel *channel, px_webhook_kind kind,
                       px_slice user_id) {
    if (hub->draining || hub->options.webhook_grace_ms == 0 ||
        !px_grace_begin(hub, channel->app, kind, channel->name, user_id))
        tell(hub, channel->app, kind, channel->name, user_id);
}

/* A cache miss has been told already: what ends is that it is not told again. */
static void end_grace(px_hub *hub, px_grace *grace) {
    if (grace->kind != PX_WEBHOOK_CACHE_MISS)
        tell(hub, grace->app, grace->kind, grace->channel, grace->user_id);
    px_grace_free(hub, grace);
}

void px_notice_tick(px_hub *hub) {
    px_grace *grace;
    while ((grace = px_grace_pop(hub, hub->now_ms)))
        end_grace(hub, grace);
}

void px_notice_flush(px_hub *hub) {
    px_grace *grace;
    while ((grace = px_grace_pop(hub, UINT64_MAX)))
        end_grace(hub, grace);
}

/* ---- Channels and members ---- */

void px_notice_channel_occupied(px_hub *hub, const px_channel *channel) {
    if (is_either_wanted(channel, PX_WEBHOOK_CHANNEL_OCCUPIED, PX_WEBHOOK_CHANNEL_VACATED) &&
        !px_grace_end(hub, channel->app, PX_WEBHOOK_CHANNEL_VACATED, channel->name, NOBODY))
        tell(hub, channel->app, PX_WEBHOOK_CHANNEL_OCCUPIED, channel->name, NOBODY);
}

void px_notice_channel_vacated(px_hub *hub, const px_channel *channel) {
    if (is_either_wanted(channel, PX_WEBHOOK_CHANNEL_OCCUPIED, PX_WEBHOOK_CHANNEL_VACATED))
        tell_later(hub, channel, PX_WEBHOOK_CHANNEL_VACATED, NOBODY);
}

void px_notice_member_added(px_hub *hub, const px_channel *channel, px_slice user_id) {
    if (is_either_wanted(channel, PX_WEBHOOK_MEMBER_ADDED, PX_WEBHOOK_MEMBER_REMOVED) &&
        !px_grace_end(hub, channel->app, PX_WEBHOOK_MEMBER_REMOVED, channel->name, user_id))
        tell(hub, channel->app, PX_WEBHOOK_MEMBER_ADDED, channel->name, user_id);
}

void px_notice_member_removed(px_hub *hub, const px_channel *channel, px_slice user_id) {
    if (is_either_wanted(channel, PX_WEBHOOK_MEMBER_ADDED, PX_WEBHOOK_MEMBER_REMOVED))
        tell_later(hub, channel, PX_WEBHOOK_MEMBER_REMOVED, user_id);
}

/* ---- Events ---- */

void px_notice_client_event(px_hub *hub, const px_subscription *sender, px_slice event,
                            const px_member_value *data) {
    char id[PX_SOCKET_ID_MAX];
    px_json_writer writer;
    const px_channel *channel = sender->channel;
    if (!is_wanted(channel->app, PX_WEBHOOK_CLIENT_EVENT))
        return;
    begin(hub, &writer, PX_WEBHOOK_CLIENT_EVENT, channel->name);
    px_json_member(&writer, PX_SLICE("event"), event);
    px_json_member(&writer, PX_SLICE("data"), px_value_is_string(data) ? data->text : data->raw);
    px_json_member(&writer, PX_SLICE("socket_id"), px_socket_id_text(sender->connection, id));
    if (sender->member)
        px_json_member(&writer, PX_SLICE("user_id"), sender->member->user_id);
    end(hub, &writer, channel->app, PX_WEBHOOK_CLIENT_EVENT, channel->name);
}

void px_notice_cache_miss(px_hub *hub, const px_channel *channel) {
    if (!is_wanted(channel->app, PX_WEBHOOK_CACHE_MISS) ||
        px_grace_has(channel->app, PX_WEBHOOK_CACHE_MISS, channel->name, NOBODY))
        return;
    tell(hub, channel->app, PX_WEBHOOK_CACHE_MISS, channel->name, NOBODY);
    /* If there is no room to remember it, it may be told twice. */
    (void)!px_grace_begin(hub, channel->app, PX_WEBHOOK_CACHE_MISS, channel->name, NOBODY);
}

void px_notice_cached(px_hub *hub, px_app *app, px_slice channel) {
    if (is_wanted(app, PX_WEBHOOK_CACHE_MISS))
        px_grace_end(hub, app, PX_WEBHOOK_CACHE_MISS, channel, NOBODY);
}

void px_notice_subscription_count(px_hub *hub, const px_channel *channel, uint64_t count) {
    px_json_writer writer;
    if (!is_wanted(channel->app, PX_WEBHOOK_SUBSCRIPTION_COUNT) ||
        channel->traits & PX_CHANNEL_USER)
        return;
    begin(hub, &writer, PX_WEBHOOK_SUBSCRIPTION_COUNT, channel->name);
    px_json_key(&writer, PX_SLICE("subscription_count"));
    px_json_u64(&writer, count);
    end(hub, &writer, channel->app, PX_WEBHOOK_SUBSCRIPTION_COUNT, channel->name);
}
