/* What an HTTP transport receives (docs/protocol.md, "HTTP transports"): lines, each a frame, in the
 * body of an answer that comes in pieces. Only the bytes; what a frame asks for is http_socket.c's
 * business. */
#ifndef PX_CORE_HTTP_FRAMES_H
#define PX_CORE_HTTP_FRAMES_H

#include "base/arena.h"
#include "base/buffer.h"
#include "json/reader.h"

/* Bytes of a line, at most. */
#define PX_MAX_HTTP_LINE 16777216

typedef enum px_http_frame_kind {
    PX_HTTP_FRAME_NONE,      /* the piece is used up */
    PX_HTTP_FRAME_OPEN,      /* o, o{"hostname":"..."} */
    PX_HTTP_FRAME_MESSAGES,  /* a["...","..."] */
    PX_HTTP_FRAME_MESSAGE,   /* m"..." */
    PX_HTTP_FRAME_HEARTBEAT, /* h */
    PX_HTTP_FRAME_CLOSE,     /* c[3000,"Go away!"] */
    PX_HTTP_FRAME_UNKNOWN,   /* any other line; an empty one as well */
} px_http_frame_kind;

typedef struct px_http_frame {
    px_http_frame_kind kind;
    px_slice line;    /* all of it, without its end */
    px_slice payload; /* what stands behind the first byte */
} px_http_frame;

/* The decoder of one answer. */
typedef struct px_http_frames {
    px_buffer begun;   /* the beginning of a line whose end has not come yet */
    uint64_t received; /* UTF-16 units of the answer, in which browsers count, and so servers */
    bool had_frame;    /* a line that is not empty has come */
} px_http_frames;

/* Allocates nothing yet. */
void px_http_frames_init(px_http_frames *frames, const px_allocator *allocator);
void px_http_frames_free(px_http_frames *frames);

/* Begins anew, with the next answer. */
void px_http_frames_restart(px_http_frames *frames);

/* Takes the next frame off *piece. It points into the piece or, where it came in several, into
 * `memory`. PX_ERR_LIMIT: a line is longer than PX_MAX_HTTP_LINE. PX_ERR_NO_MEMORY. After an error
 * the answer is of no more use. */
PX_MUST_CHECK int px_http_frames_next(px_http_frames *frames, px_arena *memory, px_slice *piece,
                                      px_http_frame *frame);

/* ---- Payloads. PX_ERR_SYNTAX with *why when one is not what its frame needs ---- */

/* The messages of a frame, one after the other. */
typedef struct px_http_messages {
    px_json_reader reader;
    bool one; /* of a MESSAGE, which has just one */
} px_http_messages;

/* Checks all of them before the first is read. */
PX_MUST_CHECK int px_http_messages_begin(px_http_messages *messages, const px_http_frame *frame,
                                         px_slice *why);

/* The next message: the text in a string, any other value as it stands. It points into the frame
 * or, where there were escapes, into `memory`. PX_ERR_NOT_FOUND at the end. Errors as
 * px_arena_alloc. */
PX_MUST_CHECK int px_http_messages_next(px_http_messages *messages, px_arena *memory,
                                        px_slice *message);

/* Of CLOSE: a code that is none is 1006, a reason that is no text is empty. Errors as
 * px_arena_alloc, too. */
PX_MUST_CHECK int px_http_frame_close(const px_http_frame *frame, px_arena *memory, uint16_t *code,
                                      px_slice *reason, px_slice *why);

/* Of OPEN: the host to use from now on, as text; empty: none is named. Errors as px_arena_alloc,
 * too. */
PX_MUST_CHECK int px_http_frame_hostname(const px_http_frame *frame, px_arena *memory,
                                         px_slice *hostname, px_slice *why);

#endif
