/* Reads all that HTTP frames hold into a text, for tests and fuzzing: however the bytes are cut, the
 * text must be the same. */
#ifndef TEST_HTTP_FRAMES_READING_H
#define TEST_HTTP_FRAMES_READING_H

#include "core/http_frames.h"

typedef struct http_frames_reading {
    px_http_frames frames;
    px_arena memory;
    px_buffer said; /* one line for each frame and message */
    int result;     /* of the decoder: PX_OK, or what ended it */
} http_frames_reading;

void http_frames_reading_begin(http_frames_reading *reading, const px_allocator *allocator);
void http_frames_reading_end(http_frames_reading *reading);

/* Reads a piece, and gives the memory for what was in it back. */
void http_frames_read(http_frames_reading *reading, px_slice piece);

#endif
