/* Requests of the HTTP transports: which path means what, who may use it, whose session it is. */
#include "server/host_sockjs.h"

#include "server/host_client.h"
#include "server/host_cors.h"
#include "server/host_session.h"
#include "server/http_params.h"
#include "server/json_object.h"
#include "server/text.h"

#define PLAIN_TEXT "text/plain; charset=UTF-8"

enum { MAX_SEGMENTS = 5, MAX_KEY = 512 };

typedef struct call {
    px_host_connection *connection;
    px_server *server;
    const px_http_head *head;
    px_slice body;
    px_host_client client;
    px_slice key;        /* of the app, decoded; ptr NULL: plain SockJS */
    px_slice raw_key;    /* as it stands in the path */
    px_slice session_id; /* the session's name among all of the server */
    px_host_answer *answer;
} call;

typedef px_sockjs_outcome handler(const call *this, const px_stream_style *style);

/* ---- Answers ---- */

static px_sockjs_outcome say(const call *this, int status, px_slice text) {
    *this->answer = (px_host_answer){
        .status = status,
        .content_type = PLAIN_TEXT,
        .headers = px_text_of(&this->server->arena,
                              PX_SLICE("Cache-Control: no-store, no-cache, no-transform, "
                                       "must-revalidate, max-age=0\r\n"),
                              px_cors_headers(&this->server->arena, this->client.origin)),
        .body = text};
    return PX_SOCKJS_ANSWERED;
}

/* Without the headers that would let a page read it. */
static px_sockjs_outcome forbid(const call *this) {
    *this->answer = px_host_error(this->server, 403, PX_SLICE("This origin may not use the app."));
    return PX_SOCKJS_ANSWERED;
}

static bool allows_origin(const call *this) {
    if (this->client.origin.len > PX_MAX_ORIGIN)
        return false;
    return !this->key.ptr ||
           px_hub_allows_origin(this->server->hub, this->key, this->client.origin);
}

/* ---- Receiving ---- */

static bool is_callback(px_slice text) {
    for (size_t i = 0; i < text.len; i++) {
        char byte = text.ptr[i];
        bool is_word = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                       (byte >= '0' && byte <= '9') || byte == '-' || byte == '_' || byte == '.';
        if (!is_word)
            return false;
    }
    return text.len <= PX_MAX_CALLBACK;
}

/* The parameter c or callback. NULL: it is there; else what is wrong. */
static const char *read_callback(const call *this, px_slice *callback) {
    px_http_params params;
    if (px_http_params_read(&this->server->arena, this->head->query, &params) != PX_OK)
        return "out of memory";
    *callback = px_http_param_value(&params, PX_SLICE("c"));
    if (callback->len == 0)
        *callback = px_http_param_value(&params, PX_SLICE("callback"));
    if (callback->len == 0)
        return "\"callback\" parameter required";
    return is_callback(*callback) ? NULL : "invalid \"callback\" parameter";
}

static px_session *make_session(const call *this) {
    px_session *made = px_session_new(this->server, this->session_id, !this->key.ptr);
    if (made && this->key.ptr)
        px_session_open(made, this->connection, &this->client, this->raw_key, this->head->query);
    return made;
}

static px_sockjs_outcome receive(const call *this, const px_stream_style *style) {
    px_slice callback = PX_SLICE("");
    const char *problem = style->has_callback ? read_callback(this, &callback) : NULL;
    if (problem)
        return say(this, 500, px_slice_of_text(problem));
    px_session *session = px_session_find(this->server, this->session_id);
    /* A page that was refused may hear why. */
    if (session && session->hub.app && !allows_origin(this))
        return forbid(this);
    if (!session) {
        size_t count = px_map_count(&this->server->sessions.by_key);
        if (count < this->server->options.http_max_sessions)
            session = make_session(this);
        if (!session)
            return say(this, 503, PX_SLICE("There are too many sessions; try again later.\n"));
    }
    px_session_receive(session, this->connection, this->head, style, callback);
    return PX_SOCKJS_TAKEN;
}

/* ---- Sending ---- */

typedef struct delivery {
    const call *call;
    px_session *session;
} delivery;

static void take_message(void *context, px_slice text) {
    const delivery *to = context;
    px_session_message(to->session, to->call->connection, &to->call->client, text);
}

/* Gives the messages to the session. False: *this->answer says what is wrong. */
static bool send_messages(const call *this, px_slice json) {
    px_session *session = px_session_find(this->server, this->session_id);
    if (!session) {
        say(this, 404, PX_SLICE("There is no such session.\n"));
        return false;
    }
    if (!allows_origin(this)) {
        forbid(this);
        return false;
    }
    const char *problem = px_sockjs_check_messages(json);
    if (problem) {
        say(this, 500, px_slice_of_text(problem));
        return false;
    }
    px_session_heard(session, !session->is_sockjs);
    if (!session->is_sockjs && px_slice_equal(json, PX_SLICE("[]")))
        px_session_beat(session);
    else
        session->awaits_beat = false; /* what clients have to say stands for an answer */
    delivery to = {this, session};
    if (px_sockjs_each_message(&this->server->arena, json, take_message, &to) == PX_OK)
        return true;
    say(this, 413, PX_SLICE("The messages are too large.\n"));
    return false;
}

