/* Time in which the whole process stood still (stopped by a signal, or without a processor) is no time in which its
 * peers were silent: what they sent meanwhile has not been read yet. The server's clock stands still as well. */
#ifndef PX_SERVER_STANDSTILL_H
#define PX_SERVER_STANDSTILL_H

#include <stdint.h>

typedef struct px_standstill {
    uint64_t sum_ms; /* what the server's clock is behind */
} px_standstill;

/* The server's time. `last_ms` is what it was the last time, `due_ms` when the loop should have been awake at the
 * latest (UINT64_MAX: whenever something comes). If it is much later than that, it is just before `due_ms` once more, so
 * that what has come is read before anything is due. */
uint64_t px_standstill_time(px_standstill *this, uint64_t monotonic_ms, uint64_t last_ms,
                            uint64_t due_ms);

#endif
