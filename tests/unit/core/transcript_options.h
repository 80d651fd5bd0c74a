/* `option NAME VALUE` lines: every option of the engine by the name it is documented under. */
#ifndef TRANSCRIPT_OPTIONS_H
#define TRANSCRIPT_OPTIONS_H

#include "transcript_world.h"

/* Lists are words, pairs are NAME=VALUE words, flags are yes and no. */
void transcript_option(transcript_world *world, px_slice line);

/* `without NAME`: the option as if it had never been mentioned (a missing key). */
void transcript_without_option(transcript_world *world, px_slice name);

/* Destroys what the options point to: the engine must have copied it. */
void transcript_options_spoil(transcript_world *world);

/* Cuts NAME from VALUE at the first `separator` and drops blanks before VALUE. */
px_header transcript_pair(px_slice word, char separator);

#endif
