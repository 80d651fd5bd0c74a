#include "server/host_stream.h"

#include "server/heap.h"
#include "server/host_cors.h"
#include "server/host_date.h"
#include "server/host_frame.h"
#include "server/host_session.h"
#include "server/text.h"

#define JAVASCRIPT "application/javascript; charset=UTF-8"

#define H16   "hhhhhhhhhhhhhhhh"
#define H128  H16 H16 H16 H16 H16 H16 H16 H16
#define H2048 H128 H128 H128 H128 H128 H128 H128 H128 H128 H128 H128 H128 H128 H128 H128 H128

#define B16   "                "
#define B128  B16 B16 B16 B16 B16 B16 B16 B16
#define B1024 B128 B128 B128 B128 B128 B128 B128 B128

const px_stream_style px_style_xhr = {
    .content_type = JAVASCRIPT, .is_single = true, .frame_tail = PX_LITERAL("\n")};

/* Browsers show the first bytes of an answer only when there are enough of them. */
const px_stream_style px_style_xhr_streaming = {.content_type = JAVASCRIPT,
                                                .beginning = PX_LITERAL(H2048 "\n"),
                                                .frame_tail = PX_LITERAL("\n")};

const px_stream_style px_style_eventsource = {.content_type = "text/event-stream; charset=UTF-8",
                                              .beginning = PX_LITERAL("\r\n"),
                                              .frame_head = PX_LITERAL("data: "),
                                              .frame_tail = PX_LITERAL("\r\n\r\n")};

const px_stream_style px_style_htmlfile = {
    .content_type = "text/html; charset=UTF-8",
    .has_callback = true,
    .is_quoted = true,
    .beginning = PX_LITERAL("<!doctype html>\n<html><head>\n<meta charset=\"utf-8\">\n"
                            "</head><body><script>\nvar c = parent."),
    .middle = PX_LITERAL(";\nc.start();\nfunction p(d) { c.message(d); }\n"
                         "window.onload = c.stop;\n</script>\n" B1024 "\r\n\r\n"),
    .frame_head = PX_LITERAL("<script>\np("),
    .frame_tail = PX_LITERAL(");\n</script>\r\n")};

/* The comment keeps other programs from taking the beginning for something of theirs. */
const px_stream_style px_style_jsonp = {.content_type = JAVASCRIPT,
                                        .is_single = true,
                                        .has_callback = true,
                                        .is_quoted = true,
                                        .beginning = PX_LITERAL("/**/"),
                                        .frame_head = PX_LITERAL("("),
                                        .frame_tail = PX_LITERAL(");\r\n")};

#define NO_CACHE                                                                                   \
    "Cache-Control: no-store, no-cache, no-transform, must-revalidate, max-age=0\r\n"              \
    "X-Accel-Buffering: no\r\nX-Content-Type-Options: nosniff\r\n"

/* ---- Beginning ---- */

static px_host_stream *make(px_slice origin, px_slice callback) {
    size_t size = sizeof(px_host_stream) + origin.len + callback.len;
    px_host_stream *made = px_alloc_zero(&px_heap, size);
    if (!made)
        return NULL;
    made->size = size;
    if (origin.len > 0)
        memcpy(made->text, origin.ptr, origin.len);
    if (callback.len > 0)
        memcpy(made->text + origin.len, callback.ptr, callback.len);
    made->origin = px_slice_of(origin.ptr ? made->text : NULL, origin.len);
    made->callback = px_slice_of(made->text + origin.len, callback.len);
    return made;
}

/* The head of a stream's answer, and what comes before the first frame. */
static bool send_head(px_host_connection *connection) {
    px_host_stream *stream = connection->in.stream;
    const px_stream_style *style = stream->style;
    char date[PX_DATE_LENGTH];
    const px_slice head[] = {
        PX_SLICE("HTTP/1.1 200 OK\r\nDate: "),
        px_slice_of(date, px_date(time(NULL), date)),
        PX_SLICE("\r\nContent-Type: "),
        px_slice_of_text(style->content_type),
        PX_SLICE("\r\n" NO_CACHE),
        px_cors_headers(&connection->server->arena, stream->origin),
        stream->is_chunked ? PX_SLICE("Transfer-Encoding: chunked\r\n") : PX_SLICE(""),
        stream->keep_alive ? PX_SLICE("Connection: keep-alive\r\n\r\n")
                           : PX_SLICE("Connection: close\r\n\r\n"),
    };
    if (!px_host_send(connection, head, sizeof head / sizeof *head))
        return false;
    px_buffer *text = &connection->server->sessions.wrapped;
    px_buffer_clear(text);
    if (px_buffer_append(text, style->beginning) != PX_OK ||
        (style->has_callback && px_buffer_append(text, stream->callback) != PX_OK) ||
        px_buffer_append(text, style->middle) != PX_OK) {
        px_host_cut(connection);
        return false;
    }
    px_message *prelude = px_frame_new(px_buffer_slice(text));
    px_stream_frame(connection, prelude);
    px_message_release(prelude);
    return connection->phase == PX_PHASE_STREAM;
}

