/* A transcript as lines of text, with each `include NAME` line replaced by the lines of
 * tests/transcripts/include/NAME.txt. */
#ifndef TRANSCRIPT_SCRIPT_H
#define TRANSCRIPT_SCRIPT_H

#include "base/slice.h"

typedef struct transcript_line {
    char *file; /* relative to the folder of transcripts */
    unsigned number;
    px_slice text; /* without the end of the line and blanks before it */
    bool included;
} transcript_line;

typedef struct transcript_script {
    transcript_line *lines;
    size_t count;
} transcript_script;

/* `file` is relative to `folder`. False: a file cannot be read; its path is in `failure`. */
bool transcript_script_load(transcript_script *script, const char *folder, const char *file,
                            char *failure, size_t failure_size);

void transcript_script_free(transcript_script *script);

/* What the first character says about a line. */
bool transcript_line_is_comment(px_slice line);     /* blank, or starts with '#' */
bool transcript_line_is_expectation(px_slice line); /* what the client does: > = * | */

#endif
