/* wslay as the oracle of the frame decoder.
 *
 * Known differences: wslay refuses the close codes 1012 to 1014, which IANA has registered since;
 * it takes a close frame with half a code (logged here as code 0); and it checks text as it comes,
 * where the decoder waits for the whole message, so that of two faults in one stream it may tell
 * the other one. */
#ifndef TEST_WS_ORACLE_H
#define TEST_WS_ORACLE_H

#include "base/buffer.h"

/* Appends to `log` what wslay makes of the stream, in the form of ws_log (see ws_stream.h).
 * `masked`: the stream is a client's. */
void ws_ask_wslay(px_slice stream, size_t max_message, bool masked, px_buffer *log);

#endif
