/* Comparing a line of a transcript with what the engine did. */
#ifndef TRANSCRIPT_MATCH_H
#define TRANSCRIPT_MATCH_H

#include "transcript_world.h"

/* "..." in the pattern stands for anything. */
bool transcript_text_matches(px_slice pattern, px_slice text);

/* `line` is an expectation: mark, perhaps a number, text. */
bool transcript_output_matches(const transcript_output *output, px_slice line);

#endif
