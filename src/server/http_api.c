/* The HTTP API: routes, errors, and what is common to all requests. */
#include "server/http_call.h"
#include "server/text.h"

/* ---- Errors ---- */

int px_http_fail(px_http_call *call, int status, px_slice text) {
    px_buffer *body = call->answer.out;
    px_buffer_clear(body);
    px_json_writer_init(&call->answer, body);
    px_json_object_begin(&call->answer);
    px_json_member(&call->answer, PX_SLICE("error"), text);
    px_json_key(&call->answer, PX_SLICE("code"));
    px_json_u64(&call->answer, (uint64_t)status);
    px_json_object_end(&call->answer);
    return status;
}

int px_http_fail_memory(px_http_call *call) {
    return px_http_fail(call, PX_HTTP_INTERNAL, PX_SLICE("The server is out of memory"));
}

int px_http_fail_rate(px_http_call *call, px_slice text, uint64_t wait_ms) {
    call->retry_after = (uint32_t)((wait_ms + 999) / 1000);
    return px_http_fail(call, PX_HTTP_TOO_MANY, text);
}

/* ---- Routes ---- */

enum { MAX_SEGMENTS = 3 };

/* Behind /apps/ID/. A segment "*" matches any text and becomes call->name. */
typedef struct px_http_route {
    px_slice method;
    px_slice segments[MAX_SEGMENTS];
    px_http_handler *handle;
} px_http_route;

#define GET  PX_LITERAL("GET")
#define POST PX_LITERAL("POST")
#define ANY  PX_LITERAL("*")
static const px_http_route ROUTES[] = {
    {POST, {PX_LITERAL("events")}, px_http_publish},
    {POST, {PX_LITERAL("batch_events")}, px_http_publish_batch},
    {GET, {PX_LITERAL("channels")}, px_http_get_channels},
    {GET, {PX_LITERAL("channels"), ANY}, px_http_get_channel},
    {GET, {PX_LITERAL("channels"), ANY, PX_LITERAL("users")}, px_http_get_users},
    {GET, {PX_LITERAL("channels"), ANY, PX_LITERAL("stats")}, px_http_get_statistics},
    {POST, {PX_LITERAL("channels"), ANY, PX_LITERAL("events")}, px_http_publish_raw},
    {POST, {PX_LITERAL("users"), ANY, PX_LITERAL("terminate_connections")}, px_http_terminate_user},
};
#undef GET
#undef POST
#undef ANY

/* Takes "/SEGMENT" off the front of the path; false when there is none. */
static bool next_segment(px_slice *path, px_slice *segment) {
    if (path->len == 0 || path->ptr[0] != '/')
        return false;
    *path = px_slice_after(*path, 1);
    const char *slash = path->len ? memchr(path->ptr, '/', path->len) : NULL;
    *segment = px_slice_of(path->ptr, slash ? (size_t)(slash - path->ptr) : path->len);
    *path = px_slice_after(*path, segment->len);
    return segment->len > 0;
}

static bool route_matches(const px_http_route *route, px_slice path, px_slice *name) {
    for (size_t i = 0; i < MAX_SEGMENTS && route->segments[i].len > 0; i++) {
        px_slice segment;
        if (!next_segment(&path, &segment))
            return false;
        if (px_slice_equal(route->segments[i], PX_SLICE("*")))
            *name = segment;
        else if (!px_slice_equal(segment, route->segments[i]))
            return false;
    }
    return path.len == 0;
}

/* The route for method and path. NULL: none; then *allow is the method that the path knows, or
 * still NULL. */
static const px_http_route *find_route(px_http_call *call, px_slice path, const char **allow) {
    for (size_t i = 0; i < sizeof(ROUTES) / sizeof(ROUTES[0]); i++) {
        if (!route_matches(&ROUTES[i], path, &call->name))
            continue;
        if (px_slice_equal(ROUTES[i].method, call->request->method))
            return &ROUTES[i];
        *allow = ROUTES[i].method.ptr;
    }
    return NULL;
}

/* ---- Requests ---- */

static int fail_method(px_http_call *call, const char *allow) {
    return px_http_fail(
        call, PX_HTTP_METHOD_NOT_ALLOWED,
        px_text_of(call->arena, PX_SLICE("Method not allowed; use "), px_slice_of_text(allow)));
}

static int fail_unknown(px_http_call *call) {
    return px_http_fail(call, PX_HTTP_NOT_FOUND, PX_SLICE("Unknown app"));
}

