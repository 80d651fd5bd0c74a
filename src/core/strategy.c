/* The interpreter of the strategy tree. A node is started by its parent, ends by telling its parent
 * that it failed or succeeded, or is stopped from above. */
#include "core/strategy.h"

#include "base/plant.h"
#include "core/internal.h"

/* What a cached transport gets beside twice the time that it took last. */
enum { CACHED_EXTRA_MS = 1000 };

static bool supported(const px_core *core, uint8_t node);
static bool start(px_core *core, uint8_t node, uint8_t parent);
static void stop(px_core *core, uint8_t node);
static void failed(px_core *core, uint8_t node);

static px_node_run *run_of(px_core *core, uint8_t node) {
    return &core->strategy.runs[node];
}

static uint8_t chosen_child(const px_core *core, const px_node *node) {
    bool yes = node->test == PX_TEST_USING_TLS ? core->connection.using_tls
                                               : supported(core, node->tested);
    return node->children[yes ? 0 : 1];
}

static bool supported(const px_core *core, uint8_t number) {
    const px_node *node = &px_strategy_tree[number];
    if (number == PX_NODE_NOTHING)
        return false;
    if (node->kind == PX_NODE_TRANSPORT)
        return px_transport_enabled(core, node->transport) &&
               px_transport_alive(core, node->transport) &&
               px_transport_table[node->transport].priority >= core->strategy.min_priority;
    if (node->kind == PX_NODE_IF)
        return supported(core, chosen_child(core, node));
    for (size_t i = 0; i < PX_NODE_MAX_CHILDREN; i++)
        if (supported(core, node->children[i]))
            return true;
    return false;
}

/* ---- Starting. False: the node can't be tried at all ---- */

static bool start_transport(px_core *core, uint8_t number) {
    px_transport_type type = px_strategy_tree[number].transport;
    int result = px_transport_open(core, type, number, &run_of(core, number)->transport);
    if (result != PX_OK)
        px_connection_failed_to_open(core, result);
    return result == PX_OK;
}

/* Passes the turn to the next child that can be tried. False: there is none. */
static bool pass_turn(px_core *core, uint8_t number) {
    const px_node *node = &px_strategy_tree[number];
    px_node_run *run = run_of(core, number);
    for (size_t i = 0; i < PX_NODE_MAX_CHILDREN; i++) {
        run->turn = (uint8_t)((run->turn + 1) % PX_NODE_MAX_CHILDREN);
        if (supported(core, node->children[run->turn]))
            return true;
    }
    return false;
}

/* A failure counts once for all loops that it stopped: they seek the same service. */
static uint32_t failure_pause(px_core *core) {
    bool is_new = !core->strategy.failure_counted;
    core->strategy.failure_counted = true;
    return px_pause_after_failure(core, is_new);
}

static void rest(px_core *core, uint8_t number) {
    px_node_run *run = run_of(core, number);
    run->resting = true;
    run->deadline = core->now + failure_pause(core);
}

/* Starts the child whose turn it is. What can't start now is tried again after a pause. */
static void start_turn(px_core *core, uint8_t number) {
    px_node_run *run = run_of(core, number);
    run->resting = false;
    run->deadline = core->now + run->limit_ms;
    if (!start(core, px_strategy_tree[number].children[run->turn], number))
        rest(core, number);
}

static bool start_sequence(px_core *core, uint8_t number) {
    px_node_run *run = run_of(core, number);
    run->limit_ms = px_strategy_tree[number].ms;
    run->turn = PX_NODE_MAX_CHILDREN - 1; /* the next one is the first */
    bool can_start = pass_turn(core, number);
    if (can_start)
        start_turn(core, number);
    return can_start;
}

static bool start_all(px_core *core, uint8_t number) {
    const px_node *node = &px_strategy_tree[number];
    px_node_run *run = run_of(core, number);
    for (size_t i = 0; i < PX_NODE_MAX_CHILDREN; i++)
        if (supported(core, node->children[i]) && start(core, node->children[i], number))
            run->trying++;
    return run->trying > 0;
}

static uint8_t node_of_transport(px_transport_type type) {
    uint8_t node = PX_NODE_ROOT;
    while (px_strategy_tree[node].kind != PX_NODE_TRANSPORT ||
           px_strategy_tree[node].transport != type)
        node++;
    return node;
}

static bool start_cached(px_core *core, uint8_t number) {
    px_node_run *run = run_of(core, number);
    px_cached_transport cached;
    run->started_at = core->now;
    if (px_transport_cache_begin(core, &cached)) {
        uint8_t node = node_of_transport(cached.type);
        if (supported(core, node))
            px_timeline_cached(core, px_transport_table[cached.type].name, cached.latency_ms);
        if (start(core, node, number)) {
            run->cached = node;
            run->deadline = core->now + 2 * (uint64_t)cached.latency_ms + CACHED_EXTRA_MS;
            return true;
        }
    }
    return start(core, px_strategy_tree[number].children[0], number);
}

