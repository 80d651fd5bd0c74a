#include "core/http_request.h"

#include "core/internal.h"

static const px_header content_type = {PX_LITERAL("Content-Type"), PX_LITERAL("application/json")};

/* The session's number: three digits in SockJS, as many as it needs in the transports of Pusher. */
static void add_server(const px_http_socket *socket, px_text *text) {
    if (px_http_socket_is_sockjs(socket))
        px_text_add(text, px_slice_of("00", socket->server < 10 ? 2 : socket->server < 100));
    px_text_add_number(text, socket->server);
}

static void add_session(const px_http_socket *socket, px_text *text) {
    px_text_add(text, PX_SLICE("/"));
    add_server(socket, text);
    px_text_add(text, PX_SLICE("/"));
    px_text_add(text, px_slice_of(socket->session_id, PX_HTTP_SESSION_ID));
}

/* t makes each URL another one for caches, n tells requests of one millisecond apart. */
static void add_stamp(px_core *core, const px_http_socket *socket, bool has_query, px_text *text) {
    px_text_add(text, has_query ? PX_SLICE("&t=") : PX_SLICE("?t="));
    px_text_add_number(text, px_core_unix_ms(core));
    if (px_http_socket_is_sockjs(socket))
        return;
    px_text_add(text, PX_SLICE("&n="));
    px_text_add_number(text, ++core->transports.http_requests);
}

static int build_url(px_core *core, const px_http_socket *socket, const px_http_question *what,
                     px_slice *url) {
    px_text text = px_text_begin(&core->text);
    bool has_query = what->kind == PX_REQUEST_RECEIVE && !px_http_socket_is_sockjs(socket);
    px_url_http_base(&core->options, socket->tls, px_buffer_slice(&socket->host), &text);
    if (!px_http_socket_is_sockjs(socket))
        px_url_add_app(&core->options, &text);
    if (what->kind != PX_REQUEST_INFO)
        add_session(socket, &text);
    px_text_add(&text, what->path);
    if (has_query)
        px_url_add_query(&core->options, &text);
    add_stamp(core, socket, has_query, &text);
    return px_core_keep_text(core, &text, url);
}

int px_http_socket_ask(px_core *core, const px_http_socket *socket, px_id owner,
                       const px_http_question *what, px_id *id) {
    px_slice url;
    px_request *request;
    int result = build_url(core, socket, what, &url);
    if (result == PX_OK)
        result = px_request_new(core, what->kind, owner, &request);
    if (result != PX_OK)
        return result;
    px_action *action = px_queue_push(&core->queue, PX_ACTION_REQUEST, request->id);
    if (!action) {
        px_request_end(core, request);
        return PX_ERR_NO_MEMORY;
    }
    bool info = what->kind == PX_REQUEST_INFO;
    action->as.request.kind = what->kind;
    action->as.request.method = info ? PX_SLICE("GET") : PX_SLICE("POST");
    action->as.request.url = url;
    action->as.request.headers = info ? NULL : &content_type;
    action->as.request.header_count = info ? 0 : 1;
    action->as.request.body = what->body;
    action->as.request.timeout_ms = what->timeout_ms;
    *id = request->id;
    return PX_OK;
}
