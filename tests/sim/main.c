/* sim: plays episodes of clients, a server, a network and trouble, each drawn from a seed. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "crew.h"
#include "episode.h"
#include "plants.h"
#include "shrink.h"

static int usage(FILE *out, int status) {
    (void)fprintf(out,
                  "usage: sim [--seeds N] [--from SEED] [--jobs N]   many episodes\n"
                  "       sim --seed SEED [--plan] [--whole]         one, with its transcript\n"
                  "       sim --replay FILE                          one from a plan\n");
    return status;
}

static uint64_t number(const char *text) {
    char *end;
    uint64_t value = text ? strtoull(text, &end, 10) : 0;
    if (!text || end == text || *end) {
        (void)fprintf(stderr, "sim: a number is wanted\n");
        exit(usage(stderr, 2));
    }
    return value;
}

/* Plays it with a transcript. */
static int show(const sim_plan *plan) {
    sim_verdict verdict;
    sim_plan_print(plan, stdout);
    (void)fflush(stdout);
    sim_play(plan, stdout, &verdict);
    if (verdict.passed)
        (void)printf("passed: %" PRIu64 " steps, %" PRIu64 " s\n", verdict.steps,
                     verdict.lasted_ms / 1000);
    else
        (void)printf("FAILED: %s: %s\n", verdict.invariant, verdict.details);
    return verdict.passed ? 0 : 1;
}

static int replay(const char *name) {
    sim_plan plan;
    int line;
    FILE *file = fopen(name, "r");
    if (!file) {
        (void)fprintf(stderr, "sim: %s can't be read\n", name);
        return 2;
    }
    bool is_plan = sim_plan_read(&plan, file, &line);
    (void)fclose(file);
    if (is_plan)
        return show(&plan);
    (void)fprintf(stderr, "sim: %s:%d is no line of a plan\n", name, line);
    return 2;
}

static int play_one(uint64_t seed, bool only_plan, bool whole) {
    sim_plan plan;
    sim_plan_draw(&plan, seed);
    if (!only_plan && !whole && !sim_passes(&plan))
        sim_shrink(&plan);
    if (!only_plan)
        return show(&plan);
    sim_plan_print(&plan, stdout);
    return 0;
}

typedef struct sim_wishes {
    uint64_t count;
    uint64_t from;
    uint64_t seed;
    uint64_t jobs;
    bool only_plan;
    bool whole;
    bool plants;
} sim_wishes;

/* Reads one option with its value. The number of words, or 0: it is none. */
static int read_option(sim_wishes *wishes, const char *name, const char *value) {
    const struct {
        const char *name;
        bool *flag;
        uint64_t *number;
    } options[] = {{"--seeds", NULL, &wishes->count},    {"--from", NULL, &wishes->from},
                   {"--seed", NULL, &wishes->seed},      {"--jobs", NULL, &wishes->jobs},
                   {"--plan", &wishes->only_plan, NULL}, {"--whole", &wishes->whole, NULL},
                   {"--plants", &wishes->plants, NULL}};
    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
        if (strcmp(name, options[i].name) != 0)
            continue;
        if (options[i].flag)
            *options[i].flag = true;
        else
            *options[i].number = number(value);
        return options[i].flag ? 1 : 2;
    }
    return 0;
}

int main(int argc, char **argv) {
    sim_wishes wishes = {.count = 10000, .from = 1, .jobs = 1};
    for (int i = 1, words; i < argc; i += words) {
        const char *value = i + 1 < argc ? argv[i + 1] : NULL;
        words = read_option(&wishes, argv[i], value);
        if (words == 0 && value && !strcmp(argv[i], "--replay"))
            return replay(value);
        if (words == 0 && value && !strcmp(argv[i], "--plant") && sim_plant(value) == 0)
            words = 2;
        if (words == 0)
            return strcmp(argv[i], "--help") ? usage(stderr, 2) : usage(stdout, 0);
    }
    if (wishes.plants)
        return sim_play_plants(wishes.count, (uint32_t)wishes.jobs);
    if (wishes.seed)
        return play_one(wishes.seed, wishes.only_plan, wishes.whole);
    return sim_play_many(wishes.from, wishes.count, (uint32_t)wishes.jobs);
}
