/* All HTTP sessions of a server: a part of it, so that host.h can hold it. What one session is says
 * host_session.h. */
#ifndef PX_SERVER_HOST_SESSIONS_H
#define PX_SERVER_HOST_SESSIONS_H

#include "base/buffer.h"
#include "base/map.h"
#include "server/wheel.h"

typedef struct px_sessions {
    px_map by_key;
    px_wheel timers;
    struct px_session *dirty; /* those with something to do at the end of the turn */
    px_buffer text;           /* where a frame is written before it becomes a message */
    px_buffer wrapped;        /* and what stands around it */
} px_sessions;

#endif