static int fail_disabled(px_http_call *call) {
    return px_http_fail(call, PX_HTTP_FORBIDDEN, PX_SLICE("Application disabled"));
}

static int fail_draining(px_http_call *call) {
    return px_http_fail(call, PX_HTTP_UNAVAILABLE, PX_SLICE("The server is shutting down"));
}

/* The request's app, authenticated; anything but PX_HTTP_OK was answered. */
static int admit(px_http_call *call, px_slice app_id) {
    if (px_percent_decode(call->arena, app_id, false, &app_id) != PX_OK ||
        px_percent_decode(call->arena, call->name, false, &call->name) != PX_OK ||
        px_http_params_read(call->arena, call->request->query, &call->params) != PX_OK)
        return px_http_fail_memory(call);
    call->app = px_map_get(&call->hub->apps_by_id, app_id);
    if (!call->app)
        return fail_unknown(call);
    int status = px_http_authenticate(call);
    return status == PX_HTTP_OK && !call->app->options.enabled ? fail_disabled(call) : status;
}

/* Whether the app may ask now; otherwise answers 429. What is sent counts where it is sent. */
static int check_rate(px_http_call *call) {
    uint64_t wait_ms;
    if (!px_slice_equal(call->request->method, PX_SLICE("GET")) ||
        px_bucket_take(&call->app->read_requests, call->app->options.max_read_requests_per_second,
                       1, call->hub->now_ms, &wait_ms))
        return PX_HTTP_OK;
    return px_http_fail_rate(call, PX_SLICE("The app asks too many questions"), wait_ms);
}

static int answer(px_http_call *call, const char **allow) {
    px_slice path = call->request->path, apps, app_id;
    if (call->hub->draining)
        return fail_draining(call);
    bool is_ours = next_segment(&path, &apps) && px_slice_equal(apps, PX_SLICE("apps")) &&
                   next_segment(&path, &app_id);
    const px_http_route *route = is_ours ? find_route(call, path, allow) : NULL;
    if (!route && *allow)
        return fail_method(call, *allow);
    if (!route)
        return px_http_fail(call, PX_HTTP_NOT_FOUND, PX_SLICE("There is nothing at this path"));
    int status = admit(call, app_id);
    if (status == PX_HTTP_OK)
        status = check_rate(call);
    return status == PX_HTTP_OK ? route->handle(call) : status;
}

/* An answer that did not fit its buffer, or found no memory, becomes an error. */
static int check_written(px_http_call *call, int status) {
    int result = px_json_writer_finish(&call->answer);
    if (result == PX_OK)
        return status;
    if (result == PX_ERR_LIMIT)
        status =
            px_http_fail(call, PX_HTTP_INTERNAL, PX_SLICE("The answer is too large; ask for less"));
    else
        status = px_http_fail_memory(call);
    if (px_json_writer_finish(&call->answer) != PX_OK)
        px_buffer_clear(call->answer.out);
    return status;
}

static px_http_call begin_call(px_hub *hub, const px_http_request *request,
                               px_http_response *response) {
    px_http_call call = {.hub = hub, .arena = &hub->arena, .request = request};
    hub->stats.api_requests++;
    px_buffer_clear(response->body);
    px_json_writer_init(&call.answer, response->body);
    return call;
}

static void end_call(px_http_call *call, int status, px_http_response *response) {
    response->status = check_written(call, status);
    response->allow = NULL;
    response->retry_after = call->retry_after;
    response->content_type = "application/json";
    px_hub_input_done(call->hub);
}

void px_hub_http(px_hub *hub, const px_http_request *request, px_http_response *response) {
    px_http_call call = begin_call(hub, request, response);
    const char *allow = NULL;
    end_call(&call, answer(&call, &allow), response);
    if (response->status == PX_HTTP_METHOD_NOT_ALLOWED)
        response->allow = allow;
}

void px_hub_publish(px_hub *hub, px_slice app_id, px_slice body, px_http_response *response) {
    px_http_request request = {.method = PX_SLICE("POST"), .body = body};
    px_http_call call = begin_call(hub, &request, response);
    call.app = px_map_get(&hub->apps_by_id, app_id);
    int status = hub->draining                ? fail_draining(&call)
                 : !call.app                  ? fail_unknown(&call)
                 : !call.app->options.enabled ? fail_disabled(&call)
                                              : px_http_publish(&call);
    end_call(&call, status, response);
}
