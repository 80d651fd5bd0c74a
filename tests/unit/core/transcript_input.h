/* The lines of a transcript that do something: what the application asks for, what the network
 * says, and time that passes. */
#ifndef TRANSCRIPT_INPUT_H
#define TRANSCRIPT_INPUT_H

#include "transcript_world.h"

/* Carries out one line and settles the engine. What it did is in the world's outputs; a line that
 * cannot be carried out is a failure of the world. */
void transcript_input(transcript_world *world, px_slice line);

#endif
