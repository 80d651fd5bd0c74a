/* The owner of an engine: carries out what it wants, tells it what happens and what time it is, and checks
 * at each step what must be true of every engine. */
#ifndef SIM_CLIENT_H
#define SIM_CLIENT_H

#include "world.h"

void sim_client_start(sim_world *world, uint32_t index);
/* Frees the engine; inside of a handler that happens when it returns. */
void sim_client_stop(sim_world *world, sim_client *client);

/* Before what comes: time goes on, but fires nothing that a message which is here may have met. Owners that
 * tick do that. False: a handler has freed the client. */
bool sim_tell_time(sim_world *world, sim_client *client);
/* Something arrives on that connection, or (SIM_NOBODY) happens to the client. */
void sim_client_wakes(sim_world *world, sim_client *client, uint32_t feeding);
void sim_heard(sim_world *world, sim_client *client);
/* Carries out all that is queued. */
void sim_drain_client(sim_world *world, sim_client *client);
/* From within a handler: what it has asked for, for clients that are like that. */
void sim_drain_nested(sim_world *world, sim_client *client);

/* When the client's timer fires; what happens then. */
uint64_t sim_client_deadline(const sim_client *client);
void sim_client_fire(sim_world *world, sim_client *client);

/* An application's call from outside of handlers: before and after it. */
void sim_call_begin(sim_world *world, sim_client *client);
void sim_call_end(sim_world *world, sim_client *client);

#endif
