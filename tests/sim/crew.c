#include "crew.h"

#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "shrink.h"

enum { MAX_JOBS = 64, MAX_SECONDS = 20 };

/* What a worker tells, in memory that is shared. */
typedef struct sim_report {
    uint64_t seed; /* that is being played */
    uint64_t played;
    uint64_t steps;
    uint64_t simulated_ms;
    char invariant[64];
} sim_report;

static _Noreturn void work(sim_report *report, uint64_t first, uint64_t end, uint32_t stride) {
    sim_plan plan;
    sim_verdict verdict;
    for (uint64_t seed = first; seed < end; seed += stride) {
        report->seed = seed;
        (void)alarm(MAX_SECONDS);
        sim_plan_draw(&plan, seed);
        sim_play(&plan, NULL, &verdict);
        report->played++;
        report->steps += verdict.steps;
        report->simulated_ms += verdict.lasted_ms;
        memcpy(report->invariant, verdict.invariant, sizeof(report->invariant));
        if (!verdict.passed)
            _exit(1);
    }
    _exit(0);
}

static void show_failure(uint64_t seed) {
    (void)printf("seed %" PRIu64 " fails\n", seed);
    (void)fflush(stdout);
    sim_plan plan;
    sim_verdict verdict;
    sim_plan_draw(&plan, seed);
    sim_shrink(&plan);
    sim_plan_print(&plan, stdout);
    (void)fflush(stdout);
    sim_play(&plan, stdout, &verdict);
    (void)printf("seed %" PRIu64 ": %s: %s\n", seed, verdict.invariant, verdict.details);
    (void)printf("Again: make sim SEED=%" PRIu64 "; or keep the plan above and sim --replay FILE\n",
                 seed);
}

static sim_report *share(void) {
    size_t size = MAX_JOBS * sizeof(sim_report);
    FILE *file = tmpfile();
    if (!file || ftruncate(fileno(file), (off_t)size) != 0)
        abort();
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fileno(file), 0);
    if (memory == MAP_FAILED)
        abort();
    (void)fclose(file);
    return memory;
}

static double seconds_now(void) {
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void summarize(const sim_report *reports, uint32_t jobs, double took) {
    sim_report sum = {0};
    for (uint32_t i = 0; i < jobs; i++) {
        sum.played += reports[i].played;
        sum.steps += reports[i].steps;
        sum.simulated_ms += reports[i].simulated_ms;
    }
    (void)printf("%" PRIu64 " episodes, %" PRIu64 " steps, %" PRIu64
                 " simulated hours in %.1f s: all passed\n",
                 sum.played, sum.steps, sum.simulated_ms / 3600000, took);
}

static void start(sim_report *reports, pid_t *workers, uint64_t from, uint64_t count,
                  uint32_t jobs) {
    (void)fflush(NULL);
    for (uint32_t i = 0; i < jobs; i++) {
        workers[i] = fork();
        if (workers[i] == 0)
            work(&reports[i], from + i, from + count, jobs);
    }
}

/* Waits for all of them; the first that fails ends the others. The report that has failed, or NULL. */
static const sim_report *await(const sim_report *reports, const pid_t *workers, uint32_t jobs) {
    int status;
    const sim_report *failed = NULL;
    for (pid_t done; (done = wait(&status)) > 0;) {
        if (failed || (WIFEXITED(status) && WEXITSTATUS(status) == 0))
            continue;
        for (uint32_t i = 0; i < jobs; i++) {
            if (workers[i] == done)
                failed = &reports[i];
            else
                (void)kill(workers[i], SIGTERM);
        }
    }
    return failed;
}

static uint32_t sensible(uint32_t jobs) {
    return jobs == 0 ? 1 : jobs > MAX_JOBS ? MAX_JOBS : jobs;
}

int sim_play_many(uint64_t from, uint64_t count, uint32_t jobs) {
    pid_t workers[MAX_JOBS];
    double began = seconds_now();
    sim_report *reports = share();
    jobs = sensible(jobs);
    start(reports, workers, from, count, jobs);
    const sim_report *failed = await(reports, workers, jobs);
    if (failed)
        show_failure(failed->seed);
    else
        summarize(reports, jobs, seconds_now() - began);
    (void)munmap(reports, MAX_JOBS * sizeof(sim_report));
    return failed ? 1 : 0;
}

uint64_t sim_first_failure(uint64_t from, uint64_t count, uint32_t jobs, char *invariant,
                           size_t size) {
    pid_t workers[MAX_JOBS];
    sim_report *reports = share();
    jobs = sensible(jobs);
    start(reports, workers, from, count, jobs);
    const sim_report *failed = await(reports, workers, jobs);
    uint64_t seed = failed ? failed->seed : 0;
    if (failed)
        (void)snprintf(invariant, size, "%s", failed->invariant[0] ? failed->invariant : "crash");
    (void)munmap(reports, MAX_JOBS * sizeof(sim_report));
    return seed;
}
