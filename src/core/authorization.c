#include "core/authorization.h"

#include "core/authorization_failure.h"
#include "core/internal.h"

/* ---- Requests ---- */

static int init_headers(px_core *core, px_authorization_way *way, px_pairs configured) {
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
    way->headers = headers;
    way->header_count = configured.count + 1;
    return PX_OK;
}

int px_authorizations_init(px_core *core) {
    const px_options *options = &core->options;
    px_authorizations *authorizations = &core->authorizations;
    authorizations->channel = (px_authorization_way){
        .endpoint = options->auth_endpoint,
        .jsonp = px_slice_equal(options->auth_transport, PX_SLICE("jsonp")),
        .ask = options->ask_authorization,
        .params = options->auth_params,
    };
    authorizations->user = (px_authorization_way){
        .endpoint = options->user_auth_endpoint,
        .jsonp = px_slice_equal(options->user_auth_transport, PX_SLICE("jsonp")),
        .ask = options->ask_user_authentication,
        .params = options->user_auth_params,
    };
    int result = init_headers(core, &authorizations->channel, options->auth_headers);
    return result == PX_OK ? init_headers(core, &authorizations->user, options->user_auth_headers)
                           : result;
}

static const px_authorization_way *way_of(const px_core *core, const px_request *request) {
    return request->kind == PX_REQUEST_USER_AUTHENTICATION ? &core->authorizations.user
                                                           : &core->authorizations.channel;
}

/* NULL: it is the user's. */
static px_channel *channel_of(const px_core *core, const px_request *request) {
    return px_channel_get(core, request->owner);
}

