#include "episode.h"

#include <inttypes.h>
#include <stdlib.h>

#include "application.h"
#include "client.h"
#include "invariants.h"
#include "network.h"
#include "server.h"

enum {
    START_MS = 1000,
    SETTLE_MS = 400000,  /* after faults, at most */
    UNDER_WAY_MS = 1000, /* nothing travels longer */
    LOOK_MS = 250,
    STEADY_EXTRA_MS = 3000,
    MAX_STEPS_AT_ONCE = 20000,
};

static const px_slice NOTHING = {NULL, 0};

/* ---- Time ---- */

static uint64_t next_moment(const sim_world *world) {
    uint64_t at = sim_next_event(world);
    uint64_t deadline = px_hub_deadline(world->hub);
    if (deadline < at)
        at = deadline;
    for (size_t i = 0; i < world->plan->world[SIM_W_CLIENTS]; i++) {
        deadline = sim_client_deadline(&world->clients[i]);
        if (deadline < at)
            at = deadline;
    }
    return at > world->now ? at : world->now;
}

static void step(sim_world *world) {
    world->steps++;
    if (px_hub_deadline(world->hub) <= world->now) {
        sim_server_tick(world);
        return;
    }
    for (size_t i = 0; i < world->plan->world[SIM_W_CLIENTS]; i++) {
        if (sim_client_deadline(&world->clients[i]) > world->now)
            continue;
        sim_client_fire(world, &world->clients[i]);
        return;
    }
    sim_run_event(world);
}

/* Lets the world go on until that time. */
static void pass(sim_world *world, uint64_t until) {
    size_t at_once = 0;
    for (uint64_t at; (at = next_moment(world)) <= until;) {
        at_once = at > world->now ? 0 : at_once + 1;
        if (at_once > MAX_STEPS_AT_ONCE)
            sim_fail(world, "time", "time does not go on");
        world->now = at;
        step(world);
        sim_check_liveness(world);
        sim_check_memory(world);
    }
    world->now = until;
}

/* ---- Acts ---- */

static void run_op(sim_world *world, const sim_event *event) {
    const sim_op *op = &world->plan->ops[event->index];
    if (world->trace) {
        sim_say(world, "----");
        sim_op_print(op, world->trace);
        (void)fputc('\n', world->trace);
    }
    sim_run_op(world, op);
}

static void begin(sim_world *world) {
    world->now = START_MS;
    world->random = world->plan->seed ^ 0x5eed;
    sim_memory_init(world, &world->memory);
    world->master_key = 1;
    world->publishing = SIM_NOBODY;
    sim_server_start(world);
    for (uint32_t i = 0; i < world->plan->world[SIM_W_CLIENTS]; i++) {
        sim_memory_init(world, &world->clients[i].memory);
        world->clients[i].index = i;
        world->clients[i].random = world->plan->seed ^ (i + 1);
        sim_client_start(world, i);
    }
    for (uint32_t i = 0; i < world->plan->op_count; i++)
        sim_later(world, START_MS + world->plan->ops[i].at_ms, run_op, SIM_NOBODY, i, 0, NOTHING);
}

static void end_faults(sim_world *world) {
    sim_say(world, "==== no more faults");
    world->is_quiet = true;
    sim_starve(&world->memory, 0, 0);
    world->endpoint_until = world->down_until = 0;
    for (size_t i = 0; i < world->plan->world[SIM_W_CLIENTS]; i++) {
        sim_client *client = &world->clients[i];
        client->asleep_until = client->stalled_until = 0;
        sim_starve(&client->memory, 0, 0);
        for (size_t way = 0; way < 4; way++)
            client->blocked_until[way] = client->refused_until[way] = 0;
    }
}

static void settle(sim_world *world) {
    const char *why = NULL;
    pass(world, world->now + UNDER_WAY_MS);
    for (uint64_t end = world->now + SETTLE_MS; world->now < end; pass(world, world->now + LOOK_MS))
        if (!(why = sim_unsettled(world)))
            break;
    if (why)
        sim_fail(world, "settling", "%s", why);
    sim_say(world, "==== everybody has what it wants");
}

static void publish_to_all(sim_world *world) {
    for (uint32_t i = 0; i < SIM_CHANNELS; i++)
        sim_publish(world, i, SIM_NOBODY);
    for (uint32_t i = 0; i < SIM_USERS; i++)
        sim_tell_user(world, i);
    for (uint32_t i = 0; i < world->plan->world[SIM_W_CLIENTS]; i++)
        sim_trigger(world, &world->clients[i], 2 + i % 4);
}

/* Pings come and go in that time, of both sides; nothing else happens. */
static void stay(sim_world *world) {
    uint64_t longest = UINT64_C(1100) * world->plan->world[SIM_W_SERVER_ACTIVITY] +
                       UINT64_C(1000) * world->plan->world[SIM_W_SERVER_PONG];
    size_t connections = world->connection_count;
    publish_to_all(world);
    pass(world, world->now + longest + STEADY_EXTRA_MS);
    const char *why = sim_unsettled(world);
    if (why || world->connection_count != connections)
        sim_fail(world, "staying", "%s", why ? why : "connections come and go without a reason");
}

static void end(sim_world *world) {
    for (size_t i = 0; i < world->plan->world[SIM_W_CLIENTS]; i++)
        sim_client_stop(world, &world->clients[i]);
    sim_server_free(world);
    if (world->live_bytes)
        sim_fail(world, "memory", "%zu bytes are never freed", world->live_bytes);
}

static void free_world(sim_world *world) {
    sim_agenda_free(world);
    sim_network_free(world);
    for (size_t i = 0; i < SIM_MAX_CLIENTS; i++)
        for (size_t channel = 0; channel < SIM_CHANNELS; channel++)
            free(world->clients[i].views[channel].waiting);
    free(world);
}

void sim_play(const sim_plan *plan, FILE *trace, sim_verdict *verdict) {
    sim_world *world = calloc(1, sizeof(*world));
    if (!world)
        abort();
    world->plan = plan;
    world->trace = trace;
    *verdict = (sim_verdict){.passed = false};
    if (!setjmp(world->failed)) {
        begin(world);
        pass(world, START_MS + sim_plan_end(plan) + 1);
        end_faults(world);
        settle(world);
        stay(world);
        end(world);
        verdict->passed = true;
    }
    verdict->steps = world->steps;
    verdict->lasted_ms = world->now - START_MS;
    (void)snprintf(verdict->invariant, sizeof(verdict->invariant), "%s", world->failure);
    (void)snprintf(verdict->details, sizeof(verdict->details), "%s", world->details);
    free_world(world);
}
