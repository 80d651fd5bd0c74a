/* Messages one behind the other in memory, as one write takes them. Most connections that are written
 * to in a turn wait for the same messages, so these are joined once for all of them. */
#ifndef PX_SERVER_HOST_JOINED_H
#define PX_SERVER_HOST_JOINED_H

#include "server/hub.h"

typedef struct px_joined px_joined;

/* NULL without memory. */
px_joined *px_joined_new(void);

/* NULL is fine. */
void px_joined_free(px_joined *joined);

/* The bytes of the first of the messages, as many as there is room for: at least of one. They are good
 * until the next call, and longer while the memory is pinned. False: there is something else in
 * memory that is pinned. */
bool px_joined_bytes(px_joined *joined, px_message *const *messages, size_t count, px_slice *bytes);

/* While it is, bytes that were given out stay where they are. */
void px_joined_pin(px_joined *joined, bool is_pinned);

/* Lets go of the messages that it holds. */
void px_joined_clear(px_joined *joined);

#endif
