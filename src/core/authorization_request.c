#include "core/authorization_request.h"

#include "core/internal.h"

/* ---- Ways ---- */

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

int px_authorization_ways_init(px_core *core) {
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

const px_authorization_way *px_authorization_way_of(const px_core *core,
                                                    const px_request *request) {
    return request->kind == PX_REQUEST_USER_AUTHENTICATION ? &core->authorizations.user
                                                           : &core->authorizations.channel;
}

/* ---- What is sent ---- */

static void add_parameter(px_text *text, px_slice name, px_slice value) {
    px_text_add(text, PX_SLICE("&"));
    px_text_add_component(text, name);
    px_text_add(text, PX_SLICE("="));
    px_text_add_component(text, value);
}

/* channel_name, or for a batch channel_name[0], channel_name[1] and so on. */
static void add_names(px_text *text, const px_request *request) {
    uint64_t index = 0;
    for (const px_channel *channel = request->channels.first; channel; channel = channel->later) {
        px_text_add(text, PX_SLICE("&channel_name"));
        if (request->batch) {
            px_text_add(text, PX_SLICE("%5B"));
            px_text_add_number(text, index++);
            px_text_add(text, PX_SLICE("%5D"));
        }
        px_text_add(text, PX_SLICE("="));
        px_text_add_component(text, px_channel_name(channel));
    }
}

/* socket_id, the names of the channels, the configured parameters, the provider's. */
static void add_form(px_core *core, px_text *text, const px_request *request,
                     const px_header *params, size_t count) {
    px_pairs configured = px_authorization_way_of(core, request)->params;
    px_text_add(text, PX_SLICE("socket_id="));
    px_text_add_component(text, px_core_socket_id(core));
    add_names(text, request);
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
    const px_authorization_way *way = px_authorization_way_of(core, request);
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
    const px_authorization_way *way = px_authorization_way_of(core, request);
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
    const px_channel *channel = request->batch ? NULL : request->channels.first;
    px_slice name = PX_SLICE("");
    int result = channel ? px_arena_copy(&core->arena, px_channel_name(channel), &name) : PX_OK;
    if (result != PX_OK)
        return result;
    px_action *action = px_queue_push(&core->queue, PX_ACTION_AUTHORIZE, request->id);
    if (!action)
        return PX_ERR_NO_MEMORY;
    action->as.authorize.kind = request->kind;
    action->as.authorize.channel = channel ? channel->id : 0;
    action->as.authorize.channel_name = name;
    action->as.authorize.socket_id = px_core_socket_id(core);
    return PX_OK;
}

/* ---- Asking ---- */

int px_authorization_ask(px_core *core, px_request *request) {
    const px_authorization_way *way = px_authorization_way_of(core, request);
    request->asked = way->ask;
    if (way->ask)
        return push_question(core, request);
    return way->jsonp ? push_jsonp(core, request, NULL, 0, 0)
                      : push_post(core, request, NULL, 0, NULL, 0);
}

int px_core_authorize_with(px_core *core, px_id id, const px_header *params, size_t param_count,
                           const px_header *headers, size_t header_count) {
    px_request *request = px_authorization_question(core, id);
    if (!request)
        return PX_OK;
    for (size_t i = 0; i < header_count; i++)
        if (!px_header_valid(headers[i].name, headers[i].value))
            return PX_ERR_ARGUMENT;
    int result = px_authorization_way_of(core, request)->jsonp
                     ? push_jsonp(core, request, params, param_count, header_count)
                     : push_post(core, request, params, param_count, headers, header_count);
    if (result == PX_OK)
        request->asked = false;
    return result;
}
