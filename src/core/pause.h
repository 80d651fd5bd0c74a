/* How long the client waits before it seeks the service again: full jitter below a bound that doubles with
 * each failure in a row, and that all kinds of failures have in common. */
#ifndef PX_CORE_PAUSE_H
#define PX_CORE_PAUSE_H

#include "core/core.h"

/* Counts a failed attempt, if `is_new`; how many ms to wait before the next: full jitter, so that
 * the clients of a server that was down don't come back all at once. */
uint32_t px_pause_after_failure(px_core *core, bool is_new);

/* In milliseconds, when the service has asked to be left in peace for a while: a second at least. */
uint32_t px_pause_backoff(px_core *core);

#endif
