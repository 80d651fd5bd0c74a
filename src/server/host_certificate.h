/* A server's certificate with its private key: read from PEM files and checked, so that what is
 * wrong is said before a client runs into it. */
#ifndef PX_SERVER_HOST_CERTIFICATE_H
#define PX_SERVER_HOST_CERTIFICATE_H

#include <openssl/types.h>
#include <openssl/x509.h>
#include <stdint.h>
#include <time.h>

#include "base/result.h"
#include "base/slice.h"

typedef struct px_certificate {
    X509 *leaf;
    STACK_OF(X509) * chain; /* what leads from it to an authority; may be empty */
    EVP_PKEY *key;
} px_certificate;

/* Reads both files (they may be the same). PX_ERR_NOT_FOUND: one can't be read; PX_ERR_SYNTAX: one
 * holds something else; PX_ERR_ARGUMENT: they do not belong together or their time is not now;
 * PX_ERR_NO_MEMORY. `why` then names the file and says what to do. */
PX_MUST_CHECK int px_certificate_read(px_slice certificate_file, px_slice key_file, time_t now,
                                      px_certificate *out, char *why, size_t size);

/* Days until it ends, rounded down. */
int px_certificate_days_left(const px_certificate *certificate, time_t now);

/* Releases everything; a certificate of zeros is fine. */
void px_certificate_free(px_certificate *certificate);

#endif
