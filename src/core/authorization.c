#include "core/authorization.h"

#include "core/authorization_failure.h"
#include "core/internal.h"

/* ---- Requests ---- */

int px_requests_init(px_core *core) {
    px_requests *requests = &core->requests;
    px_pairs configured = core->options.auth_headers;
    px_slots_init(&requests->slots, core->allocator);
    void *memory;
    int result =
        px_arena_alloc(&core->option_memory, (configured.count + 1) * sizeof(px_header), &memory);
    if (result != PX_OK)
        return result;
    requests->headers = memory;
    requests->header_count = configured.count + 1;
    requests->headers[0] =
        (px_header){PX_SLICE("Content-Type"), PX_SLICE("application/x-www-form-urlencoded")};
    for (size_t i = 0; i < configured.count; i++)
        requests->headers[i + 1] = (px_header){configured.items[i].name, configured.items[i].value};
    return PX_OK;
}

void px_requests_free(px_core *core) {
    while (core->requests.oldest) {
        px_request *request = core->requests.oldest;
        core->requests.oldest = request->later;
        px_free(core->allocator, request, sizeof(*request));
    }
    px_slots_free(&core->requests.slots);
}

static void append(px_requests *requests, px_request *request) {
    request->earlier = requests->newest;
    request->later = NULL;
    *(requests->newest ? &requests->newest->later : &requests->oldest) = request;
    requests->newest = request;
}

static void detach(px_requests *requests, px_request *request) {
    *(request->earlier ? &request->earlier->later : &requests->oldest) = request->later;
    *(request->later ? &request->later->earlier : &requests->newest) = request->earlier;
}

/* Makes a request that has its id and its place for CANCEL. */
static int new_request(px_core *core, px_channel *channel, px_request **out) {
    px_request *request = px_alloc(core->allocator, sizeof(*request));
    if (!request)
        return PX_ERR_NO_MEMORY;
    *request =
        (px_request){.channel = channel->id, .deadline = core->now + core->options.auth_timeout};
    int result = px_queue_reserve(&core->queue);
    if (result == PX_OK) {
        result = px_slots_add(&core->requests.slots, request, &request->id);
        if (result != PX_OK)
            px_queue_release(&core->queue);
    }
    if (result != PX_OK) {
        px_free(core->allocator, request, sizeof(*request));
        return result;
    }
    append(&core->requests, request);
    channel->request = request->id;
    *out = request;
    return PX_OK;
}

/* The request's own end; its place in the queue is the caller's. */
static void free_request(px_core *core, px_request *request) {
    px_channel *channel = px_channel_get(core, request->channel);
    channel->request = 0;
    detach(&core->requests, request);
    px_slots_remove(&core->requests.slots, request->id);
    px_free(core->allocator, request, sizeof(*request));
}

/* The request was answered. */
static void end_request(px_core *core, px_request *request) {
    free_request(core, request);
    px_queue_release(&core->queue);
}

static void cancel(px_core *core, px_request *request) {
    px_id id = request->id;
    free_request(core, request);
    px_queue_push_reserved(&core->queue, PX_ACTION_CANCEL, id);
}

void px_request_cancel(px_core *core, px_channel *channel) {
    px_request *request = px_slots_get(&core->requests.slots, channel->request);
    if (request)
        cancel(core, request);
}

void px_requests_cancel_all(px_core *core) {
    while (core->requests.oldest)
        cancel(core, core->requests.oldest);
}

/* ---- Asking ---- */

static void add_parameter(px_text *text, px_slice name, px_slice value) {
    px_text_add(text, PX_SLICE("&"));
    px_text_add_component(text, name);
    px_text_add(text, PX_SLICE("="));
    px_text_add_component(text, value);
}

/* socket_id, channel_name, the configured parameters, the provider's. */
static void add_form(px_core *core, px_text *text, const px_channel *channel,
                     const px_header *params, size_t count) {
    px_pairs configured = core->options.auth_params;
    px_text_add(text, PX_SLICE("socket_id="));
    px_text_add_component(text, px_core_socket_id(core));
    add_parameter(text, PX_SLICE("channel_name"), px_channel_name(channel));
    for (size_t i = 0; i < configured.count; i++)
        add_parameter(text, configured.items[i].name, configured.items[i].value);
    for (size_t i = 0; i < count; i++)
        add_parameter(text, params[i].name, params[i].value);
}

/* A script's URL: ENDPOINT?callback=Pusher.auth_callbacks['N']&form */
static void add_jsonp_url(px_core *core, px_text *text) {
    px_slice endpoint = core->options.auth_endpoint;
    bool has_query = endpoint.len && memchr(endpoint.ptr, '?', endpoint.len);
    px_text_add(text, endpoint);
    px_text_add(text, has_query ? PX_SLICE("&") : PX_SLICE("?"));
    px_text_add(text, PX_SLICE("callback=Pusher.auth_callbacks%5B'"));
    px_text_add_number(text, ++core->requests.jsonp_count);
    px_text_add(text, PX_SLICE("'%5D&"));
}

