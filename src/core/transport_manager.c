#include "core/transport_manager.h"

#include "core/internal.h"

enum { MIN_PING_DELAY_MS = 10000, UNLIMITED = 0 };

/* How often connections may die young before a manager gives its transports up. */
static const uint8_t lives[PX_MANAGER_COUNT] = {
    [PX_MANAGER_NONE] = UNLIMITED,
    [PX_MANAGER_WS] = UNLIMITED,
    [PX_MANAGER_STREAMING] = 2,
};

static const px_transport_manager manager_of[PX_TRANSPORT_TYPE_COUNT] = {
    [PX_TRANSPORT_TYPE_WS] = PX_MANAGER_WS,
    [PX_TRANSPORT_TYPE_WSS] = PX_MANAGER_WS,
    [PX_TRANSPORT_TYPE_XHR_STREAMING] = PX_MANAGER_STREAMING,
    [PX_TRANSPORT_TYPE_XHR_POLLING] = PX_MANAGER_NONE,
    [PX_TRANSPORT_TYPE_SOCKJS] = PX_MANAGER_NONE,
};

void px_transport_managers_reset(px_core *core) {
    core->managers = (px_transport_managers){0};
}

bool px_transport_alive(const px_core *core, px_transport_type type) {
    px_transport_manager manager = manager_of[type];
    return lives[manager] == UNLIMITED || core->managers.deaths[manager] < lives[manager];
}

uint32_t px_transport_ping_delay(const px_core *core, px_transport_type type) {
    return core->managers.ping_delays[type];
}

static void lose_life(px_core *core, px_transport_manager manager) {
    if (core->managers.deaths[manager] < UINT8_MAX)
        core->managers.deaths[manager]++;
}

void px_transport_learn(px_core *core, const px_transport *transport, int code, bool clean) {
    px_transport_manager manager = manager_of[transport->type];
    uint64_t life = core->now - transport->opened_at;
    bool refused_by_protocol = code == 1002 || code == 1003;
    if (transport->phase == PX_TRANSPORT_OPENING || manager == PX_MANAGER_NONE)
        return;
    if (refused_by_protocol) {
        lose_life(core, manager);
    } else if (!clean && life < 2 * (uint64_t)core->options.activity_timeout) {
        uint32_t delay = (uint32_t)(life / 2);
        lose_life(core, manager);
        core->managers.ping_delays[transport->type] =
            delay > MIN_PING_DELAY_MS ? delay : MIN_PING_DELAY_MS;
    }
}
