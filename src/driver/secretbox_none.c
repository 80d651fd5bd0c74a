/* Where the library is built without libsodium: there are no encrypted channels. */
#include "driver/secretbox.h"

#ifdef PX_NO_SODIUM

bool px_secretbox_available(void) {
    return false;
}

bool px_secretbox_open(const unsigned char key[PX_SECRETBOX_KEY_BYTES],
                       const unsigned char nonce[PX_SECRETBOX_NONCE_BYTES], px_slice box,
                       char *out) {
    (void)key;
    (void)nonce;
    (void)box;
    (void)out;
    return false;
}

bool px_secretbox_seal(const unsigned char key[PX_SECRETBOX_KEY_BYTES],
                       const unsigned char nonce[PX_SECRETBOX_NONCE_BYTES], px_slice data,
                       char *out) {
    (void)key;
    (void)nonce;
    (void)data;
    (void)out;
    return false;
}

#endif
