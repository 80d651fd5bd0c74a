/* Has the peer's machine taken all that was written to a socket? */
#ifndef PX_SERVER_HOST_UNACKED_H
#define PX_SERVER_HOST_UNACKED_H

#include <stdbool.h>

/* True while written bytes are on their way. False also where the system can't tell. */
bool px_socket_has_unacked(int fd);

#endif
