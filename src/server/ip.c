#include "server/ip.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

enum { V4_BITS = 32, V6_BITS = 128 };

static const uint8_t V4_PREFIX[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

px_ip px_ip_of_v4(const uint8_t bytes[4]) {
    px_ip ip;
    memcpy(ip.bytes, V4_PREFIX, sizeof V4_PREFIX);
    memcpy(ip.bytes + sizeof V4_PREFIX, bytes, 4);
    return ip;
}

px_ip px_ip_of_v6(const uint8_t bytes[16]) {
    px_ip ip;
    memcpy(ip.bytes, bytes, sizeof ip.bytes);
    return ip;
}

static bool is_v4(px_ip ip) {
    return memcmp(ip.bytes, V4_PREFIX, sizeof V4_PREFIX) == 0;
}

bool px_ip_parse(px_slice text, px_ip *ip) {
    char copy[INET6_ADDRSTRLEN];
    uint8_t bytes[16];
    if (text.len == 0 || text.len >= sizeof copy || memchr(text.ptr, '\0', text.len))
        return false;
    memcpy(copy, text.ptr, text.len);
    copy[text.len] = '\0';
    if (inet_pton(AF_INET, copy, bytes) == 1)
        *ip = px_ip_of_v4(bytes);
    else if (inet_pton(AF_INET6, copy, bytes) == 1)
        *ip = px_ip_of_v6(bytes);
    else
        return false;
    return true;
}

px_ip px_ip_of_socket(const struct sockaddr *address) {
    if (address->sa_family == AF_INET) {
        const struct sockaddr_in *in = (const struct sockaddr_in *)address;
        return px_ip_of_v4((const uint8_t *)&in->sin_addr);
    }
    if (address->sa_family == AF_INET6) {
        const struct sockaddr_in6 *in = (const struct sockaddr_in6 *)address;
        return px_ip_of_v6(in->sin6_addr.s6_addr);
    }
    return (px_ip){{0}};
}

bool px_ip_is_loopback(px_ip ip) {
    static const uint8_t ONE[16] = {[15] = 1};
    return is_v4(ip) ? ip.bytes[12] == 127 : memcmp(ip.bytes, ONE, sizeof ONE) == 0;
}

px_slice px_ip_format(px_ip ip, char out[PX_IP_TEXT_SIZE]) {
    bool is_short = is_v4(ip);
    const uint8_t *bytes = is_short ? ip.bytes + sizeof V4_PREFIX : ip.bytes;
    if (!inet_ntop(is_short ? AF_INET : AF_INET6, bytes, out, PX_IP_TEXT_SIZE))
        out[0] = '\0';
    return px_slice_of_text(out);
}

/* True when the first `bits` bits are the same. */
static bool begins_alike(px_ip one, px_ip other, unsigned bits) {
    unsigned whole = bits / 8;
    if (memcmp(one.bytes, other.bytes, whole) != 0)
        return false;
    if (bits % 8 == 0)
        return true;
    return (one.bytes[whole] ^ other.bytes[whole]) >> (8 - bits % 8) == 0;
}

/* The address with everything behind the first `bits` bits zero. */
static px_ip cut_to(px_ip ip, unsigned bits) {
    for (unsigned i = 0; i < V6_BITS; i++)
        if (i >= bits)
            ip.bytes[i / 8] &= (uint8_t) ~(0x80 >> i % 8);
    return ip;
}

bool px_ip_range_parse(px_slice text, px_ip_range *range) {
    const char *slash = text.len > 0 ? memchr(text.ptr, '/', text.len) : NULL;
    px_slice address = slash ? px_slice_of(text.ptr, (size_t)(slash - text.ptr)) : text;
    px_ip ip;
    if (!px_ip_parse(address, &ip))
        return false;
    uint64_t most = memchr(address.ptr, ':', address.len) ? V6_BITS : V4_BITS;
    uint64_t bits = most;
    if (slash && (!px_slice_to_u64(px_slice_after(text, address.len + 1), &bits) || bits > most))
        return false;
    unsigned all_bits = (unsigned)(bits + V6_BITS - most);
    px_ip start = cut_to(ip, all_bits);
    if (memcmp(start.bytes, ip.bytes, sizeof ip.bytes) != 0)
        return false;
    *range = (px_ip_range){start, (uint8_t)all_bits};
    return true;
}

bool px_ip_ranges_have(const px_ip_ranges *ranges, px_ip ip) {
    for (size_t i = 0; i < ranges->count; i++)
        if (begins_alike(ranges->items[i].start, ip, ranges->items[i].bits))
            return true;
    return false;
}
