/* Channels that wait for the same thing, in order: to be authorized, or for the answer to one request.
 * A channel is in one list at most, and knows in which. */
#ifndef PX_CORE_CHANNEL_LIST_H
#define PX_CORE_CHANNEL_LIST_H

struct px_channel;

typedef struct px_channel_list {
    struct px_channel *first;
    struct px_channel *last;
} px_channel_list;

/* Puts a channel, which is in no list, at the end. The list must not move while it has channels. */
void px_channel_list_add(px_channel_list *list, struct px_channel *channel);

/* Takes the channel out of the list that it is in. */
void px_channel_list_remove(struct px_channel *channel);

#endif
