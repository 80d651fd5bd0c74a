/* Channels: the map, and what subscribes and unsubscribes (docs/protocol.md, "Channels"). */
#ifndef PX_CORE_CHANNEL_H
#define PX_CORE_CHANNEL_H

#include "base/map.h"
#include "core/channel_list.h"
#include "core/core.h"
#include "core/presence.h"
#include "core/slots.h"

typedef struct px_encryption px_encryption;

typedef struct px_channel {
    px_channel_id id;
    px_channel_kind kind;
    bool subscribed;
    bool pending;
    bool cancelled;
    bool due;                   /* to be subscribed again; its turn comes */
    uint8_t failures;           /* authorizations in a row that failed for a passing reason */
    uint64_t retry_at;          /* when it is due again; PX_NO_DEADLINE: not by itself */
    int64_t subscription_count; /* -1: unknown */
    px_id request;              /* the authorization under way; 0: none */
    px_channel_list *list; /* where it waits for one, or with whom for an answer; NULL: nowhere */
    struct px_channel *earlier; /* in that list */
    struct px_channel *later;
    char *held; /* the `auth` of an authorization that waits for the user's sign-in */
    size_t held_len;
    px_roster roster;          /* PRESENCE */
    px_encryption *encryption; /* ENCRYPTED; else NULL */
    size_t name_len;
    char name[];
} px_channel;

typedef struct px_channels {
    px_map by_name; /* in the order of subscription */
    px_slots slots;
    px_channel *recent; /* found by name last: events come in bursts; NULL: none */
    size_t due;         /* how many channels wait for their turn */
    uint64_t retry_at;  /* not later than any channel's */
} px_channels;

void px_channels_init(px_channels *channels, const px_allocator *allocator, const uint64_t seed[2]);
void px_channels_free(px_channels *channels);

static inline px_slice px_channel_name(const px_channel *channel) {
    return px_slice_of(channel->name, channel->name_len);
}

/* NULL: none. */
px_channel *px_channel_get(const px_core *core, px_channel_id id);
px_channel *px_channel_by_name(px_core *core, px_slice name);

/* Takes the channel out of the map: its id and its memory are gone. */
void px_channel_remove(px_core *core, px_channel *channel);

/* The subscription succeeded or failed, or the connection is gone: a cancelled channel goes. True:
 * it is gone. */
bool px_channel_settle(px_core *core, px_channel *channel, bool subscribed);

/* Keeps the authorization of a subscription that has to wait. PX_ERR_NO_MEMORY. */
PX_MUST_CHECK int px_channel_hold(px_core *core, px_channel *channel, px_slice auth);

/* What is kept; empty: nothing. */
static inline px_slice px_channel_held(const px_channel *channel) {
    return px_slice_of(channel->held, channel->held_len);
}

void px_channel_release(px_core *core, px_channel *channel);

/* The authorization failed for a reason that may pass: it is tried again after a pause. False: it
 * failed too often. */
bool px_channel_retry_later(px_core *core, px_channel *channel);

/* All channels become unsubscribed: the connection is being sought, or was ended. */
void px_channels_reset(px_core *core);

/* A connection is there: every channel is due. */
void px_channels_resubscribe(px_core *core);

/* Subscribes to what is due (again), as much as fits into the queue at one time. */
void px_channels_tick(px_core *core);

/* When px_channels_tick has something to do. */
uint64_t px_channels_deadline(const px_core *core);

#endif
