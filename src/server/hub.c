#include "server/hub.h"

#include <stdarg.h>
#include <stdio.h>

#include "server/channel.h"
#include "server/connection.h"
#include "server/event.h"
#include "server/grace.h"
#include "server/hub_state.h"
#include "server/notice.h"
#include "server/task.h"
#include "server/watchlist.h"

enum {
    MAX_INPUT_MEMORY = 32 * 1024 * 1024,  /* what handling one message or request may need */
    MAX_MESSAGE_TEXT = 512 * 1024 * 1024, /* a snapshot of the largest presence channel */
    LOG_LINE = 512,
};

/* ---- Apps ---- */

/* The keys of an app: its own, then those of its tokens. */
static px_slice key_of(const px_app_options *options, size_t index) {
    return index == 0 ? options->key : options->tokens.items[index - 1].key;
}

/* All of the app's keys lead to it, or none does. */
static int add_keys(px_hub *hub, px_app *app) {
    size_t count = app->options.tokens.count + 1;
    for (size_t i = 0; i < count; i++) {
        if (px_map_put(&hub->apps_by_key, key_of(&app->options, i), app) == PX_OK)
            continue;
        while (i-- > 0)
            px_map_remove(&hub->apps_by_key, key_of(&app->options, i));
        return PX_ERR_NO_MEMORY;
    }
    return PX_OK;
}

static bool has_taken_key(const px_hub *hub, const px_app_options *options) {
    for (size_t i = 0; i <= options->tokens.count; i++) {
        if (px_map_get(&hub->apps_by_key, key_of(options, i)))
            return true;
        for (size_t k = 0; k < i; k++)
            if (px_slice_equal(key_of(options, k), key_of(options, i)))
                return true;
    }
    return false;
}

int px_hub_add_app(px_hub *hub, const px_app_options *options, const char **why) {
    px_app *app;
    if (px_map_get(&hub->apps_by_id, options->id)) {
        *why = "another app has the same id";
        return PX_ERR_ARGUMENT;
    }
    if (has_taken_key(hub, options)) {
        *why = "another app or token has the same key";
        return PX_ERR_ARGUMENT;
    }
    *why = "out of memory";
    if (px_app_new(hub->allocator, options, hub->seed, &app) != PX_OK)
        return PX_ERR_NO_MEMORY;
    app->notice_kinds = hub->host.notice ? px_notice_kinds(&app->options) : 0;
    if (px_map_put(&hub->apps_by_id, app->options.id, app) == PX_OK) {
        if (add_keys(hub, app) == PX_OK)
            return PX_OK;
        px_map_remove(&hub->apps_by_id, app->options.id);
    }
    px_app_free(hub->allocator, app);
    return PX_ERR_NO_MEMORY;
}

/* ---- Life ---- */

int px_hub_new(const px_allocator *allocator, const px_hub_options *options,
               const px_hub_host *host, const uint64_t seed[2], uint64_t now_ms,
               uint64_t unix_seconds, px_hub **hub) {
    px_hub *made = px_alloc_zero(allocator, sizeof(*made));
    if (!made)
        return PX_ERR_NO_MEMORY;
    made->allocator = allocator;
    made->options = *options;
    made->host = *host;
    if (!made->host.transient)
        made->host.transient = allocator;
    made->seed[0] = seed[0];
    made->seed[1] = seed[1];
    made->now_ms = now_ms;
    made->unix_seconds = unix_seconds;
    px_map_init(&made->apps_by_id, allocator, seed);
    px_map_init(&made->apps_by_key, allocator, seed);
    px_sockets_init(&made->sockets, allocator, seed);
    px_wheel_init(&made->timers, now_ms);
    px_wheel_init(&made->tasks, now_ms);
    px_arena_init(&made->arena, made->host.transient, MAX_INPUT_MEMORY);
    px_buffer_init(&made->text, allocator, MAX_MESSAGE_TEXT);
    px_watchlists_init(made);
    made->ping = px_event_plain(made, PX_SLICE("pusher:ping"), px_slice_of(NULL, 0));
    made->pong = px_event_plain(made, PX_SLICE("pusher:pong"), px_slice_of(NULL, 0));
    if (!made->ping || !made->pong) {
        px_hub_free(made);
        return PX_ERR_NO_MEMORY;
    }
    *hub = made;
    return PX_OK;
}

void px_hub_free(px_hub *hub) {
    if (!hub)
        return;
    for (uint32_t i = 0; i < hub->sockets.capacity; i++)
        if (hub->sockets.at[i])
            *hub->sockets.at[i] = (px_hub_connection){0};
    px_map_entry entry;
    for (size_t cursor = 0; px_map_next(&hub->apps_by_id, &cursor, &entry);)
        px_app_free(hub->allocator, entry.value);
    px_map_free(&hub->apps_by_id);
    px_map_free(&hub->apps_by_key);
    px_sockets_free(&hub->sockets);
    px_arena_free(&hub->arena);
    px_buffer_free(&hub->text);
    px_message_release(hub->ping);
    px_message_release(hub->pong);
    px_free(hub->allocator, hub, sizeof(*hub));
}

