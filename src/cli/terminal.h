/* What a person sees: colours (only on a terminal), errors, and text from elsewhere made harmless.
 */
#ifndef PX_CLI_TERMINAL_H
#define PX_CLI_TERMINAL_H

#include "base/slice.h"

#include <stdio.h>

typedef enum px_cli_colour {
    PX_CLI_PLAIN,
    PX_CLI_DIM,
    PX_CLI_BOLD,
    PX_CLI_RED,
    PX_CLI_GREEN,
    PX_CLI_YELLOW,
    PX_CLI_CYAN,
} px_cli_colour;

/* The sequence that turns the colour on; empty when `stream` is no terminal, or the terminal is
 * dumb, or NO_COLOR is set (no-color.org). PX_CLI_PLAIN ends a colour. */
const char *px_cli_colour_on(FILE *stream, px_cli_colour colour);

/* "pusher: ..." on stderr, in red on a terminal; a newline is added. */
void px_cli_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same with a text that somebody else had a part in: px_cli_print_text. */
void px_cli_error_text(px_slice text);

/* A line on stderr about what goes on; dim on a terminal. */
void px_cli_note(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Writes text that somebody else chose: control characters become \n, \t, \xNN, so that nobody can
 * write to the terminal's screen from afar or break a line in two. */
void px_cli_print_text(FILE *stream, px_slice text);

/* Writes JSON on one line. In its strings C1 characters and DEL, which JSON lets stand as they are and terminals
 * obey, become \u00NN, which means the same. */
void px_cli_print_json(FILE *stream, px_slice json);

/* The number of columns that px_cli_print_text fills, if each character fills one and none is a
 * control character. */
size_t px_cli_text_width(px_slice text);

/* Flushes stdout; false when what was written did not arrive (a closed pipe, a full disk). */
bool px_cli_flush(void);

#endif
