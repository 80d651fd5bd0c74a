/* Authorization of private and presence channels (docs/protocol.md, "Authorization"): who is asked,
 * what is sent, and what each kind of answer means. */
#ifndef PX_CORE_AUTHORIZATION_H
#define PX_CORE_AUTHORIZATION_H

#include "core/channel.h"

typedef struct px_request {
    px_id id;
    px_channel_id channel;
    bool asked; /* the application was asked and has not answered */
    uint64_t deadline;
    struct px_request *earlier; /* all requests wait equally long: the oldest is due first */
    struct px_request *later;
} px_request;

typedef struct px_requests {
    px_slots slots;
    px_request *oldest;
    px_request *newest;
    px_header *headers; /* Content-Type and the configured ones */
    size_t header_count;
    uint32_t jsonp_count; /* callbacks are numbered from 1 */
} px_requests;

/* PX_ERR_NO_MEMORY. The core's options must be there. */
PX_MUST_CHECK int px_requests_init(px_core *core);
void px_requests_free(px_core *core);

/* Asks for the authorization of a channel; the answer subscribes to it, or ends in an error event.
 * PX_ERR_NO_MEMORY, PX_ERR_LIMIT: nothing was asked. */
PX_MUST_CHECK int px_authorize(px_core *core, px_channel *channel);

/* Drops the channel's request, if there is one. */
void px_request_cancel(px_core *core, px_channel *channel);
void px_requests_cancel_all(px_core *core);

uint64_t px_requests_deadline(const px_core *core);
void px_requests_tick(px_core *core);

#endif
