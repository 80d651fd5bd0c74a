/* The interpreter of the strategy tree. A node is started by its parent, ends by telling its parent
 * that it failed or succeeded, or is stopped from above. */
#include "core/strategy.h"

#include "core/internal.h"

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
        if (++run->turn == PX_NODE_MAX_CHILDREN) {
            if (!node->loop)
                return false;
            run->turn = 0;
        }
        if (supported(core, node->children[run->turn]))
            return true;
    }
    return false;
}

/* Starts the child whose turn it is. What can't start now is tried again after a pause. */
static void start_turn(px_core *core, uint8_t number) {
    px_node_run *run = run_of(core, number);
    run->deadline = core->now + run->limit_ms;
    if (!start(core, px_strategy_tree[number].children[run->turn], number))
        run->deadline = core->now + px_connection_failure_pause(core);
}

static bool start_sequence(px_core *core, uint8_t number) {
    const px_node *node = &px_strategy_tree[number];
    px_node_run *run = run_of(core, number);
    run->limit_ms = node->ms;
    if (!supported(core, node->children[0]) && !pass_turn(core, number))
        return false;
    start_turn(core, number);
    return true;
}

static bool start_all(px_core *core, uint8_t number) {
    const px_node *node = &px_strategy_tree[number];
    px_node_run *run = run_of(core, number);
    for (size_t i = 0; i < PX_NODE_MAX_CHILDREN; i++)
        if (supported(core, node->children[i]) && start(core, node->children[i], number))
            run->trying++;
    return run->trying > 0;
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
    }
    return false;
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
    if (transport)
        px_transport_close(core, transport);
    for (size_t i = 0; i < PX_NODE_MAX_CHILDREN; i++)
        stop(core, px_strategy_tree[number].children[i]);
}

/* A turn ended by itself, before its time limit: the pause keeps a refusing server from being
 * hammered. The limit stays the same: a refusal says nothing about slowness. */
static void end_turn(px_core *core, uint8_t number) {
    uint32_t pause = px_connection_failure_pause(core);
    if (pass_turn(core, number))
        run_of(core, number)->deadline = core->now + pause;
    else
        failed(core, number);
}

/* The time limit of a turn is over. */
static void time_out_turn(px_core *core, uint8_t number) {
    const px_node *node = &px_strategy_tree[number];
    px_node_run *run = run_of(core, number);
    px_log_text(core, PX_LOG_WARN, PX_SLICE("No connection within the time limit, trying again"));
    stop(core, node->children[run->turn]);
    run->limit_ms = run->limit_ms < node->max_ms / 2 ? run->limit_ms * 2 : node->max_ms;
    if (pass_turn(core, number))
        start_turn(core, number);
    else
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
    for (uint8_t node = 0; node < PX_NODE_COUNT; node++) {
        if (px_strategy_tree[node].kind != PX_NODE_TRANSPORT || !run_of(core, node)->running ||
            supported(core, node))
            continue;
        stop(core, node);
        failed(core, node);
    }
}

void px_strategy_attempt_succeeded(px_core *core, uint8_t node) {
    uint8_t priority = px_transport_table[px_strategy_tree[node].transport].priority;
    *run_of(core, node) = (px_node_run){.parent = run_of(core, node)->parent};
    for (; node != PX_NODE_NOTHING; node = run_of(core, node)->parent) {
        if (px_strategy_tree[node].kind == PX_NODE_BEST_CONNECTED_EVER)
            raise_priority(core, priority);
        if (px_strategy_tree[node].kind == PX_NODE_FIRST_CONNECTED)
            stop(core, node);
    }
    core->strategy.min_priority = 0;
}

uint64_t px_strategy_deadline(const px_core *core) {
    uint64_t earliest = PX_NO_DEADLINE;
    for (size_t i = 0; i < PX_NODE_COUNT; i++) {
        const px_node_run *run = &core->strategy.runs[i];
        if (run->running && run->deadline < earliest)
            earliest = run->deadline;
    }
    return earliest;
}

static void fire(px_core *core, uint8_t number) {
    const px_node *node = &px_strategy_tree[number];
    px_node_run *run = run_of(core, number);
    if (node->kind == PX_NODE_DELAYED) {
        run->deadline = PX_NO_DEADLINE;
        if (!start(core, node->children[0], number))
            failed(core, number);
    } else if (run_of(core, node->children[run->turn])->running) {
        time_out_turn(core, number);
    } else {
        start_turn(core, number);
    }
}

void px_strategy_tick(px_core *core) {
    for (uint8_t node = 0; node < PX_NODE_COUNT; node++) {
        const px_node_run *run = run_of(core, node);
        if (run->running && run->deadline <= core->now)
            fire(core, node);
    }
}
