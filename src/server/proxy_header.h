/* The PROXY protocol, versions 1 and 2 (haproxy.org, proxy-protocol.txt): what a proxy puts before a
 * connection's first byte to say where it comes from. Read strictly and without sockets. */
#ifndef PX_SERVER_PROXY_HEADER_H
#define PX_SERVER_PROXY_HEADER_H

#include "server/ip.h"

/* More is refused. Version 1 has 107 bytes at most; this leaves room for version 2's additions. */
enum { PX_PROXY_HEADER_MAX = 4096 };

typedef struct px_proxy_header {
    size_t length;   /* of the header: the connection's own bytes follow */
    px_ip source;    /* where has_source */
    bool has_source; /* the proxy says who connected to it */
    bool is_own;     /* the proxy itself connects, to see whether we live: version 2's LOCAL */
    bool is_tls;     /* the client spoke TLS to the proxy */
} px_proxy_header;

typedef enum px_proxy_progress {
    PX_PROXY_MORE, /* as far as it goes it is right */
    PX_PROXY_DONE,
    PX_PROXY_REFUSED, /* it is no such header; *why (static) says what is wrong */
} px_proxy_progress;

/* Reads the header at the front of `bytes`, which is all that has arrived. */
px_proxy_progress px_proxy_header_read(px_slice bytes, px_proxy_header *header, const char **why);

#endif
