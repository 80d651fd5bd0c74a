/* Authorization of private and presence channels, and in the same way authentication of the user
 * (docs/protocol.md, "Authorization", "Users"): the open requests, from the question to their end. What is
 * asked is said in authorization_request.h, what an answer means in authorization_answer.h. */
#ifndef PX_CORE_AUTHORIZATION_H
#define PX_CORE_AUTHORIZATION_H

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
    px_authorization_way channel;
    px_authorization_way user;
} px_authorizations;

/* Asks for the authorization of a channel, or (NULL) the authentication of the user; the answer
 * subscribes or signs in, or ends in an error event. PX_ERR_NO_MEMORY, PX_ERR_LIMIT: nothing was asked. */
PX_MUST_CHECK int px_authorize(px_core *core, px_channel *channel);

/* Whose the request is. NULL: the user's. */
px_channel *px_authorization_channel(const px_core *core, const px_request *request);

/* The request of that id, if the application was asked and has not answered; else NULL. */
px_request *px_authorization_question(px_core *core, px_id id);

/* The request was answered. */
void px_authorization_end(px_core *core, px_request *request);

/* Drops the channel's request, if there is one, and what it brought. */
void px_authorization_cancel(px_core *core, px_channel *channel);
void px_authorizations_cancel_all(px_core *core);

uint64_t px_authorizations_deadline(const px_core *core);
void px_authorizations_tick(px_core *core);

#endif
