/* Builds a text piece by piece in a buffer: URLs, form bodies, sentences for people. Errors stick,
 * so that the builder checks once, at the end. */
#ifndef PX_CORE_TEXT_H
#define PX_CORE_TEXT_H

#include "base/buffer.h"

typedef struct px_text {
    px_buffer *out;
    int result; /* PX_OK, or the first error of px_buffer_append */
} px_text;

/* Empties the buffer and begins. */
px_text px_text_begin(px_buffer *out);

void px_text_add(px_text *text, px_slice piece);
void px_text_add_number(px_text *text, uint64_t number);

/* At most `limit` bytes of `piece`, cut between two code points, with "..." when cut. */
void px_text_add_excerpt(px_text *text, px_slice piece, size_t limit);

/* With everything but A-Z a-z 0-9 - _ . ! ~ * ' ( ) percent-encoded, as encodeURIComponent does. */
void px_text_add_component(px_text *text, px_slice piece);

/* As it is, but for bytes that would end a path or that a URL does not allow: these are
 * percent-encoded. */
void px_text_add_path_segment(px_text *text, px_slice piece);

#endif
