#include "core/authorization.h"

#include "core/authorization_answer.h"
#include "core/authorization_failure.h"
#include "core/authorization_request.h"
#include "core/internal.h"

/* ---- Life ---- */

px_channel *px_authorization_channel(const px_core *core, const px_request *request) {
    return px_channel_get(core, request->owner);
}

px_request *px_authorization_question(px_core *core, px_id id) {
    px_request *request = px_request_find(core, id);
    return request && request->asked ? request : NULL;
}

/* Where it is written down that the request is open. */
static px_id *place_of(px_core *core, const px_request *request) {
    px_channel *channel = px_authorization_channel(core, request);
    return channel ? &channel->request : &core->user.request;
}

static void append(px_authorizations *authorizations, px_request *request) {
    request->earlier = authorizations->newest;
    request->later = NULL;
    *(authorizations->newest ? &authorizations->newest->later : &authorizations->oldest) = request;
    authorizations->newest = request;
}

static int new_request(px_core *core, const px_channel *channel, px_request **out) {
    px_request *request;
    int result = px_request_new(
        core, channel ? PX_REQUEST_CHANNEL_AUTHORIZATION : PX_REQUEST_USER_AUTHENTICATION,
        channel ? channel->id : 0, &request);
    if (result != PX_OK)
        return result;
    request->deadline = core->now + core->options.auth_timeout;
    append(&core->authorizations, request);
    *place_of(core, request) = request->id;
    *out = request;
    return PX_OK;
}

/* Takes the request out of the list and away from whom it is of. */
static void detach(px_core *core, px_request *request) {
    px_authorizations *authorizations = &core->authorizations;
    *place_of(core, request) = 0;
    *(request->earlier ? &request->earlier->later : &authorizations->oldest) = request->later;
    *(request->later ? &request->later->earlier : &authorizations->newest) = request->earlier;
}

void px_authorization_end(px_core *core, px_request *request) {
    detach(core, request);
    px_request_end(core, request);
}

static void cancel(px_core *core, px_request *request) {
    detach(core, request);
    px_request_cancel(core, request);
}

void px_authorization_cancel(px_core *core, px_channel *channel) {
    px_request *request = px_request_find(core, channel->request);
    if (request)
        cancel(core, request);
    px_channel_release(core, channel);
}

void px_authorizations_cancel_all(px_core *core) {
    while (core->authorizations.oldest)
        cancel(core, core->authorizations.oldest);
}

/* ---- Asking ---- */

int px_authorize(px_core *core, px_channel *channel) {
    px_request *request;
    int result = new_request(core, channel, &request);
    if (result != PX_OK)
        return result;
    result = px_authorization_ask(core, request);
    if (result != PX_OK)
        px_authorization_end(core, request);
    return result;
}

/* ---- Time ---- */

uint64_t px_authorizations_deadline(const px_core *core) {
    return core->authorizations.oldest ? core->authorizations.oldest->deadline : PX_NO_DEADLINE;
}

void px_authorizations_tick(px_core *core) {
    while (px_authorizations_deadline(core) <= core->now) {
        px_request *request = core->authorizations.oldest;
        px_channel *channel = px_authorization_channel(core, request);
        cancel(core, request);
        px_authorization_timed_out(core, channel);
    }
}
