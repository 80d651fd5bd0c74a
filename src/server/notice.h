/* What an app's webhooks are told: a function for each kind of event, called at the one place where
 * it happens.
 *
 * A client that reloads its page is gone for a moment. So the end of a channel or of a membership is
 * only told when it has lasted for webhook_grace_ms (grace.h); when somebody is back before, neither
 * the end nor the new beginning is. Channels of users are never told of, and an app without webhooks
 * pays for a test of a flag. */
#ifndef PX_SERVER_NOTICE_H
#define PX_SERVER_NOTICE_H

#include "server/channel.h"
#include "server/json_object.h"

/* The first subscription of the channel is there; the last one is gone. */
void px_notice_channel_occupied(px_hub *hub, const px_channel *channel);
void px_notice_channel_vacated(px_hub *hub, const px_channel *channel);

/* The same of a member of a presence channel. */
void px_notice_member_added(px_hub *hub, const px_channel *channel, px_slice user_id);
void px_notice_member_removed(px_hub *hub, const px_channel *channel, px_slice user_id);

/* A client has sent an event, and might. `data` is any JSON value; the webhook gets a string. */
void px_notice_client_event(px_hub *hub, const px_subscription *sender, px_slice event,
                            const px_member_value *data);

/* Somebody has subscribed to an empty cache channel. It is told once, until the channel has got a
 * value (px_notice_cached) or some seconds have passed. */
void px_notice_cache_miss(px_hub *hub, const px_channel *channel);
void px_notice_cached(px_hub *hub, px_app *app, px_slice channel);

/* The subscribers have been told that there are so many. */
void px_notice_subscription_count(px_hub *hub, const px_channel *channel, uint64_t count);

/* Which kinds the app's webhooks want, as bits. */
uint32_t px_notice_kinds(const px_app_options *app);

/* Tells what is in its grace at once: nobody will come back. */
void px_notice_flush(px_hub *hub);

/* Tells what has been in its grace for long enough. */
void px_notice_tick(px_hub *hub);

#endif
