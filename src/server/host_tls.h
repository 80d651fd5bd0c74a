/* What all TLS connections of a server share: the certificate, and how TLS is spoken (1.2 and 1.3,
 * forward secrecy and authenticated ciphers only, HTTP/1.1 on top). */
#ifndef PX_SERVER_HOST_TLS_H
#define PX_SERVER_HOST_TLS_H

#include <openssl/types.h>

#include "base/result.h"
#include "base/slice.h"
#include "server/host_certificate.h"

/* What one TLS record holds at most. */
enum { PX_TLS_RECORD_SIZE = 16384 };

typedef struct px_host_tls px_host_tls;

/* Takes a reference to what the certificate consists of. Errors as px_tls_use; PX_ERR_NO_MEMORY. */
PX_MUST_CHECK int px_tls_new(const px_certificate *certificate, px_host_tls **tls, char *why,
                             size_t size);

/* For connections of our own to others: their certificates are verified, by the authorities in the file
 * or, with an empty name, by those of the system. PX_ERR_ARGUMENT with a sentence in `why`: the file
 * can't be used; PX_ERR_NO_MEMORY. */
PX_MUST_CHECK int px_tls_new_client(px_slice ca_file, px_host_tls **tls, char *why, size_t size);

/* NULL is fine. */
void px_tls_free(px_host_tls *tls);

/* New connections get this certificate; those that are open keep what they have.
 * PX_ERR_ARGUMENT with a sentence in `why`: OpenSSL does not take it, and nothing has changed. */
PX_MUST_CHECK int px_tls_use(px_host_tls *tls, const px_certificate *certificate, char *why,
                             size_t size);

/* For host_socket.c: one connection's state (NULL without memory), what is between it and its
 * descriptor, and room for one record. */
SSL *px_tls_session(const px_host_tls *tls);
/* The same, of a client that connects to `host`, a name or an address. */
SSL *px_tls_client_session(const px_host_tls *tls, px_slice host);
const BIO_METHOD *px_tls_bio_method(const px_host_tls *tls);
char *px_tls_record(px_host_tls *tls);
BIO_METHOD *px_socket_bio_method(void);

#endif
