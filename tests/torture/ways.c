#include "ways.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    INTERRUPTIONS = 100, /* one after the other: a call may be made again until it is through */
};

void ways_once(int most, ways_live *live) {
    char name[64];
    for (size_t i = 0; i < fault_count; i++) {
        for (int skip = 0; skip < most && faults[i].call != FAULT_allocate; skip++) {
            faults_plan(&faults[i], skip, 1);
            live(fault_name(&faults[i], name), true);
            if (faults_struck() == 0)
                break;
        }
    }
}

/* Fails so many times, behind `skip` allocations, then behind more, `most` times (0: behind each). */
static void fail_allocations(int skip, int most, int times, ways_live *live) {
    char what[64];
    const fault *way = faults;
    while (way->call != FAULT_allocate)
        way++;
    faults_plan(way, 0, 0);
    live("nothing fails", true);
    int calls = (int)faults_calls(FAULT_allocate) - skip;
    int step = most > 0 && calls > most ? calls / most : 1;
    do {
        faults_plan(way, skip, times);
        snprintf(what, sizeof what, "allocation %d%s", skip + 1, times == 1 ? "" : " and more");
        live(what, false);
        skip += step;
    } while (faults_struck() > 0);
}

void ways_without_memory(int most, ways_live *live) {
    fail_allocations(0, most, 1, live);
}

void ways_with_no_memory_left(int skip, int most, ways_live *live) {
    fail_allocations(skip, most, FAULT_FOREVER, live);
}

void ways_lasting(const fault *way, int skip, int most, ways_live *live) {
    char name[64];
    for (int end = skip + most; skip < end; skip++) {
        faults_plan(way, skip, way->error == EINTR ? INTERRUPTIONS : FAULT_FOREVER);
        live(fault_name(way, name), way->spins);
        if (faults_struck() == 0)
            break;
    }
}

void ways_at_random(unsigned count, int least, int step, ways_live *live) {
    char name[64];
    const char *given = getenv("SEED");
    unsigned first = given ? (unsigned)strtoul(given, NULL, 10) : 1;
    unsigned end = first + (given ? 1 : count);
    for (unsigned seed = first; seed < end; seed++) {
        snprintf(name, sizeof name, "SEED=%u", seed);
        faults_plan_random(seed, least + (int)(seed % 7) * step);
        live(name, true);
    }
}
