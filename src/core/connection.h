/* The connection: its state, its timers, what ends it and what comes after (docs/protocol.md,
 * "States", "Retrying", "Close codes"). */
#ifndef PX_CORE_CONNECTION_H
#define PX_CORE_CONNECTION_H

#include "base/buffer.h"
#include "core/transport.h"

/* Bytes of a socket id, at most. */
#define PX_MAX_SOCKET_ID 256

typedef struct px_connection {
    px_state state;
    px_state announced; /* differs from `state` only while there is no memory to tell */
    bool untold;        /* an error or a pause could not be told for want of memory: tell that */
    bool using_tls;     /* the service may demand it (4000) */
    px_transport *live; /* what messages go over; NULL: nothing */
    px_buffer socket_id;
    uint32_t failures;      /* in a row */
    uint32_t quick_retries; /* closes with "retry" in a row, after a short life */
    uint64_t retry_at;
    uint64_t unavailable_at;
    uint64_t connected_at;
    uint64_t heard_at; /* when the last message came */
    uint32_t idle_timeout;
    bool pong_awaited;
    bool asked_again; /* after a clock that jumped while a pong was awaited */
    uint64_t pong_deadline;
} px_connection;

void px_connection_init(px_core *core);

/* Tells the connection's bindings of an error, and the log. */
void px_connection_error(px_core *core, const px_error *error);

/* The live connection can't go on (no memory, a limit): says so, drops it and seeks another. Does
 * nothing when there is none. */
void px_connection_broken(px_core *core, int result);

/* The same for any transport: one that is not the connection's is a failed attempt. */
void px_connection_transport_broken(px_core *core, px_transport *transport, int result);

/* The options lead elsewhere: whatever is open is closed, and a connection is sought there. */
void px_connection_switch(px_core *core);

/* Nobody answers on the live connection: drops it and seeks another at once. */
void px_connection_silent(px_core *core);

/* ---- For the strategy ---- */

/* A transport could not even be started. */
void px_connection_failed_to_open(px_core *core, int result);

/* The whole tree failed. */
void px_connection_strategy_failed(px_core *core);

/* ---- Time ---- */

uint64_t px_connection_deadline(const px_core *core);
void px_connection_tick(px_core *core);

#endif
