/* Writing to many connections at once. */
#ifndef PX_SERVER_HOST_WRITE_H
#define PX_SERVER_HOST_WRITE_H

#include "server/host.h"

enum { PX_WRITE_MAX = PX_URING_MAX };

/* Writes what is queued for each of at most PX_WRITE_MAX connections, as far as their sockets take it,
 * then does for each of them what there is to do (px_host_wrote). */
void px_host_write_all(px_server *server, px_host_connection *const *connections, size_t count);

#endif
