/* Client events: what one client sends to the others in a channel. */
#ifndef PX_SERVER_CLIENT_EVENT_H
#define PX_SERVER_CLIENT_EVENT_H

#include "server/hub_state.h"
#include "server/json_object.h"

/* Checks the event and sends it to all other subscribers, or tells the sender why not. */
void px_client_event(px_hub *hub, px_hub_connection *connection, px_slice event,
                     const px_member_value *channel, const px_member_value *data);

#endif
