/* Presence: the distinct users behind a presence channel's subscriptions.
 *
 * A user is a member from its first subscription to its last; member_added and member_removed are
 * sent once for each. The farewell is written when the user joins, so that leaving needs no memory
 * and can't fail. */
#ifndef PX_SERVER_PRESENCE_H
#define PX_SERVER_PRESENCE_H

#include "server/channel.h"

struct px_member {
    px_slice user_id;
    px_slice user_info; /* JSON, as it was given first; empty: none */
    uint32_t subscription_count;
    px_message *farewell; /* member_removed */
    char bytes[];
};

/* A user as channel_data describes it. */
typedef struct px_presence_user {
    px_slice user_id;
    px_slice user_info;
} px_presence_user;

/* Reads channel_data into *user (slices into it, or the hub's arena) and checks it against the
 * app's limits. NULL, or what is wrong. */
const char *px_presence_read_user(px_hub *hub, const px_app *app, px_slice channel_data,
                                  px_presence_user *user);

/* The user's member; NULL when the user is not one yet. */
px_member *px_presence_find(const px_channel *channel, px_slice user_id);

/* Adds a member without subscriptions, silently. NULL without memory. */
px_member *px_presence_add(px_hub *hub, px_channel *channel, const px_presence_user *user);

/* Removes a member that has no subscription (left), silently. */
void px_presence_remove(px_hub *hub, px_channel *channel, px_member *member);

/* member_added and the answer to the user who joined, with all members. NULL without memory. */
px_message *px_presence_welcome(px_hub *hub, const px_channel *channel, const px_member *member);
px_message *px_presence_snapshot(px_hub *hub, const px_channel *channel);

/* Frees the members' memory, silently. */
void px_presence_free_members(const px_allocator *allocator, px_channel *channel);

#endif