/* ---- Time ---- */

static px_hub_connection *connection_of(px_wheel_node *timer) {
    return (px_hub_connection *)(void *)((char *)timer - offsetof(px_hub_connection, timer));
}

static px_task *task_of(px_wheel_node *timer) {
    return (px_task *)(void *)((char *)timer - offsetof(px_task, timer));
}

void px_task_set(px_hub *hub, px_task *task, uint64_t due_ms) {
    px_wheel_set(&hub->tasks, &task->timer, due_ms);
}

void px_task_clear(px_hub *hub, px_task *task) {
    px_wheel_clear(&hub->tasks, &task->timer);
}

void px_hub_tick(px_hub *hub, uint64_t now_ms, uint64_t unix_seconds) {
    px_wheel_node *timer;
    if (now_ms > hub->now_ms)
        hub->now_ms = now_ms;
    hub->unix_seconds = unix_seconds;
    while ((timer = px_wheel_pop(&hub->timers, hub->now_ms)))
        px_connection_timer(hub, connection_of(timer));
    px_notice_tick(hub);
    while ((timer = px_wheel_pop(&hub->tasks, hub->now_ms)))
        task_of(timer)->run(hub, task_of(timer));
}

uint64_t px_hub_deadline(const px_hub *hub) {
    const uint64_t deadlines[] = {px_wheel_deadline(&hub->timers), px_wheel_deadline(&hub->tasks),
                                  px_grace_deadline(hub)};
    uint64_t first = UINT64_MAX;
    for (size_t i = 0; i < sizeof deadlines / sizeof *deadlines; i++)
        if (deadlines[i] < first)
            first = deadlines[i];
    return first;
}

void px_hub_drain(px_hub *hub, uint32_t grace_ms) {
    hub->draining = true;
    px_notice_flush(hub);
    for (uint32_t i = 0; i < hub->sockets.capacity; i++)
        if (hub->sockets.at[i])
            px_connection_close_within(hub, hub->sockets.at[i], grace_ms);
}

uint64_t px_hub_random(px_hub *hub, uint64_t limit) {
    hub->random_count++;
    px_slice input = {(const char *)&hub->random_count, sizeof(hub->random_count)};
    return px_hash(hub->seed, input) % limit;
}

/* ---- Shared by the files of the hub ---- */

void px_hub_deliver(px_hub *hub, px_hub_connection *const *connections, size_t count,
                    px_message *message) {
    if (count > 0)
        hub->host.deliver(hub->host.context, connections, count, message);
    hub->stats.messages_delivered += count;
    px_message_release(message);
}

void px_hub_input_done(px_hub *hub) {
    px_arena_reset(&hub->arena);
}

void px_hub_log(const px_hub *hub, int level, const char *format, ...) {
    char line[LOG_LINE];
    va_list arguments;
    va_start(arguments, format);
    int written = vsnprintf(line, sizeof(line), format, arguments);
    va_end(arguments);
    size_t len = written < 0 ? 0 : (size_t)written;
    if (len >= sizeof(line))
        len = sizeof(line) - 1;
    for (size_t i = 0; i < len; i++)
        if (line[i] < ' ' || line[i] > '~') /* whether or not char is signed */
            line[i] = '?';
    hub->host.log(hub->host.context, level, px_slice_of(line, len));
}

/* ---- What is running ---- */

void px_hub_count_report(px_hub *hub, px_slice key) {
    px_app *app = px_map_get(&hub->apps_by_key, key);
    hub->stats.reports++;
    if (app)
        app->reports++;
    else
        hub->stats.unknown_reports++;
}

uint64_t px_hub_reports_of(const px_hub *hub, px_slice key) {
    const px_app *app = px_map_get(&hub->apps_by_key, key);
    return app ? app->reports : 0;
}

size_t px_hub_connection_count(const px_hub *hub) {
    return px_sockets_count(&hub->sockets);
}

void px_hub_get_stats(const px_hub *hub, px_hub_stats *stats) {
    px_map_entry entry;
    *stats = hub->stats;
    stats->apps = px_map_count(&hub->apps_by_id);
    stats->connections = px_hub_connection_count(hub);
    stats->draining = hub->draining;
    for (size_t cursor = 0; px_map_next(&hub->apps_by_id, &cursor, &entry);)
        stats->channels += px_map_count(&((const px_app *)entry.value)->channels);
}
