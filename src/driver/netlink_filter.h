/* Finds in what Linux tells of its network what may matter to a connection: addresses that come and
 * go, the default route, cables and radios. What is only repeated, or concerns this machine alone,
 * is noise. */
#ifndef PX_DRIVER_NETLINK_FILTER_H
#define PX_DRIVER_NETLINK_FILTER_H

#include "base/slice.h"

#include <stdint.h>

enum { PX_NETLINK_LINKS = 64, PX_NETLINK_ADDRESSES = 256 };

/* What was told before. Zero it. Where a table is full, the oldest is forgotten, and counts as new
 * when it is told again. */
typedef struct px_netlink_filter {
    struct {
        int32_t index;
        uint32_t flags; /* those that matter */
    } links[PX_NETLINK_LINKS];
    size_t next_link;
    uint64_t addresses[PX_NETLINK_ADDRESSES]; /* hashes; 0: a free place */
    size_t next_address;
} px_netlink_filter;

/* Takes one datagram, which may hold anything. True: something in it may matter. */
bool px_netlink_filter_take(px_netlink_filter *filter, px_slice datagram);

#endif