/* The configured headers with the provider's after them. */
static int join_headers(px_core *core, const px_header *added, size_t count,
                        const px_header **headers) {
    const px_requests *requests = &core->requests;
    *headers = requests->headers;
    if (!count)
        return PX_OK;
    void *memory;
    int result =
        px_arena_alloc(&core->arena, (requests->header_count + count) * sizeof(px_header), &memory);
    px_header *joined = memory;
    if (result != PX_OK)
        return result;
    memcpy(joined, requests->headers, requests->header_count * sizeof(px_header));
    for (size_t i = 0; result == PX_OK && i < count; i++) {
        px_header *copy = &joined[requests->header_count + i];
        result = px_arena_copy(&core->arena, added[i].name, &copy->name);
        if (result == PX_OK)
            result = px_arena_copy(&core->arena, added[i].value, &copy->value);
    }
    *headers = joined;
    return result;
}

static int push_jsonp(px_core *core, const px_request *request, const px_channel *channel,
                      const px_header *params, size_t param_count) {
    px_text text = px_text_begin(&core->text);
    px_slice url;
    add_jsonp_url(core, &text);
    add_form(core, &text, channel, params, param_count);
    int result = px_core_keep_text(core, &text, &url);
    if (result != PX_OK)
        return result;
    px_action *action = px_queue_push(&core->queue, PX_ACTION_REQUEST, request->id);
    if (!action)
        return PX_ERR_NO_MEMORY;
    action->as.request.kind = PX_REQUEST_CHANNEL_AUTHORIZATION;
    action->as.request.jsonp = true;
    action->as.request.method = PX_SLICE("GET");
    action->as.request.url = url;
    if (core->options.auth_headers.count)
        px_log_text(core, PX_LOG_WARN,
                    PX_SLICE("To send headers with the channel-authorization request, you must use "
                             "AJAX, rather than JSONP."));
    return PX_OK;
}

static int push_post(px_core *core, const px_request *request, const px_channel *channel,
                     const px_header *params, size_t param_count, const px_header *headers,
                     size_t header_count) {
    px_text text = px_text_begin(&core->text);
    px_slice body;
    const px_header *joined;
    add_form(core, &text, channel, params, param_count);
    int result = px_core_keep_text(core, &text, &body);
    if (result == PX_OK)
        result = join_headers(core, headers, header_count, &joined);
    if (result != PX_OK)
        return result;
    px_action *action = px_queue_push(&core->queue, PX_ACTION_REQUEST, request->id);
    if (!action)
        return PX_ERR_NO_MEMORY;
    action->as.request.kind = PX_REQUEST_CHANNEL_AUTHORIZATION;
    action->as.request.method = PX_SLICE("POST");
    action->as.request.url = core->options.auth_endpoint;
    action->as.request.headers = joined;
    action->as.request.header_count = core->requests.header_count + header_count;
    action->as.request.body = body;
    return PX_OK;
}

static bool uses_jsonp(const px_core *core) {
    return px_slice_equal(core->options.auth_transport, PX_SLICE("jsonp"));
}

static int push_question(px_core *core, const px_request *request, const px_channel *channel) {
    px_slice name;
    int result = px_arena_copy(&core->arena, px_channel_name(channel), &name);
    if (result != PX_OK)
        return result;
    px_action *action = px_queue_push(&core->queue, PX_ACTION_AUTHORIZE, request->id);
    if (!action)
        return PX_ERR_NO_MEMORY;
    action->as.authorize.channel = channel->id;
    action->as.authorize.channel_name = name;
    action->as.authorize.socket_id = px_core_socket_id(core);
    return PX_OK;
}

int px_authorize(px_core *core, px_channel *channel) {
    px_request *request;
    int result = new_request(core, channel, &request);
    if (result != PX_OK)
        return result;
    request->asked = core->options.ask_authorization;
    if (request->asked)
        result = push_question(core, request, channel);
    else if (uses_jsonp(core))
        result = push_jsonp(core, request, channel, NULL, 0);
    else
        result = push_post(core, request, channel, NULL, 0, NULL, 0);
    if (result != PX_OK)
        end_request(core, request);
    return result;
}

/* ---- Succeeding ---- */

/* Remembers our own id from the channel data. PX_ERR_SYNTAX: there is none. */
static int read_me(px_core *core, px_channel *channel, px_slice channel_data) {
    px_field user_id = {.name = PX_LITERAL("user_id")};
    px_slice id;
    if (px_fields_read(channel_data, &user_id, 1) != PX_JSON_ERROR_NONE)
        return PX_ERR_SYNTAX;
    int result = px_field_id(core, &user_id, &id);
    if (result != PX_OK)
        return result;
    return id.len ? px_roster_set_me(&channel->roster, id, user_id.token == PX_JSON_NUMBER)
                  : PX_ERR_SYNTAX;
}

/* Subscribes with a good answer. PX_ERR_NO_MEMORY, PX_ERR_LIMIT: nothing happened, the request is
 * still open. */
