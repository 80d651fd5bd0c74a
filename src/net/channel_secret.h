/* Keys of encrypted channels, as an application's authorization endpoint makes them: the shared
 * secret of a channel is derived from its name and a master key that only applications have. */
#ifndef PX_NET_CHANNEL_SECRET_H
#define PX_NET_CHANNEL_SECRET_H

#include "base/result.h"
#include "base/slice.h"

enum { PX_MASTER_KEY_BYTES = 32, PX_CHANNEL_SECRET_LENGTH = 44 };

/* Reads a master key as settings hold it: base64 of exactly 32 bytes. PX_ERR_ARGUMENT: the text is
 * something else; `out` is untouched. The caller wipes `out` when it is of no use any more. */
PX_MUST_CHECK int px_master_key_read(px_slice base64, unsigned char out[PX_MASTER_KEY_BYTES]);

/* A master key made of a text, where there is no better one: its SHA-256. PX_ERR_NO_MEMORY when OpenSSL has
 * none. */
PX_MUST_CHECK int px_master_key_of(px_slice text, unsigned char out[PX_MASTER_KEY_BYTES]);

/* The `shared_secret` of an authorization: SHA-256 of the channel's name and the master key behind
 * it, in base64 without NUL. PX_ERR_NO_MEMORY when OpenSSL has none; `out` is untouched. */
PX_MUST_CHECK int px_channel_secret(px_slice channel,
                                    const unsigned char master_key[PX_MASTER_KEY_BYTES],
                                    char out[PX_CHANNEL_SECRET_LENGTH]);

#endif
