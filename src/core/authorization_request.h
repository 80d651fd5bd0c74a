/* What is asked when a channel is to be authorized or the user to be authenticated (docs/protocol.md,
 * "Authorization", "Users"): a form that is posted, the same as a script's URL, or a question to the
 * application. */
#ifndef PX_CORE_AUTHORIZATION_REQUEST_H
#define PX_CORE_AUTHORIZATION_REQUEST_H

#include "core/authorization.h"

/* PX_ERR_NO_MEMORY. The core's options must be there. */
PX_MUST_CHECK int px_authorization_ways_init(px_core *core);

const px_authorization_way *px_authorization_way_of(const px_core *core, const px_request *request);

/* Queues the request, or the question. PX_ERR_NO_MEMORY, PX_ERR_LIMIT: nothing was queued. */
PX_MUST_CHECK int px_authorization_ask(px_core *core, px_request *request);

#endif
