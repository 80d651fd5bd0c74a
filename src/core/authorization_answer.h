/* What an answer to an authorization request means, the server's and the application's (docs/protocol.md,
 * "Authorization", "Users"). */
#ifndef PX_CORE_AUTHORIZATION_ANSWER_H
#define PX_CORE_AUTHORIZATION_ANSWER_H

#include "core/authorization.h"

/* A request of one of the two kinds was answered. */
void px_authorization_answered(px_core *core, px_request *request, const px_answer *answer);

#endif
