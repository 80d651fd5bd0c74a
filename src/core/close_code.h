/* What a close code, or the code of a pusher:error in the place of the handshake, asks the client
 * to do (docs/protocol.md, "Close codes"). */
#ifndef PX_CORE_CLOSE_CODE_H
#define PX_CORE_CLOSE_CODE_H

#include <stdbool.h>

typedef enum px_close_action {
    PX_CLOSE_NONE,     /* nothing special: connect again */
    PX_CLOSE_TLS_ONLY, /* connect again at once, over TLS */
    PX_CLOSE_REFUSED,  /* never connect again by ourselves */
    PX_CLOSE_BACKOFF,  /* connect again after a pause */
    PX_CLOSE_RETRY,    /* connect again at once */
} px_close_action;

px_close_action px_close_code_action(int code);

/* A normal closure (1000, 1001) is no error. */
static inline bool px_close_code_is_error(int code) {
    return code != 1000 && code != 1001;
}

#endif
