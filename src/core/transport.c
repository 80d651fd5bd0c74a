#include "core/transport.h"

#include "base/plant.h"
#include "core/internal.h"

const px_transport_info px_transport_table[PX_TRANSPORT_TYPE_COUNT] = {
    [PX_TRANSPORT_TYPE_WS] = {PX_LITERAL("ws"), .priority = 3},
    [PX_TRANSPORT_TYPE_WSS] = {PX_LITERAL("wss"), .priority = 3, .always_tls = true},
    [PX_TRANSPORT_TYPE_XHR_STREAMING] = {PX_LITERAL("xhr_streaming"), .priority = 1, .http = true},
    [PX_TRANSPORT_TYPE_XHR_POLLING] = {PX_LITERAL("xhr_polling"), .priority = 1, .http = true},
    [PX_TRANSPORT_TYPE_SOCKJS] = {PX_LITERAL("sockjs"), .kind = PX_TRANSPORT_SOCKJS, .priority = 1,
                                  .http = true, .greets = true},
};

static bool lists(px_slices names, px_slice name) {
    for (size_t i = 0; i < names.count; i++)
        if (px_slice_equal(names.items[i], name))
            return true;
    return false;
}

/* True when the transport is made of requests, false when the owner opens it. */
static bool is_http(const px_core *core, px_transport_type type) {
    const px_transport_info *info = &px_transport_table[type];
    return info->http && !(info->kind == PX_TRANSPORT_SOCKJS && core->options.sockjs_client);
}

static bool is_there(const px_core *core, px_transport_type type) {
    return PX_OWN_SOCKJS || px_transport_table[type].kind != PX_TRANSPORT_SOCKJS ||
           core->options.sockjs_client;
}

bool px_transport_enabled(const px_core *core, px_transport_type type) {
    px_slice name = px_transport_table[type].name;
    const px_options *options = &core->options;
    return is_there(core, type) &&
           (!options->enabled_transports.given || lists(options->enabled_transports, name)) &&
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

/* Where a transport leads: for HTTP without the parts that each request has of its own, for the
 * owner's SockJS client without those that the first message has. */
static int url_of(px_core *core, px_transport_type type, px_slice *url) {
    const px_transport_info *info = &px_transport_table[type];
    bool tls = info->always_tls || core->connection.using_tls;
    px_text text = px_text_begin(&core->text);
    if (info->http)
        px_url_http_base(&core->options, tls, px_slice_of(NULL, 0), &text);
    else
        px_url_websocket(&core->options, tls, &text);
    if (is_http(core, type)) {
        px_url_add_app(&core->options, &text);
        px_url_add_query(&core->options, &text);
    }
    return px_core_keep_text(core, &text, url);
}

int px_transport_open(px_core *core, px_transport_type type, uint8_t node, px_id *id) {
    px_transport *slot = free_slot(&core->transports);
    if (!slot)
        return PX_ERR_LIMIT;
    px_slice url;
    int result = url_of(core, type, &url);
    if (result != PX_OK)
        return result;
    px_transport opening = {.id = next_id(core, slot),
                            .phase = PX_TRANSPORT_OPENING,
                            .type = type,
                            .node = node,
                            .ping_delay = px_transport_ping_delay(core, type)};
    result = is_http(core, type) ? px_http_socket_open(core, &opening)
                                 : queue_open(core, type, opening.id, url);
    if (result != PX_OK)
        return result;
    bool tls = px_transport_table[type].always_tls || core->connection.using_tls;
    opening.cid = px_timeline_transport(core, px_transport_table[type].name, tls);
    *slot = opening;
    *id = opening.id;
    px_log_connecting(core, px_transport_table[type].name, url);
    return PX_OK;
}

px_transport *px_transport_find(px_core *core, px_id id) {
    px_transport *slot = &core->transports.slots[id & (PX_TRANSPORT_SLOTS - 1)];
    return (slot->id == id || PX_PLANTED(DEAD_ID)) && slot->phase != PX_TRANSPORT_FREE ? slot
                                                                                       : NULL;
}

int px_transport_send(px_core *core, px_transport *transport, px_slice message) {
    if (transport->http)
        return px_http_socket_send(core, transport->http, message);
    px_action *action = px_queue_push(&core->queue, PX_ACTION_SEND, transport->id);
    if (!action)
        return PX_ERR_NO_MEMORY;
    action->as.send.message = message;
    return PX_OK;
}

bool px_transport_beat(px_core *core, px_transport *transport) {
    if (!transport->http || px_http_socket_is_sockjs(transport->http))
        return false;
    px_http_socket_beat(core, transport->http);
    return true;
}

size_t px_transport_backlog(const px_transport *transport) {
    return transport->http ? px_http_socket_backlog(transport->http) : 0;
}

void px_transport_let_out(px_core *core, px_transport *transport) {
    if (transport->http)
        px_http_socket_let_out(core, transport);
}

void px_transport_close(px_core *core, px_transport *transport) {
    if (transport->http)
        px_http_socket_free(core, transport);
    else
        px_queue_push_reserved(&core->queue, PX_ACTION_CLOSE, transport->id)->as.close.code = 1000;
    px_timeline_transport_state(core, transport->cid, PX_SLICE("closed"));
    transport->phase = PX_TRANSPORT_FREE;
}

void px_transport_forget(px_core *core, px_transport *transport) {
    if (transport->http)
        px_http_socket_free(core, transport);
    else
        px_queue_release(&core->queue);
    transport->phase = PX_TRANSPORT_FREE;
}

void px_transports_free(px_core *core) {
    for (size_t i = 0; i < PX_TRANSPORT_SLOTS; i++)
        if (core->transports.slots[i].http)
            px_http_socket_free(core, &core->transports.slots[i]);
}
