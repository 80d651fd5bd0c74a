/* Where the system has no io_uring, or the build is told to do without. */
#include "server/host_uring.h"

#include "server/host_uring_choice.h"

#ifndef PX_HAS_URING

px_uring *px_uring_new(void) {
    return NULL;
}

void px_uring_free(px_uring *uring) {
    (void)uring;
}

void px_uring_send(px_uring *uring, px_sending *sendings, size_t count) {
    (void)uring;
    for (size_t i = 0; i < count; i++)
        sendings[i].sent = 0;
}

#endif
