/* The engine as a whole: life, time, and the queue at its boundary. */
#include "base/plant.h"
#include "core/authorization_batch.h"
#include "core/authorization_request.h"
#include "core/internal.h"

enum {
    MAX_OPTION_MEMORY = 1 << 20,
    KEPT_BUFFER = 1 << 16, /* larger buffers are given back when the queue is drained */
};

/* ---- Life ---- */

static void init_parts(px_core *core) {
    const px_allocator *allocator = core->allocator;
    px_queue_init(&core->queue, allocator);
    px_requests_init(core);
    /* What the application sends is limited to maxOutbound; beside it, the longest message must
     * find room, unescaped and in pieces. */
    px_arena_init(&core->arena, allocator,
                  (size_t)core->options.max_outbound + 4 * (size_t)PX_MAX_MESSAGE);
    px_arena_init(&core->incoming, allocator, 4 * (size_t)PX_MAX_MESSAGE);
    px_buffer_init(&core->text, allocator, 4 * (size_t)PX_MAX_MESSAGE);
    px_buffer_init(&core->line, allocator, 4 * (size_t)PX_MAX_MESSAGE);
    px_buffer_init(&core->scratch, allocator, PX_MAX_MESSAGE);
    px_buffer_init(&core->switched, allocator, MAX_OPTION_MEMORY);
    px_channels_init(&core->channels, allocator, core->seed);
    px_user_init(core);
    px_connection_init(core);
}

int px_core_new(const px_allocator *allocator, const px_options *options, const uint64_t seed[2],
                uint64_t now_ms, px_core **out) {
    if (px_options_check(options, NULL, 0) != PX_OK)
        return PX_ERR_ARGUMENT;
    px_core *core = px_alloc_zero(allocator, sizeof(*core));
    if (!core)
        return PX_ERR_NO_MEMORY;
    core->allocator = allocator;
    core->options = *options;
    core->seed[0] = seed[0];
    core->seed[1] = seed[1];
    core->random = seed[0] ^ seed[1];
    core->now = now_ms;
    px_options_fill(&core->options);
    px_arena_init(&core->option_memory, allocator, MAX_OPTION_MEMORY);
    init_parts(core);
    int result = px_options_copy(&core->options, &core->option_memory);
    if (result == PX_OK)
        result = px_authorization_ways_init(core);
    if (result != PX_OK) {
        px_core_free(core);
        return result;
    }
    px_statistics_init(core);
    *out = core;
    return PX_OK;
}

void px_core_free(px_core *core) {
    if (!core)
        return;
    px_transports_free(core);
    px_requests_free(core);
    px_statistics_free(core);
    px_channels_free(&core->channels);
    px_user_free(core);
    px_buffer_free(&core->connection.socket_id);
    px_buffer_free(&core->switched);
    px_buffer_free(&core->scratch);
    px_buffer_free(&core->line);
    px_buffer_free(&core->text);
    px_arena_free(&core->incoming);
    px_arena_free(&core->arena);
    px_queue_free(&core->queue);
    px_arena_free(&core->option_memory);
    px_free(core->allocator, core, sizeof(*core));
}

int px_core_switch(px_core *core, px_slice key, px_slice cluster) {
    px_options options = core->options;
    px_buffer texts;
    options.key = key;
    options.cluster = cluster;
    if (px_options_check(&options, NULL, 0) != PX_OK)
        return PX_ERR_ARGUMENT;
    px_buffer_init(&texts, core->allocator, MAX_OPTION_MEMORY);
    int result = px_buffer_append(&texts, key);
    if (result == PX_OK)
        result = px_buffer_append(&texts, cluster);
    if (result != PX_OK) {
        px_buffer_free(&texts);
        return result;
    }
    px_buffer_free(&core->switched);
    core->switched = texts;
    /* An empty key is a key: its pointer is not NULL. */
    core->options.key = key.len ? px_slice_of(texts.data, key.len) : PX_SLICE("");
    core->options.cluster =
        cluster.len ? px_slice_of(texts.data + key.len, cluster.len) : PX_SLICE("");
    px_connection_switch(core);
    return PX_OK;
}

const px_options *px_core_options(const px_core *core) {
    return &core->options;
}

/* ---- Time ---- */

uint64_t px_core_deadline(px_core *core) {
    const uint64_t deadlines[] = {px_connection_deadline(core),
                                  px_strategy_deadline(core),
                                  px_authorizations_deadline(core),
                                  px_channels_deadline(core),
                                  px_http_sockets_deadline(core),
                                  px_statistics_deadline(core),
                                  px_user_deadline(core)};
    uint64_t earliest = PX_NO_DEADLINE;
    for (size_t i = 0; i < sizeof(deadlines) / sizeof(deadlines[0]); i++)
        if (deadlines[i] < earliest)
            earliest = deadlines[i];
    core->quiet_until = earliest;
    return earliest;
}