bool px_stream_begin(px_host_connection *connection, const px_http_head *head,
                     const px_stream_style *style, px_slice callback) {
    px_host_stream *stream = make(head->fields[PX_HTTP_ORIGIN], callback);
    if (!stream) {
        px_host_cut(connection);
        return false;
    }
    stream->style = style;
    stream->is_chunked = !head->is_http_1_0;
    stream->keep_alive = head->keep_alive && (style->is_single || stream->is_chunked);
    connection->in.stream = stream;
    connection->phase = PX_PHASE_STREAM;
    px_host_clear_deadline(connection);
    return style->is_single || send_head(connection);
}

/* ---- Frames ---- */

/* The frame as this transport wants it, in `wrapped`. */
static int wrap(px_host_connection *connection, px_slice frame) {
    const px_host_stream *stream = connection->in.stream;
    const px_stream_style *style = stream->style;
    px_buffer *out = &connection->server->sessions.wrapped;
    px_buffer_clear(out);
    int result = style->is_single ? px_buffer_append(out, style->beginning) : PX_OK;
    if (result == PX_OK && style->is_single && style->has_callback)
        result = px_buffer_append(out, stream->callback);
    if (result == PX_OK)
        result = px_buffer_append(out, style->frame_head);
    if (result == PX_OK)
        result =
            style->is_quoted ? px_frame_quote_script(out, frame) : px_buffer_append(out, frame);
    if (result == PX_OK)
        result = px_buffer_append(out, style->frame_tail);
    return result;
}

void px_stream_frame(px_host_connection *connection, px_message *frame) {
    px_host_stream *stream = connection->in.stream;
    if (frame)
        stream->units += frame->text_units;
    if (stream->is_chunked || !frame) {
        px_host_queue(connection, frame);
        return;
    }
    px_slice text = px_frame_text(frame);
    px_message *plain = px_output_message(frame->allocator, &text, 1);
    px_host_queue(connection, plain);
    px_message_release(plain);
}

static void release(px_host_connection *connection) {
    px_host_stream *stream = connection->in.stream;
    connection->in.stream = NULL;
    px_free(&px_heap, stream, stream->size);
}

static void answer(px_host_connection *connection, px_slice body) {
    px_server *server = connection->server;
    const px_host_stream *stream = connection->in.stream;
    px_host_answer given = {
        .status = 200,
        .content_type = stream->style->content_type,
        .headers = px_text_of(&server->arena, PX_SLICE(NO_CACHE),
                              px_cors_headers(&server->arena, stream->origin)),
        .body = body,
    };
    bool keep_alive = stream->keep_alive;
    release(connection);
    px_host_http_answer(connection, &given, keep_alive);
}

void px_stream_text(px_host_connection *connection, px_slice frame) {
    px_slice text = PX_SLICE("");
    if (wrap(connection, frame) == PX_OK)
        text = px_buffer_slice(&connection->server->sessions.wrapped);
    if (text.len == 0) {
        px_host_queue(connection, NULL);
    } else if (connection->in.stream->style->is_single) {
        answer(connection, text);
    } else {
        px_message *made = px_frame_new(text);
        px_stream_frame(connection, made);
        px_message_release(made);
    }
}

/* ---- The end ---- */

void px_stream_end(px_host_connection *connection) {
    const px_host_stream *stream = connection->in.stream;
    bool keep_alive = stream->keep_alive;
    px_slice end = PX_SLICE("0\r\n\r\n");
    if (stream->is_chunked && !px_host_send(connection, &end, 1))
        return;
    release(connection);
    px_host_http_end(connection, keep_alive);
}

void px_stream_cut(px_host_connection *connection) {
    if (!connection->in.stream) /* there was no memory for the end of it */
        return;
    struct px_session *session = connection->in.stream->session;
    release(connection);
    if (session)
        px_session_lost(session);
}
