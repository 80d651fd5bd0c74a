/* What is where: the paths that the server answers, but for the WebSocket upgrade. */
#include "server/dev_auth.h"
#include "server/dev_origin.h"
#include "server/host_client.h"
#include "server/host_demo.h"
#include "server/host_files.h"
#include "server/host_session.h"
#include "server/host_timeline.h"
#include "server/host_webhooks.h"
#include "server/page.h"
#include "server/text.h"
#include "json/writer.h"

#define JSON "application/json"
#define TEXT "text/plain; charset=utf-8"

px_host_answer px_host_error(px_server *server, int status, px_slice text) {
    px_json_writer json;
    px_buffer_clear(&server->scratch);
    px_json_writer_init(&json, &server->scratch);
    px_json_object_begin(&json);
    px_json_member(&json, PX_SLICE("error"), text);
    px_json_key(&json, PX_SLICE("code"));
    px_json_u64(&json, (uint64_t)status);
    px_json_object_end(&json);
    px_host_answer answer = {.status = status, .content_type = JSON};
    if (px_json_writer_finish(&json) == PX_OK)
        answer.body = px_buffer_slice(&server->scratch);
    return answer;
}

bool px_host_strip_prefix(const px_server *server, px_slice *path) {
    px_slice prefix = server->options.path_prefix;
    if (!px_slice_starts_with(*path, prefix))
        return false;
    /* Where another name only begins with the prefix, what is left has no slash: no route. */
    *path = path->len > prefix.len ? px_slice_after(*path, prefix.len) : PX_SLICE("/");
    return true;
}

/* ---- What the paths do ---- */

typedef struct call {
    px_server *server;
    const px_host_connection *connection;
    const px_http_head *head;
    px_slice path; /* without the prefix */
    px_slice body;
    px_host_client client;
} call;

static px_host_answer show_page(const call *this) {
    px_server *server = this->server;
    px_page_facts facts = {
        .http_sessions = px_sessions_count(server),
        .uptime_ms = server->now_ms - server->started_ms,
        .host = this->head->fields[PX_HTTP_HOST],
        .path_prefix = server->options.path_prefix,
        .dev_auth = server->options.dev_auth,
        .is_tls = this->client.is_tls,
    };
    px_hub_get_stats(server->hub, &facts.stats);
    facts.has_webhooks = px_host_webhook_stats(server, &facts.webhooks);
    for (size_t i = 0; i < server->options.app_count; i++)
        if (px_server_app_is_default(&server->options.apps[i]))
            facts.has_default_app = true;
    px_buffer_clear(&server->scratch);
    if (px_page_write(&server->scratch, &facts) != PX_OK)
        return px_host_error(server, 500, PX_SLICE("The server is out of memory."));
    return (px_host_answer){
        .status = 200,
        .content_type = "text/html; charset=utf-8",
        .headers = PX_SLICE("Content-Security-Policy: default-src 'none'; "
                            "style-src 'unsafe-inline'; frame-ancestors 'none'\r\n"
                            "X-Content-Type-Options: nosniff\r\nCache-Control: no-store\r\n"),
        .body = px_buffer_slice(&server->scratch),
    };
}

static px_host_answer send_script(const call *this) {
    return px_files_answer(this->server, &px_place_js, this->head,
                           px_slice_after(this->path, strlen("/js/")));
}

static px_host_answer show_demo(const call *this) {
    return px_files_answer(this->server, &px_place_demo, this->head,
                           px_slice_after(this->path, strlen("/demo/")));
}

/* Relative: whatever stands before it, here or at a proxy, stays. */
static px_host_answer point_to_demo(const call *this) {
    (void)this;
    return (px_host_answer){.status = 301, .headers = PX_SLICE("Location: demo/\r\n")};
}

static px_demo_call demo_call(const call *this) {
    return (px_demo_call){this->server, this->head, this->body, this->client.is_local};
}

