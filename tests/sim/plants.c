#include "plants.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/plant.h"
#include "crew.h"

#ifdef PX_WITH_PLANTS

px_plant px_planted;

static const struct {
    const char *name;
    const char *what;
} plants[PX_PLANT_COUNT] = {{"NONE", "nothing"},
#define PLANT(NAME, what) {#NAME, what},
                            PX_PLANTS(PLANT)};

int sim_play_plants(uint64_t seeds, uint32_t jobs) {
    char invariant[64];
    int missed = 0;
    (void)printf("%-18s %8s  %-14s %s\n", "plant", "seed", "invariant", "what goes wrong");
    for (px_planted = 1; px_planted < PX_PLANT_COUNT; px_planted++) {
        uint64_t seed = sim_first_failure(1, seeds, jobs, invariant, sizeof(invariant));
        if (seed)
            (void)printf("%-18s %8" PRIu64 "  %-14s %s\n", plants[px_planted].name, seed, invariant,
                         plants[px_planted].what);
        else
            (void)printf("%-18s   MISSED  %-14s %s\n", plants[px_planted].name, "-",
                         plants[px_planted].what);
        (void)fflush(stdout);
        missed += !seed;
    }
    (void)printf("%d plants, %d missed\n", PX_PLANT_COUNT - 1, missed);
    return missed ? 1 : 0;
}

int sim_plant(const char *name) {
    for (px_planted = 1; px_planted < PX_PLANT_COUNT; px_planted++)
        if (!strcmp(plants[px_planted].name, name))
            return 0;
    (void)fprintf(stderr, "sim: there is no plant of that name\n");
    return 2;
}

#else

int sim_play_plants(uint64_t seeds, uint32_t jobs) {
    (void)seeds;
    (void)jobs;
    return sim_plant(NULL);
}

int sim_plant(const char *name) {
    (void)name;
    (void)fprintf(stderr, "sim: nothing is planted in this build, use sim_planted\n");
    return 2;
}

#endif
