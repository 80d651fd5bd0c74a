/* Processes that play many episodes, each its share. */
#ifndef SIM_CREW_H
#define SIM_CREW_H

#include <stdint.h>

/* Plays `count` episodes from the seed `from` on. The exit status: 1, and the first that failed is shown, short. */
int sim_play_many(uint64_t from, uint64_t count, uint32_t jobs);

#endif