static bool start_by_kind(px_core *core, uint8_t number) {
    const px_node *node = &px_strategy_tree[number];
    px_node_run *run = run_of(core, number);
    switch (node->kind) {
    case PX_NODE_TRANSPORT:
        return start_transport(core, number);
    case PX_NODE_SEQUENTIAL:
        return start_sequence(core, number);
    case PX_NODE_DELAYED:
        run->deadline = core->now + node->ms;
        return true;
    case PX_NODE_BEST_CONNECTED_EVER:
        return start_all(core, number);
    case PX_NODE_FIRST_CONNECTED:
        return start(core, node->children[0], number);
    case PX_NODE_IF:
        return start(core, chosen_child(core, node), number);
    case PX_NODE_CACHED:
        break;
    }
    return start_cached(core, number);
}

static bool start(px_core *core, uint8_t node, uint8_t parent) {
    if (!supported(core, node))
        return false;
    px_node_run *run = run_of(core, node);
    *run = (px_node_run){.running = true, .parent = parent, .deadline = PX_NO_DEADLINE};
    run->running = start_by_kind(core, node);
    return run->running;
}

/* ---- Ending ---- */

/* Stops the node and all that runs below it. */
static void stop(px_core *core, uint8_t number) {
    px_node_run *run = run_of(core, number);
    if (!run->running)
        return;
    run->running = false;
    px_transport *transport = px_transport_find(core, run->transport);
    if (transport && !(PX_PLANTED(TWO_CONNECTIONS) && transport->phase == PX_TRANSPORT_HANDSHAKE))
        px_transport_close(core, transport);
    stop(core, run->cached);
    for (size_t i = 0; i < PX_NODE_MAX_CHILDREN; i++)
        stop(core, px_strategy_tree[number].children[i]);
}

static bool is_waiting(const px_core *core, uint8_t number) {
    const px_node_run *run = &core->strategy.runs[number];
    return px_strategy_tree[number].kind == PX_NODE_DELAYED && run->running &&
           run->deadline != PX_NO_DEADLINE;
}

static void end_delay(px_core *core, uint8_t number) {
    run_of(core, number)->deadline = PX_NO_DEADLINE;
    if (!start(core, px_strategy_tree[number].children[0], number))
        failed(core, number);
}

/* A delay is the head start of what runs beside it. When that has failed there is nothing to wait
 * for. */
static void end_delays_beside(px_core *core, uint8_t number) {
    for (uint8_t above = run_of(core, number)->parent; above != PX_NODE_NOTHING;
         above = run_of(core, above)->parent) {
        const px_node *node = &px_strategy_tree[above];
        if (node->kind != PX_NODE_BEST_CONNECTED_EVER)
            continue;
        for (size_t i = 0; i < PX_NODE_MAX_CHILDREN; i++)
            if (is_waiting(core, node->children[i]))
                end_delay(core, node->children[i]);
    }
}

/* True when nothing is under way below the node, and nothing is about to be but for the pauses
 * after failures. */
static bool is_at_rest(const px_core *core, uint8_t number) {
    const px_node_run *run = &core->strategy.runs[number];
    bool at_rest = false;
    if (run->resting)
        return true;
    for (size_t i = 0; i < PX_NODE_MAX_CHILDREN; i++) {
        uint8_t child = px_strategy_tree[number].children[i];
        if (!core->strategy.runs[child].running)
            continue;
        if (!is_at_rest(core, child))
            return false;
        at_rest = true;
    }
    return at_rest;
}

/* When all that a node tries at once is at rest, the service is down rather than a way blocked: it
 * is sought anew in the old order, so that its return does not make a fallback the winner by
 * chance. */
static bool align(px_core *core, uint8_t number) {
    const px_node *node = &px_strategy_tree[number];
    uint8_t first = node->children[0];
    if (number == PX_NODE_NOTHING)
        return false;
    if (align(core, run_of(core, number)->parent))
        return true;
    if (node->kind != PX_NODE_BEST_CONNECTED_EVER || !run_of(core, first)->resting ||
        !is_at_rest(core, number))
        return false;
    for (size_t i = 1; i < PX_NODE_MAX_CHILDREN; i++) {
        px_node_run *delayed = run_of(core, node->children[i]);
        if (!delayed->running)
            continue;
        stop(core, px_strategy_tree[node->children[i]].children[0]);
        delayed->deadline = run_of(core, first)->deadline + px_strategy_tree[node->children[i]].ms;
    }
    return true;
}

/* A turn ended by itself, before its time limit: the pause keeps a refusing server from being
 * hammered. The limit stays the same: a refusal says nothing about slowness. */
static void end_turn(px_core *core, uint8_t number) {
    if (!pass_turn(core, number)) {
        failed(core, number);
        return;
    }
    rest(core, number);
    end_delays_beside(core, number);
    align(core, number);
}

/* The time limit of a turn is over. */
static void time_out_turn(px_core *core, uint8_t number) {
    const px_node *node = &px_strategy_tree[number];
    px_node_run *run = run_of(core, number);
    px_log_text(core, PX_LOG_WARN, PX_SLICE("No connection within the time limit, trying again"));
    stop(core, node->children[run->turn]);
    run->limit_ms = run->limit_ms < node->max_ms / 2 ? run->limit_ms * 2 : node->max_ms;
    if (!pass_turn(core, number))
        failed(core, number);
    else
        start_turn(core, number);
}

