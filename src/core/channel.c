#include "core/channel.h"

#include "base/plant.h"
#include "base/utf8.h"
#include "core/authorization_failure.h"
#include "core/internal.h"

/* ---- Life ---- */

void px_channels_init(px_channels *channels, const px_allocator *allocator,
                      const uint64_t seed[2]) {
    *channels = (px_channels){.retry_at = PX_NO_DEADLINE};
    px_map_init(&channels->by_name, allocator, seed);
    px_slots_init(&channels->slots, allocator);
}

static void free_channel(px_channels *channels, px_channel *channel) {
    px_roster_free(&channel->roster);
    px_encryption_free(channels->by_name.allocator, channel->encryption);
    px_free(channels->by_name.allocator, channel->held, channel->held_len);
    px_free(channels->by_name.allocator, channel, sizeof(*channel) + channel->name_len);
}

void px_channels_free(px_channels *channels) {
    size_t cursor = 0;
    px_map_entry entry;
    while (px_map_next(&channels->by_name, &cursor, &entry))
        free_channel(channels, entry.value);
    px_map_free(&channels->by_name);
    px_slots_free(&channels->slots);
}

static px_channel_kind kind_of(px_slice name) {
    static const struct {
        px_slice prefix;
        px_channel_kind kind;
    } kinds[] = {{PX_LITERAL("private-encrypted-"), PX_CHANNEL_ENCRYPTED},
                 {PX_LITERAL("private-"), PX_CHANNEL_PRIVATE},
                 {PX_LITERAL("presence-"), PX_CHANNEL_PRESENCE}};
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (px_slice_starts_with(name, kinds[i].prefix))
            return kinds[i].kind;
    return PX_CHANNEL_PUBLIC;
}

static bool is_name(px_core *core, px_slice name) {
    if (name.len == 0 || name.len > PX_MAX_CHANNEL_NAME || name.ptr[0] == '#' ||
        !px_utf8_valid(name))
        return false;
    if (core->options.encryption || kind_of(name) != PX_CHANNEL_ENCRYPTED)
        return true;
    px_log_text(core, PX_LOG_ERROR,
                PX_SLICE("Tried to subscribe to a private-encrypted- channel but no encryption is "
                         "available"));
    return false;
}

static px_channel *new_channel(px_core *core, px_slice name) {
    px_channel *channel = px_alloc(core->allocator, sizeof(*channel) + name.len);
    if (!channel)
        return NULL;
    *channel = (px_channel){.kind = kind_of(name), .subscription_count = -1, .name_len = name.len};
    memcpy(channel->name, name.ptr, name.len);
    px_roster_init(&channel->roster, core->allocator, core->seed);
    if (channel->kind != PX_CHANNEL_ENCRYPTED)
        return channel;
    channel->encryption = px_encryption_new(core->allocator);
    if (channel->encryption)
        return channel;
    free_channel(&core->channels, channel);
    return NULL;
}

static int add_channel(px_core *core, px_slice name, px_channel **out) {
    px_channels *channels = &core->channels;
    if (px_map_count(&channels->by_name) >= core->options.max_channels)
        return PX_ERR_LIMIT;
    px_channel *channel = new_channel(core, name);
    if (!channel)
        return PX_ERR_NO_MEMORY;
    int result = px_queue_reserve(&core->queue);
    if (result != PX_OK)
        goto no_place;
    result = px_slots_add(&channels->slots, channel, &channel->id);
    if (result != PX_OK)
        goto no_slot;
    result = px_map_put(&channels->by_name, px_channel_name(channel), channel);
    if (result != PX_OK)
        goto no_entry;
    *out = channel;
    return PX_OK;
no_entry:
    px_slots_remove(&channels->slots, channel->id);
no_slot:
    px_queue_release(&core->queue);
no_place:
    free_channel(channels, channel);
    return result;
}

/* Takes the channel away without a farewell. */
static void drop_channel(px_core *core, px_channel *channel) {
    px_authorization_cancel(core, channel);
    core->channels.due -= channel->due;
    core->channels.recent = NULL;
    px_map_remove(&core->channels.by_name, px_channel_name(channel));
    px_slots_remove(&core->channels.slots, channel->id);
    free_channel(&core->channels, channel);
}

void px_channel_remove(px_core *core, px_channel *channel) {
    px_channel_id id = channel->id;
    drop_channel(core, channel);
    px_queue_push_reserved(&core->queue, PX_ACTION_CHANNEL_GONE, 0)->as.channel_gone.channel = id;
}

/* ---- Subscribing ---- */

