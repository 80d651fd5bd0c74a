/* Log lines (docs/protocol.md, "Log lines"): a JSON array of arguments. A line is only made when
 * its level is on, and is left out when there is no memory for it. */
#ifndef PX_CORE_LOG_H
#define PX_CORE_LOG_H

#include "core/core.h"
#include "core/message.h"

/* ["<text>"] */
void px_log_text(px_core *core, px_log_level level, px_slice text);

/* ["Error: <text>"], as an error: a subscription failed. */
void px_log_failure(px_core *core, px_slice text);

/* ["Error during signin: Error: <text>"], as a warning. */
void px_log_user_failure(px_core *core, px_slice text);

/* ["State changed","connecting -> connected with new socket ID 1.2"] */
void px_log_state(px_core *core, px_state previous, px_state current);

/* ["Connecting",{"transport":"ws","url":"ws://..."}] */
void px_log_connecting(px_core *core, px_slice transport, px_slice url);

/* ["Event sent",{...}], without the signatures of the protocol's own messages. */
void px_log_sent(px_core *core, px_slice message);

/* ["Event recd",{"event":...,"channel":...,"data":...,"user_id":...}] */
void px_log_received(px_core *core, const px_frame *frame);

/* [{"type":"PusherError",...}], as a warning: every error of the connection. */
void px_log_error(px_core *core, const px_error *error);

#endif
