/* Easy handles of libcurl with what all of ours have in common. */
#ifndef PX_DRIVER_EASY_H
#define PX_DRIVER_EASY_H

#include "driver/result.h"

#include <curl/curl.h>
#include <stdbool.h>

/* How a TLS peer is verified. NULL: libcurl's default. The texts are copied. */
typedef struct px_tls_options {
    const char *ca_file; /* PEM file of authorities, instead of the system's */
    const char *ca_path; /* folder of hashed authorities */
    const char *pin;     /* "sha256//BASE64[;sha256//BASE64...]" */
    bool insecure;       /* verify nothing */
} px_tls_options;

/* A handle for an http:// or https:// URL (NUL-terminated): HTTP/1.1, no signals, no redirects,
 * proxies as the environment has them; freeing it never waits for a name to be resolved.
 * `error_text` (of CURL_ERROR_SIZE) must live as long. NULL: no memory. */
CURL *px_easy_new(const char *url, const px_tls_options *tls, char *error_text);

#endif
