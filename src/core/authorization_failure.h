/* What is said, and done, when a channel could not be authorized (docs/protocol.md, "Authorization
 * failures"): the channel hears an error that names it, the endpoint and the status. What may pass
 * (no answer, a status from 500) is tried again after a pause, a few times. */
#ifndef PX_CORE_AUTHORIZATION_FAILURE_H
#define PX_CORE_AUTHORIZATION_FAILURE_H

#include "core/channel.h"

/* Any status but 200; `reason` says why none came (0), where that is known. */
void px_authorization_refused(px_core *core, px_channel *channel, int status, px_slice reason);

/* The answer is no JSON. */
void px_authorization_not_json(px_core *core, px_channel *channel, px_slice body);

/* The answer has no `auth`. */
void px_authorization_without_auth(px_core *core, px_channel *channel);

/* The answer for a presence channel does not say who we are. */
void px_authorization_without_user(px_core *core, px_channel *channel, int status);

void px_authorization_timed_out(px_core *core, px_channel *channel);

/* The application said no, in its own words. */
void px_authorization_denied(px_core *core, px_channel *channel, int status, px_slice message);

#endif
