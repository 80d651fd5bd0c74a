/* Checking the signatures with which an application's server admits a client to a channel, or signs
 * in its user. */
#ifndef PX_SERVER_AUTHORIZATION_H
#define PX_SERVER_AUTHORIZATION_H

#include "server/hub_state.h"

/* What a client brings along to subscribe to a channel that needs authorization. Empty slices where
 * it brought nothing. */
typedef struct px_credentials {
    px_slice auth;         /* "KEY:SIGNATURE" */
    px_slice channel_data; /* signed too, as exactly these bytes */
} px_credentials;

/* Do the credentials admit the connection to the channel? If not, *why says what is wrong with them
 * (in the hub's arena or static; empty without memory). It never holds the secret or the right
 * signature. */
bool px_is_authorized(px_hub *hub, const px_hub_connection *connection, px_slice channel,
                      const px_credentials *credentials, px_slice *why);

/* The same for signing in, with `auth` over user_data. */
bool px_may_sign_in(px_hub *hub, const px_hub_connection *connection, px_slice auth,
                    px_slice user_data, px_slice *why);

#endif
