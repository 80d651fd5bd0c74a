/* Subscribing and unsubscribing, with all that follows from them. */
#ifndef PX_SERVER_SUBSCRIBE_H
#define PX_SERVER_SUBSCRIBE_H

#include "server/authorization.h"
#include "server/channel.h"

/* Subscribes, or says why not. */
void px_subscribe(px_hub *hub, px_hub_connection *connection, px_slice name,
                  const px_credentials *credentials);

/* Ends one subscription: the others learn of a member who left, an empty channel vanishes. Needs no
 * memory. */
void px_subscription_end(px_hub *hub, px_subscription *subscription);

#endif
