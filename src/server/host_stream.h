/* The answer to a request for events: a stream of frames, or one answer with the next of them. Which
 * session the frames come from is said in host_session.h; what a frame looks like in each of the
 * transports is a row of a table. */
#ifndef PX_SERVER_HOST_STREAM_H
#define PX_SERVER_HOST_STREAM_H

#include "server/host.h"

enum { PX_MAX_CALLBACK = 64, PX_MAX_ORIGIN = 512 };

typedef struct px_stream_style {
    const char *content_type;
    bool is_single;      /* one answer for each request; else a stream without end */
    bool has_callback;   /* frames are arguments of a function that the client names */
    px_slice beginning;  /* of a stream: what stands before the first frame */
    px_slice middle;     /* and, where there is a callback, what stands behind it */
    px_slice frame_head; /* what stands before each frame (and behind the callback) */
    px_slice frame_tail; /* and what behind */
    bool is_quoted;      /* frames are strings in a script */
} px_stream_style;

extern const px_stream_style px_style_xhr;
extern const px_stream_style px_style_xhr_streaming;
extern const px_stream_style px_style_eventsource;
extern const px_stream_style px_style_htmlfile;
extern const px_stream_style px_style_jsonp;

/* Part of a connection while its phase is PX_PHASE_STREAM. */
typedef struct px_host_stream {
    struct px_session *session; /* NULL: nothing more is coming */
    const px_stream_style *style;
    uint64_t units; /* UTF-16 units of the body so far, for the styles without an end */
    bool keep_alive;
    bool is_chunked;
    bool is_held_enough; /* the client does not begin its stream anew */
    px_slice origin;     /* both in text[] */
    px_slice callback;
    size_t size; /* of this block */
    char text[];
} px_host_stream;

/* Takes the connection over: its answer begins, and goes on. False when the connection had to be cut
 * for want of memory. */
bool px_stream_begin(px_host_connection *connection, const px_http_head *head,
                     const px_stream_style *style, px_slice callback);

/* A frame of a stream, as px_frame_new makes it. */
void px_stream_frame(px_host_connection *connection, px_message *frame);

/* A frame without its newline. Where the style is a single answer, that is all of it: the connection
 * belongs to HTTP again when this returns. */
void px_stream_text(px_host_connection *connection, px_slice frame);

/* Ends a stream; the connection belongs to HTTP again when this returns. */
void px_stream_end(px_host_connection *connection);

/* The connection ends. Call it before its phase changes. */
void px_stream_cut(px_host_connection *connection);

#endif