/* Where it is written down that the request is open. */
static px_id *place_of(px_core *core, const px_request *request) {
    px_channel *channel = channel_of(core, request);
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
    px_channel_release(core, channel);
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

/* socket_id, channel_name (of a channel), the configured parameters, the provider's. */
static void add_form(px_core *core, px_text *text, const px_request *request,
                     const px_header *params, size_t count) {
    px_pairs configured = way_of(core, request)->params;
    const px_channel *channel = channel_of(core, request);
    px_text_add(text, PX_SLICE("socket_id="));
    px_text_add_component(text, px_core_socket_id(core));
    if (channel)
        add_parameter(text, PX_SLICE("channel_name"), px_channel_name(channel));
    for (size_t i = 0; i < configured.count; i++)
        add_parameter(text, configured.items[i].name, configured.items[i].value);
    for (size_t i = 0; i < count; i++)
        add_parameter(text, params[i].name, params[i].value);
}

/* A script's URL, as far as its receiver's number: ENDPOINT?callback=Pusher.auth_callbacks['N']&form */
static void add_jsonp_url(px_text *text, px_slice endpoint) {
    bool has_query = endpoint.len && memchr(endpoint.ptr, '?', endpoint.len);
    px_text_add(text, endpoint);
    px_text_add(text, has_query ? PX_SLICE("&") : PX_SLICE("?"));
    px_text_add(text, PX_SLICE("callback=Pusher.auth_callbacks%5B'"));
}

/* The configured headers with the provider's after them. */
static int join_headers(px_core *core, const px_authorization_way *way, const px_header *added,
                        size_t count, const px_header **headers) {
    *headers = way->headers;
    if (!count)
        return PX_OK;
    void *memory;
    int result =
        px_arena_alloc(&core->arena, (way->header_count + count) * sizeof(px_header), &memory);
    px_header *joined = memory;
    if (result != PX_OK)
        return result;
    memcpy(joined, way->headers, way->header_count * sizeof(px_header));
    for (size_t i = 0; result == PX_OK && i < count; i++) {
        px_header *copy = &joined[way->header_count + i];
        result = px_arena_copy(&core->arena, added[i].name, &copy->name);
        if (result == PX_OK)
            result = px_arena_copy(&core->arena, added[i].value, &copy->value);
    }
    *headers = joined;
    return result;
}

static void warn_of_headers(px_core *core, const px_request *request) {
    px_slice line = request->kind == PX_REQUEST_USER_AUTHENTICATION
                        ? PX_SLICE("To send headers with the user-authentication request, you must "
                                   "use AJAX, rather than JSONP.")
                        : PX_SLICE("To send headers with the channel-authorization request, you "
                                   "must use AJAX, rather than JSONP.");
    px_log_text(core, PX_LOG_WARN, line);
}

static px_action *push_request(px_core *core, const px_request *request) {
    px_action *action = px_queue_push(&core->queue, PX_ACTION_REQUEST, request->id);
    if (!action)
        return NULL;
    action->as.request.kind = request->kind;
    action->as.request.timeout_ms = core->options.auth_timeout;
    return action;
}

static int push_jsonp(px_core *core, const px_request *request, const px_header *params,
                      size_t param_count, size_t header_count) {
    const px_authorization_way *way = way_of(core, request);
    px_text text = px_text_begin(&core->text);
    px_slice url;
    add_jsonp_url(&text, way->endpoint);
    size_t number_at = text.out->len;
    px_text_add(&text, PX_SLICE("'%5D&"));
    add_form(core, &text, request, params, param_count);
    int result = px_core_keep_text(core, &text, &url);
    if (result != PX_OK)
        return result;
    px_action *action = push_request(core, request);
    if (!action)
        return PX_ERR_NO_MEMORY;
    action->as.request.jsonp = true;
    action->as.request.method = PX_SLICE("GET");
    action->as.request.url = px_slice_of(url.ptr, number_at);
    action->as.request.url_end = px_slice_after(url, number_at);
    if (way->header_count > 1 || header_count)
        warn_of_headers(core, request);
    return PX_OK;
}

static int push_post(px_core *core, const px_request *request, const px_header *params,
                     size_t param_count, const px_header *headers, size_t header_count) {
    const px_authorization_way *way = way_of(core, request);
    px_text text = px_text_begin(&core->text);
    px_slice body;
    const px_header *joined;
    add_form(core, &text, request, params, param_count);
    int result = px_core_keep_text(core, &text, &body);
    if (result == PX_OK)
        result = join_headers(core, way, headers, header_count, &joined);
    if (result != PX_OK)
        return result;
    px_action *action = push_request(core, request);
    if (!action)
        return PX_ERR_NO_MEMORY;
    action->as.request.method = PX_SLICE("POST");
    action->as.request.url = way->endpoint;
    action->as.request.headers = joined;
    action->as.request.header_count = way->header_count + header_count;
    action->as.request.body = body;
    return PX_OK;
}

static int push_question(px_core *core, const px_request *request) {
    const px_channel *channel = channel_of(core, request);
    px_slice name = PX_SLICE("");
    int result = channel ? px_arena_copy(&core->arena, px_channel_name(channel), &name) : PX_OK;
    if (result != PX_OK)
        return result;
    px_action *action = px_queue_push(&core->queue, PX_ACTION_AUTHORIZE, request->id);
    if (!action)
        return PX_ERR_NO_MEMORY;
    action->as.authorize.kind = request->kind;
    action->as.authorize.channel = request->owner;
    action->as.authorize.channel_name = name;
    action->as.authorize.socket_id = px_core_socket_id(core);
    return PX_OK;
}

int px_authorize(px_core *core, px_channel *channel) {
    px_request *request;
    int result = new_request(core, channel, &request);
    if (result != PX_OK)
        return result;
    request->asked = way_of(core, request)->ask;
    if (request->asked)
        result = push_question(core, request);
    else if (way_of(core, request)->jsonp)
        result = push_jsonp(core, request, NULL, 0, 0);
    else
        result = push_post(core, request, NULL, 0, NULL, 0);
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

/* Subscribes with a good answer. Without channel data a presence channel is entered as the user. Errors
 * as px_send_subscribe, PX_ERR_SYNTAX and PX_ERR_NOT_FOUND: it does not say who we are. */
static int subscribe(px_core *core, px_channel *channel, const px_authorization *answer) {
    if (channel->kind == PX_CHANNEL_PRESENCE && !answer->channel_data.ptr)
        return px_user_stand_in(core, channel, answer->auth);
    int result =
        channel->kind == PX_CHANNEL_PRESENCE ? read_me(core, channel, answer->channel_data) : PX_OK;
    return result == PX_OK ? px_send_subscribe(core, channel, answer->auth, answer->channel_data)
                           : result;
}

static int accept_channel(px_core *core, px_request *request, int status,
                          const px_authorization *answer) {
    px_channel *channel = channel_of(core, request);
    if (channel->cancelled) {
        end_request(core, request);
        px_channel_settle(core, channel, false);
        return PX_OK;
    }
    int result = subscribe(core, channel, answer);
    if (result == PX_ERR_SYNTAX || result == PX_ERR_NOT_FOUND) {
        end_request(core, request);
        px_authorization_without_user(core, channel, status, false);
        return PX_OK;
    }
    if (result == PX_OK)
        end_request(core, request);
    return result;
}

/* Does with a good answer what it is for. PX_ERR_NO_MEMORY, PX_ERR_LIMIT: nothing happened, the
 * request is still open. */
static int accept(px_core *core, px_request *request, int status, const px_authorization *answer) {
    if (channel_of(core, request))
        return accept_channel(core, request, status, answer);
    if (!answer->user_data.len) {
        end_request(core, request);
        px_authorization_lacks(core, NULL, status, PX_SLICE("user_data"));
        return PX_OK;
    }
    int result = px_user_authenticated(core, answer);
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
    px_field fields[] = {{.name = PX_LITERAL("auth")},
                         {.name = PX_LITERAL("channel_data")},
                         {.name = PX_LITERAL("user_data")}};
    px_authorization answer = {0};
    px_slice json = way_of(core, request)->jsonp ? unwrap_jsonp(body) : body;
    bool is_object = px_fields_read(json, fields, 3) == PX_JSON_ERROR_NONE;
    if (!is_object && !px_json_valid(json)) {
        end_request(core, request);
        px_authorization_not_json(core, channel, body);
        return;
    }
    if (!is_object || !px_field_is_string(&fields[0]) || !fields[0].value.len) {
        end_request(core, request);
        px_authorization_lacks(core, channel, 200, PX_SLICE("auth"));
        return;
    }
    int result = px_field_text(core, &fields[0], &answer.auth);
    if (result == PX_OK && px_field_is_string(&fields[1]))
        result = px_field_text(core, &fields[1], &answer.channel_data);
    if (result == PX_OK && px_field_is_string(&fields[2]))
        result = px_field_text(core, &fields[2], &answer.user_data);
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
    int result = way_of(core, request)->jsonp
                     ? push_jsonp(core, request, params, param_count, header_count)
                     : push_post(core, request, params, param_count, headers, header_count);
    if (result == PX_OK)
        request->asked = false;
    return result;
}

int px_core_authorized(px_core *core, px_id id, const px_authorization *answer) {
    px_request *request = open_question(core, id);
    if (!request)
        return PX_OK;
    bool of_user = request->kind == PX_REQUEST_USER_AUTHENTICATION;
    if (!answer->auth.len || (of_user && !answer->user_data.len)) {
        px_core_authorize_failed(core, id, 0,
                                 answer->auth.len
                                     ? PX_SLICE("The authorizer gave no 'user_data' text")
                                     : PX_SLICE("The authorizer gave no 'auth' text"));
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
