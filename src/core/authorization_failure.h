/* What is said, and done, when a channel could not be authorized, or (NULL) the user not be authenticated
 * (docs/protocol.md, "Authorization failures", "Users"): the channel or the user hears an error that
 * names the endpoint and the status. What may pass (no answer, a status from 500) is tried again after
 * a pause, a few times. */
#ifndef PX_CORE_AUTHORIZATION_FAILURE_H
#define PX_CORE_AUTHORIZATION_FAILURE_H

#include "core/channel.h"

/* How one of them is told; `text` is what the sentence quotes. */
typedef void px_authorization_fault(px_core *core, px_channel *channel, int status, px_slice text);

/* Any status but 200; `reason` says why none came (0), where that is known. */
px_authorization_fault px_authorization_refused;

/* The answer is no JSON: this. */
px_authorization_fault px_authorization_not_json;

/* The answer has no text of that name. */
px_authorization_fault px_authorization_lacks;

/* The answer to a batch says nothing of the channel; what it says is this, and nothing of use. */
px_authorization_fault px_authorization_unlisted;
px_authorization_fault px_authorization_bad_entry;

/* Within the time limit there was no answer. */
px_authorization_fault px_authorization_timed_out;

/* The application said no, in its own words. */
px_authorization_fault px_authorization_denied;

/* The answer for a presence channel does not say who we are, and nobody is signed in; but perhaps somebody
 * may be later. */
void px_authorization_without_user(px_core *core, px_channel *channel, int status, bool may_pass);

/* The answer for an encrypted channel brings no key. */
void px_authorization_without_secret(px_core *core, px_channel *channel);

/* Counts a failure, and says when it is time for the next try. False: there were too many. */
bool px_authorization_retry_at(px_core *core, uint8_t *failures, uint64_t *at);

/* Where channels are authorized together, what failed as often is tried again at the same time, so that it
 * goes in one request again. */
typedef struct px_authorization_pause {
    uint8_t failures;
    uint64_t until;
} px_authorization_pause;

/* The same for a channel. */
bool px_authorization_retry_with_others(px_core *core, uint8_t *failures, uint64_t *at);

#endif
