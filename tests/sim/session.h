/* HTTP sessions (docs/protocol.md, "HTTP sessions"): what carries a connection where there is no WebSocket.
 * A small server of frames for the hub, and the requests of clients, of every kind. */
#ifndef SIM_SESSION_H
#define SIM_SESSION_H

#include "world.h"

/* What clients want. */
sim_request *sim_new_request(sim_world *world, const sim_client *client, px_id id,
                             px_request_kind kind);
void sim_start_request(sim_world *world, sim_client *client, const px_action *action);
void sim_cancel_request(sim_world *world, sim_client *client, px_id id);
void sim_drop_requests(sim_world *world, const sim_client *client);
/* Some will never be answered, and the client still waits for it. */
bool sim_has_lost_requests(const sim_world *world, const sim_client *client);
/* Sessions that the client asks no more for are over for it. */
void sim_close_sessions(sim_world *world, const sim_client *client);

/* Lets the answer arrive at the client, after so long. */
void sim_answer(sim_world *world, const sim_request *request, uint64_t at, int status,
                px_slice body);

/* What the server wants. */
void sim_session_text(sim_world *world, sim_connection *connection, px_slice text);
void sim_session_ping(sim_world *world, sim_connection *connection);
void sim_session_close(sim_world *world, sim_connection *connection, uint16_t code,
                       px_slice reason);
void sim_session_server_died(sim_world *world, sim_connection *connection);

/* Trouble: what is under way is lost. */
void sim_cut_sessions(sim_world *world, uint32_t client);

/* An event that was taken back. */
void sim_nothing(sim_world *world, const sim_event *event);

#endif
