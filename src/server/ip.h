/* IP addresses and ranges of them, as values and as text. */
#ifndef PX_SERVER_IP_H
#define PX_SERVER_IP_H

#include <stdint.h>

#include "base/slice.h"

struct sockaddr;

/* IPv4 addresses as ::ffff:a.b.c.d, so that there is one kind only. */
typedef struct px_ip {
    uint8_t bytes[16];
} px_ip;

/* All addresses that begin with the same `bits` bits. */
typedef struct px_ip_range {
    px_ip start;
    uint8_t bits; /* of 128 */
} px_ip_range;

typedef struct px_ip_ranges {
    const px_ip_range *items;
    size_t count;
} px_ip_ranges;

enum { PX_IP_TEXT_SIZE = 48 };

/* 192.0.2.1 or 2001:db8::1, without a zone, brackets or a port. False: it is something else. */
bool px_ip_parse(px_slice text, px_ip *ip);

/* From 4 or 16 bytes in network order. */
px_ip px_ip_of_v4(const uint8_t bytes[4]);
px_ip px_ip_of_v6(const uint8_t bytes[16]);

/* Of a socket; all zeros when it is no IP address. */
px_ip px_ip_of_socket(const struct sockaddr *address);

/* 127.0.0.0/8 and ::1. */
bool px_ip_is_loopback(px_ip ip);

/* The address in `out`, which must outlive the slice. */
px_slice px_ip_format(px_ip ip, char out[PX_IP_TEXT_SIZE]);

/* 10.0.0.0/8, 2001:db8::/32, or one address. False: it is something else, or it has bits set behind
 * its prefix, which may be a slip. */
bool px_ip_range_parse(px_slice text, px_ip_range *range);

bool px_ip_ranges_have(const px_ip_ranges *ranges, px_ip ip);

#endif
