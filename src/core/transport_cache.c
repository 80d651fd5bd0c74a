#include "core/transport_cache.h"

#include "core/internal.h"

enum {
    LIFETIME_MS = 1800000,
    CLOCK_ERROR_MS = 60000, /* clocks are set, and two clients do not read them alike */
    MAX_DATA = 1024,
    MAX_LATENCY_MS = 3600000,
    /* A fallback that won is only tried alone after so many searches in which the whole tree had
     * its chance. */
    SKIPS = 3,
};

static const px_slice keys[2] = {PX_LITERAL("pusherTransportNonTLS"),
                                 PX_LITERAL("pusherTransportTLS")};

static px_cached_transport *entry_of(px_core *core) {
    return &core->cache.entries[core->connection.using_tls ? 1 : 0];
}

static bool is_websocket(px_transport_type type) {
    return !px_transport_table[type].http;
}

/* Nothing from the future is believed, so that a clock that was wrong does not count for long. */
static bool is_fresh(const px_core *core, const px_cached_transport *entry) {
    uint64_t now = px_core_unix_ms(core);
    if (!entry->known)
        return false;
    return entry->stored_at_ms > now ? entry->stored_at_ms - now <= CLOCK_ERROR_MS
                                     : now - entry->stored_at_ms <= LIFETIME_MS;
}

bool px_transport_cache_begin(px_core *core, px_cached_transport *cached) {
    const px_cached_transport *entry = entry_of(core);
    core->cache.skip_count = 0;
    if (!is_fresh(core, entry))
        return false;
    core->cache.skip_count = entry->skip_count;
    if (is_websocket(entry->type) || entry->skip_count > SKIPS) {
        *cached = *entry;
        return true;
    }
    core->cache.skip_count++;
    return false;
}

/* ---- Keeping ---- */

/* Without memory it is kept for the life of the engine only: it is a cache. */
static void tell(px_core *core, px_slice data) {
    px_action *action = px_queue_push(&core->queue, PX_ACTION_STORE, 0);
    if (!action)
        return;
    action->as.store.key = keys[core->connection.using_tls ? 1 : 0];
    action->as.store.data = data;
}

void px_transport_cache_store(px_core *core, px_transport_type type, uint64_t latency_ms) {
    px_cached_transport *entry = entry_of(core);
    *entry = (px_cached_transport){
        .known = true,
        .type = type,
        .latency_ms = latency_ms < MAX_LATENCY_MS ? (uint32_t)latency_ms : MAX_LATENCY_MS,
        .skip_count = core->cache.skip_count,
        .stored_at_ms = px_core_unix_ms(core),
    };
    px_text text = px_text_begin(&core->text);
    px_text_add(&text, PX_SLICE("{\"timestamp\":"));
    px_text_add_number(&text, entry->stored_at_ms);
    px_text_add(&text, PX_SLICE(",\"transport\":\""));
    px_text_add(&text, px_transport_table[type].name);
    px_text_add(&text, PX_SLICE("\",\"latency\":"));
    px_text_add_number(&text, entry->latency_ms);
    px_text_add(&text, PX_SLICE(",\"cacheSkipCount\":"));
    px_text_add_number(&text, entry->skip_count);
    px_text_add(&text, PX_SLICE("}"));
    px_slice data;
    if (px_core_keep_text(core, &text, &data) == PX_OK)
        tell(core, data);
}

void px_transport_cache_forget(px_core *core) {
    px_cached_transport *entry = entry_of(core);
    if (!entry->known)
        return;
    *entry = (px_cached_transport){0};
    tell(core, PX_SLICE(""));
}

/* ---- Restoring ---- */

static bool read_number(const px_field *field, int64_t maximum, uint64_t *number) {
    int64_t value;
    if (field->token != PX_JSON_NUMBER || !px_json_to_i64(field->value, &value) || value < 0 ||
        value > maximum)
        return false;
    *number = (uint64_t)value;
    return true;
}

static bool read_type(const px_field *field, px_transport_type *type) {
    if (!px_field_is_string(field))
        return false;
    for (size_t i = 0; i < PX_TRANSPORT_TYPE_COUNT; i++)
        if (px_slice_equal(px_transport_table[i].name, field->value)) {
            *type = (px_transport_type)i;
            return true;
        }
    return false;
}

static bool read_entry(px_slice data, px_cached_transport *entry) {
    px_field fields[] = {{.name = PX_LITERAL("timestamp")},
                         {.name = PX_LITERAL("transport")},
                         {.name = PX_LITERAL("latency")},
                         {.name = PX_LITERAL("cacheSkipCount")}};
    uint64_t latency;
    uint64_t skip_count = 0;
    if (data.len > MAX_DATA || px_fields_read(data, fields, 4) != PX_JSON_ERROR_NONE ||
        !read_number(&fields[0], INT64_MAX, &entry->stored_at_ms) ||
        !read_type(&fields[1], &entry->type) || !read_number(&fields[2], MAX_LATENCY_MS, &latency))
        return false;
    if (fields[3].token != PX_JSON_END && !read_number(&fields[3], SKIPS + 1, &skip_count))
        return false;
    entry->known = true;
    entry->latency_ms = (uint32_t)latency;
    entry->skip_count = (uint32_t)skip_count;
    return true;
}

void px_core_restore(px_core *core, px_slice key, px_slice data) {
    for (size_t i = 0; i < 2; i++) {
        px_cached_transport entry = {0};
        if (px_slice_equal(key, keys[i]) && read_entry(data, &entry))
            core->cache.entries[i] = entry;
    }
}
