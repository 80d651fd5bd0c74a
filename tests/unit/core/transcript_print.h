/* An action of the engine as a line of a transcript. */
#ifndef TRANSCRIPT_PRINT_H
#define TRANSCRIPT_PRINT_H

#include "base/buffer.h"
#include "core/core.h"

/* The first character of the line: '>' what goes to the network, '=' what changes, '*' an event,
 * '|' a log line. */
char transcript_action_mark(px_action_type type);

/* Adds what follows the mark. */
void transcript_print_action(px_core *core, const px_action *action, px_buffer *text);

/* "2: 1 {"name":"A"}, "b"": the number of members and each of them. */
void transcript_print_members(px_core *core, px_channel_id channel, px_buffer *text);

/* `7 {"name":"A"}`; a user id that was a string stands in quotes. */
void transcript_print_member(const px_member *member, px_buffer *text);

/* "private, pending, cancelled" */
void transcript_print_channel(const px_channel_info *info, px_buffer *text);

#endif
