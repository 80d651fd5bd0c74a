/* Bugs on purpose (base/plant.h): that the simulator finds them shows what it is worth. */
#ifndef SIM_PLANTS_H
#define SIM_PLANTS_H

#include <stdint.h>

/* Plants one bug after the other and plays up to so many episodes with it. The exit status: 0, each was
 * found. In a build without plants there is nothing to do, which is 2. */
int sim_play_plants(uint64_t seeds, uint32_t jobs);

/* Plants the bug of that name for this process. The exit status: 0, or 2 when there is none. */
int sim_plant(const char *name);

#endif