static int accept(px_core *core, px_request *request, int status, const px_authorization *answer) {
    px_channel *channel = px_channel_get(core, request->channel);
    if (channel->cancelled) {
        end_request(core, request);
        px_channel_settle(core, channel, false);
        return PX_OK;
    }
    int result =
        channel->kind == PX_CHANNEL_PRESENCE ? read_me(core, channel, answer->channel_data) : PX_OK;
    if (result == PX_ERR_SYNTAX) {
        end_request(core, request);
        px_authorization_without_user(core, channel, status);
        return PX_OK;
    }
    if (result == PX_OK)
        result = px_send_subscribe(core, channel, answer->auth, answer->channel_data);
    if (result == PX_OK)
        end_request(core, request);
    return result;
}

/* What stands between the outer parentheses of callback({...}). */
static px_slice unwrap_jsonp(px_slice body) {
    const char *open = body.len ? memchr(body.ptr, '(', body.len) : NULL;
    size_t end = body.len;
    while (end && body.ptr[end - 1] != ')')
        end--;
    if (!open || !end || body.ptr + end <= open + 1)
        return px_slice_of(NULL, 0);
    return px_slice_of(open + 1, (size_t)(body.ptr + end - 1 - (open + 1)));
}

static void read_answer(px_core *core, px_request *request, px_slice body) {
    px_channel *channel = px_channel_get(core, request->channel);
    px_field fields[] = {{.name = PX_LITERAL("auth")}, {.name = PX_LITERAL("channel_data")}};
    px_authorization answer = {0};
    px_slice json = uses_jsonp(core) ? unwrap_jsonp(body) : body;
    bool is_object = px_fields_read(json, fields, 2) == PX_JSON_ERROR_NONE;
    if (!is_object && !px_json_valid(json)) {
        end_request(core, request);
        px_authorization_not_json(core, channel, body);
        return;
    }
    if (!is_object || !px_field_is_string(&fields[0]) || !fields[0].value.len) {
        end_request(core, request);
        px_authorization_without_auth(core, channel);
        return;
    }
    int result = px_field_text(core, &fields[0], &answer.auth);
    if (result == PX_OK && px_field_is_string(&fields[1]))
        result = px_field_text(core, &fields[1], &answer.channel_data);
    if (result == PX_OK)
        result = accept(core, request, 200, &answer);
    if (result == PX_OK)
        return;
    end_request(core, request);
    px_connection_broken(core, result);
}

void px_core_request_done(px_core *core, px_id id, int status, px_slice body, px_slice message) {
    px_request *request = px_slots_get(&core->requests.slots, id);
    if (!request || request->asked)
        return;
    if (status == 200) {
        read_answer(core, request, body);
        return;
    }
    px_channel *channel = px_channel_get(core, request->channel);
    end_request(core, request);
    px_authorization_refused(core, channel, status < 0 ? 0 : status, message);
}

/* ---- The application's answers ---- */

static px_request *open_question(px_core *core, px_id id) {
    px_request *request = px_slots_get(&core->requests.slots, id);
    return request && request->asked ? request : NULL;
}

int px_core_authorize_with(px_core *core, px_id id, const px_header *params, size_t param_count,
                           const px_header *headers, size_t header_count) {
    px_request *request = open_question(core, id);
    if (!request)
        return PX_OK;
    for (size_t i = 0; i < header_count; i++)
        if (!px_header_valid(headers[i].name, headers[i].value))
            return PX_ERR_ARGUMENT;
    const px_channel *channel = px_channel_get(core, request->channel);
    int result = uses_jsonp(core) ? push_jsonp(core, request, channel, params, param_count)
                                  : push_post(core, request, channel, params, param_count, headers,
                                              header_count);
    if (result == PX_OK)
        request->asked = false;
    return result;
}

int px_core_authorized(px_core *core, px_id id, const px_authorization *answer) {
    px_request *request = open_question(core, id);
    if (!request)
        return PX_OK;
    if (!answer->auth.len) {
        px_core_authorize_failed(core, id, 0, PX_SLICE("The authorizer gave no 'auth' text"));
        return PX_OK;
    }
    return accept(core, request, 0, answer);
}

void px_core_authorize_failed(px_core *core, px_id id, int status, px_slice message) {
    px_request *request = open_question(core, id);
    if (!request)
        return;
    px_channel *channel = px_channel_get(core, request->channel);
    end_request(core, request);
    px_authorization_denied(core, channel, status, message);
}

/* ---- Time ---- */

uint64_t px_requests_deadline(const px_core *core) {
    return core->requests.oldest ? core->requests.oldest->deadline : PX_NO_DEADLINE;
}

void px_requests_tick(px_core *core) {
    while (px_requests_deadline(core) <= core->now) {
        px_request *request = core->requests.oldest;
        px_channel *channel = px_channel_get(core, request->channel);
        cancel(core, request);
        px_authorization_timed_out(core, channel);
    }
}
