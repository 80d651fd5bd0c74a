/* The application on top of an engine: what it wants, what its handlers do, and that they get what they must
 * get, once and in order. */
#ifndef SIM_APPLICATION_H
#define SIM_APPLICATION_H

#include "world.h"

/* A new engine is there: everything that is wanted is asked for again. */
void sim_application_start(sim_world *world, sim_client *client);
/* Does an operation of the plan. */
void sim_run_op(sim_world *world, const sim_op *op);
/* No more faults: what the application has given up it tries again. */
void sim_subscribe(sim_world *world, sim_client *client, uint32_t channel);
void sim_trigger(sim_world *world, sim_client *client, uint32_t channel);

/* The channel is not subscribed any more. */
void sim_forget_channel(sim_view *view);

/* Handlers. */
void sim_on_state(sim_world *world, sim_client *client);
void sim_on_event(sim_world *world, sim_client *client, const px_event *event);
void sim_on_user(sim_client *client, const px_action *action);

#endif
