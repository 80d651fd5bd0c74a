/* Making px_message: a text as the WebSocket frame that all its receivers share. */
#ifndef PX_SERVER_MESSAGE_H
#define PX_SERVER_MESSAGE_H

#include "server/hub.h"

/* Copies the text behind its frame head. NULL without memory (or for 4 GiB of text). The caller has
 * the one reference. */
px_message *px_message_new(const px_allocator *allocator, px_slice text);

#endif
