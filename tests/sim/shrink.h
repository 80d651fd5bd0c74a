/* Makes a plan that fails as short as it can be made. */
#ifndef SIM_SHRINK_H
#define SIM_SHRINK_H

#include "episode.h"

/* Plays the plan in a process of its own, for it may crash or never end. */
bool sim_passes(const sim_plan *plan);

/* The plan fails before and afterwards. */
void sim_shrink(sim_plan *plan);

#endif
