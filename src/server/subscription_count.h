/* Telling the subscribers of a channel how many they are, in apps that want it
 * (docs/protocol.md, "Subscription counts"). */
#ifndef PX_SERVER_SUBSCRIPTION_COUNT_H
#define PX_SERVER_SUBSCRIPTION_COUNT_H

#include "server/channel.h"
#include "server/task.h"

/* What a channel with many subscribers needs for it. */
typedef struct px_counting {
    px_task task; /* set, while they are many: a change is to be told then */
    px_channel *channel;
    uint64_t told_ms; /* when one was told */
} px_counting;

/* The channel has a subscriber more or less. Tells all of them, at once or, where they are many and
 * have just been told, later; the last change is told in any case. */
void px_count_changed(px_hub *hub, px_channel *channel);

#endif
