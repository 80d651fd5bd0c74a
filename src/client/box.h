/* Boxes of encrypted channels: opened when somebody is bound to the channel, and told to the core when
 * they can't be. */
#ifndef PX_CLIENT_BOX_H
#define PX_CLIENT_BOX_H

#include "client/internal.h"

/* The text in the event's box, valid until the next one. PX_ERR_SYNTAX: it can't be opened, and the core
 * knows. PX_ERR_NO_MEMORY. */
PX_MUST_CHECK int px_box_open(pusher_client *client, const px_event *event, px_slice *text);

/* A large text was delivered. */
void px_box_trim(pusher_client *client);

#endif