static px_sockjs_outcome take_array(const call *this, const px_stream_style *style) {
    (void)style;
    if (send_messages(this, this->body))
        say(this, 204, PX_SLICE(""));
    return PX_SOCKJS_ANSWERED;
}

static px_sockjs_outcome take_form(const call *this, const px_stream_style *style) {
    (void)style;
    px_slice json;
    if (px_sockjs_form_field(&this->server->arena, this->head->fields[PX_HTTP_CONTENT_TYPE],
                             this->body, &json) != PX_OK)
        return say(this, 413, PX_SLICE("The form is too large.\n"));
    if (send_messages(this, json))
        say(this, 200, PX_SLICE("ok"));
    return PX_SOCKJS_ANSWERED;
}

static px_sockjs_outcome ask_for_upgrade(const call *this, const px_stream_style *style) {
    (void)style;
    return say(this, 400, PX_SLICE("Can \"Upgrade\" only to \"WebSocket\".\n"));
}

/* ---- What is where ---- */

#define POST "OPTIONS, POST"
#define GET  "OPTIONS, GET"

static const struct endpoint {
    px_slice name;       /* the last segment of the path */
    const char *methods; /* as in Allow; the second one is what the endpoint is for */
    bool is_for_app;     /* offered where the URL names the app, too */
    handler *handle;
    const px_stream_style *style;
} ENDPOINTS[] = {
    {PX_LITERAL("xhr"), POST, true, receive, &px_style_xhr},
    {PX_LITERAL("xhr_streaming"), POST, true, receive, &px_style_xhr_streaming},
    {PX_LITERAL("xhr_send"), POST, true, take_array, NULL},
    {PX_LITERAL("eventsource"), GET, false, receive, &px_style_eventsource},
    {PX_LITERAL("htmlfile"), GET, false, receive, &px_style_htmlfile},
    {PX_LITERAL("jsonp"), GET, false, receive, &px_style_jsonp},
    {PX_LITERAL("jsonp_send"), POST, false, take_form, NULL},
    {PX_LITERAL("websocket"), GET, false, ask_for_upgrade, NULL},
};

static px_sockjs_outcome use_endpoint(const call *this, const struct endpoint *endpoint) {
    px_slice method = this->head->method;
    px_slice methods = px_slice_of_text(endpoint->methods);
    if (px_slice_equal(method, PX_SLICE("OPTIONS"))) {
        if (!allows_origin(this))
            return forbid(this);
        *this->answer = px_cors_preflight(&this->server->arena, this->head, methods);
        return PX_SOCKJS_ANSWERED;
    }
    if (px_http_list_has(methods, method))
        return endpoint->handle(this, endpoint->style);
    *this->answer = px_host_error(this->server, 405, PX_SLICE("This method is not allowed here."));
    this->answer->allow = endpoint->methods;
    return PX_SOCKJS_ANSWERED;
}

/* Splits "/a/b" into its segments; 0 when there are too many or none. */
static size_t split(px_slice path, px_slice segments[MAX_SEGMENTS]) {
    size_t count = 0;
    while (path.len > 0 && path.ptr[0] == '/') {
        if (count == MAX_SEGMENTS)
            return 0;
        path = px_slice_after(path, 1);
        const char *end = path.len > 0 ? memchr(path.ptr, '/', path.len) : NULL;
        segments[count] = px_slice_of(path.ptr, end ? (size_t)(end - path.ptr) : path.len);
        path = px_slice_after(path, segments[count++].len);
    }
    return count;
}

static bool is_name(px_slice segment) {
    return segment.len > 0 && segment.len <= PX_MAX_SESSION_ID &&
           !memchr(segment.ptr, '.', segment.len);
}

/* Which app and session a path is about; false when it is about none. */
static bool read_session(call *this, const px_slice *segments, size_t count) {
    if (count < 3 || !is_name(segments[count - 3]) || !is_name(segments[count - 2]))
        return false;
    px_arena *arena = &this->server->arena;
    px_slice id = segments[count - 2];
    if (count == 3) {
        this->session_id = id;
        return true;
    }
    if (count != 5 || !px_slice_equal(segments[0], PX_SLICE("app")) || segments[1].len == 0 ||
        segments[1].len > MAX_KEY)
        return false;
    this->raw_key = segments[1];
    if (px_percent_decode(arena, this->raw_key, false, &this->key) != PX_OK)
        return false;
    /* Ids hold no slash, so that the last one separates. */
    this->session_id = px_text_of(arena, this->key, PX_SLICE("/"), id);
    return this->session_id.len > 0;
}

