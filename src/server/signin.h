/* Signing in: pusher:signin, by which a connection becomes one of its user's. */
#ifndef PX_SERVER_SIGNIN_H
#define PX_SERVER_SIGNIN_H

#include "server/hub_state.h"
#include "server/json_object.h"

/* Signs in, or says why not. Signing in again as the same user replaces what was said of the user
 * before. */
void px_signin(px_hub *hub, px_hub_connection *connection, px_slice auth,
               const px_member_value *user_data);

#endif
