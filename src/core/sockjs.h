/* What plain SockJS adds to an HTTP transport (docs/protocol.md, "SockJS"): the question whether the
 * server speaks it, and the choice between streaming and polling. */
#ifndef PX_CORE_SOCKJS_H
#define PX_CORE_SOCKJS_H

#include "core/http_socket.h"

/* Asks the server. PX_ERR_NO_MEMORY, PX_ERR_LIMIT. */
PX_MUST_CHECK int px_sockjs_ask(px_core *core, px_transport *transport);

/* It has answered: the session begins. */
void px_sockjs_informed(px_core *core, px_request *request, const px_answer *answer);

/* The stream brings nothing: polls instead, in a new session. */
void px_sockjs_poll_instead(px_core *core, px_transport *transport);

#endif
