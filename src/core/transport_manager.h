/* Transport managers: what the ends of connections teach about a transport (docs/protocol.md,
 * "Transport managers"). */
#ifndef PX_CORE_TRANSPORT_MANAGER_H
#define PX_CORE_TRANSPORT_MANAGER_H

#include "core/transport.h"

/* Who keeps the lives of a transport. */
typedef enum px_transport_manager {
    PX_MANAGER_NONE, /* nobody: nothing is learnt */
    PX_MANAGER_WS,
    PX_MANAGER_STREAMING,
    PX_MANAGER_COUNT,
} px_transport_manager;

typedef struct px_transport_managers {
    uint8_t deaths[PX_MANAGER_COUNT];
    uint32_t ping_delays[PX_TRANSPORT_TYPE_COUNT]; /* learnt for the next of this type; 0: none */
} px_transport_managers;

/* Forgets what was learnt (the strategy changes). */
void px_transport_managers_reset(px_core *core);

/* False when too many connections of this type, or of its kin, have died young. */
bool px_transport_alive(const px_core *core, px_transport_type type);

/* The ping delay for the next transport of this type, in ms; 0: none was learnt. */
uint32_t px_transport_ping_delay(const px_core *core, px_transport_type type);

/* Learns from a transport that ends. After an unclean end of a short life the next one of this
 * type pings after half that time, so that a path that drops idle connections is kept awake. */
void px_transport_learn(px_core *core, const px_transport *transport, int code, bool clean);

#endif
