/* Signs subscriptions as an application's server does, and knows which channels need it. */
#ifndef PX_CLI_CHANNEL_AUTH_H
#define PX_CLI_CHANNEL_AUTH_H

#include "base/buffer.h"
#include "base/slice.h"

/* By its prefix: a private or presence channel needs an authorization. */
bool px_cli_needs_auth(px_slice channel);
bool px_cli_is_presence(px_slice channel);
bool px_cli_is_encrypted(px_slice channel);

/* DIGITS.DIGITS */
bool px_cli_is_socket_id(px_slice text);

/* Appends "KEY:SIGNATURE" to `out`. `channel_data` is empty but for presence channels. Errors as
 * px_buffer_append. */
PX_MUST_CHECK int px_cli_sign_channel(const char *key, const char *secret, px_slice socket_id,
                                      px_slice channel, px_slice channel_data, px_buffer *out);

#endif
