/* Authorizes this process's own subscriptions, with the app's secret: no endpoint is needed. */
#ifndef PX_CLI_LOCAL_AUTHORIZER_H
#define PX_CLI_LOCAL_AUTHORIZER_H

#include "net/channel_secret.h"

#include <pusher/pusher.h>

typedef struct px_cli_local_authorizer {
    const char *key;
    const char *secret;
    const char *user_id;   /* in presence channels; NULL: "cli-PROCESS" */
    const char *user_info; /* JSON; NULL: {} */
    bool has_master_key;   /* else encrypted channels are refused */
    unsigned char master_key[PX_MASTER_KEY_BYTES];
} px_cli_local_authorizer;

/* A pusher_authorizer_fn; the context is a px_cli_local_authorizer. */
void px_cli_authorize_locally(pusher_authorization *question, pusher_client *client,
                              pusher_string channel_name, pusher_string socket_id, void *context);

#endif
