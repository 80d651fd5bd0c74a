/* The parts of an HTTP address, and whether a text is one. */
#ifndef PX_SERVER_URL_H
#define PX_SERVER_URL_H

#include "base/slice.h"

typedef struct px_url {
    bool is_tls;
    uint16_t port;     /* 80 or 443 where the address names none */
    px_slice userinfo; /* as it stands there; empty: none */
    px_slice host;     /* a name or an address, IPv6 without its brackets */
    px_slice target;   /* path and query; empty: the address has neither, ask for "/" */
} px_url;

/* NULL, and *url is the parts of the text (slices of it); otherwise what is wrong with it, to stand
 * behind "must be an http:// or https:// URL: ", and *url is untouched. */
const char *px_url_parse(px_slice text, px_url *url);

#endif
