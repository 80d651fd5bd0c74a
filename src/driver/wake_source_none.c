/* Where the system does not tell that it woke. */
#include "driver/wake_source.h"

#if !defined(__linux__) || defined(PX_NO_NETLINK)

int px_wake_source_open(px_loop *loop, void (*woke)(void *context), void *context,
                        px_wake_source **source) {
    (void)loop;
    (void)woke;
    (void)context;
    (void)source;
    return PX_ERR_SYSTEM;
}

void px_wake_source_close(px_wake_source *source) {
    (void)source;
}

#endif
