/* Connections that several HTTP calls use one after the other, so that not each one costs a
 * handshake. */
#ifndef PX_DRIVER_CONNECTIONS_H
#define PX_DRIVER_CONNECTIONS_H

#include "driver/result.h"

/* Belongs to one thread at a time, as do the calls that are given it. */
typedef struct px_connections px_connections;

/* PX_ERR_NO_MEMORY. */
PX_MUST_CHECK int px_connections_new(px_connections **connections);

/* Closes them all. No call may be under way. NULL is fine. */
void px_connections_free(px_connections *connections);

#endif
