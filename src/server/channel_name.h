/* What a channel's name says: whether it is one, and which kind of channel it names. */
#ifndef PX_SERVER_CHANNEL_NAME_H
#define PX_SERVER_CHANNEL_NAME_H

#include "base/slice.h"

/* Traits of a channel; its kind is a combination of them. */
enum {
    PX_CHANNEL_PRIVATE = 1 << 0,   /* subscribing needs a signature */
    PX_CHANNEL_PRESENCE = 1 << 1,  /* has members */
    PX_CHANNEL_ENCRYPTED = 1 << 2, /* its data is opaque to us */
    PX_CHANNEL_CACHE = 1 << 3,     /* remembers its last event */
    PX_CHANNEL_USER = 1 << 4,      /* reaches one signed-in user */
};

/* The traits, by exact prefix. */
unsigned px_channel_traits(px_slice name);

/* Of a channel that reaches one signed-in user: that user's id. */
px_slice px_channel_user_id(px_slice name);

/* NULL when the name is one, of at most max_len bytes; otherwise what is wrong with it. */
const char *px_channel_name_fault(px_slice name, uint32_t max_len);

#endif
