/* The puppet as an application that authorizes by itself: questions are told, and answered by commands. */
#ifndef E2E_PUPPET_AUTHORIZE_H
#define E2E_PUPPET_AUTHORIZE_H

#include "puppet.h"

/* A pusher_authorizer_fn: tells {"question": CHANNEL or "-", "socket": ID}. */
void authorize_ask(pusher_authorization *question, pusher_client *client, pusher_string channel,
                   pusher_string socket_id, void *context);

/* A pusher_provider_fn for fields or headers: adds "X-Provided", how often one was called. */
void authorize_provide(pusher_client *client, pusher_string channel, pusher_pairs *pairs,
                       void *context);

/* Answers; PUSHER_ERR_STATE where nothing was asked. */
int authorize_accept(puppet *who, const char *channel, const char *auth, const char *data);
int authorize_accept_encrypted(puppet *who, const char *channel, const char *auth,
                               const char *secret);
int authorize_refuse(puppet *who, const char *channel, const char *status, const char *message);

#endif
