#include "driver/secretbox.h"

#ifndef PX_NO_SODIUM

#include <sodium.h>

_Static_assert(crypto_secretbox_KEYBYTES == PX_SECRETBOX_KEY_BYTES &&
                   crypto_secretbox_NONCEBYTES == PX_SECRETBOX_NONCE_BYTES &&
                   crypto_secretbox_MACBYTES == PX_SECRETBOX_OVERHEAD,
               "a box is what libsodium says");

bool px_secretbox_available(void) {
    return sodium_init() >= 0;
}

bool px_secretbox_open(const unsigned char key[PX_SECRETBOX_KEY_BYTES],
                       const unsigned char nonce[PX_SECRETBOX_NONCE_BYTES], px_slice box,
                       char *out) {
    return box.len >= PX_SECRETBOX_OVERHEAD &&
           crypto_secretbox_open_easy((unsigned char *)out, (const unsigned char *)box.ptr, box.len,
                                      nonce, key) == 0;
}

bool px_secretbox_seal(const unsigned char key[PX_SECRETBOX_KEY_BYTES],
                       const unsigned char nonce[PX_SECRETBOX_NONCE_BYTES], px_slice data,
                       char *out) {
    return crypto_secretbox_easy((unsigned char *)out, (const unsigned char *)data.ptr, data.len,
                                 nonce, key) == 0;
}

#endif