static int start(px_core *core, px_channel *channel) {
    channel->pending = true;
    channel->cancelled = false;
    channel->retry_at = PX_NO_DEADLINE;
    int result = channel->kind == PX_CHANNEL_PUBLIC
                     ? px_send_subscribe(core, channel, PX_SLICE(""), px_slice_of(NULL, 0))
                     : px_authorize(core, channel);
    if (result != PX_OK)
        channel->pending = false;
    return result;
}

/* Subscribes to a channel that is known. */
static int resume(px_core *core, px_channel *channel) {
    channel->cancelled = false;
    if ((channel->pending && !PX_PLANTED(SUBSCRIBES_TWICE)) || channel->subscribed ||
        channel->due || !core->connection.live)
        return PX_OK;
    return start(core, channel);
}

int px_core_subscribe(px_core *core, px_slice name, px_channel_id *id) {
    px_channel *channel = px_channel_by_name(core, name);
    if (channel) {
        int result = resume(core, channel);
        if (result == PX_OK)
            *id = channel->id;
        return result;
    }
    if (!is_name(core, name))
        return PX_ERR_ARGUMENT;
    int result = add_channel(core, name, &channel);
    if (result != PX_OK)
        return result;
    result = core->connection.live ? start(core, channel) : PX_OK;
    if (result != PX_OK) {
        drop_channel(core, channel);
        px_queue_release(&core->queue);
        return result;
    }
    *id = channel->id;
    return PX_OK;
}

void px_core_unsubscribe(px_core *core, px_slice name) {
    px_channel *channel = px_channel_by_name(core, name);
    if (!channel)
        return;
    if (channel->pending) {
        channel->cancelled = true;
        return;
    }
    int result = channel->subscribed && core->connection.live
                     ? px_send_unsubscribe(core, px_channel_name(channel))
                     : PX_OK;
    px_channel_remove(core, channel);
    /* The server still counts us in: a new connection sets that right. */
    if (result != PX_OK)
        px_connection_broken(core, result);
}

bool px_channel_settle(px_core *core, px_channel *channel, bool subscribed) {
    bool cancelled = channel->cancelled;
    channel->pending = false;
    channel->cancelled = false;
    channel->subscribed = subscribed;
    channel->retry_at = PX_NO_DEADLINE;
    if (!subscribed && channel->encryption)
        px_encryption_reset(core, channel);
    /* A server that answers what was not yet asked: the authorization is of no use any more. */
    if (!px_encryption_is_renewing(channel))
        px_authorization_cancel(core, channel);
    if (cancelled && !PX_PLANTED(COMES_BACK))
        px_core_unsubscribe(core, px_channel_name(channel));
    return cancelled;
}

int px_channel_hold(px_core *core, px_channel *channel, px_slice auth) {
    px_channel_release(core, channel);
    channel->held = px_alloc(core->allocator, auth.len);
    if (!channel->held)
        return PX_ERR_NO_MEMORY;
    memcpy(channel->held, auth.ptr, auth.len);
    channel->held_len = auth.len;
    return PX_OK;
}

void px_channel_release(px_core *core, px_channel *channel) {
    px_free(core->allocator, channel->held, channel->held_len);
    channel->held = NULL;
    channel->held_len = 0;
}

bool px_channel_retry_later(px_core *core, px_channel *channel) {
    if (!px_authorization_retry_with_others(core, &channel->failures, &channel->retry_at))
        return false;
    if (channel->retry_at < core->channels.retry_at && !PX_PLANTED(LOST_TIMER))
        core->channels.retry_at = channel->retry_at;
    return true;
}

/* ---- Losing and finding the connection ---- */

void px_channels_reset(px_core *core) {
    size_t cursor = 0;
    px_map_entry entry;
    while (px_map_next(&core->channels.by_name, &cursor, &entry)) {
        px_channel *channel = entry.value;
        core->channels.due -= channel->due;
        channel->due = false;
        channel->failures = 0;
        if (!PX_PLANTED(ROSTER_STAYS))
            px_roster_clear(&channel->roster);
        px_channel_settle(core, channel, false);
    }
    core->channels.retry_at = PX_NO_DEADLINE;
}

/* Lets those whose pause is over be due. */
static void end_pauses(px_core *core) {
    size_t cursor = 0;
    px_map_entry entry;
    core->channels.retry_at = PX_NO_DEADLINE;
    while (px_map_next(&core->channels.by_name, &cursor, &entry)) {
        px_channel *channel = entry.value;
        if (channel->retry_at <= core->now) {
            channel->retry_at = PX_NO_DEADLINE;
            channel->due = true;
            core->channels.due++;
        } else if (channel->retry_at < core->channels.retry_at) {
            core->channels.retry_at = channel->retry_at;
        }
    }
}

/* What the application's next message adds to. */
static size_t outbound(const px_core *core) {
    return core->arena.used + px_transport_backlog(core->connection.live);
}

/* Half of the limit is left to what the application sends. */
static bool has_room(const px_core *core) {
    return outbound(core) < core->options.max_outbound / 2;
}

