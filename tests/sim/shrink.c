#include "shrink.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAX_SECONDS = 10 };

/* ---- Trying ---- */

/* What the episode's end is told as: the invariant's name, or nothing for a crash. */
static bool fails_with(const sim_plan *plan, char *invariant, size_t size) {
    int ends[2];
    int status;
    if (pipe(ends) != 0)
        abort();
    (void)fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        sim_verdict verdict;
        (void)alarm(MAX_SECONDS);
        (void)!freopen("/dev/null", "w", stderr);
        sim_play(plan, NULL, &verdict);
        ssize_t written = write(ends[1], verdict.invariant, strlen(verdict.invariant));
        _exit(verdict.passed || written < 0 ? 0 : 1);
    }
    (void)close(ends[1]);
    ssize_t len = read(ends[0], invariant, size - 1);
    (void)close(ends[0]);
    invariant[len > 0 ? len : 0] = '\0';
    if (child < 0 || waitpid(child, &status, 0) < 0)
        abort();
    return !(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

bool sim_passes(const sim_plan *plan) {
    char invariant[64];
    return !fails_with(plan, invariant, sizeof(invariant));
}

/* Takes the shorter plan if it fails in the same way. */
static bool accept(sim_plan *plan, const sim_plan *shorter, const char *invariant) {
    char name[64];
    if (!fails_with(shorter, name, sizeof(name)) || strcmp(name, invariant) != 0)
        return false;
    *plan = *shorter;
    return true;
}

/* ---- Shorter plans ---- */

static bool drop_ops(sim_plan *plan, const char *invariant, size_t length) {
    bool shrunk = false;
    for (size_t at = 0; at < plan->op_count;) {
        sim_plan shorter = *plan;
        size_t count = length < plan->op_count - at ? length : plan->op_count - at;
        memmove(&shorter.ops[at], &shorter.ops[at + count],
                (plan->op_count - at - count) * sizeof(sim_op));
        shorter.op_count -= count;
        if (accept(plan, &shorter, invariant))
            shrunk = true;
        else
            at += length;
    }
    return shrunk;
}

/* Without that client; those behind it move up. */
static bool drop_client(sim_plan *plan, const char *invariant, uint32_t client) {
    sim_plan shorter = *plan;
    if (--shorter.world[SIM_W_CLIENTS] == 0)
        return false;
    for (uint32_t i = client; i < shorter.world[SIM_W_CLIENTS]; i++)
        memcpy(shorter.client[i], plan->client[i + 1], sizeof(plan->client[i]));
    shorter.op_count = 0;
    for (size_t i = 0; i < plan->op_count; i++) {
        sim_op op = plan->ops[i];
        if (op.client == client && sim_op_is_of_client(&op))
            continue;
        op.client -= op.client > client;
        shorter.ops[shorter.op_count++] = op;
    }
    return accept(plan, &shorter, invariant);
}

static bool drop_clients(sim_plan *plan, const char *invariant) {
    bool shrunk = false;
    for (uint32_t client = plan->world[SIM_W_CLIENTS]; client-- > 0;)
        shrunk = drop_client(plan, invariant, client) || shrunk;
    return shrunk;
}

static bool reset_settings(sim_plan *plan, const char *invariant) {
    bool shrunk = false;
    for (size_t i = SIM_W_CLIENTS + 1; i < SIM_W_COUNT; i++) {
        sim_plan shorter = *plan;
        shorter.world[i] = sim_world_settings[i].plain;
        if (plan->world[i] != shorter.world[i] && accept(plan, &shorter, invariant))
            shrunk = true;
    }
    for (size_t client = 0; client < plan->world[SIM_W_CLIENTS]; client++) {
        for (size_t i = 0; i < SIM_C_COUNT; i++) {
            sim_plan shorter = *plan;
            shorter.client[client][i] = sim_client_settings[i].plain;
            if (plan->client[client][i] != shorter.client[client][i] &&
                accept(plan, &shorter, invariant))
                shrunk = true;
        }
    }
    return shrunk;
}

void sim_shrink(sim_plan *plan) {
    char invariant[64];
    if (!fails_with(plan, invariant, sizeof(invariant)))
        return;
    for (bool shrunk = true; shrunk;) {
        shrunk = false;
        for (size_t length = SIM_MAX_OPS / 2; length > 0; length /= 2)
            shrunk = drop_ops(plan, invariant, length) || shrunk;
        shrunk = drop_clients(plan, invariant) || shrunk;
        shrunk = reset_settings(plan, invariant) || shrunk;
    }
}
