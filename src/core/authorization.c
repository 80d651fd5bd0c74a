#include "core/authorization.h"

#include "core/authorization_request.h"
#include "core/internal.h"

/* ---- Life ---- */

px_request *px_authorization_question(px_core *core, px_id id) {
    px_request *request = px_request_find(core, id);
    return request && request->asked ? request : NULL;
}

static int new_request(px_core *core, px_request_kind kind, px_request **out) {
    px_authorizations *authorizations = &core->authorizations;
    px_request *request;
    int result = px_request_new(core, kind, 0, &request);
    if (result != PX_OK)
        return result;
    request->deadline = core->now + core->options.auth_timeout;
    request->earlier = authorizations->newest;
    *(authorizations->newest ? &authorizations->newest->later : &authorizations->oldest) = request;
    authorizations->newest = request;
    *out = request;
    return PX_OK;
}

static void add_channel(px_request *request, px_channel *channel) {
    if (channel->list)
        px_channel_list_remove(channel);
    px_channel_list_add(&request->channels, channel);
    channel->request = request->id;
}

/* Lets the channels of the request wait in another list, which may be no longer than its frame. */
static void move_channels(px_request *request, px_channel_list *to) {
    px_channel *channel;
    while ((channel = request->channels.first)) {
        px_channel_list_remove(channel);
        px_channel_list_add(to, channel);
        channel->request = 0;
    }
}

/* Takes the request out of the order of deadlines and away from whom it is of. */
static void detach(px_core *core, px_request *request) {
    px_authorizations *authorizations = &core->authorizations;
    if (request->kind == PX_REQUEST_USER_AUTHENTICATION)
        core->user.request = 0;
    *(request->earlier ? &request->earlier->later : &authorizations->oldest) = request->later;
    *(request->later ? &request->later->earlier : &authorizations->newest) = request->earlier;
}

/* The request was answered, or never told. */
static void end(px_core *core, px_request *request) {
    detach(core, request);
    px_request_end(core, request);
}

static void cancel(px_core *core, px_request *request) {
    detach(core, request);
    px_request_cancel(core, request);
}

/* The channel waits no more. The request of which it was the last, or NULL. */
static px_request *leave(px_core *core, px_channel *channel) {
    px_request *request = px_request_find(core, channel->request);
    if (channel->list)
        px_channel_list_remove(channel);
    channel->request = 0;
    return request && !request->channels.first ? request : NULL;
}

void px_authorization_settled(px_core *core, px_channel *channel) {
    px_request *request =
        channel ? leave(core, channel) : px_request_find(core, core->user.request);
    if (request)
        end(core, request);
}

void px_authorization_cancel(px_core *core, px_channel *channel) {
    px_request *request = leave(core, channel);
    if (request)
        cancel(core, request);
    px_channel_release(core, channel);
}

void px_authorizations_cancel_all(px_core *core) {
    px_channel *channel;
    while ((channel = core->authorizations.waiting.first))
        px_channel_list_remove(channel);
    px_request *request;
    while ((request = core->authorizations.oldest)) {
        while ((channel = request->channels.first))
            (void)leave(core, channel);
        cancel(core, request);
    }
}

void px_authorization_take(px_core *core, px_request *request, px_channel_list *channels) {
    move_channels(request, channels);
    end(core, request);
}

void px_authorization_fail_list(px_core *core, px_channel_list *channels,
                                px_authorization_fault *fault, int status, px_slice text) {
    px_channel *channel;
    while ((channel = channels->first)) {
        px_channel_list_remove(channel);
        if (core->connection.live)
            fault(core, channel, status, text);
    }
}

/* Ends the request by `ending`, then tells. */
static void fail_by(px_core *core, px_request *request, void (*ending)(px_core *, px_request *),
                    px_authorization_fault *fault, int status, px_slice text) {
    bool of_user = request->kind == PX_REQUEST_USER_AUTHENTICATION;
    px_channel_list failing = {NULL, NULL};
    move_channels(request, &failing);
    ending(core, request);
    if (of_user)
        fault(core, NULL, status, text);
    px_authorization_fail_list(core, &failing, fault, status, text);
}

void px_authorization_failed(px_core *core, px_request *request, px_authorization_fault *fault,
                             int status, px_slice text) {
    fail_by(core, request, end, fault, status, text);
}

/* ---- Asking ---- */

int px_authorize(px_core *core, px_channel *channel) {
    px_request *request;
    if (channel && core->options.auth_batch) {
        px_channel_list_add(&core->authorizations.waiting, channel);
        return PX_OK;
    }
    int result = new_request(
        core, channel ? PX_REQUEST_CHANNEL_AUTHORIZATION : PX_REQUEST_USER_AUTHENTICATION,
        &request);
    if (result != PX_OK)
        return result;
    if (channel)
        add_channel(request, channel);
    else
        core->user.request = request->id;
    result = px_authorization_ask(core, request);
    if (result != PX_OK)
        px_authorization_settled(core, channel);
    return result;
}

int px_authorize_batch(px_core *core, px_channel_list *from, size_t count) {
    px_request *request;
    int result = new_request(core, PX_REQUEST_CHANNEL_AUTHORIZATION, &request);
    if (result != PX_OK)
        return result;
    request->batch = true;
    for (; count && from->first; count--)
        add_channel(request, from->first);
    result = px_authorization_ask(core, request);
    if (result == PX_OK)
        return PX_OK;
    move_channels(request, from);
    end(core, request);
    return result;
}

/* ---- Time ---- */

uint64_t px_authorizations_deadline(const px_core *core) {
    const px_authorizations *authorizations = &core->authorizations;
    if (authorizations->waiting.first)
        return core->now;
    return authorizations->oldest ? authorizations->oldest->deadline : PX_NO_DEADLINE;
}

void px_authorizations_tick(px_core *core) {
    px_request *request;
    while ((request = core->authorizations.oldest) && request->deadline <= core->now)
        fail_by(core, request, cancel, px_authorization_timed_out, 0, PX_SLICE(""));
}
