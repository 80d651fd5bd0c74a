/* The engine's whole state: what core.h hides. Each part is the business of the file it comes
 * from. */
#ifndef PX_CORE_INTERNAL_H
#define PX_CORE_INTERNAL_H

#include "core/authorization.h"
#include "core/channel.h"
#include "core/close_code.h"
#include "core/connection.h"
#include "core/core.h"
#include "core/dispatch.h"
#include "core/encryption.h"
#include "core/handshake.h"
#include "core/http_socket.h"
#include "core/liveness.h"
#include "core/log.h"
#include "core/message.h"
#include "core/pause.h"
#include "core/queue.h"
#include "core/requests.h"
#include "core/statistics.h"
#include "core/strategy.h"
#include "core/transport.h"
#include "core/transport_cache.h"
#include "core/transport_manager.h"
#include "core/url.h"
#include "core/user.h"
#include "json/writer.h"

struct px_core {
    const px_allocator *allocator;
    px_options options;
    px_arena option_memory; /* what the options point to, as long as nothing was switched: */
    px_buffer switched;     /* the key and the cluster since */
    uint64_t seed[2];
    uint64_t random; /* the generator's state */
    uint64_t now;
    uint64_t quiet_until; /* nothing is due before, as px_core_deadline told last; 0: it may be */
    uint64_t wall_offset; /* what the wall clock shows at `now` 0 */
    px_queue queue;
    px_arena arena;    /* what queued actions point to; reset when the queue is drained */
    px_arena incoming; /* the same, for what came over HTTP or in boxes: nobody's outbound limit */
    px_buffer text;    /* a text being built */
    px_buffer line;    /* a log line being built */
    px_buffer scratch; /* px_core_event_text */
    px_connection connection;
    px_strategy strategy;
    px_transports transports;
    px_transport_managers managers;
    px_transport_cache cache;
    px_http_reading reading;
    px_channels channels;
    px_slots requests;
    px_authorizations authorizations;
    px_user user;
    px_statistics statistics;
};

/* Ends a text that was built in core->text: a copy that lives until the queue is drained. The
 * builder's error, or one of px_arena_copy; *kept is then untouched. */
PX_MUST_CHECK int px_core_keep_text(px_core *core, const px_text *text, px_slice *kept);

/* What the wall clock shows now. */
uint64_t px_core_unix_ms(const px_core *core);

/* A number from 0 to `bound`, all equally likely. */
uint32_t px_core_random(px_core *core, uint32_t bound);

/* Queues STATE when the connection's state is not the one told last. Without memory it waits until
 * the queue is drained. */
void px_core_announce_state(px_core *core);

#endif
