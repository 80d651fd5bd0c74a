/* The way to a host: through which proxy, and how TLS is verified. */
#ifndef PX_DRIVER_ROUTE_H
#define PX_DRIVER_ROUTE_H

#include "base/slice.h"

/* How a TLS peer is verified, and what we show it. NULL: libcurl's default. */
typedef struct px_tls_options {
    const char *ca_file; /* PEM file of authorities, instead of the system's */
    const char *ca_path; /* folder of hashed authorities */
    const char *pin;     /* "sha256//BASE64[;sha256//BASE64...]"; of the host, not of a proxy */
    const char *client_cert;
    const char *client_key; /* NULL: in the file of client_cert */
    const char *client_key_password;
    bool insecure; /* verify nothing */
} px_tls_options;

/* NULL: as the environment has it (http_proxy for http:// and ws://, https_proxy for the others,
 * all_proxy, no_proxy). */
typedef struct px_proxy_options {
    const char *url;        /* empty: no proxy, whatever the environment says */
    const char *username;   /* besides one in the URL; NULL: none */
    const char *password;   /* NULL: none */
    const char *exceptions; /* hosts to be reached without a proxy, separated by commas */
} px_proxy_options;

typedef struct px_route {
    px_tls_options tls;
    px_proxy_options proxy;
} px_route;

/* The URL of the proxy that carries connections to the http:// or https:// URL unless it is one of
 * the exceptions; empty: there is none. It may hold a password. Valid until the environment changes.
 */
px_slice px_route_proxy(const px_route *route, px_slice url);

/* How users say that there shall be no proxy. */
#define PX_PROXY_NONE "direct"

/* What is wrong with a proxy's URL, as the rest of a sentence ("must begin with ..."); NULL:
 * nothing. */
const char *px_route_proxy_fault(px_slice url);

/* True when the options or the environment name exceptions. */
bool px_route_has_exceptions(const px_route *route);

#endif
