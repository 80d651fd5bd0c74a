/* What proxies say in HTTP headers about who asked them: X-Forwarded-For and X-Forwarded-Proto, or
 * Forwarded (RFC 7239). Anybody can send these; whether to believe them is for the caller. */
#ifndef PX_SERVER_FORWARDED_H
#define PX_SERVER_FORWARDED_H

#include "server/ip.h"

typedef struct px_forwarded {
    px_ip client;      /* where has_client */
    bool has_client;   /* the nearest address that is not of a trusted proxy; when all are trusted,
                           the farthest */
    bool has_proto;    /* it is said whether the client spoke TLS */
    bool is_https;     /* it did */
    bool is_all_local; /* every address that is named is a loopback address */
} px_forwarded;

/* True for the headers that this file is about. */
bool px_forwarded_is_field(px_slice name);

/* Reads all of them from the lines of a request's head, each with its line break. X-Forwarded-* goes
 * before Forwarded where both are there; but is_all_local looks at all. What can't be understood
 * counts as an unknown client. */
px_forwarded px_forwarded_read(px_slice lines, const px_ip_ranges *trusted);

#endif
