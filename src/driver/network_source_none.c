/* Where the system has no way to tell that its network changed: applications may know, and call
 * pusher_network_changed. */
#include "driver/network_watch.h"

#if !defined(__linux__) || defined(PX_NO_NETLINK)

int px_network_source_open(px_loop *loop, void (*sign)(void *context), void *context,
                           px_network_source **source) {
    (void)loop;
    (void)sign;
    (void)context;
    (void)source;
    return PX_ERR_SYSTEM;
}

void px_network_source_close(px_network_source *source) {
    (void)source;
}

#endif
