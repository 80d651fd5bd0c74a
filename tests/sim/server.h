/* The server: the hub with a host that puts it on the simulated network, and a plain second opinion of who
 * is subscribed to what and gets what. */
#ifndef SIM_SERVER_H
#define SIM_SERVER_H

#include "world.h"

void sim_server_start(sim_world *world);
void sim_server_free(sim_world *world);
/* Tells the hub the time, if it is due. */
void sim_server_tick(sim_world *world);

/* What arrives. */
void sim_server_open(sim_world *world, sim_connection *connection);
void sim_server_hear(sim_world *world, sim_connection *connection, px_slice text);
void sim_server_gone(sim_world *world, sim_connection *connection);

/* The application's server publishes; `except`: the client that is left out, or SIM_NOBODY. */
void sim_publish(sim_world *world, uint32_t channel, uint32_t except);
/* Many events that are long. */
void sim_flood(sim_world *world, uint32_t channel, uint32_t count);
void sim_tell_user(sim_world *world, uint32_t user);
/* A number for an event that is about to be published or triggered; SIM_NOBODY: no more in this episode. */
uint32_t sim_new_event(sim_world *world, uint32_t channel);

void sim_kick(sim_world *world, uint32_t client, uint32_t reason);
void sim_drain(sim_world *world, uint32_t grace_ms);
/* The server dies; connections are not accepted for so long. */
void sim_crash(sim_world *world, uint32_t down_ms);

bool sim_has_server_end(const sim_connection *connection);
/* Who is signed in or, in a presence channel, there: as bits. */
uint32_t sim_users_online(const sim_world *world);
uint32_t sim_users_in_channel(const sim_world *world, uint32_t channel);

#endif
