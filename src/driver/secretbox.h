/* The boxes of encrypted channels: NaCl's secretbox (XSalsa20 and Poly1305), by libsodium. */
#ifndef PX_DRIVER_SECRETBOX_H
#define PX_DRIVER_SECRETBOX_H

#include "base/result.h"
#include "base/slice.h"

enum { PX_SECRETBOX_KEY_BYTES = 32, PX_SECRETBOX_NONCE_BYTES = 24, PX_SECRETBOX_OVERHEAD = 16 };

/* False: the library was built without libsodium, or that does not work here. Thread-safe. */
bool px_secretbox_available(void);

/* Writes what is in the box, box.len - PX_SECRETBOX_OVERHEAD bytes, to `out`, which may not overlap it.
 * False: the box is shorter than that, was sealed with something else, or nothing can be opened here;
 * `out` is then of no use. */
bool px_secretbox_open(const unsigned char key[PX_SECRETBOX_KEY_BYTES],
                       const unsigned char nonce[PX_SECRETBOX_NONCE_BYTES], px_slice box,
                       char *out);

/* Writes a box with the data, data.len + PX_SECRETBOX_OVERHEAD bytes, to `out`, which may not overlap
 * it. A nonce must never be used twice with a key. False: nothing can be sealed here. */
bool px_secretbox_seal(const unsigned char key[PX_SECRETBOX_KEY_BYTES],
                       const unsigned char nonce[PX_SECRETBOX_NONCE_BYTES], px_slice data,
                       char *out);

#endif
