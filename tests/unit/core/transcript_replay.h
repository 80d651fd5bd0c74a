/* Playing a transcript against the engine, in three ways. Each returns an empty `failure`, or says
 * in it what is wrong, with the file and line. */
#ifndef TRANSCRIPT_REPLAY_H
#define TRANSCRIPT_REPLAY_H

#include "transcript_script.h"
#include "transcript_world.h"

enum { TRANSCRIPT_FAILURE_SIZE = 16384 };

/* The engine must do exactly what the transcript says. */
void transcript_replay(const transcript_script *script, char failure[TRANSCRIPT_FAILURE_SIZE]);

/* The engine is freed after each line in turn and must give all memory back. */
void transcript_replay_cut_short(const transcript_script *script,
                                 char failure[TRANSCRIPT_FAILURE_SIZE]);

/* Again and again with another allocation failing: once, and all from there on. What the engine
 * does then is not in the transcript, but it must stay sane, leak nothing, and work when there is
 * memory again. */
void transcript_replay_without_memory(const transcript_script *script,
                                      char failure[TRANSCRIPT_FAILURE_SIZE]);

/* Prints the transcript with what the engine does in place of what the transcript expects. */
void transcript_record(const transcript_script *script);

#endif
