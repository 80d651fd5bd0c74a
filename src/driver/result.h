/* Result codes of the outside world, beside px_result. The numbers equal PUSHER_ERR_* of
 * include/pusher/error.h (src/client checks that at compile time). */
#ifndef PX_DRIVER_RESULT_H
#define PX_DRIVER_RESULT_H

#include "base/result.h"

enum {
    PX_ERR_SYSTEM = -20,   /* the operating system refused a call */
    PX_ERR_RESOLVE = -21,  /* the host name could not be resolved */
    PX_ERR_CONNECT = -22,  /* the host could not be reached */
    PX_ERR_TLS = -23,      /* TLS failed or the certificate was not accepted */
    PX_ERR_PROXY = -24,    /* the proxy refused or failed */
    PX_ERR_CLOSED = -26,   /* the connection was cut */
    PX_ERR_PROTOCOL = -28, /* the peer broke the WebSocket or HTTP protocol */
};

#endif
