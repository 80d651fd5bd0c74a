#include "core/dispatch.h"

#include "base/plant.h"
#include "core/internal.h"

/* ---- The service's own events on a channel ---- */

static int emit_on_channel(px_core *core, const px_channel *channel, const px_frame *frame,
                           px_slice name) {
    px_event *event = px_event_of_frame(core, frame, name, PX_TO_CHANNEL);
    if (!event)
        return PX_ERR_NO_MEMORY;
    event->channel = channel->id;
    event->user_id = px_slice_of(NULL, 0);
    return PX_OK;
}

/* An event of the channel whose payload the caller fills in, in the place of the frame's data. */
static px_event *push_on_channel(px_core *core, const px_channel *channel, const px_frame *frame,
                                 px_slice name) {
    px_event *event = px_event_push(core, PX_TO_CHANNEL, name);
    if (!event)
        return NULL;
    event->channel = channel->id;
    event->channel_name = frame->channel;
    return event;
}

static void parse_error(px_core *core, int result, px_slice why, px_slice data) {
    px_connection_error(
        core, &(px_error){.type = PX_ERROR_PARSE, .result = result, .message = why, .data = data});
}

/* What can't be read as a roster is told; the subscription stands. */
static int read_roster(px_core *core, px_channel *channel, const px_frame *frame) {
    px_slice data;
    int result = px_frame_data(core, frame, &data);
    if (result != PX_OK)
        return result;
    result = px_roster_read(core, &channel->roster, data);
    if (result == PX_ERR_SYNTAX)
        parse_error(core, result, PX_SLICE("a subscription without a list of members"), data);
    else if (result == PX_ERR_LIMIT)
        parse_error(core, result, PX_SLICE("too many members"), data);
    return result == PX_ERR_NO_MEMORY ? result : PX_OK;
}

static int subscription_succeeded(px_core *core, px_channel *channel, const px_frame *frame) {
    if (px_channel_settle(core, channel, true))
        return PX_OK;
    px_slice name = PX_SLICE("pusher:subscription_succeeded");
    if (channel->kind != PX_CHANNEL_PRESENCE)
        return emit_on_channel(core, channel, frame, name);
    int result = read_roster(core, channel, frame);
    if (result != PX_OK)
        return result;
    px_event *event = push_on_channel(core, channel, frame, name);
    if (!event)
        return PX_ERR_NO_MEMORY;
    event->data_type = PX_DATA_MEMBERS;
    return PX_OK;
}

static int subscription_count(px_core *core, px_channel *channel, const px_frame *frame) {
    px_field count = {.name = PX_LITERAL("subscription_count")};
    px_slice data;
    int64_t value;
    int result = px_frame_data(core, frame, &data);
    if (result != PX_OK)
        return result;
    if (px_fields_read(data, &count, 1) == PX_JSON_ERROR_NONE && count.token == PX_JSON_NUMBER &&
        px_json_to_i64(count.value, &value) && value > 0)
        channel->subscription_count = value;
    return emit_on_channel(core, channel, frame, PX_SLICE("pusher:subscription_count"));
}

/* Reads {"user_id":...,"user_info":...}. An empty id: it is not that, which is told. */
static int read_member(px_core *core, const px_frame *frame, px_member *member) {
    px_field fields[] = {{.name = PX_LITERAL("user_id")}, {.name = PX_LITERAL("user_info")}};
    px_slice data;
    *member = (px_member){0};
    int result = px_frame_data(core, frame, &data);
    if (result != PX_OK)
        return result;
    if (px_fields_read(data, fields, 2) == PX_JSON_ERROR_NONE) {
        result = px_field_id(core, &fields[0], &member->id);
        member->id_is_number = fields[0].token == PX_JSON_NUMBER;
        if (fields[1].token != PX_JSON_END)
            member->info = px_field_raw(&fields[1]);
    }
    if (result == PX_OK && !member->id.len)
        parse_error(core, PX_ERR_SYNTAX, PX_SLICE("a member without a user_id"), data);
    return result;
}

