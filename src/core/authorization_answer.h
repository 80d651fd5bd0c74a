/* What an answer to an authorization request means, the server's and the application's (docs/protocol.md,
 * "Authorization", "Users"). */
#ifndef PX_CORE_AUTHORIZATION_ANSWER_H
#define PX_CORE_AUTHORIZATION_ANSWER_H

#include "core/authorization.h"

/* A request of one of the two kinds was answered. */
void px_authorization_answered(px_core *core, px_request *request, const px_answer *answer);

/* What was answered with status 200 for one channel, or (NULL) for the user: subscribes or signs in, or
 * ends in an error event. `body` is quoted where `json` is none. */
void px_authorization_read(px_core *core, px_channel *channel, px_slice json, px_slice body);

#endif
