/* Knocks again at a door that does not answer. When the first packet of a connection gets lost, the
 * system repeats it after 1, 3, 7, 15 ... seconds: a path that was dead for ten seconds may be well for
 * five before anybody notices. So a transfer that has no connection after a while is begun anew. */
#ifndef PX_DRIVER_KNOCK_H
#define PX_DRIVER_KNOCK_H

#include "driver/multi.h"

enum {
    PX_KNOCK_MS = 5000, /* the system's own packets are at most two seconds apart until then */
    PX_KNOCK_SOCKETS = 4,
};

typedef struct px_knock {
    px_loop *loop;
    px_transfer *transfer;
    px_deadline deadline;
    curl_socket_t sockets[PX_KNOCK_SOCKETS]; /* that libcurl connects; it tries few at a time */
} px_knock;

/* Begins to look after a transfer, before it is added to the multi; sets the easy handle's
 * CURLOPT_OPENSOCKETFUNCTION. The transfer's sockets must be closed through px_knock_closed.
 * PX_ERR_NO_MEMORY. */
PX_MUST_CHECK int px_knock_start(px_knock *knock, px_loop *loop, px_transfer *transfer);

/* A socket of the transfer is about to be closed. */
void px_knock_closed(px_knock *knock, curl_socket_t fd);

/* Ends what px_knock_start began: the transfer is connected, or over. Twice is fine. */
void px_knock_stop(px_knock *knock);

#endif
