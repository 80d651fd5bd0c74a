/* Digests and signatures of the Channels protocol, on OpenSSL. */
#ifndef PX_NET_SIGNATURE_H
#define PX_NET_SIGNATURE_H

#include "base/result.h"
#include "base/slice.h"

enum { PX_SIGNATURE_LENGTH = 64, PX_MD5_LENGTH = 32 };

/* HMAC-SHA256 of the parts one after the other, as lower-case hex without NUL. PX_ERR_NO_MEMORY
 * when OpenSSL has none. */
PX_MUST_CHECK int px_signature(px_slice secret, const px_slice *parts, size_t count,
                               char out[PX_SIGNATURE_LENGTH]);

/* True when `given` is the signature; takes the same time wherever the two differ. */
bool px_signature_verify(px_slice secret, const px_slice *parts, size_t count, px_slice given);

/* MD5 as lower-case hex without NUL (the HTTP API's body_md5; not used for security). */
PX_MUST_CHECK int px_md5(px_slice bytes, char out[PX_MD5_LENGTH]);

#endif
