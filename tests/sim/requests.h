/* Between requests and the session or the endpoint that they are for. */
#ifndef SIM_REQUESTS_H
#define SIM_REQUESTS_H

#include "session.h"

/* What arrives at the client: a piece of an answer, or its end. */
void sim_client_piece(sim_world *world, const sim_event *event);
void sim_client_done(sim_world *world, const sim_event *event);

/* What arrives at the server. Of a POST, the status of the answer. */
void sim_session_receive(sim_world *world, const sim_request *request);
int sim_session_send(sim_world *world, const sim_request *request, px_slice body);
void sim_session_receiver_gone(sim_world *world, const sim_request *request);

/* The client asks the endpoint. */
void sim_ask_endpoint(sim_world *world, sim_client *client, sim_request *request, px_slice body);
/* The client's application is asked. */
void sim_ask_application(sim_world *world, sim_client *client, const px_action *action);
/* An answer to these is about to be told; the channels' views learn of it. */
void sim_note_answer(sim_world *world, sim_client *client, sim_request *request, int status,
                     px_slice body);
/* Nobody waits for it any more. */
void sim_note_no_answer(sim_client *client, sim_request *request);

#endif