static px_host_answer tell_demo_settings(const call *this) {
    px_demo_call demo = demo_call(this);
    return px_demo_settings(&demo);
}

static px_host_answer authorize_demo(const call *this) {
    px_demo_call demo = demo_call(this);
    return px_demo_authorize(&demo);
}

static px_host_answer publish_demo(const call *this) {
    px_demo_call demo = demo_call(this);
    return px_demo_publish(&demo);
}

/* The loop turns: that is all that liveness asks for. */
static px_host_answer tell_alive(const call *this) {
    (void)this;
    return (px_host_answer){.status = 200, .content_type = TEXT, .body = PX_SLICE("ok\n")};
}

static px_host_answer tell_ready(const call *this) {
    if (!this->server->is_draining)
        return tell_alive(this);
    return (px_host_answer){.status = 503, .content_type = TEXT, .body = PX_SLICE("stopping\n")};
}

/* Is it a path of an app that this client may not use? */
static bool is_kept_away(const call *this) {
    const px_server_options *options = &this->server->options;
    px_slice rest = px_slice_after(this->path, strlen("/apps/"));
    const char *slash = rest.len > 0 ? memchr(rest.ptr, '/', rest.len) : NULL;
    px_slice id = slash ? px_slice_of(rest.ptr, (size_t)(slash - rest.ptr)) : rest;
    for (size_t i = 0; !this->client.is_local && i < options->app_count; i++)
        if (px_slice_equal(options->apps[i].id, id))
            return px_host_keeps_away(this->connection, &this->client, &options->apps[i]);
    return false;
}

static px_host_answer ask_hub(const call *this) {
    if (is_kept_away(this))
        return px_host_error(this->server, 403,
                             PX_SLICE("This app has the default credentials, which everybody "
                                      "knows: it is for the server's own machine only."));
    px_buffer_clear(&this->server->scratch);
    px_http_request request = {this->head->method, this->path, this->head->query, this->body};
    px_http_response response = {.body = &this->server->scratch};
    px_hub_http(this->server->hub, &request, &response);
    return (px_host_answer){.status = response.status,
                            .content_type = response.content_type,
                            .allow = response.allow,
                            .retry_after = response.retry_after,
                            .body = px_buffer_slice(&this->server->scratch)};
}

static px_host_answer ask_for_upgrade(const call *this) {
    px_host_answer answer = px_host_error(
        this->server, 426, PX_SLICE("This is a WebSocket endpoint: connect with ws://."));
    answer.headers = PX_SLICE("Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n");
    return answer;
}

/* Browsers may ask from other local pages, such as the one of a development server. */
static px_slice allow_origin(const call *this) {
    px_slice origin = this->head->fields[PX_HTTP_ORIGIN];
    if (!px_origin_is_local(origin))
        return PX_SLICE("");
    return px_text_of(&this->server->arena, PX_SLICE("Access-Control-Allow-Origin: "), origin,
                      PX_SLICE("\r\nVary: Origin\r\n"
                               "Access-Control-Allow-Methods: GET, POST\r\n"
                               "Access-Control-Allow-Headers: *, Authorization\r\n"));
}

static px_host_answer ask_dev_auth(const call *this, px_dev_auth_endpoint *endpoint) {
    px_server *server = this->server;
    px_host_answer answer = {.status = 200, .content_type = TEXT, .headers = allow_origin(this)};
    if (px_slice_equal(this->head->method, PX_SLICE("OPTIONS")))
        return answer;
    bool is_post = px_slice_equal(this->head->method, PX_SLICE("POST"));
    px_dev_auth_request request = {
        .fields = is_post ? this->body : this->head->query,
        .asker = px_dev_asker_of(this->head),
        .is_jsonp = !is_post,
    };
    px_buffer_clear(&server->scratch);
    answer.status = endpoint(server->options.apps, server->options.app_count, &request,
                             &server->arena, &server->scratch, &answer.content_type);
    answer.body = px_buffer_slice(&server->scratch);
    return answer;
}

