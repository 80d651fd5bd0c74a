/* What is said, and done, when a channel could not be authorized, or (NULL) the user not be authenticated
 * (docs/protocol.md, "Authorization failures", "Users"): the channel or the user hears an error that
 * names the endpoint and the status. What may pass (no answer, a status from 500) is tried again after
 * a pause, a few times. */
#ifndef PX_CORE_AUTHORIZATION_FAILURE_H
#define PX_CORE_AUTHORIZATION_FAILURE_H

#include "core/channel.h"

/* Any status but 200; `reason` says why none came (0), where that is known. */
void px_authorization_refused(px_core *core, px_channel *channel, int status, px_slice reason);

/* The answer is no JSON. */
void px_authorization_not_json(px_core *core, px_channel *channel, px_slice body);

/* The answer has no text of that name. */
void px_authorization_lacks(px_core *core, px_channel *channel, int status, px_slice name);

/* The answer for a presence channel does not say who we are, and nobody is signed in; but perhaps somebody
 * may be later. */
void px_authorization_without_user(px_core *core, px_channel *channel, int status, bool may_pass);

/* The answer for an encrypted channel brings no key. */
void px_authorization_without_secret(px_core *core, px_channel *channel);

void px_authorization_timed_out(px_core *core, px_channel *channel);

/* The application said no, in its own words. */
void px_authorization_denied(px_core *core, px_channel *channel, int status, px_slice message);

/* Counts a failure, and says when it is time for the next try. False: there were too many. */
bool px_authorization_retry_at(px_core *core, uint8_t *failures, uint64_t *at);

#endif
