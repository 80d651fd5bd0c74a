#include "core/requests.h"

#include "core/authorization_answer.h"
#include "core/internal.h"
#include "core/sockjs.h"

/* ---- Life ---- */

void px_requests_init(px_core *core) {
    px_slots_init(&core->requests, core->allocator);
}

void px_requests_free(px_core *core) {
    px_slots *slots = &core->requests;
    for (uint32_t i = 0; i < slots->capacity; i++)
        if (slots->slots[i].item)
            px_free(core->allocator, slots->slots[i].item, sizeof(px_request));
    px_slots_free(slots);
}

int px_request_new(px_core *core, px_request_kind kind, uint32_t owner, px_request **out) {
    px_request *request = px_alloc(core->allocator, sizeof(*request));
    if (!request)
        return PX_ERR_NO_MEMORY;
    *request = (px_request){.kind = kind, .owner = owner, .deadline = PX_NO_DEADLINE};
    int result = px_queue_reserve(&core->queue);
    if (result == PX_OK) {
        result = px_slots_add(&core->requests, request, &request->id);
        if (result != PX_OK)
            px_queue_release(&core->queue);
    }
    if (result != PX_OK) {
        px_free(core->allocator, request, sizeof(*request));
        return result;
    }
    *out = request;
    return PX_OK;
}

px_request *px_request_find(const px_core *core, px_id id) {
    return px_slots_get(&core->requests, id);
}

static void forget(px_core *core, px_request *request) {
    px_slots_remove(&core->requests, request->id);
    px_free(core->allocator, request, sizeof(*request));
}

void px_request_end(px_core *core, px_request *request) {
    forget(core, request);
    px_queue_release(&core->queue);
}

void px_request_cancel(px_core *core, px_request *request) {
    px_id id = request->id;
    forget(core, request);
    px_queue_push_reserved(&core->queue, PX_ACTION_CANCEL, id);
}

/* ---- What the network says ---- */

px_slice px_script_arguments(px_slice script) {
    const char *open = script.len ? memchr(script.ptr, '(', script.len) : NULL;
    size_t end = script.len;
    while (end && script.ptr[end - 1] != ')')
        end--;
    if (!open || !end || script.ptr + end <= open + 1)
        return PX_SLICE("");
    return px_slice_of(open + 1, (size_t)(script.ptr + end - 1 - (open + 1)));
}

void px_core_request_done(px_core *core, px_id id, int status, px_slice body, int result,
                          px_slice message) {
    px_request *request = px_request_find(core, id);
    if (!request)
        return;
    const px_answer answer = {status < 0 ? 0 : status, body, result, message};
    switch (request->kind) {
    case PX_REQUEST_CHANNEL_AUTHORIZATION:
    case PX_REQUEST_USER_AUTHENTICATION:
        px_authorization_answered(core, request, &answer);
        break;
    case PX_REQUEST_STATS:
        px_statistics_answered(core, request, &answer);
        break;
    case PX_REQUEST_RECEIVE:
        px_http_socket_received(core, request, &answer);
        break;
    case PX_REQUEST_SEND:
        px_http_socket_sent(core, request, &answer);
        break;
    case PX_REQUEST_INFO:
        if (PX_OWN_SOCKJS)
            px_sockjs_informed(core, request, &answer);
        break;
    }
}
