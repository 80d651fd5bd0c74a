/* What one message of a live connection does (docs/protocol.md, "Messages"). */
#ifndef PX_CORE_DISPATCH_H
#define PX_CORE_DISPATCH_H

#include "core/core.h"

/* Turns it into events and answers. What is no frame becomes an error event. PX_ERR_NO_MEMORY and
 * PX_ERR_LIMIT: the connection can't go on. */
PX_MUST_CHECK int px_dispatch(px_core *core, px_slice message);

#endif