void px_core_tell_time(px_core *core, uint64_t now_ms) {
    if (now_ms > core->now)
        core->now = now_ms;
}

void px_core_tick(px_core *core, uint64_t now_ms) {
    px_core_tell_time(core, now_ms);
    if (core->now < core->quiet_until)
        return;
    px_statistics_tick(core);
    px_strategy_tick(core);
    px_connection_tick(core);
    px_authorizations_tick(core);
    px_user_tick(core);
    px_channels_tick(core);
    px_http_sockets_tick(core);
    px_authorization_batches_tick(core); /* last: for all that the others have begun */
}

/* The difference may be "negative": unsigned arithmetic brings it round. */
void px_core_set_wall_clock(px_core *core, uint64_t unix_ms) {
    core->wall_offset = unix_ms - core->now;
}

uint64_t px_core_unix_ms(const px_core *core) {
    return core->wall_offset + core->now;
}

/* ---- The queue ---- */

static void tell_state(px_core *core, px_action *action) {
    px_connection *connection = &core->connection;
    action->as.state.previous = connection->announced;
    action->as.state.current = connection->state;
    if (connection->state == PX_STATE_CONNECTED)
        action->as.state.socket_id = px_core_socket_id(core);
    connection->announced = connection->state;
}

/* The error event in the place of what could not be told; needs no memory. */
static void tell_untold(px_core *core, px_action *action) {
    px_state state = core->connection.state;
    core->connection.untold = false;
    action->as.event.targets = PX_TO_CONNECTION;
    action->as.event.name = PX_SLICE("error");
    action->as.event.connection_name = action->as.event.name;
    action->as.event.data_type = PX_DATA_ERROR;
    action->as.event.error =
        (px_error){.type = PX_ERROR_TRANSPORT,
                   .result = PX_ERR_NO_MEMORY,
                   .will_retry = state == PX_STATE_CONNECTING || state == PX_STATE_UNAVAILABLE,
                   .message = PX_SLICE("out of memory")};
}

void px_core_announce_state(px_core *core) {
    if (core->connection.announced == core->connection.state)
        return;
    px_action *action = px_queue_push(&core->queue, PX_ACTION_STATE, 0);
    if (action)
        tell_state(core, action);
}

static void trim(px_buffer *buffer) {
    if (buffer->capacity > KEPT_BUFFER)
        px_buffer_free(buffer);
}

bool px_core_next_queued(px_core *core, px_action *action) {
    if (px_queue_pop(&core->queue, action))
        return true;
    if (core->connection.announced != core->connection.state) {
        *action = (px_action){.type = PX_ACTION_STATE};
        tell_state(core, action);
        return true;
    }
    if (!core->connection.untold)
        return false;
    *action = (px_action){.type = PX_ACTION_EVENT};
    tell_untold(core, action);
    return true;
}

bool px_core_next(px_core *core, px_action *action) {
    do {
        if (px_core_next_queued(core, action))
            return true;
    } while (core->transports.http_count && px_http_sockets_work(core));
    if (!PX_PLANTED(SLEEPS_ON))
        core->quiet_until = 0;
    px_arena_reset(&core->arena);
    if (core->incoming.used)
        px_arena_reset(&core->incoming);
    px_queue_trim(&core->queue);
    trim(&core->text);
    trim(&core->line);
    trim(&core->scratch);
    return false;
}

int px_core_event_text(px_core *core, const px_event *event, px_slice *text) {
    if (!event->data_escaped) {
        *text = event->data;
        return PX_OK;
    }
    px_buffer_clear(&core->scratch);
    int result = px_json_unescape(event->data, &core->scratch);
    if (result == PX_OK)
        *text = px_buffer_slice(&core->scratch);
    return result;
}

int px_core_keep_text(px_core *core, const px_text *text, px_slice *kept) {
    return text->result == PX_OK ? px_arena_copy(&core->arena, px_buffer_slice(text->out), kept)
                                 : text->result;
}

/* ---- Chance ---- */

/* SplitMix64 (Steele, Lea, Flood 2014). */
static uint64_t next_random(uint64_t *state) {
    uint64_t z = (*state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

uint32_t px_core_random(px_core *core, uint32_t bound) {
    return (uint32_t)(next_random(&core->random) % ((uint64_t)bound + 1));
}