static void subscribe_due(px_core *core) {
    size_t cursor = 0;
    px_map_entry entry;
    while (core->connection.live && core->channels.due && has_room(core) &&
           px_map_next(&core->channels.by_name, &cursor, &entry)) {
        px_channel *channel = entry.value;
        if (!channel->due)
            continue;
        channel->due = false;
        core->channels.due--;
        int result = start(core, channel);
        if (result != PX_OK)
            px_connection_broken(core, result);
    }
}

void px_channels_resubscribe(px_core *core) {
    size_t cursor = 0;
    px_map_entry entry;
    while (px_map_next(&core->channels.by_name, &cursor, &entry))
        ((px_channel *)entry.value)->due = true;
    core->channels.due = px_map_count(&core->channels.by_name);
    if (PX_PLANTED(FORGETS_A_CHANNEL) && core->channels.due > 1)
        core->channels.due--;
    subscribe_due(core);
}

void px_channels_tick(px_core *core) {
    if (core->channels.retry_at <= core->now)
        end_pauses(core);
    subscribe_due(core);
}

uint64_t px_channels_deadline(const px_core *core) {
    const px_transport *live = core->connection.live;
    bool ready =
        core->channels.due && live && px_transport_backlog(live) < core->options.max_outbound / 2;
    return ready ? core->now : core->channels.retry_at;
}

/* ---- Sending ---- */

/* PX_OK when the application may send that many bytes more. */
static int may_send(const px_core *core, size_t len) {
    if (!core->connection.live)
        return PX_ERR_STATE;
    size_t waiting = outbound(core);
    bool fits =
        waiting <= core->options.max_outbound && len <= core->options.max_outbound - waiting;
    return fits ? PX_OK : PX_ERR_LIMIT;
}

static int send_for_application(px_core *core, px_slice event, px_slice data, px_slice channel) {
    if (data.len && !px_json_valid(data))
        return PX_ERR_SYNTAX;
    int result = may_send(core, data.len);
    return result == PX_OK ? px_send_event(core, event, data, channel) : result;
}

int px_core_trigger(px_core *core, px_channel_id id, px_slice event, px_slice data) {
    const px_channel *channel = px_channel_get(core, id);
    if (!channel)
        return PX_ERR_NOT_FOUND;
    if (channel->encryption || !px_slice_starts_with(event, PX_SLICE("client-")))
        return PX_ERR_ARGUMENT;
    if (!channel->subscribed)
        px_log_text(core, PX_LOG_WARN,
                    PX_SLICE("Client event triggered before channel 'subscription_succeeded' event "
                             ". See: https://pusher.com/docs/client_api_guide/"
                             "client_events#trigger-events"));
    return send_for_application(core, event, data, px_channel_name(channel));
}

int px_core_send_event(px_core *core, px_slice event, px_slice data, px_slice channel) {
    return send_for_application(core, event, data, channel);
}

int px_core_send(px_core *core, px_slice message) {
    if (!px_utf8_valid(message))
        return PX_ERR_SYNTAX;
    px_slice kept;
    int result = may_send(core, message.len);
    if (result == PX_OK)
        result = px_arena_copy(&core->arena, message, &kept);
    return result == PX_OK ? px_transport_send(core, core->connection.live, kept) : result;
}

/* ---- Looking ---- */

px_channel *px_channel_get(const px_core *core, px_channel_id id) {
    return px_slots_get(&core->channels.slots, id);
}

px_channel *px_channel_by_name(px_core *core, px_slice name) {
    px_channels *channels = &core->channels;
    if (channels->recent && px_slice_equal(px_channel_name(channels->recent), name))
        return channels->recent;
    px_channel *channel = px_map_get(&channels->by_name, name);
    if (channel)
        channels->recent = channel;
    return channel;
}

px_channel_id px_core_find_channel(const px_core *core, px_slice name) {
    const px_channel *channel = px_map_get(&core->channels.by_name, name);
    return channel ? channel->id : 0;
}

px_channel_id px_core_next_channel(const px_core *core, size_t *cursor) {
    px_map_entry entry;
    if (!px_map_next(&core->channels.by_name, cursor, &entry))
        return 0;
    return ((const px_channel *)entry.value)->id;
}

bool px_core_channel_info(const px_core *core, px_channel_id id, px_channel_info *info) {
    const px_channel *channel = px_channel_get(core, id);
    if (!channel)
        return false;
    *info = (px_channel_info){.name = px_channel_name(channel),
                              .kind = channel->kind,
                              .subscribed = channel->subscribed,
                              .subscription_pending = channel->pending,
                              .subscription_cancelled = channel->cancelled,
                              .subscription_count = channel->subscription_count};
    return true;
}
