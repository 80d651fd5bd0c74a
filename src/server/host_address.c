#include "server/host_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>

enum { MAX_PORT = 65535 };

/* Splits at the last colon; an IPv6 address stands in brackets. */
static bool split(px_slice text, px_slice *host, uint16_t *port) {
    size_t colon = text.len;
    while (colon > 0 && text.ptr[colon - 1] != ':')
        colon--;
    uint64_t value = 0;
    if (colon < 2 || !px_slice_to_u64(px_slice_after(text, colon), &value) || value > MAX_PORT)
        return false;
    *host = px_slice_of(text.ptr, colon - 1);
    *port = (uint16_t)value;
    return true;
}

static bool parse_v4(const char *host, uint16_t port, px_host_address *address) {
    struct sockaddr_in *in = (struct sockaddr_in *)&address->storage;
    in->sin_family = AF_INET;
    in->sin_port = htons(port);
    address->len = sizeof *in;
    return inet_pton(AF_INET, host, &in->sin_addr) == 1;
}

static bool parse_v6(const char *host, uint16_t port, px_host_address *address) {
    struct sockaddr_in6 *in = (struct sockaddr_in6 *)&address->storage;
    in->sin6_family = AF_INET6;
    in->sin6_port = htons(port);
    address->len = sizeof *in;
    return inet_pton(AF_INET6, host, &in->sin6_addr) == 1;
}

bool px_address_parse(px_slice text, px_host_address *address) {
    px_slice host;
    uint16_t port = 0;
    char name[INET6_ADDRSTRLEN];
    *address = (px_host_address){0};
    if (!split(text, &host, &port))
        return false;
    bool is_v6 = host.len >= 2 && host.ptr[0] == '[' && host.ptr[host.len - 1] == ']';
    if (is_v6)
        host = px_slice_of(host.ptr + 1, host.len - 2);
    else if (px_slice_equal(host, PX_SLICE("localhost")))
        host = PX_SLICE("127.0.0.1");
    if (host.len >= sizeof name)
        return false;
    memcpy(name, host.ptr, host.len);
    name[host.len] = '\0';
    return is_v6 ? parse_v6(name, port, address) : parse_v4(name, port, address);
}

bool px_address_is_loopback(const struct sockaddr *address) {
    if (address->sa_family == AF_INET) {
        const struct sockaddr_in *in = (const struct sockaddr_in *)address;
        return ntohl(in->sin_addr.s_addr) >> 24 == 127;
    }
    if (address->sa_family != AF_INET6)
        return false;
    const struct in6_addr *in = &((const struct sockaddr_in6 *)address)->sin6_addr;
    return IN6_IS_ADDR_LOOPBACK(in) || (IN6_IS_ADDR_V4MAPPED(in) && in->s6_addr[12] == 127);
}

bool px_server_address_is_loopback(px_slice text) {
    px_host_address address;
    return px_address_parse(text, &address) &&
           px_address_is_loopback((const struct sockaddr *)&address.storage);
}

void px_address_format(const struct sockaddr *address, char out[PX_SERVER_ADDRESS_SIZE]) {
    char host[INET6_ADDRSTRLEN] = "?";
    if (address->sa_family == AF_INET6) {
        const struct sockaddr_in6 *in = (const struct sockaddr_in6 *)address;
        inet_ntop(AF_INET6, &in->sin6_addr, host, sizeof host);
        snprintf(out, PX_SERVER_ADDRESS_SIZE, "[%s]:%u", host, (unsigned)ntohs(in->sin6_port));
    } else {
        const struct sockaddr_in *in = (const struct sockaddr_in *)address;
        inet_ntop(AF_INET, &in->sin_addr, host, sizeof host);
        snprintf(out, PX_SERVER_ADDRESS_SIZE, "%s:%u", host, (unsigned)ntohs(in->sin_port));
    }
}
