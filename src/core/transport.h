/* Transports: the kinds there are (a table), and the few that are open at one time (slots with
 * generations). */
#ifndef PX_CORE_TRANSPORT_H
#define PX_CORE_TRANSPORT_H

#include "core/core.h"

typedef enum px_transport_type {
    PX_TRANSPORT_TYPE_WS,
    PX_TRANSPORT_TYPE_WSS,
    PX_TRANSPORT_TYPE_COUNT,
} px_transport_type;

typedef struct px_transport_info {
    px_slice name; /* in enabledTransports, disabledTransports and log lines */
    px_transport_kind kind;
    uint8_t priority;
    bool always_tls; /* otherwise as the connection has it */
} px_transport_info;

extern const px_transport_info px_transport_table[PX_TRANSPORT_TYPE_COUNT];

typedef enum px_transport_phase {
    PX_TRANSPORT_FREE,
    PX_TRANSPORT_OPENING,
    PX_TRANSPORT_HANDSHAKE, /* open; the first message is awaited */
    PX_TRANSPORT_LIVE,      /* the connection's */
} px_transport_phase;

typedef struct px_transport {
    px_id id;
    px_transport_phase phase;
    px_transport_type type;
    uint8_t node; /* of the strategy tree */
    uint32_t cid; /* in the timeline */
    uint64_t opened_at;
    uint32_t ping_delay; /* ms; 0: none (see px_transport_learn) */
} px_transport;

/* Slots in the low bits of an id, generations above. */
enum { PX_TRANSPORT_SLOT_BITS = 3, PX_TRANSPORT_SLOTS = 1 << PX_TRANSPORT_SLOT_BITS };

typedef struct px_transports {
    px_transport slots[PX_TRANSPORT_SLOTS];
    uint32_t ping_delays[PX_TRANSPORT_TYPE_COUNT]; /* learnt for the next of this type; 0: none */
} px_transports;

/* True when the options allow the transport. */
bool px_transport_enabled(const px_core *core, px_transport_type type);

/* Opens a transport for a node of the strategy. PX_ERR_NO_MEMORY, PX_ERR_LIMIT. */
PX_MUST_CHECK int px_transport_open(px_core *core, px_transport_type type, uint8_t node, px_id *id);

/* NULL for 0 and for a dead id. */
px_transport *px_transport_find(px_core *core, px_id id);

/* Closes from our side and frees the slot. */
void px_transport_close(px_core *core, px_transport *transport);

/* Frees the slot of a transport that is gone already. */
void px_transport_forget(px_core *core, px_transport *transport);

/* What an ending transport teaches (docs/protocol.md, "Pings"): after an unclean end of a short
 * life the next one of this type pings after half that time, so that a path that drops idle
 * connections is kept awake. */
void px_transport_learn(px_core *core, const px_transport *transport, int code, bool clean);

/* Forgets what was learnt (the strategy changes). */
void px_transports_reset(px_core *core);

#endif
