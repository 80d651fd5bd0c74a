/* Texts put together for the length of one input, in its arena. */
#ifndef PX_SERVER_TEXT_H
#define PX_SERVER_TEXT_H

#include "base/arena.h"

/* The parts, one after the other. The empty slice without memory: texts for people may go missing
 * then, so callers need not check. */
px_slice px_text_join(px_arena *arena, const px_slice *parts, size_t count);

/* px_text_of(arena, PX_SLICE("channel "), name): the same from arguments. */
#define px_text_of(arena, ...)                                                                     \
    px_text_join((arena), (const px_slice[]){__VA_ARGS__},                                         \
                 sizeof((const px_slice[]){__VA_ARGS__}) / sizeof(px_slice))

/* `value` in decimal; empty without memory. */
px_slice px_text_of_number(px_arena *arena, uint64_t value);

#endif
