/* Tells that the machine woke from a sleep. Without it a loop that waits is only called when the rest
 * of its time-out is over, for the system does not count sleep when it waits. wake_source_timerfd.c is
 * Linux's; elsewhere there is none (wake_source_none.c). */
#ifndef PX_DRIVER_WAKE_SOURCE_H
#define PX_DRIVER_WAKE_SOURCE_H

#include "driver/loop.h"

typedef struct px_wake_source px_wake_source;

/* Calls `woke` inside turns. PX_ERR_SYSTEM: this system can't tell. PX_ERR_NO_MEMORY. */
PX_MUST_CHECK int px_wake_source_open(px_loop *loop, void (*woke)(void *context), void *context,
                                      px_wake_source **source);

/* NULL is fine. */
void px_wake_source_close(px_wake_source *source);

#endif
