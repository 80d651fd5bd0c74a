#include "core/authorization_request.h"

#include "core/internal.h"

/* ---- Ways ---- */

/* The way's headers: what we send is a form, and what is configured. */
static int init_way(px_core *core, px_authorization_way *way, px_slice transport,
                    px_pairs configured) {
    void *memory;
    way->jsonp = px_slice_equal(transport, PX_SLICE("jsonp"));
    way->header_count = configured.count + 1;
    int result =
        px_arena_alloc(&core->option_memory, way->header_count * sizeof(px_header), &memory);
    if (result != PX_OK)
        return result;
    px_header *headers = memory;
    headers[0] =
        (px_header){PX_SLICE("Content-Type"), PX_SLICE("application/x-www-form-urlencoded")};
    for (size_t i = 0; i < configured.count; i++)
        headers[i + 1] = (px_header){configured.items[i].name, configured.items[i].value};
    way->headers = headers;
    return PX_OK;
}

int px_authorization_ways_init(px_core *core) {
    const px_options *options = &core->options;
    px_authorization_way *channel = &core->authorizations.channel;
    px_authorization_way *user = &core->authorizations.user;
    channel->endpoint = options->auth_endpoint;
    channel->ask = options->ask_authorization;
    channel->params = options->auth_params;
    user->endpoint = options->user_auth_endpoint;
    user->ask = options->ask_user_authentication;
    user->params = options->user_auth_params;
    int result = init_way(core, channel, options->auth_transport, options->auth_headers);
    return result == PX_OK
               ? init_way(core, user, options->user_auth_transport, options->user_auth_headers)
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

/* A script's URL has its receiver's number at `number_at`. */
static void ask_by_script(px_action *action, px_slice url, size_t number_at) {
    action->as.request.jsonp = true;
    action->as.request.method = PX_SLICE("GET");
    action->as.request.url = px_slice_of(url.ptr, number_at);
    action->as.request.url_end = px_slice_after(url, number_at);
}

static void ask_by_post(px_action *action, const px_authorization_way *way, px_slice body,
                        const px_header *headers, size_t count) {
    action->as.request.method = PX_SLICE("POST");
    action->as.request.url = way->endpoint;
    action->as.request.headers = headers;
    action->as.request.header_count = count;
    action->as.request.body = body;
}

/* Asks the endpoint, with what a provider adds. */
static int push_request(px_core *core, const px_request *request, const px_header *params,
                        size_t param_count, const px_header *headers, size_t header_count) {
    const px_authorization_way *way = px_authorization_way_of(core, request);
    px_text text = px_text_begin(&core->text);
    px_slice kept;
    if (way->jsonp)
        add_jsonp_url(&text, way->endpoint);
    size_t number_at = text.out->len;
    if (way->jsonp)
        px_text_add(&text, PX_SLICE("'%5D&"));
    add_form(core, &text, request, params, param_count);
    int result = px_core_keep_text(core, &text, &kept);
    const px_header *joined = NULL;
    if (result == PX_OK && !way->jsonp)
        result = join_headers(core, way, headers, header_count, &joined);
    if (result != PX_OK)
        return result;
    px_action *action = px_queue_push(&core->queue, PX_ACTION_REQUEST, request->id);
    if (!action)
        return PX_ERR_NO_MEMORY;
    action->as.request.kind = request->kind;
    action->as.request.timeout_ms = core->options.auth_timeout;
    header_count += way->header_count;
    if (!way->jsonp)
        ask_by_post(action, way, kept, joined, header_count);
    else
        ask_by_script(action, kept, number_at);
    if (way->jsonp && header_count > 1)
        warn_of_headers(core, request);
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
    return way->ask ? push_question(core, request) : push_request(core, request, NULL, 0, NULL, 0);
}

int px_core_authorize_with(px_core *core, px_id id, const px_header *params, size_t param_count,
                           const px_header *headers, size_t header_count) {
    px_request *request = px_authorization_question(core, id);
    if (!request)
        return PX_OK;
    for (size_t i = 0; i < header_count; i++)
        if (!px_header_valid(headers[i].name, headers[i].value))
            return PX_ERR_ARGUMENT;
    int result = push_request(core, request, params, param_count, headers, header_count);
    if (result == PX_OK)
        request->asked = false;
    return result;
}