static px_sockjs_outcome show_info(const call *this) {
    bool is_get = px_slice_equal(this->head->method, PX_SLICE("GET"));
    if (px_slice_equal(this->head->method, PX_SLICE("OPTIONS")))
        *this->answer = px_cors_preflight(&this->server->arena, this->head, PX_SLICE(GET));
    else if (is_get)
        *this->answer = px_sockjs_info(this->server,
                                       px_cors_headers(&this->server->arena, this->client.origin));
    else
        return PX_SOCKJS_ELSEWHERE;
    return PX_SOCKJS_ANSWERED;
}

/* iframe.html, iframe-1.6.1.html */
static bool is_iframe(px_slice name) {
    px_slice start = PX_SLICE("iframe"), end = PX_SLICE(".html");
    if (!px_slice_starts_with(name, start) || name.len < start.len + end.len ||
        !px_slice_equal(px_slice_after(name, name.len - end.len), end))
        return false;
    for (size_t i = start.len; i < name.len - end.len; i++)
        if (!strchr("0123456789-.abcdefghijklmnopqrstuvwxyz_", name.ptr[i]) || !name.ptr[i])
            return false;
    return true;
}

/* What SockJS has beside sessions. */
static px_sockjs_outcome show_page(const call *this, px_slice name) {
    bool is_get = px_slice_equal(this->head->method, PX_SLICE("GET"));
    if (px_slice_equal(name, PX_SLICE("info")))
        return show_info(this);
    if (is_get && name.len == 0)
        *this->answer = px_sockjs_greeting();
    else if (is_get && is_iframe(name))
        *this->answer = px_sockjs_iframe(this->server, this->head);
    else if (is_get && px_slice_equal(name, PX_SLICE("websocket")))
        return ask_for_upgrade(this, NULL);
    else
        return PX_SOCKJS_ELSEWHERE;
    return PX_SOCKJS_ANSWERED;
}

/* What stands behind the base path; false when the path is not below it. */
static bool strip_base(const px_server *server, px_slice *path) {
    px_slice base = PX_SLICE("/pusher");
    if (!server->options.http_fallbacks || !px_slice_starts_with(*path, base))
        return false;
    *path = px_slice_after(*path, base.len);
    return path->len == 0 || path->ptr[0] == '/';
}

px_sockjs_outcome px_host_sockjs(px_host_connection *connection, const px_http_head *head,
                                 px_slice body, px_host_answer *answer) {
    px_slice segments[MAX_SEGMENTS];
    px_slice path = head->path;
    call this = {.connection = connection,
                 .server = connection->server,
                 .head = head,
                 .body = body,
                 .client = px_host_client_of(connection, head),
                 .answer = answer};
    if (!px_host_strip_prefix(this.server, &path) || !strip_base(this.server, &path))
        return PX_SOCKJS_ELSEWHERE;
    px_arena_reset(&this.server->arena);
    size_t count = split(path, segments);
    if (path.len == 0 || count == 1)
        return show_page(&this, count == 1 ? segments[0] : PX_SLICE(""));
    if (!read_session(&this, segments, count))
        return PX_SOCKJS_ELSEWHERE;
    for (size_t i = 0; i < sizeof ENDPOINTS / sizeof *ENDPOINTS; i++)
        if (px_slice_equal(segments[count - 1], ENDPOINTS[i].name) &&
            (ENDPOINTS[i].is_for_app || !this.key.ptr))
            return use_endpoint(&this, &ENDPOINTS[i]);
    return PX_SOCKJS_ELSEWHERE;
}

bool px_sockjs_is_socket(const px_server *server, px_slice path, bool *is_framed) {
    px_slice segments[MAX_SEGMENTS];
    if (!strip_base(server, &path))
        return false;
    size_t count = split(path, segments);
    *is_framed = count == 3;
    return count > 0 && px_slice_equal(segments[count - 1], PX_SLICE("websocket")) &&
           (count == 1 || (count == 3 && is_name(segments[0]) && is_name(segments[1])));
}

bool px_sockjs_read_path(px_server *server, px_slice text, px_slice *key, px_slice *query) {
    static const px_slice NAMES[] = {PX_LITERAL("path")};
    px_member_value value;
    if (px_object_read(&server->arena, text, NAMES, &value, 1) != PX_OK ||
        !px_value_is_string(&value))
        return false;
    px_slice path = value.text;
    const char *mark = path.len > 0 ? memchr(path.ptr, '?', path.len) : NULL;
    *query = px_slice_of(NULL, 0);
    if (mark) {
        size_t path_len = (size_t)(mark - path.ptr);
        *query = px_slice_after(path, path_len + 1);
        path.len = path_len;
    }
    /* Clients know of the app's own path; the prefix is for whoever puts it before all. */
    (void)px_host_strip_prefix(server, &path);
    return px_host_read_key(path, key);
}
