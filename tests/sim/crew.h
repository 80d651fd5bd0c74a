/* Processes that play many episodes, each its share. */
#ifndef SIM_CREW_H
#define SIM_CREW_H

#include <stddef.h>
#include <stdint.h>

/* Plays `count` episodes from the seed `from` on. The exit status: 1, and the first that failed is shown, short. */
int sim_play_many(uint64_t from, uint64_t count, uint32_t jobs);

/* The lowest of these seeds that was seen to fail, and the invariant's name ("crash" where there is none); 0:
 * all pass. */
uint64_t sim_first_failure(uint64_t from, uint64_t count, uint32_t jobs, char *invariant,
                           size_t size);

#endif
