/* HTTP requests on a connection: one at a time, however many are sent; the next is looked at when
 * the answer to the last has gone out. */
#include "server/heap.h"
#include "server/host_client.h"
#include "server/host_date.h"
#include "server/host_files.h"
#include "server/host_sockjs.h"
#include "server/host_timeline.h"

/* The statuses that this server answers with. */
static const struct {
    int status;
    const char *phrase;
} PHRASES[] = {
    {101, "Switching Protocols"},
    {200, "OK"},
    {202, "Accepted"},
    {204, "No Content"},
    {301, "Moved Permanently"},
    {304, "Not Modified"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {408, "Request Timeout"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {417, "Expectation Failed"},
    {426, "Upgrade Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {503, "Service Unavailable"},
    {505, "HTTP Version Not Supported"},
};

static const char *phrase_of(int status) {
    for (size_t i = 0; i < sizeof PHRASES / sizeof *PHRASES; i++)
        if (PHRASES[i].status == status)
            return PHRASES[i].phrase;
    return "Unknown";
}

/* Queues the answer and goes to the next phase. */
static void answer(px_host_connection *connection, const px_host_answer *given, bool is_head,
                   bool keep_alive) {
    char status[20];
    char length[20];
    char retry[20];
    char date[PX_DATE_LENGTH];
    bool has_body = given->status != 204 && given->status != 304; /* RFC 9110 section 8.6 */
    uint64_t body_len = given->file ? px_file_size(given->file) : given->body.len;
    const px_slice parts[] = {
        PX_SLICE("HTTP/1.1 "),
        px_slice_of(status, px_u64_to_text((uint64_t)given->status, status)),
        PX_SLICE(" "),
        px_slice_of_text(phrase_of(given->status)),
        PX_SLICE("\r\nDate: "),
        px_slice_of(date, px_date(time(NULL), date)),
        given->content_type ? PX_SLICE("\r\nContent-Type: ") : PX_SLICE(""),
        px_slice_of_text(given->content_type),
        has_body ? PX_SLICE("\r\nContent-Length: ") : PX_SLICE(""),
        px_slice_of(length, has_body ? px_u64_to_text(body_len, length) : 0),
        given->allow ? PX_SLICE("\r\nAllow: ") : PX_SLICE(""),
        px_slice_of_text(given->allow),
        given->retry_after ? PX_SLICE("\r\nRetry-After: ") : PX_SLICE(""),
        px_slice_of(retry, given->retry_after ? px_u64_to_text(given->retry_after, retry) : 0),
        keep_alive ? PX_SLICE("\r\nConnection: keep-alive\r\n")
                   : PX_SLICE("\r\nConnection: close\r\n"),
        given->headers,
        PX_SLICE("\r\n"),
        is_head ? PX_SLICE("") : given->body,
    };
    bool is_sent = px_host_send(connection, parts, sizeof parts / sizeof *parts);
    if (!is_sent || is_head)
        px_file_close(given->file);
    if (!is_sent)
        return;
    if (given->file && !is_head) {
        px_file_begin(connection, given->file, keep_alive);
        return;
    }
    if (keep_alive)
        connection->phase = PX_PHASE_ANSWER;
    else
        px_host_finish(connection);
    px_host_set_deadline(connection, connection->server->options.body_timeout_ms);
}

static void refuse(px_host_connection *connection, const px_http_refusal *refusal) {
    char text[PX_IP_TEXT_SIZE];
    px_slice address = px_ip_format(connection->peer, text);
    px_host_log(connection->server, PX_LOG_DEBUG, "http refused %d: %s (%.*s)", refusal->status,
                refusal->why, (int)address.len, address.ptr);
    px_host_answer given =
        px_host_error(connection->server, refusal->status, px_slice_of_text(refusal->why));
    answer(connection, &given, false, false);
}

static void expect_request(px_host_connection *connection) {
    px_server *server = connection->server;
    connection->phase = PX_PHASE_HEAD;
    connection->in.request = (px_host_request){0};
    if (connection->received.len == 0)
        px_buffer_free(&connection->received);
    if (server->is_draining && connection->received.len == 0 && !connection->is_poller)
        px_host_finish(connection);
    else
        px_host_set_deadline(connection, connection->received.len > 0
                                             ? server->options.head_timeout_ms
                                             : server->options.idle_timeout_ms);
}

/* Writes the answer. When the socket does not take all of it, nothing is read until it has. */
static void send_answer(px_host_connection *connection) {
    switch (px_output_write(&connection->output, &connection->socket, connection->server->joined)) {
    case PX_WRITTEN_ALL:
        expect_request(connection);
        break;
    case PX_WRITTEN_SOME:
        event_del(&connection->readable);
        if (px_host_await_room(connection))
            break;
        /* fall through */
    case PX_WRITTEN_FAILED:
        px_host_cut(connection);
        break;
    }
}

/* What to answer; false when the connection became something else instead: a WebSocket, the stream
 * of a session. */
static bool respond(px_host_connection *connection, const px_http_head *head, px_slice body,
                    px_host_answer *given) {
    px_slice upgrade = head->fields[PX_HTTP_UPGRADE];
    if (head->upgrade && px_http_list_has(upgrade, PX_SLICE("websocket")))
        return !px_host_upgrade(connection, head, given);
    switch (px_host_sockjs(connection, head, body, given)) {
    case PX_SOCKJS_ELSEWHERE:
        *given = px_host_route(connection, head, body);
        return true;
    case PX_SOCKJS_ANSWERED:
        return true;
    case PX_SOCKJS_TAKEN:
        break;
    }
    return false;
}

static void log_request(const px_host_connection *connection, const px_http_head *head,
                        int status) {
    char text[PX_IP_TEXT_SIZE];
    if (!px_host_logs(connection->server, PX_LOG_DEBUG))
        return;
    px_host_client client = px_host_client_of(connection, head);
    px_slice address = px_ip_format(client.address, text);
    px_host_log(connection->server, PX_LOG_DEBUG, "%.*s %.*s %d (%.*s)", (int)head->method.len,
                head->method.ptr, (int)head->path.len, head->path.ptr, status, (int)address.len,
                address.ptr);
}

/* The request is whole: answers it. */
static void handle(px_host_connection *connection) {
    px_server *server = connection->server;
    px_host_request *request = &connection->in.request;
    px_http_head head;
    px_http_refusal refusal;
    size_t scanned = 0;
    /* Read again, because the bytes may have moved while the body was arriving. */
    px_slice bytes = px_buffer_slice(&connection->received);
    size_t max_head = px_host_max_head(server, bytes);
    if (px_http_read_head(bytes, max_head, &scanned, &head, &refusal) != PX_HTTP_DONE) {
        px_host_cut(connection);
        return;
    }
    px_slice body = px_slice_of(bytes.ptr + request->head_len, request->body_len);
    size_t request_len = request->head_len + request->body_len;
    px_host_answer given;
    if (!respond(connection, &head, body, &given)) {
        if (!connection->is_websocket)
            px_buffer_consume(&connection->received, request_len);
        return;
    }
    log_request(connection, &head, given.status);
    bool is_head = px_slice_equal(head.method, PX_SLICE("HEAD"));
    bool goes_on = !server->is_draining || connection->is_poller;
    answer(connection, &given, is_head, head.keep_alive && goes_on);
    px_buffer_consume(&connection->received, request_len);
    if (connection->phase == PX_PHASE_ANSWER)
        send_answer(connection);
}

/* True when the head is complete. */
static bool read_head(px_host_connection *connection) {
    px_server *server = connection->server;
    px_host_request *request = &connection->in.request;
    px_http_head head;
    px_http_refusal refusal;
    px_slice bytes = px_buffer_slice(&connection->received);
    switch (px_http_read_head(bytes, px_host_max_head(server, bytes), &request->scanned, &head,
                              &refusal)) {
    case PX_HTTP_MORE:
        return false;
    case PX_HTTP_REFUSED:
        refuse(connection, &refusal);
        return false;
    case PX_HTTP_DONE:
        break;
    }
    if (head.content_length > server->options.max_body) {
        refuse(connection, &(px_http_refusal){413, "The body of the request is too large."});
        return false;
    }
    request->head_len = head.length;
    request->content_length = head.content_length;
    request->chunked = head.chunked;
    connection->phase = PX_PHASE_BODY;
    px_host_set_deadline(connection, server->options.body_timeout_ms);
    bool waits = head.chunked || head.content_length > 0;
    if (waits && head.expect_continue && connection->received.len == head.length) {
        px_slice go_on = PX_SLICE("HTTP/1.1 100 Continue\r\n\r\n");
        if (px_host_send(connection, &go_on, 1))
            px_host_mark_dirty(connection);
    }
    return connection->phase == PX_PHASE_BODY;
}

/* Decodes what has arrived of a chunked body and closes the gap that this leaves. */
static px_http_progress read_chunks(px_host_connection *connection, px_http_refusal *refusal) {
    px_host_request *request = &connection->in.request;
    px_buffer *received = &connection->received;
    size_t start = request->head_len + request->body_len;
    size_t consumed = 0;
    size_t produced = 0;
    px_http_progress progress = px_http_read_chunks(
        &request->chunks, received->data + start, received->len - start,
        connection->server->options.max_body - request->body_len, &consumed, &produced, refusal);
    if (progress == PX_HTTP_REFUSED)
        return progress;
    memmove(received->data + start + produced, received->data + start + consumed,
            received->len - start - consumed);
    received->len -= consumed - produced;
    request->body_len += produced;
    return progress;
}

/* True when the body is complete. */
static bool read_body(px_host_connection *connection) {
    px_host_request *request = &connection->in.request;
    if (!request->chunked) {
        request->body_len = (size_t)request->content_length;
        return connection->received.len - request->head_len >= request->content_length;
    }
    px_http_refusal refusal;
    px_http_progress progress = read_chunks(connection, &refusal);
    if (progress == PX_HTTP_REFUSED)
        refuse(connection, &refusal);
    return progress == PX_HTTP_DONE;
}

/* As far as the bytes go. */
static void read_requests(px_host_connection *connection) {
    while (connection->received.len > 0) {
        if (connection->phase == PX_PHASE_HEAD && !read_head(connection))
            return;
        if (connection->phase != PX_PHASE_BODY || !read_body(connection))
            return;
        handle(connection);
    }
}

/* The rest is as for answers that were written at once, but that it happens at the end of the turn. */
static void answer_later(px_host_connection *connection) {
    if (connection->phase == PX_PHASE_ANSWER)
        event_del(&connection->readable);
    px_host_mark_dirty(connection);
}

void px_host_http_answer(px_host_connection *connection, const px_host_answer *given,
                         bool keep_alive) {
    answer(connection, given, false, keep_alive);
    answer_later(connection);
}

void px_host_http_end(px_host_connection *connection, bool keep_alive) {
    if (keep_alive) {
        connection->phase = PX_PHASE_ANSWER;
        px_host_set_deadline(connection, connection->server->options.body_timeout_ms);
    } else {
        px_host_finish(connection);
    }
    answer_later(connection);
}

void px_host_http_answered(px_host_connection *connection) {
    expect_request(connection);
    event_add(&connection->readable, NULL);
    read_requests(connection);
}

void px_host_http_input(px_host_connection *connection, px_slice bytes) {
    if (connection->phase == PX_PHASE_HEAD && connection->received.len == 0)
        px_host_set_deadline(connection, connection->server->options.head_timeout_ms);
    if (px_buffer_append(&connection->received, bytes) != PX_OK)
        px_host_cut(connection);
    else
        read_requests(connection);
}

void px_host_http_without_tls(px_host_connection *connection) {
    refuse(connection, &(px_http_refusal){400, "This port speaks TLS: use https:// or wss://."});
}

void px_host_http_expired(px_host_connection *connection) {
    bool is_waited_for = connection->phase == PX_PHASE_ANSWER ||
                         connection->phase == PX_PHASE_FILE || connection->received.len == 0;
    if (is_waited_for)
        px_host_cut(connection);
    else
        refuse(connection, &(px_http_refusal){408, "The request did not arrive in time."});
}
