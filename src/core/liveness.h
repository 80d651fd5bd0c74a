/* Whether the live connection is alive (docs/protocol.md, "Pings"): after a time without a word the
 * peer is asked for one, and given up when none comes. */
#ifndef PX_CORE_LIVENESS_H
#define PX_CORE_LIVENESS_H

#include "core/transport.h"

/* The transport showed that its peer lives: by a message, or by less. */
void px_liveness_heard(px_core *core, const px_transport *transport);

/* There is a reason to doubt: asks the peer at once, unless it has been asked already. */
void px_liveness_doubt(px_core *core);

uint64_t px_liveness_deadline(const px_core *core);
void px_liveness_tick(px_core *core);

#endif
