/* Knocks again at a door that does not answer. When the first packet of a connection gets lost, the
 * system repeats it after 1, 3, 7, 15 ... seconds: a path that was dead for ten seconds may be well for
 * five before anybody notices. So a transfer that has no connection after a while is begun anew. */
#ifndef PX_DRIVER_KNOCK_H
#define PX_DRIVER_KNOCK_H

#include "driver/multi.h"

#include <sys/types.h>

enum {
    PX_KNOCK_MS = 5000,   /* the system's own packets are at most two seconds apart until then */
    PX_KNOCK_SOCKETS = 2, /* one of each family is under way at a time */
};

/* A socket that libcurl opened. It closes some without a word, so that the number may be another's
 * soon; the inode is never. */
typedef struct px_knock_socket {
    curl_socket_t fd; /* or CURL_SOCKET_BAD */
    ino_t inode;
} px_knock_socket;

typedef struct px_knock {
    px_multi *multi; /* NULL: it looks after nothing */
    px_transfer *transfer;
    px_deadline deadline;
    px_knock_socket sockets[PX_KNOCK_SOCKETS]; /* the last ones */
    size_t opened;                             /* how many there were */
} px_knock;

/* Begins to look after a transfer, before it is added to its multi; sets the easy handle's
 * CURLOPT_OPENSOCKETFUNCTION. `done` may then be called from a deadline of the loop, too.
 * PX_ERR_NO_MEMORY. */
PX_MUST_CHECK int px_knock_start(px_knock *knock, px_multi *multi, px_transfer *transfer);

/* Ends what px_knock_start began: the transfer is connected, or over. Twice is fine. */
void px_knock_stop(px_knock *knock);

#endif
