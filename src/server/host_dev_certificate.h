/* A certificate for this machine only, made on the spot, so that TLS can be tried without asking an
 * authority: for localhost, 127.0.0.1 and ::1. */
#ifndef PX_SERVER_HOST_DEV_CERTIFICATE_H
#define PX_SERVER_HOST_DEV_CERTIFICATE_H

#include "server/host_certificate.h"

enum { PX_DEV_CERTIFICATE_DAYS = 90 };

typedef struct px_dev_certificate {
    px_certificate certificate;
    X509 *anchor;   /* what a client must trust: the authority's certificate, or this one itself */
    bool is_signed; /* by the authority */
} px_dev_certificate;

/* `ca_folder`: where rootCA.pem and rootCA-key.pem of an authority are that this machine's browsers
 * trust, as mkcert makes them. Empty: the certificate signs itself. When the authority can't be
 * used it does so, too, and `why` says what is wrong with it (else it is empty).
 * PX_ERR_NO_MEMORY, PX_ERR_STATE: OpenSSL failed. */
PX_MUST_CHECK int px_dev_certificate_make(px_slice ca_folder, time_t now, px_dev_certificate *out,
                                          char *why, size_t size);

/* Writes the anchor as PEM, in the place of what was there. PX_ERR_STATE with a sentence. */
PX_MUST_CHECK int px_dev_certificate_save(const px_dev_certificate *made, px_slice path, char *why,
                                          size_t size);

void px_dev_certificate_free(px_dev_certificate *made);

#endif
