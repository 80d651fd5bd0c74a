/* Boxes of encrypted channels as transcripts have them, so that a test needs no cipher: the first 16
 * bytes are those of the key that the box was sealed with, and the text follows as it is. */
#ifndef TRANSCRIPT_BOX_H
#define TRANSCRIPT_BOX_H

#include "core/core.h"

/* Opens the box of a SEALED event. False: it was sealed with another key, or holds no UTF-8. */
bool transcript_box_open(const px_core *core, const px_event *event, px_slice *text);

#endif
