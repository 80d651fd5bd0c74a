/* Authorization of many channels by one request (option authBatch; docs/protocol.md, "Authorization in
 * batches"): which channels go together, and what an answer says of each. */
#ifndef PX_CORE_AUTHORIZATION_BATCH_H
#define PX_CORE_AUTHORIZATION_BATCH_H

#include "core/authorization.h"

/* Asks for the channels that wait. */
void px_authorization_batches_tick(px_core *core);

/* A request for a batch was answered with status 200. `body` is quoted where `json` is none. */
void px_authorization_batch_answered(px_core *core, px_request *request, px_slice json,
                                     px_slice body);

#endif
