/* `? QUESTION: ANSWER` lines: what the engine says about itself when it is asked. */
#ifndef TRANSCRIPT_LOOK_H
#define TRANSCRIPT_LOOK_H

#include "transcript_world.h"

/* A wrong answer is a failure of the world, unless the world is lenient. */
void transcript_look(transcript_world *world, px_slice line);

#endif
