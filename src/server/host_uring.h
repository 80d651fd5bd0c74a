/* Sending to many sockets with one system call, where the system has io_uring (host_uring.c);
 * elsewhere there is none (host_uring_none.c). It saves what each call costs beside its work. */
#ifndef PX_SERVER_HOST_URING_H
#define PX_SERVER_HOST_URING_H

#include "base/slice.h"

enum { PX_URING_MAX = 64 };

typedef struct px_uring px_uring;

/* NULL: the system has none, does not allow it, or has no memory for it. */
px_uring *px_uring_new(void);

/* NULL is fine. */
void px_uring_free(px_uring *uring);

typedef struct px_sending {
    int fd;         /* of a socket that does not block */
    px_slice bytes; /* not empty */
    size_t sent;    /* how many of them are out: none, too, when it failed */
} px_sending;

/* Sends, to each socket as much as it takes, at most PX_URING_MAX at a time, and returns when all is
 * done. Never blocks, never raises SIGPIPE. */
void px_uring_send(px_uring *uring, px_sending *sendings, size_t count);

#endif
