#include "driver/netlink_filter.h"

#if defined(__linux__) && !defined(PX_NO_NETLINK)

#include "base/map.h"

#include <linux/if.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

/* ---- Attributes: a length, a type, and as many bytes ---- */

/* Copies the fixed part of a message, which need not be aligned. False: there is less. */
static bool take_head(px_slice *rest, void *head, size_t size) {
    if (rest->len < size)
        return false;
    memcpy(head, rest->ptr, size);
    size_t padded = NLMSG_ALIGN(size);
    *rest = px_slice_after(*rest, padded < rest->len ? padded : rest->len);
    return true;
}

/* The next attribute; false at the end, and where the rest is none. */
static bool next_attribute(px_slice *rest, uint16_t *type, px_slice *value) {
    struct rtattr head;
    if (rest->len < sizeof head)
        return false;
    memcpy(&head, rest->ptr, sizeof head);
    if (head.rta_len < sizeof head || head.rta_len > rest->len)
        return false;
    *type = head.rta_type & 0x3fff; /* without two flags */
    *value = px_slice_of(rest->ptr + sizeof head, head.rta_len - sizeof head);
    size_t padded = RTA_ALIGN((size_t)head.rta_len);
    *rest = px_slice_after(*rest, padded < rest->len ? padded : rest->len);
    return true;
}

/* An empty slice with a NULL pointer when it is not there. */
static px_slice find_attribute(px_slice attributes, uint16_t wanted) {
    uint16_t type;
    for (px_slice value; next_attribute(&attributes, &type, &value);) {
        if (type == wanted)
            return value;
    }
    return px_slice_of(NULL, 0);
}

static uint32_t number_in(px_slice value, uint32_t otherwise) {
    if (value.len == sizeof otherwise)
        memcpy(&otherwise, value.ptr, sizeof otherwise);
    return otherwise;
}

/* ---- Links ---- */

/* Legs of containers and of virtual machines come and go with them. */
static bool is_leg(px_slice attributes) {
    px_slice kind = find_attribute(find_attribute(attributes, IFLA_LINKINFO), IFLA_INFO_KIND);
    return find_attribute(attributes, IFLA_MASTER).ptr ||
           px_slice_starts_with(kind, PX_SLICE("veth")) ||
           px_slice_starts_with(kind, PX_SLICE("bridge"));
}

/* Wireless interfaces tell a lot while nothing of this changes. An interface that was not told of
 * before counts when it goes up or down. */
static bool link_matters(px_netlink_filter *filter, uint16_t type, px_slice message) {
    struct ifinfomsg head;
    if (!take_head(&message, &head, sizeof head) || (head.ifi_flags & IFF_LOOPBACK) ||
        is_leg(message))
        return false;
    uint32_t flags =
        type == RTM_DELLINK ? 0 : (uint32_t)head.ifi_flags & (uint32_t)(IFF_UP | IFF_RUNNING);
    for (size_t i = 0; i < PX_NETLINK_LINKS; i++) {
        if (filter->links[i].index == head.ifi_index && head.ifi_index) {
            bool differs = filter->links[i].flags != flags;
            filter->links[i].flags = flags;
            return differs;
        }
    }
    size_t place = filter->next_link++ % PX_NETLINK_LINKS;
    filter->links[place].index = head.ifi_index;
    filter->links[place].flags = flags;
    return type == RTM_DELLINK || (head.ifi_change & (uint32_t)(IFF_UP | IFF_RUNNING));
}

/* ---- Addresses ---- */

/* Routers have IPv6 addresses told again and again, with a new time to live. */
static bool address_is_new(px_netlink_filter *filter, uint64_t hash, bool comes) {
    for (size_t i = 0; i < PX_NETLINK_ADDRESSES; i++) {
        if (filter->addresses[i] == hash) {
            if (!comes)
                filter->addresses[i] = 0;
            return !comes;
        }
    }
    if (comes)
        filter->addresses[filter->next_address++ % PX_NETLINK_ADDRESSES] = hash;
    return true;
}

static bool address_matters(px_netlink_filter *filter, uint16_t type, px_slice message) {
    static const uint64_t seed[2];
    struct ifaddrmsg head;
    if (!take_head(&message, &head, sizeof head) || head.ifa_scope >= RT_SCOPE_LINK)
        return false;
    uint32_t flags = number_in(find_attribute(message, IFA_FLAGS), head.ifa_flags);
    /* One that is still being tried out is told again when it works. */
    if (type == RTM_NEWADDR && (flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED)))
        return false;
    px_slice address = find_attribute(message, IFA_LOCAL);
    if (!address.ptr)
        address = find_attribute(message, IFA_ADDRESS);
    uint64_t hash = px_hash(seed, address) ^ head.ifa_index;
    return address.len && address_is_new(filter, hash ? hash : 1, type == RTM_NEWADDR);
}

/* ---- Routes ---- */

/* The default route, where packets really go. */
static bool route_matters(px_slice message) {
    struct rtmsg head;
    if (!take_head(&message, &head, sizeof head) || head.rtm_dst_len || head.rtm_src_len ||
        (head.rtm_flags & RTM_F_CLONED) || head.rtm_type != RTN_UNICAST)
        return false;
    return number_in(find_attribute(message, RTA_TABLE), head.rtm_table) == RT_TABLE_MAIN;
}

/* ---- Messages ---- */

static bool message_matters(px_netlink_filter *filter, uint16_t type, px_slice message) {
    switch (type) {
    case RTM_NEWLINK:
    case RTM_DELLINK:
        return link_matters(filter, type, message);
    case RTM_NEWADDR:
    case RTM_DELADDR:
        return address_matters(filter, type, message);
    case RTM_NEWROUTE:
    case RTM_DELROUTE:
        return route_matters(message);
    default:
        return false;
    }
}

bool px_netlink_filter_take(px_netlink_filter *filter, px_slice datagram) {
    bool matters = false;
    struct nlmsghdr head;
    while (datagram.len >= sizeof head) {
        memcpy(&head, datagram.ptr, sizeof head);
        if (head.nlmsg_len < sizeof head || head.nlmsg_len > datagram.len)
            break;
        px_slice message = px_slice_of(datagram.ptr + sizeof head, head.nlmsg_len - sizeof head);
        if (message_matters(filter, head.nlmsg_type, message))
            matters = true;
        size_t padded = NLMSG_ALIGN((size_t)head.nlmsg_len);
        datagram = px_slice_after(datagram, padded < datagram.len ? padded : datagram.len);
    }
    return matters;
}

#endif
