#include "server/subscribe.h"

#include "base/plant.h"
#include "server/connection.h"
#include "server/event.h"
#include "server/notice.h"
#include "server/presence.h"
#include "server/subscription_count.h"
#include "server/text.h"
#include "server/user.h"

/* ---- Refusals ---- */

/* Modern clients bind pusher:subscription_error on the channel, old ones look at pusher:error: both
 * are sent, and the connection goes on. */
typedef struct px_refusal {
    px_slice type;
    uint16_t status; /* of the subscription error */
    uint16_t code;   /* of pusher:error */
} px_refusal;

static const px_refusal INVALID_CHANNEL = {PX_LITERAL("InvalidChannel"), 400, 4300};
static const px_refusal AUTH_ERROR = {PX_LITERAL("AuthError"), 401, 4009};
static const px_refusal LIMIT_REACHED = {PX_LITERAL("LimitReached"), 4100, 4300};

static void refuse(px_hub *hub, px_hub_connection *connection, px_slice channel,
                   const px_refusal *refusal, px_slice text) {
    px_connection_send(
        hub, connection,
        px_event_subscription_error(hub, channel, refusal->type, text, refusal->status));
    px_connection_complain_text(hub, connection, refusal->code, text);
}

static bool is_signed_in_as(const px_hub_connection *connection, px_slice user_id) {
    return connection->identity && px_slice_equal(connection->identity->user->id, user_id);
}

/* May the connection join, as far as its identity goes? */
static bool is_admitted(px_hub *hub, const px_hub_connection *connection, px_slice name,
                        const px_credentials *credentials, px_slice *why) {
    unsigned traits = px_channel_traits(name);
    if (traits & PX_CHANNEL_USER && !is_signed_in_as(connection, px_channel_user_id(name))) {
        *why = px_text_of(&hub->arena, PX_SLICE("Only the signed-in user can subscribe to "), name);
        return false;
    }
    if (traits & PX_CHANNEL_PRIVATE && !px_is_authorized(hub, connection, name, credentials, why))
        return false;
    if (traits & PX_CHANNEL_PRESENCE && credentials->channel_data.len == 0 &&
        !connection->identity) {
        *why = px_text_of(
            &hub->arena, name,
            PX_SLICE(" is a presence channel and subscription must include channel_data"));
        return false;
    }
    return true;
}

static bool has_too_many(const px_hub_connection *connection) {
    uint32_t max = connection->app->options.max_subscriptions;
    return max && connection->subscription_count >= max;
}

/* Checks all that does not depend on the channel's state; answers when something is wrong. */
static bool is_refused(px_hub *hub, px_hub_connection *connection, px_slice name,
                       const px_credentials *credentials) {
    const char *fault = px_channel_name_fault(name, connection->app->options.max_channel_name);
    px_slice why;
    if (fault)
        refuse(
            hub, connection, name, &INVALID_CHANNEL,
            px_text_of(&hub->arena, PX_SLICE("Invalid channel name: "), px_slice_of_text(fault)));
    else if (!is_admitted(hub, connection, name, credentials, &why))
        refuse(hub, connection, name, &AUTH_ERROR, why);
    else if (!(px_channel_traits(name) & PX_CHANNEL_USER) && has_too_many(connection))
        refuse(hub, connection, name, &LIMIT_REACHED,
               PX_SLICE("The connection has too many subscriptions"));
    else
        return false;
    return true;
}

/* ---- Subscribing ---- */

/* What a subscription needs, made before anything is changed for others to see. */
typedef struct px_joining {
    px_channel *channel;
    px_member *member;      /* presence only */
    px_subscription *added; /* in place, silently */
    px_message *answer;
    px_message *greeting; /* on cache channels: what follows the answer */
    bool is_miss;         /* the channel remembers nothing */
    px_message *welcome;  /* for the others, when the member is new to them */
} px_joining;

static bool make_member(px_hub *hub, px_joining *joining, const px_presence_user *user) {
    px_channel *channel = joining->channel;
    joining->member = px_presence_find(channel, user->user_id);
    bool is_new = !joining->member;
    if (is_new)
        joining->member = px_presence_add(hub, channel, user);
    if (!joining->member)
        return false;
    if (is_new && channel->count > 0) {
        joining->welcome = px_presence_welcome(hub, channel, joining->member);
        if (!joining->welcome)
            return false;
    }
    joining->answer = px_presence_snapshot(hub, channel);
    return joining->answer != NULL;
}

/* The event that the channel remembers, or that there is none: the one place where a miss is found
 * out. It has happened when the subscription is in place (join). NULL without memory. */
static px_message *greet(px_hub *hub, const px_channel *channel, bool *is_miss) {
    const px_last_event *last = px_last_event_find(hub, channel->app, channel->name);
    *is_miss = !last;
    return last ? px_message_hold(last->message)
                : px_event_plain(hub, PX_SLICE("pusher:cache_miss"), channel->name);
}

/* `user` NULL: not a presence channel. */
static bool prepare(px_hub *hub, px_hub_connection *connection, px_joining *joining,
                    const px_presence_user *user) {
    px_channel *channel = joining->channel;
    if (user) {
        if (!make_member(hub, joining, user))
            return false;
    } else {
        joining->answer =
            px_event_plain(hub, PX_SLICE("pusher_internal:subscription_succeeded"), channel->name);
        if (!joining->answer)
            return false;
    }
    if (channel->traits & PX_CHANNEL_CACHE) {
        joining->greeting = greet(hub, channel, &joining->is_miss);
        if (!joining->greeting)
            return false;
    }
    joining->added = px_subscription_add(hub, channel, connection);
    return joining->added != NULL;
}