/* The member's bytes are copied: it may be gone from the roster before the event is delivered. */
static int emit_member(px_core *core, const px_channel *channel, const px_frame *frame,
                       px_slice name, const px_member *member) {
    px_member copy = *member;
    int result = px_arena_copy(&core->arena, member->id, &copy.id);
    if (result == PX_OK)
        result = px_arena_copy(&core->arena, member->info, &copy.info);
    if (result != PX_OK)
        return result;
    px_event *event = push_on_channel(core, channel, frame, name);
    if (!event)
        return PX_ERR_NO_MEMORY;
    event->data_type = PX_DATA_MEMBER;
    event->member = copy;
    return PX_OK;
}

static int member_added(px_core *core, px_channel *channel, const px_frame *frame) {
    px_member member;
    int result = read_member(core, frame, &member);
    if (result != PX_OK || !member.id.len)
        return result;
    result = px_roster_put(&channel->roster, &member);
    if (result == PX_ERR_LIMIT) {
        parse_error(core, result, PX_SLICE("too many members"), member.id);
        return PX_OK;
    }
    if (result != PX_OK)
        return result;
    return emit_member(core, channel, frame, PX_SLICE("pusher:member_added"), &member);
}

static int member_removed(px_core *core, px_channel *channel, const px_frame *frame) {
    px_member named;
    px_member known;
    int result = read_member(core, frame, &named);
    if (result != PX_OK || !px_roster_get(&channel->roster, named.id, &known))
        return result;
    result = emit_member(core, channel, frame, PX_SLICE("pusher:member_removed"), &known);
    if (!PX_PLANTED(MEMBER_STAYS))
        px_roster_remove(&channel->roster, named.id);
    return result;
}

static const struct {
    px_slice event;
    bool presence_only;
    int (*handle)(px_core *core, px_channel *channel, const px_frame *frame);
} internal_events[] = {
    {PX_LITERAL("pusher_internal:subscription_succeeded"), false, subscription_succeeded},
    {PX_LITERAL("pusher_internal:subscription_count"), false, subscription_count},
    {PX_LITERAL("pusher_internal:member_added"), true, member_added},
    {PX_LITERAL("pusher_internal:member_removed"), true, member_removed},
};

/* Before the success, which brings all members, they are those of a subscription that was left. */
static bool has_members(const px_channel *channel) {
    return channel->kind == PX_CHANNEL_PRESENCE && channel->subscribed;
}

/* Internal events that are not in the table are swallowed. */
static int handle_internal(px_core *core, px_channel *channel, const px_frame *frame) {
    for (size_t i = 0; i < sizeof(internal_events) / sizeof(internal_events[0]); i++)
        if (px_slice_equal(internal_events[i].event, frame->event) &&
            (!internal_events[i].presence_only || has_members(channel)))
            return internal_events[i].handle(core, channel, frame);
    return PX_OK;
}

/* ---- The service's events on the connection ---- */

static int service_error(px_core *core, const px_frame *frame) {
    px_error error = {.type = PX_ERROR_PROTOCOL};
    int result = px_service_error_read(core, frame, &error.code, &error.message);
    if (result == PX_OK)
        result = px_frame_data(core, frame, &error.data);
    if (result == PX_OK)
        px_connection_error(core, &error);
    return result;
}

static int handle_service(px_core *core, const px_frame *frame) {
    if (px_slice_equal(frame->event, PX_SLICE("pusher:error")))
        return service_error(core, frame);
    if (px_slice_equal(frame->event, PX_SLICE("pusher:ping")))
        return px_send_pong(core);
    return PX_OK;
}

/* ---- Every message ---- */

/* One event for all who hear of it: first the channel, then the client, then the connection. `error` may
 * be NULL. */
static int deliver(px_core *core, const px_channel *channel, const px_frame *frame,
                   unsigned targets, const px_error *error) {
    px_event *event = px_event_of_frame(core, frame, frame->event, targets | PX_TO_CONNECTION);
    if (!event)
        return PX_ERR_NO_MEMORY;
    if (error)
        event->error = *error;
    event->channel = channel ? channel->id : 0;
    if (targets & PX_TO_USER || (channel && channel->kind != PX_CHANNEL_PRESENCE))
        event->user_id = px_slice_of(NULL, 0);
    return PX_OK;
}

