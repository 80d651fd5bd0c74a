/* Authorization of private and presence channels, and in the same way authentication of the user
 * (docs/protocol.md, "Authorization", "Users"): who waits for what, and the open requests, from the
 * question to their end. What is asked is said in authorization_request.h, what an answer means in
 * authorization_answer.h. */
#ifndef PX_CORE_AUTHORIZATION_H
#define PX_CORE_AUTHORIZATION_H

#include "core/authorization_failure.h"
#include "core/channel.h"
#include "core/requests.h"

/* What is asked for one kind of question. */
typedef struct px_authorization_way {
    px_slice endpoint;
    bool jsonp;
    bool ask; /* the application */
    px_pairs params;
    px_header *headers; /* Content-Type and the configured ones */
    size_t header_count;
} px_authorization_way;

typedef struct px_authorizations {
    px_request *oldest; /* the open ones, in the order of their deadlines */
    px_request *newest;
    px_channel_list waiting; /* authBatch: for the next tick, to be asked for together */
    px_authorization_pause pause;
    px_authorization_way channel;
    px_authorization_way user;
} px_authorizations;

/* Asks for the authorization of a channel, or (NULL) the authentication of the user; the answer
 * subscribes or signs in, or ends in an error event. PX_ERR_NO_MEMORY, PX_ERR_LIMIT: nothing was asked. */
PX_MUST_CHECK int px_authorize(px_core *core, px_channel *channel);

/* A new request for channels that are moved from the list `from` to it, `count` at most, in the layout of a
 * batch. Errors as px_authorize: they are in `from` again. */
PX_MUST_CHECK int px_authorize_batch(px_core *core, px_channel_list *from, size_t count);

/* The request of that id, if the application was asked and has not answered; else NULL. */
px_request *px_authorization_question(px_core *core, px_id id);

/* The channel, or (NULL) the user, has got an answer; what others wait for goes on. */
void px_authorization_settled(px_core *core, px_channel *channel);

/* The request was answered: it ends, and its channels are moved to an empty list, which must be empty again
 * before it goes. */
void px_authorization_take(px_core *core, px_request *request, px_channel_list *channels);

/* Empties the list: each of them hears the same, while the connection is there. */
void px_authorization_fail_list(px_core *core, px_channel_list *channels,
                                px_authorization_fault *fault, int status, px_slice text);

/* The request has ended, and whoever waited for it hears the same of it. */
void px_authorization_failed(px_core *core, px_request *request, px_authorization_fault *fault,
                             int status, px_slice text);

/* Drops what the channel waits for, if it does, and what that brought. */
void px_authorization_cancel(px_core *core, px_channel *channel);
void px_authorizations_cancel_all(px_core *core);

uint64_t px_authorizations_deadline(const px_core *core);
void px_authorizations_tick(px_core *core);

#endif
