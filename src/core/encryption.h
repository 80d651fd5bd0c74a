/* Encrypted channels (docs/protocol.md, "Encrypted channels"): the key that an authorization brings,
 * events whose data is a sealed box, and those that wait for a new key. Boxes are opened by the owner
 * of the engine, who says when one can't be opened. */
#ifndef PX_CORE_ENCRYPTION_H
#define PX_CORE_ENCRYPTION_H

#include "core/channel.h"
#include "core/message.h"

typedef struct px_waiting_event px_waiting_event;

struct px_encryption {
    bool has_key;
    bool renewing; /* the authorization under way is for a new key; the channel stays subscribed */
    unsigned char key[PX_SEAL_KEY_BYTES];
    px_waiting_event *first; /* what came since an event could not be opened, in its order */
    px_waiting_event *last;
    size_t waiting;
    size_t waiting_bytes;
};

/* NULL: no memory. */
px_encryption *px_encryption_new(const px_allocator *allocator);
void px_encryption_free(const px_allocator *allocator, px_encryption *encryption);

static inline bool px_encryption_is_renewing(const px_channel *channel) {
    return channel->encryption && channel->encryption->renewing;
}

/* The channel is not subscribed any more: the key is forgotten, and what waits is dropped. */
void px_encryption_reset(px_core *core, px_channel *channel);

/* An event of an encrypted channel whose data is a box: its channel gets what is in it, everybody else
 * the data as it came. Errors as px_dispatch. */
PX_MUST_CHECK int px_encryption_deliver(px_core *core, px_channel *channel, const px_frame *frame);

/* True for events of encrypted channels that are not the service's own. */
bool px_encryption_seals(const px_channel *channel, const px_frame *frame);

/* Reads the key out of an authorization's `shared_secret`. False: there is none. The caller wipes it. */
bool px_encryption_read_key(px_slice shared_secret, unsigned char key[PX_SEAL_KEY_BYTES]);

void px_encryption_set_key(px_channel *channel, const unsigned char key[PX_SEAL_KEY_BYTES]);

/* A new key has come: sets it and queues what waits. PX_ERR_NO_MEMORY, PX_ERR_LIMIT: nothing happened. */
PX_MUST_CHECK int px_encryption_renewed(px_core *core, px_channel *channel,
                                        const unsigned char key[PX_SEAL_KEY_BYTES]);

/* None will come: what waits is lost. `why` is a sentence that lives until the queue is drained. */
void px_encryption_not_renewed(px_core *core, px_channel *channel, px_slice why);

#endif
