#include "core/authorization.h"

#include "core/authorization_failure.h"
#include "core/internal.h"

/* ---- Requests ---- */

int px_authorizations_init(px_core *core) {
    px_authorizations *authorizations = &core->authorizations;
    px_pairs configured = core->options.auth_headers;
    void *memory;
    int result =
        px_arena_alloc(&core->option_memory, (configured.count + 1) * sizeof(px_header), &memory);
    if (result != PX_OK)
        return result;
    px_header *headers = memory;
    headers[0] =
        (px_header){PX_SLICE("Content-Type"), PX_SLICE("application/x-www-form-urlencoded")};
    for (size_t i = 0; i < configured.count; i++)
        headers[i + 1] = (px_header){configured.items[i].name, configured.items[i].value};
    authorizations->headers = headers;
    authorizations->header_count = configured.count + 1;
    return PX_OK;
}

static void append(px_authorizations *authorizations, px_request *request) {
    request->earlier = authorizations->newest;
    request->later = NULL;
    *(authorizations->newest ? &authorizations->newest->later : &authorizations->oldest) = request;
    authorizations->newest = request;
}

static int new_request(px_core *core, px_channel *channel, px_request **out) {
    px_request *request;
    int result = px_request_new(core, PX_REQUEST_CHANNEL_AUTHORIZATION, channel->id, &request);
    if (result != PX_OK)
        return result;
    request->deadline = core->now + core->options.auth_timeout;
    append(&core->authorizations, request);
    channel->request = request->id;
    *out = request;
    return PX_OK;
}

static px_channel *channel_of(const px_core *core, const px_request *request) {
    return px_channel_get(core, request->owner);
}

/* Takes the request out of the list and away from its channel. */
static void detach(px_core *core, px_request *request) {
    px_authorizations *authorizations = &core->authorizations;
    channel_of(core, request)->request = 0;
    *(request->earlier ? &request->earlier->later : &authorizations->oldest) = request->later;
    *(request->later ? &request->later->earlier : &authorizations->newest) = request->earlier;
}

/* The request was answered. */
static void end_request(px_core *core, px_request *request) {
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
}

void px_authorizations_cancel_all(px_core *core) {
    while (core->authorizations.oldest)
        cancel(core, core->authorizations.oldest);
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

/* A script's URL, as far as its receiver's number: ENDPOINT?callback=Pusher.auth_callbacks['N']&form */
static void add_jsonp_url(px_core *core, px_text *text) {
    px_slice endpoint = core->options.auth_endpoint;
    bool has_query = endpoint.len && memchr(endpoint.ptr, '?', endpoint.len);
    px_text_add(text, endpoint);
    px_text_add(text, has_query ? PX_SLICE("&") : PX_SLICE("?"));
    px_text_add(text, PX_SLICE("callback=Pusher.auth_callbacks%5B'"));
}

/* The configured headers with the provider's after them. */
static int join_headers(px_core *core, const px_header *added, size_t count,
                        const px_header **headers) {
    const px_authorizations *authorizations = &core->authorizations;
    *headers = authorizations->headers;
    if (!count)
        return PX_OK;
    void *memory;
    int result = px_arena_alloc(
        &core->arena, (authorizations->header_count + count) * sizeof(px_header), &memory);
    px_header *joined = memory;
    if (result != PX_OK)
        return result;
    memcpy(joined, authorizations->headers, authorizations->header_count * sizeof(px_header));
    for (size_t i = 0; result == PX_OK && i < count; i++) {
        px_header *copy = &joined[authorizations->header_count + i];
        result = px_arena_copy(&core->arena, added[i].name, &copy->name);
        if (result == PX_OK)
            result = px_arena_copy(&core->arena, added[i].value, &copy->value);
    }
    *headers = joined;
    return result;
}

static int push_jsonp(px_core *core, const px_request *request, const px_channel *channel,
                      const px_header *params, size_t param_count, size_t header_count) {
    px_text text = px_text_begin(&core->text);
    px_slice url;
    add_jsonp_url(core, &text);
    size_t number_at = text.out->len;
    px_text_add(&text, PX_SLICE("'%5D&"));
    add_form(core, &text, channel, params, param_count);
    int result = px_core_keep_text(core, &text, &url);
    if (result != PX_OK)
        return result;
    px_action *action = px_queue_push(&core->queue, PX_ACTION_REQUEST, request->id);
    if (!action)
        return PX_ERR_NO_MEMORY;
    action->as.request.kind = PX_REQUEST_CHANNEL_AUTHORIZATION;
    action->as.request.timeout_ms = core->options.auth_timeout;
    action->as.request.jsonp = true;
    action->as.request.method = PX_SLICE("GET");
    action->as.request.url = px_slice_of(url.ptr, number_at);
    action->as.request.url_end = px_slice_after(url, number_at);
    if (core->options.auth_headers.count + header_count)
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
    action->as.request.timeout_ms = core->options.auth_timeout;
    action->as.request.method = PX_SLICE("POST");
    action->as.request.url = core->options.auth_endpoint;
    action->as.request.headers = joined;
    action->as.request.header_count = core->authorizations.header_count + header_count;
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
        result = push_jsonp(core, request, channel, NULL, 0, 0);
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
    px_channel *channel = channel_of(core, request);
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
    px_channel *channel = channel_of(core, request);
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

void px_authorization_answered(px_core *core, px_request *request, const px_answer *answer) {
    if (request->asked)
        return;
    if (answer->status == 200) {
        read_answer(core, request, answer->body);
        return;
    }
    px_channel *channel = channel_of(core, request);
    end_request(core, request);
    px_authorization_refused(core, channel, answer->status, answer->message);
}

/* ---- The application's answers ---- */

static px_request *open_question(px_core *core, px_id id) {
    px_request *request = px_request_find(core, id);
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
    const px_channel *channel = channel_of(core, request);
    int result =
        uses_jsonp(core)
            ? push_jsonp(core, request, channel, params, param_count, header_count)
            : push_post(core, request, channel, params, param_count, headers, header_count);
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
    px_channel *channel = channel_of(core, request);
    end_request(core, request);
    px_authorization_denied(core, channel, status, message);
}

/* ---- Time ---- */

uint64_t px_authorizations_deadline(const px_core *core) {
    return core->authorizations.oldest ? core->authorizations.oldest->deadline : PX_NO_DEADLINE;
}

void px_authorizations_tick(px_core *core) {
    while (px_authorizations_deadline(core) <= core->now) {
        px_request *request = core->authorizations.oldest;
        px_channel *channel = channel_of(core, request);
        cancel(core, request);
        px_authorization_timed_out(core, channel);
    }
}