/* Of what comes on the user's channel, the user hears what is not the service's own. */
static unsigned targets_of(const px_core *core, const px_channel *channel, const px_frame *frame) {
    if (channel)
        return PX_TO_CHANNEL | PX_TO_CLIENT;
    return px_user_is_channel(core, frame->channel) &&
                   !px_slice_starts_with(frame->event, PX_SLICE("pusher:"))
               ? PX_TO_CLIENT | PX_TO_USER
               : PX_TO_CLIENT;
}

static int deliver_to_all(px_core *core, const px_channel *channel, const px_frame *frame,
                          const px_error *error) {
    return deliver(core, channel, frame, targets_of(core, channel, frame), error);
}

/* The service's own refusal of a subscription, {"error":...,"status":...}, in the shape of ours. */
static int read_refusal(px_core *core, const px_frame *frame, px_error *error) {
    px_field fields[] = {{.name = PX_LITERAL("error")}, {.name = PX_LITERAL("status")}};
    px_slice data;
    int64_t status;
    *error = (px_error){.type = PX_ERROR_AUTH};
    int result = px_frame_data(core, frame, &data);
    if (result != PX_OK || px_fields_read(data, fields, 2) != PX_JSON_ERROR_NONE)
        return result;
    if (fields[1].token == PX_JSON_NUMBER && px_json_to_i64(fields[1].value, &status) &&
        status > 0 && status <= UINT16_MAX)
        error->status = (int)status;
    return px_field_is_string(&fields[0]) ? px_field_text(core, &fields[0], &error->message)
                                          : PX_OK;
}

/* The subscription is not pending any more, so that it can be tried again. */
static int handle_refusal(px_core *core, px_channel *channel, const px_frame *frame) {
    px_error error;
    int result = read_refusal(core, frame, &error);
    if (result == PX_OK)
        result = deliver_to_all(core, channel, frame, &error);
    if (result == PX_OK && channel && channel->pending)
        px_channel_settle(core, channel, false);
    return result;
}

static int dispatch_internal(px_core *core, px_channel *channel, const px_frame *frame) {
    int result = PX_OK;
    if (px_slice_equal(frame->event, PX_SLICE("pusher_internal:watchlist_events")))
        result = px_user_watchlist(core, frame);
    else if (channel)
        result = handle_internal(core, channel, frame);
    /* The channel may be gone by now. */
    channel = frame->channel.len ? px_channel_by_name(core, frame->channel) : NULL;
    return result == PX_OK ? deliver(core, channel, frame, 0, NULL) : result;
}

int px_dispatch(px_core *core, px_slice message) {
    px_frame frame;
    px_slice why;
    int result = px_frame_decode(core, message, &frame, &why);
    if (result == PX_ERR_SYNTAX) {
        parse_error(core, result, why, message);
        return PX_OK;
    }
    if (result != PX_OK)
        return result;
    px_log_received(core, &frame);
    px_channel *channel = frame.channel.len ? px_channel_by_name(core, frame.channel) : NULL;
    if (px_encryption_seals(channel, &frame))
        return px_encryption_deliver(core, channel, &frame);
    if (!px_slice_starts_with(frame.event, PX_SLICE("pusher")))
        return deliver_to_all(core, channel, &frame, NULL);
    if (px_slice_starts_with(frame.event, PX_SLICE("pusher_internal:")))
        return dispatch_internal(core, channel, &frame);
    if (px_slice_equal(frame.event, PX_SLICE("pusher:subscription_error")))
        return handle_refusal(core, channel, &frame);
    result = handle_service(core, &frame);
    if (result == PX_OK)
        result = deliver_to_all(core, channel, &frame, NULL);
    if (result == PX_OK && px_slice_equal(frame.event, PX_SLICE("pusher:signin_success")))
        result = px_user_signed_in(core, &frame);
    return result;
}
