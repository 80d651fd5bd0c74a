/* Encryption of what is published to private-encrypted- channels. */
#ifndef PX_BACKEND_ENCRYPT_H
#define PX_BACKEND_ENCRYPT_H

#include "backend/app.h"

/* Appends {"nonce":...,"ciphertext":...} of the data, for the channel. Errors as
 * pusher_app_encrypt, but the length of the data is not looked at. */
PX_MUST_CHECK int px_backend_encrypt(pusher_app *app, px_slice channel, px_slice data,
                                     px_buffer *out);

#endif