static void undo(px_hub *hub, px_joining *joining) {
    px_message_release(joining->answer);
    px_message_release(joining->greeting);
    px_message_release(joining->welcome);
    if (joining->member && joining->member->subscription_count == 0)
        px_presence_remove(hub, joining->channel, joining->member);
    px_channel_discard_if_empty(hub, joining->channel);
}

/* Webhooks hear of it. */
static void tell(px_hub *hub, const px_joining *joining) {
    if (joining->channel->count == 1)
        px_notice_channel_occupied(hub, joining->channel);
    if (joining->member && joining->member->subscription_count == 1)
        px_notice_member_added(hub, joining->channel, joining->member->user_id);
    if (joining->is_miss)
        px_notice_cache_miss(hub, joining->channel);
}

static void join(px_hub *hub, px_hub_connection *connection, px_slice name,
                 const px_presence_user *user) {
    px_joining joining = {.channel = px_channel_obtain(hub, connection->app, name)};
    if (!joining.channel || !prepare(hub, connection, &joining, user)) {
        if (joining.channel)
            undo(hub, &joining);
        px_connection_close(hub, connection, PX_ERROR_RECONNECT);
        return;
    }
    if (joining.member) {
        joining.added->member = joining.member;
        joining.member->subscription_count++;
    }
    if (joining.channel->traits & PX_CHANNEL_PRIVATE)
        px_connection_authorized(hub, connection);
    if (joining.welcome)
        px_channel_deliver(hub, joining.channel, joining.added, joining.welcome);
    px_connection_send(hub, connection, joining.answer);
    if (joining.greeting)
        px_connection_send(hub, connection, joining.greeting);
    tell(hub, &joining);
    px_count_changed(hub, joining.channel);
}

/* Distinct users count: one more connection of a member is welcome in a full channel. */
static bool is_full(const px_app *app, const px_channel *channel, px_slice user_id) {
    return channel && px_map_count(&channel->members) >= app->options.max_presence_members &&
           !px_presence_find(channel, user_id);
}

/* Without channel_data the member is the user that the connection is signed in as. */
static const char *read_member(px_hub *hub, const px_hub_connection *connection,
                               px_slice channel_data, px_presence_user *user) {
    const px_identity *identity = connection->identity;
    if (channel_data.len > 0)
        return px_presence_read_user(hub, connection->app, channel_data, user);
    if (identity->is_info_too_large)
        return "the user_info in user_data is too large";
    *user = (px_presence_user){identity->user->id, identity->user_info};
    return NULL;
}

static void join_presence(px_hub *hub, px_hub_connection *connection, px_slice name,
                          px_slice channel_data) {
    px_presence_user user;
    const char *fault = read_member(hub, connection, channel_data, &user);
    if (fault)
        refuse(hub, connection, name, &AUTH_ERROR, px_slice_of_text(fault));
    else if (is_full(connection->app, px_channel_find(connection->app, name), user.user_id))
        refuse(hub, connection, name, &LIMIT_REACHED,
               PX_SLICE("The presence channel has reached its limit of members"));
    else
        join(hub, connection, name, &user);
}

/* A user's events come without a subscription; who asks for one is only told so. */
static void confirm(px_hub *hub, px_hub_connection *connection, px_slice name) {
    px_connection_send(
        hub, connection,
        px_event_plain(hub, PX_SLICE("pusher_internal:subscription_succeeded"), name));
}

void px_subscribe(px_hub *hub, px_hub_connection *connection, px_slice name,
                  const px_credentials *credentials) {
    const px_channel *channel = px_channel_find(connection->app, name);
    if (channel && px_subscription_find(channel, connection))
        px_connection_complain_text(
            hub, connection, 0,
            px_text_of(&hub->arena, PX_SLICE("Existing subscription to channel "), name));
    else if (is_refused(hub, connection, name, credentials))
        return;
    else if (px_channel_traits(name) & PX_CHANNEL_PRESENCE)
        join_presence(hub, connection, name, credentials->channel_data);
    else if (px_channel_traits(name) & PX_CHANNEL_USER)
        confirm(hub, connection, name);
    else
        join(hub, connection, name, NULL);
}

/* ---- Unsubscribing ---- */

void px_subscription_end(px_hub *hub, px_subscription *subscription) {
    px_channel *channel = subscription->channel;
    px_member *member = subscription->member;
    px_subscription_remove(hub, subscription);
    if (PX_PLANTED(MEMBER_LEAK) && member && member->subscription_count == 2)
        member = NULL;
    if (member && --member->subscription_count == 0) {
        if (!PX_PLANTED(NO_FAREWELL))
            px_channel_deliver(hub, channel, NULL, px_message_hold(member->farewell));
        px_notice_member_removed(hub, channel, member->user_id);
        px_presence_remove(hub, channel, member);
    }
    if (channel->count == 0)
        px_notice_channel_vacated(hub, channel);
    if (!PX_PLANTED(WRONG_COUNT))
        px_count_changed(hub, channel);
    px_channel_discard_if_empty(hub, channel);
}
