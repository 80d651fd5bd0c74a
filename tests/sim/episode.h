/* One episode: a plan is played, then faults are over, everybody gets what it wants, and that stays so. */
#ifndef SIM_EPISODE_H
#define SIM_EPISODE_H

#include "plan.h"

typedef struct sim_verdict {
    bool passed;
    char invariant[64];
    char details[512];
    uint64_t steps;
    uint64_t lasted_ms;
} sim_verdict;

/* `trace` NULL: without a transcript. */
void sim_play(const sim_plan *plan, FILE *trace, sim_verdict *verdict);

#endif
