/* Text for transcripts: a buffer that never fails (a test that is out of memory aborts), and the
 * cutting of lines into words. */
#ifndef TRANSCRIPT_TEXT_H
#define TRANSCRIPT_TEXT_H

#include "base/buffer.h"

void transcript_text_init(px_buffer *text);

void transcript_add(px_buffer *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Adds bytes as they are, but for control characters: they become \xNN. */
void transcript_add_slice(px_buffer *text, px_slice bytes);

/* Adds the byte as it is, so many times. */
void transcript_add_byte(px_buffer *text, char byte, uint64_t times);

/* The text as a string on the heap, to be freed. */
char *transcript_text_take(px_buffer *text);

/* Cuts the first word (up to a blank) and the blanks after it off `rest`. Empty at the end. */
px_slice transcript_word(px_slice *rest);

/* Cuts off a leading decimal number. False when there is none. */
bool transcript_number(px_slice *rest, uint64_t *number);

/* Cuts `prefix` off the front of `rest`. False when `rest` starts otherwise. */
bool transcript_skip(px_slice *rest, const char *prefix);

/* "PUSHER_ERR_LIMIT" for -2. */
const char *transcript_result_name(int result);

#endif
