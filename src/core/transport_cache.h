/* The transport cache: which transport worked last, with and without TLS (docs/protocol.md,
 * "Transport cache"). It lives as long as the engine; its owner keeps it longer, with STORE and
 * px_core_restore. */
#ifndef PX_CORE_TRANSPORT_CACHE_H
#define PX_CORE_TRANSPORT_CACHE_H

#include "core/transport.h"

typedef struct px_cached_transport {
    bool known;
    px_transport_type type;
    uint32_t latency_ms; /* from the start of the search to the handshake */
    uint32_t
        skip_count; /* how often a fallback was known and the whole tree was tried all the same */
    uint64_t stored_at_ms; /* of the wall clock */
} px_cached_transport;

typedef struct px_transport_cache {
    px_cached_transport entries[2]; /* plain, TLS */
    uint32_t skip_count;            /* of the search under way */
} px_transport_cache;

/* Begins a search. True: *cached says what to try first, alone. */
bool px_transport_cache_begin(px_core *core, px_cached_transport *cached);

/* The search found a transport that reaches the service, after so many ms. */
void px_transport_cache_store(px_core *core, px_transport_type type, uint64_t latency_ms);

/* What is known is wrong. */
void px_transport_cache_forget(px_core *core);

#endif