static px_host_answer authorize(const call *this) {
    return ask_dev_auth(this, px_dev_auth);
}

static px_host_answer authenticate(const call *this) {
    return ask_dev_auth(this, px_dev_user_auth);
}

static px_host_answer count_report(const call *this) {
    return px_host_timeline(this->server, this->path, this->head);
}

/* ---- Routes ---- */

/* Where a route is offered. */
enum { EVERYWHERE = 1, BELOW_PREFIX, FOR_DEVELOPMENT };

typedef struct route {
    px_slice path;
    bool is_prefix; /* paths that begin so */
    int offered;
    const char *methods; /* as in Allow; NULL: any */
    px_host_answer (*handle)(const call *this);
} route;

static const route ROUTES[] = {
    {PX_LITERAL("/apps/"), true, BELOW_PREFIX, NULL, ask_hub},
    {PX_LITERAL("/app/"), true, BELOW_PREFIX, "GET", ask_for_upgrade},
    {PX_LITERAL("/"), false, BELOW_PREFIX, "GET, HEAD", show_page},
    {PX_LITERAL("/js/"), true, BELOW_PREFIX, "GET, HEAD", send_script},
    {PX_LITERAL("/demo"), false, BELOW_PREFIX, "GET, HEAD", point_to_demo},
    {PX_LITERAL("/demo/settings.js"), false, BELOW_PREFIX, "GET, HEAD", tell_demo_settings},
    {PX_LITERAL("/demo/auth"), false, BELOW_PREFIX, "POST", authorize_demo},
    {PX_LITERAL("/demo/publish"), false, BELOW_PREFIX, "POST", publish_demo},
    {PX_LITERAL("/demo/"), true, BELOW_PREFIX, "GET, HEAD", show_demo},
    {PX_LITERAL("/healthz"), false, EVERYWHERE, "GET, HEAD", tell_ready},
    {PX_LITERAL("/ready"), false, EVERYWHERE, "GET, HEAD", tell_ready},
    {PX_LITERAL("/health"), false, EVERYWHERE, "GET, HEAD", tell_alive},
    /* Clients can be told a host for these, and no prefix. */
    {PX_LITERAL("/timeline/v2/"), true, EVERYWHERE, "GET", count_report},
    {PX_LITERAL("/pusher/auth"), false, FOR_DEVELOPMENT, "GET, POST, OPTIONS", authorize},
    {PX_LITERAL("/pusher/user-auth"), false, FOR_DEVELOPMENT, "GET, POST, OPTIONS", authenticate},
};

static bool is_offered(const route *this, const call *asked, bool is_below) {
    if (this->offered == EVERYWHERE)
        return true;
    if (this->offered == FOR_DEVELOPMENT)
        return asked->server->options.dev_auth && asked->client.is_local;
    return is_below;
}

px_host_answer px_host_route(px_host_connection *connection, const px_http_head *head,
                             px_slice body) {
    call this = {.server = connection->server,
                 .connection = connection,
                 .head = head,
                 .path = head->path,
                 .body = body,
                 .client = px_host_client_of(connection, head)};
    px_arena_reset(&this.server->arena);
    bool is_below = px_host_strip_prefix(this.server, &this.path);
    for (size_t i = 0; i < sizeof ROUTES / sizeof *ROUTES; i++) {
        const route *entry = &ROUTES[i];
        bool is_match = entry->is_prefix ? px_slice_starts_with(this.path, entry->path)
                                         : px_slice_equal(this.path, entry->path);
        if (!is_match || !is_offered(entry, &this, is_below))
            continue;
        if (!entry->methods || px_http_list_has(px_slice_of_text(entry->methods), head->method))
            return entry->handle(&this);
        px_host_answer answer =
            px_host_error(this.server, 405, PX_SLICE("This method is not allowed here."));
        answer.allow = entry->methods;
        return answer;
    }
    return px_host_error(this.server, 404, PX_SLICE("There is nothing at this path."));
}
