/* sim: plays episodes of clients, a server, a network and trouble, each drawn from a seed. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "crew.h"
#include "episode.h"
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

int main(int argc, char **argv) {
    uint64_t count = 1000;
    uint64_t from = 1;
    uint64_t seed = 0;
    uint32_t jobs = 1;
    bool only_plan = false;
    bool whole = false;
    for (int i = 1; i < argc; i++) {
        const char *value = i + 1 < argc ? argv[i + 1] : NULL;
        if (!strcmp(argv[i], "--plan") || !strcmp(argv[i], "--whole")) {
            *(argv[i][2] == 'p' ? &only_plan : &whole) = true;
            continue;
        }
        if (!strcmp(argv[i], "--replay") && value)
            return replay(value);
        if (!strcmp(argv[i], "--seeds"))
            count = number(value);
        else if (!strcmp(argv[i], "--from"))
            from = number(value);
        else if (!strcmp(argv[i], "--seed"))
            seed = number(value);
        else if (!strcmp(argv[i], "--jobs"))
            jobs = (uint32_t)number(value);
        else
            return usage(strcmp(argv[i], "--help") ? stderr : stdout,
                         strcmp(argv[i], "--help") ? 2 : 0);
        i++;
    }
    if (seed)
        return play_one(seed, only_plan, whole);
    return sim_play_many(from, count, jobs);
}
