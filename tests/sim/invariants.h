/* What must be true: of an engine at every step, and of everything together when faults are over. */
#ifndef SIM_INVARIANTS_H
#define SIM_INVARIANTS_H

#include "world.h"

/* The state that is told follows from the one before by a documented way. */
void sim_check_state(sim_world *world, sim_client *client, const px_action *action);
/* It may look for a connection now. */
void sim_check_seeks(sim_world *world, const sim_client *client);
/* An engine that waits for something says when. */
void sim_check_deadline(sim_world *world, const sim_client *client, uint64_t deadline);
/* After its queue was drained. */
void sim_check_client(sim_world *world, sim_client *client);
/* Whoever hears nothing asks, and does not wait for ever. */
void sim_check_liveness(sim_world *world);

/* NULL: everybody has what the applications want, and the hub agrees. Else what is missing. */
const char *sim_unsettled(sim_world *world);

#endif
