/* Transports: the kinds there are (a table), and the few that are open at one time (slots with
 * generations). */
#ifndef PX_CORE_TRANSPORT_H
#define PX_CORE_TRANSPORT_H

#include "core/core.h"

struct px_http_socket;

typedef enum px_transport_type {
    PX_TRANSPORT_TYPE_WS,
    PX_TRANSPORT_TYPE_WSS,
    PX_TRANSPORT_TYPE_XHR_STREAMING,
    PX_TRANSPORT_TYPE_XHR_POLLING,
    PX_TRANSPORT_TYPE_SOCKJS,
    PX_TRANSPORT_TYPE_COUNT,
} px_transport_type;

typedef struct px_transport_info {
    px_slice name; /* in enabledTransports, disabledTransports and log lines */
    px_transport_kind kind;
    uint8_t priority;
    bool always_tls; /* otherwise as the connection has it */
    bool http;       /* made of requests, which http_socket.c asks for; the owner opens nothing, but
                        perhaps (option sockjsClient) the one of `kind` PX_TRANSPORT_SOCKJS */
    bool greets;     /* its first message says what stands in the URLs of others */
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
    uint32_t ping_delay;         /* ms; 0: none (see transport_manager.h) */
    struct px_http_socket *http; /* NULL: the owner has it */
} px_transport;

/* Slots in the low bits of an id, generations above. */
enum { PX_TRANSPORT_SLOT_BITS = 3, PX_TRANSPORT_SLOTS = 1 << PX_TRANSPORT_SLOT_BITS };

typedef struct px_transports {
    px_transport slots[PX_TRANSPORT_SLOTS];
    uint32_t http_count;    /* slots with an HTTP socket */
    uint64_t http_requests; /* that were made, in all */
    bool unsent;            /* an HTTP socket may have to send when the queue is drained */
} px_transports;

/* True when the options allow the transport. */
bool px_transport_enabled(const px_core *core, px_transport_type type);

/* Opens a transport for a node of the strategy. PX_ERR_NO_MEMORY, PX_ERR_LIMIT. */
PX_MUST_CHECK int px_transport_open(px_core *core, px_transport_type type, uint8_t node, px_id *id);

/* NULL for 0 and for a dead id. */
px_transport *px_transport_find(px_core *core, px_id id);

/* Sends a message on a transport that is open; it must live until the queue is drained.
 * PX_ERR_NO_MEMORY, PX_ERR_LIMIT. */
PX_MUST_CHECK int px_transport_send(px_core *core, px_transport *transport, px_slice message);

/* Asks for a sign of life in the transport's own way. False: it has none, send a message. */
bool px_transport_beat(px_core *core, px_transport *transport);

/* Bytes that wait in the engine to be sent; what the owner holds back is not in it. */
size_t px_transport_backlog(const px_transport *transport);

/* The application is about to close: what waits in the engine goes out. */
void px_transport_let_out(px_core *core, px_transport *transport);

/* Closes from our side and frees the slot. */
void px_transport_close(px_core *core, px_transport *transport);

/* Frees the slot of a transport that is gone already. */
void px_transport_forget(px_core *core, px_transport *transport);

/* Frees all of them, without a word to the owner. */
void px_transports_free(px_core *core);

#endif
