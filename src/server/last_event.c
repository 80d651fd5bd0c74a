#include "server/last_event.h"

#include "base/plant.h"
#include "server/hub_state.h"

enum { MAP_ENTRY = 64 }; /* about what an entry of the map takes */

/* ---- The list, in the order of publication ---- */

static size_t size_of(const px_last_event *event) {
    return sizeof(*event) + event->channel.len + MAP_ENTRY + sizeof(px_message) +
           event->message->frame_len;
}

static void append(px_last_events *events, px_last_event *event) {
    event->older = events->newest;
    event->newer = NULL;
    if (events->newest)
        events->newest->newer = event;
    else
        events->oldest = event;
    events->newest = event;
    events->bytes += size_of(event);
}

static void take_out(px_last_events *events, px_last_event *event) {
    if (event->older)
        event->older->newer = event->newer;
    else
        events->oldest = event->newer;
    if (event->newer)
        event->newer->older = event->older;
    else
        events->newest = event->older;
    events->bytes -= size_of(event);
}

static void free_event(const px_allocator *allocator, px_last_event *event) {
    px_message_release(event->message);
    px_free(allocator, event, sizeof(*event) + event->channel.len);
}

static void forget(px_last_events *events, px_last_event *event) {
    take_out(events, event);
    px_map_remove(&events->slots, event->channel);
    free_event(events->slots.allocator, event);
}

/* ---- Expiry ---- */

static void expect_expiry(px_hub *hub, px_last_events *events) {
    if (events->oldest && !px_task_is_set(&events->sweep))
        px_task_set(hub, &events->sweep, events->oldest->expires_ms);
}

static void sweep(px_hub *hub, px_task *task) {
    px_last_events *events =
        (px_last_events *)(void *)((char *)task - offsetof(px_last_events, sweep));
    while (events->oldest && events->oldest->expires_ms <= hub->now_ms)
        forget(events, events->oldest);
    expect_expiry(hub, events);
}

/* ---- Life ---- */

void px_last_events_init(px_last_events *events, const px_allocator *allocator,
                         const uint64_t seed[2]) {
    *events = (px_last_events){.sweep = {.run = sweep}};
    px_map_init(&events->slots, allocator, seed);
}

void px_last_events_free(px_last_events *events) {
    px_map_entry entry;
    for (size_t cursor = 0; px_map_next(&events->slots, &cursor, &entry);)
        free_event(events->slots.allocator, entry.value);
    px_map_free(&events->slots);
}

/* ---- Use ---- */

const px_last_event *px_last_event_find(const px_hub *hub, const px_app *app, px_slice channel) {
    const px_last_event *event = px_map_get(&app->last_events.slots, channel);
    return event && event->message && event->expires_ms > hub->now_ms ? event : NULL;
}

bool px_last_event_reserve(px_app *app, px_slice channel) {
    px_last_events *events = &app->last_events;
    if (px_map_get(&events->slots, channel))
        return true;
    px_last_event *made = px_alloc_zero(events->slots.allocator, sizeof(*made) + channel.len);
    if (!made)
        return false;
    memcpy(made->name, channel.ptr, channel.len);
    made->channel = px_slice_of(made->name, channel.len);
    if (px_map_put(&events->slots, made->channel, made) == PX_OK)
        return true;
    free_event(events->slots.allocator, made);
    return false;
}

void px_last_event_unreserve(px_app *app, px_slice channel) {
    px_last_event *event = px_map_get(&app->last_events.slots, channel);
    if (!event || event->message)
        return;
    px_map_remove(&app->last_events.slots, channel);
    free_event(app->last_events.slots.allocator, event);
}

void px_last_event_store(px_hub *hub, px_app *app, px_slice channel, px_message *message) {
    px_last_event *event = px_map_get(&app->last_events.slots, channel);
    if (event->message) {
        take_out(&app->last_events, event);
        px_message_release(event->message);
    }
    event->message = px_message_hold(message);
    event->expires_ms = hub->now_ms + UINT64_C(1000) * app->options.cache_ttl;
    if (PX_PLANTED(CACHE_FOR_EVER))
        event->expires_ms = UINT64_MAX;
    append(&app->last_events, event);
    expect_expiry(hub, &app->last_events);
}

void px_last_events_trim(px_app *app) {
    while (app->last_events.bytes > app->options.max_cache_bytes)
        forget(&app->last_events, app->last_events.oldest);
}
