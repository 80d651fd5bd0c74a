#include "core/transport.h"

#include "core/internal.h"

enum { MIN_PING_DELAY_MS = 10000 };

const px_transport_info px_transport_table[PX_TRANSPORT_TYPE_COUNT] = {
    [PX_TRANSPORT_TYPE_WS] = {PX_LITERAL("ws"), PX_TRANSPORT_WS, 3, false},
    [PX_TRANSPORT_TYPE_WSS] = {PX_LITERAL("wss"), PX_TRANSPORT_WS, 3, true},
};

static bool lists(px_slices names, px_slice name) {
    for (size_t i = 0; i < names.count; i++)
        if (px_slice_equal(names.items[i], name))
            return true;
    return false;
}

bool px_transport_enabled(const px_core *core, px_transport_type type) {
    px_slice name = px_transport_table[type].name;
    const px_options *options = &core->options;
    return (!options->enabled_transports.given || lists(options->enabled_transports, name)) &&
           !lists(options->disabled_transports, name);
}

static px_transport *free_slot(px_transports *transports) {
    for (size_t i = 0; i < PX_TRANSPORT_SLOTS; i++)
        if (transports->slots[i].phase == PX_TRANSPORT_FREE)
            return &transports->slots[i];
    return NULL;
}

static px_id next_id(const px_core *core, const px_transport *slot) {
    px_id generation = slot->id >> PX_TRANSPORT_SLOT_BITS;
    px_id number = (px_id)(slot - core->transports.slots);
    px_id id = (generation + 1) << PX_TRANSPORT_SLOT_BITS | number;
    /* Generation 0 is left out, so that no id is ever 0. */
    return id >> PX_TRANSPORT_SLOT_BITS ? id : 1 << PX_TRANSPORT_SLOT_BITS | number;
}

/* Queues OPEN and reserves the place for CLOSE. */
static int queue_open(px_core *core, px_transport_type type, px_id id, px_slice url) {
    int result = px_queue_reserve(&core->queue);
    if (result != PX_OK)
        return result;
    px_action *action = px_queue_push(&core->queue, PX_ACTION_OPEN, id);
    if (!action) {
        px_queue_release(&core->queue);
        return PX_ERR_NO_MEMORY;
    }
    action->as.open.kind = px_transport_table[type].kind;
    action->as.open.url = url;
    return PX_OK;
}

int px_transport_open(px_core *core, px_transport_type type, uint8_t node, px_id *id) {
    px_transport *slot = free_slot(&core->transports);
    if (!slot)
        return PX_ERR_LIMIT;
    bool tls = px_transport_table[type].always_tls || core->connection.using_tls;
    px_text text = px_text_begin(&core->text);
    px_url_websocket(&core->options, tls, &text);
    px_slice url;
    int result = px_core_keep_text(core, &text, &url);
    if (result != PX_OK)
        return result;
    px_id fresh = next_id(core, slot);
    result = queue_open(core, type, fresh, url);
    if (result != PX_OK)
        return result;
    *slot = (px_transport){.id = fresh,
                           .phase = PX_TRANSPORT_OPENING,
                           .type = type,
                           .node = node,
                           .ping_delay = core->transports.ping_delays[type]};
    slot->cid = px_timeline_transport(core, px_transport_table[type].name, tls);
    *id = fresh;
    px_log_connecting(core, px_transport_table[type].name, url);
    return PX_OK;
}

px_transport *px_transport_find(px_core *core, px_id id) {
    px_transport *slot = &core->transports.slots[id & (PX_TRANSPORT_SLOTS - 1)];
    return slot->id == id && slot->phase != PX_TRANSPORT_FREE ? slot : NULL;
}

void px_transport_close(px_core *core, px_transport *transport) {
    px_action *action = px_queue_push_reserved(&core->queue, PX_ACTION_CLOSE, transport->id);
    action->as.close.code = 1000;
    px_timeline_transport_state(core, transport->cid, PX_SLICE("closed"));
    transport->phase = PX_TRANSPORT_FREE;
}

void px_transport_forget(px_core *core, px_transport *transport) {
    px_queue_release(&core->queue);
    transport->phase = PX_TRANSPORT_FREE;
}

void px_transport_learn(px_core *core, const px_transport *transport, int code, bool clean) {
    uint64_t life = core->now - transport->opened_at;
    bool refused_by_protocol = code == 1002 || code == 1003;
    if (transport->phase == PX_TRANSPORT_OPENING || clean || refused_by_protocol ||
        life >= 2 * (uint64_t)core->options.activity_timeout)
        return;
    uint32_t delay = (uint32_t)(life / 2);
    core->transports.ping_delays[transport->type] =
        delay > MIN_PING_DELAY_MS ? delay : MIN_PING_DELAY_MS;
}

void px_transports_reset(px_core *core) {
    memset(core->transports.ping_delays, 0, sizeof(core->transports.ping_delays));
}
