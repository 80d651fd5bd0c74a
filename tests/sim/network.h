/* The network: what connections carry, when it arrives, and what goes wrong on the way. What was sent arrives
 * in order; when a connection is lost, so is the end of what is under way. */
#ifndef SIM_NETWORK_H
#define SIM_NETWORK_H

#include "world.h"

/* Ways to the server, in plans of `block` and `refuse`. */
typedef enum sim_way { SIM_WAY_WS, SIM_WAY_HTTP, SIM_WAY_ALL, SIM_WAY_ENDPOINT } sim_way;

/* Nothing gets through, and nobody says so; or whoever tries hears at once. */
bool sim_is_blocked(const sim_world *world, uint32_t client, sim_way way);
bool sim_is_refused(const sim_world *world, uint32_t client, sim_way way);

sim_connection *sim_new_connection(sim_world *world, const sim_client *client, bool is_http);
void sim_network_free(sim_world *world);

/* When something that is sent now arrives. */
uint64_t sim_arrival(sim_world *world, sim_connection *connection, bool at_client);

/* What clients want of WebSockets. */
void sim_open_transport(sim_world *world, const sim_client *client, px_id id);
void sim_send_message(sim_world *world, const sim_client *client, px_id id, px_slice message);
void sim_close_transport(sim_world *world, const sim_client *client, px_id id);
/* The client is gone: so are all its connections. */
void sim_hang_up(sim_world *world, const sim_client *client);
/* Connections that the client has and that are not over for it. */
size_t sim_count_connections(const sim_world *world, const sim_client *client);

/* What the server wants. */
void sim_network_text(sim_world *world, sim_connection *connection, px_slice text);
void sim_network_ping(sim_world *world, sim_connection *connection);
void sim_network_close(sim_world *world, sim_connection *connection, uint16_t code,
                       px_slice reason);
void sim_network_server_died(sim_world *world, sim_connection *connection, bool was_open);

/* Trouble: ends all connections of the client, for both sides; lets them be silent for ever. */
void sim_cut(sim_world *world, uint32_t client);
void sim_silence(sim_world *world, uint32_t client);

#endif