/* What worked last does not, or nothing does. */
static void end_cached(px_core *core, uint8_t number) {
    px_node_run *run = run_of(core, number);
    bool was_cached = run->cached != PX_NODE_NOTHING;
    px_transport_cache_forget(core);
    run->cached = PX_NODE_NOTHING;
    run->deadline = PX_NO_DEADLINE;
    run->started_at = core->now;
    if (!was_cached || !start(core, px_strategy_tree[number].children[0], number))
        failed(core, number);
}

/* The node ended without a success: its parent goes on. */
static void failed(px_core *core, uint8_t number) {
    px_node_run *run = run_of(core, number);
    run->running = false;
    if (number == PX_NODE_ROOT) {
        px_connection_strategy_failed(core);
        return;
    }
    switch (px_strategy_tree[run->parent].kind) {
    case PX_NODE_SEQUENTIAL:
        end_turn(core, run->parent);
        break;
    case PX_NODE_BEST_CONNECTED_EVER:
        if (--run_of(core, run->parent)->trying == 0)
            failed(core, run->parent);
        else
            end_delays_beside(core, number);
        break;
    case PX_NODE_CACHED:
        end_cached(core, run->parent);
        break;
    default:
        failed(core, run->parent);
    }
}

/* ---- For connection.c ---- */

bool px_strategy_supported(const px_core *core) {
    return supported(core, PX_NODE_ROOT);
}

bool px_strategy_running(const px_core *core) {
    return core->strategy.runs[PX_NODE_ROOT].running;
}

void px_strategy_start(px_core *core) {
    core->strategy.failure_counted = false;
    if (!start(core, PX_NODE_ROOT, PX_NODE_NOTHING))
        px_connection_strategy_failed(core);
}

void px_strategy_stop(px_core *core) {
    stop(core, PX_NODE_ROOT);
    core->strategy.min_priority = 0;
}

void px_strategy_attempt_failed(px_core *core, uint8_t node) {
    run_of(core, node)->transport = 0;
    failed(core, node);
}

/* Ends the attempts that can't beat a success of this priority. */
static void raise_priority(px_core *core, uint8_t priority) {
    core->strategy.min_priority = priority;
    /* The bound is a small constant. NOLINTNEXTLINE(bugprone-too-small-loop-variable) */
    for (uint8_t node = 0; node < PX_NODE_COUNT; node++) {
        if (px_strategy_tree[node].kind != PX_NODE_TRANSPORT || !run_of(core, node)->running ||
            supported(core, node))
            continue;
        stop(core, node);
        failed(core, node);
    }
}

void px_strategy_attempt_succeeded(px_core *core, uint8_t node) {
    const uint8_t attempt = node;
    uint8_t priority = px_transport_table[px_strategy_tree[node].transport].priority;
    *run_of(core, node) = (px_node_run){.parent = run_of(core, node)->parent};
    for (; node != PX_NODE_NOTHING; node = run_of(core, node)->parent) {
        if (px_strategy_tree[node].kind == PX_NODE_BEST_CONNECTED_EVER)
            raise_priority(core, priority);
        if (px_strategy_tree[node].kind == PX_NODE_FIRST_CONNECTED)
            stop(core, node);
    }
    px_strategy_attempt_answered(core, attempt);
    stop(core, PX_NODE_ROOT);
    core->strategy.min_priority = 0;
}

void px_strategy_attempt_answered(px_core *core, uint8_t node) {
    px_transport_type type = px_strategy_tree[node].transport;
    for (; node != PX_NODE_NOTHING; node = run_of(core, node)->parent)
        if (px_strategy_tree[node].kind == PX_NODE_CACHED)
            px_transport_cache_store(core, type, core->now - run_of(core, node)->started_at);
}

uint64_t px_strategy_deadline(const px_core *core) {
    uint64_t earliest = PX_NO_DEADLINE;
    /* While a connection is up nothing runs: this is asked for each message. */
    for (size_t i = 0; px_strategy_running(core) && i < PX_NODE_COUNT; i++) {
        const px_node_run *run = &core->strategy.runs[i];
        if (run->running && run->deadline < earliest)
            earliest = run->deadline;
    }
    return earliest;
}

static void fire(px_core *core, uint8_t number) {
    px_node_run *run = run_of(core, number);
    switch (px_strategy_tree[number].kind) {
    case PX_NODE_DELAYED:
        end_delay(core, number);
        break;
    case PX_NODE_CACHED:
        stop(core, run->cached);
        end_cached(core, number);
        break;
    default:
        if (!run->resting) {
            time_out_turn(core, number);
            break;
        }
        core->strategy.failure_counted = false;
        start_turn(core, number);
    }
}

void px_strategy_tick(px_core *core) {
    for (uint8_t node = 0; px_strategy_running(core) && node < PX_NODE_COUNT; node++) {
        const px_node_run *run = run_of(core, node);
        if (run->running && run->deadline <= core->now)
            fire(core, node);
    }
}
