#include "server/proxy_header.h"

static px_proxy_progress refuse(const char **why, const char *sentence) {
    *why = sentence;
    return PX_PROXY_REFUSED;
}

/* True when `bytes`, as far as they go, begin as `text` does. */
static bool may_begin_with(px_slice bytes, px_slice text) {
    size_t len = bytes.len < text.len ? bytes.len : text.len;
    return len == 0 || memcmp(bytes.ptr, text.ptr, len) == 0;
}

/* ---- Version 1: a line of text ---- */

static const px_slice V1_START = PX_LITERAL("PROXY ");

enum { V1_MAX = 107, MAX_PORT = 65535 };

/* The next word, behind which a single space must stand if more follows. */
static px_slice next_word(px_slice *rest) {
    const char *space = rest->len > 0 ? memchr(rest->ptr, ' ', rest->len) : NULL;
    px_slice word = space ? px_slice_of(rest->ptr, (size_t)(space - rest->ptr)) : *rest;
    *rest = px_slice_after(*rest, space ? word.len + 1 : word.len);
    return word;
}

static bool is_port(px_slice text) {
    uint64_t port;
    bool has_zero = text.len > 1 && text.ptr[0] == '0';
    return !has_zero && px_slice_to_u64(text, &port) && port <= MAX_PORT;
}

static bool is_address(px_slice text, bool is_v6, px_ip *ip) {
    return px_ip_parse(text, ip) && (memchr(text.ptr, ':', text.len) != NULL) == is_v6;
}

/* The line between "PROXY " and CR LF. */
static bool read_v1_line(px_slice line, px_proxy_header *header) {
    px_slice family = next_word(&line);
    if (px_slice_equal(family, PX_SLICE("UNKNOWN")))
        return true; /* whatever follows it has no meaning */
    bool is_v6 = px_slice_equal(family, PX_SLICE("TCP6"));
    if (!is_v6 && !px_slice_equal(family, PX_SLICE("TCP4")))
        return false;
    px_ip destination;
    px_slice source_text = next_word(&line);
    px_slice destination_text = next_word(&line);
    px_slice source_port = next_word(&line);
    header->has_source = true;
    return is_address(source_text, is_v6, &header->source) &&
           is_address(destination_text, is_v6, &destination) && is_port(source_port) &&
           is_port(line); /* all that is left */
}

static px_proxy_progress read_v1(px_slice bytes, px_proxy_header *header, const char **why) {
    size_t most = bytes.len < V1_MAX ? bytes.len : V1_MAX;
    const char *end = memchr(bytes.ptr, '\n', most);
    if (!end)
        return most < V1_MAX ? PX_PROXY_MORE
                             : refuse(why, "the line of its PROXY header does not end");
    size_t length = (size_t)(end - bytes.ptr) + 1;
    px_slice line = px_slice_of(bytes.ptr, length - 1);
    if (line.ptr[line.len - 1] != '\r')
        return refuse(why, "the line of its PROXY header does not end with CR LF");
    line.len--;
    *header = (px_proxy_header){.length = length};
    return read_v1_line(px_slice_after(line, V1_START.len), header)
               ? PX_PROXY_DONE
               : refuse(why, "its PROXY header makes no sense");
}

/* ---- Version 2: bytes ---- */

static const px_slice V2_START = PX_LITERAL("\r\n\r\n\0\r\nQUIT\n");

enum {
    V2_HEAD = 16,
    V2_LOCAL = 0x20, /* version and command */
    V2_PROXY = 0x21,
    TLV_HEAD = 3,
    TLV_SSL = 0x20,
    SSL_HEAD = 5, /* flags, and how the client's certificate was judged */
    SSL_IS_USED = 0x01,
};

/* The kinds of addresses: the code, and the bytes that the two with their ports take. */
static const struct {
    uint8_t code;
    uint8_t size;
} FAMILIES[] = {{0x00, 0} /* not told */,
                {0x11, 12} /* TCP/4 */,
                {0x21, 36} /* TCP/6 */,
                {0x31, 216} /* UNIX stream */};

static size_t read_u16(const char *bytes) {
    return (size_t)(unsigned char)bytes[0] << 8 | (unsigned char)bytes[1];
}

/* What stands behind the addresses: type, length, value. */
static bool read_additions(px_slice rest, px_proxy_header *header) {
    while (rest.len > 0) {
        if (rest.len < TLV_HEAD)
            return false;
        size_t len = read_u16(rest.ptr + 1);
        if (len > rest.len - TLV_HEAD)
            return false;
        if ((unsigned char)rest.ptr[0] == TLV_SSL) {
            if (len < SSL_HEAD)
                return false;
            header->is_tls = (rest.ptr[TLV_HEAD] & SSL_IS_USED) != 0;
        }
        rest = px_slice_after(rest, TLV_HEAD + len);
    }
    return true;
}

static bool read_v2_body(uint8_t family, px_slice body, px_proxy_header *header) {
    size_t size = SIZE_MAX;
    for (size_t i = 0; i < sizeof FAMILIES / sizeof *FAMILIES; i++)
        if (FAMILIES[i].code == family)
            size = FAMILIES[i].size;
    if (size > body.len)
        return false;
    header->has_source = family == 0x11 || family == 0x21;
    if (family == 0x11)
        header->source = px_ip_of_v4((const uint8_t *)body.ptr);
    if (family == 0x21)
        header->source = px_ip_of_v6((const uint8_t *)body.ptr);
    return read_additions(px_slice_after(body, size), header);
}

static px_proxy_progress read_v2(px_slice bytes, px_proxy_header *header, const char **why) {
    if (bytes.len > V2_START.len) {
        uint8_t command = (uint8_t)bytes.ptr[V2_START.len];
        if (command != V2_LOCAL && command != V2_PROXY)
            return refuse(why, "its PROXY header has an unknown version or command");
    }
    if (bytes.len < V2_HEAD)
        return PX_PROXY_MORE;
    size_t length = V2_HEAD + read_u16(bytes.ptr + 14);
    if (length > PX_PROXY_HEADER_MAX)
        return refuse(why, "its PROXY header is too long");
    if (bytes.len < length)
        return PX_PROXY_MORE;
    *header = (px_proxy_header){.length = length};
    header->is_own = (uint8_t)bytes.ptr[12] == V2_LOCAL;
    px_slice body = px_slice_of(bytes.ptr + V2_HEAD, length - V2_HEAD);
    if (header->is_own || read_v2_body((uint8_t)bytes.ptr[13], body, header))
        return PX_PROXY_DONE;
    return refuse(why, "its PROXY header makes no sense");
}

px_proxy_progress px_proxy_header_read(px_slice bytes, px_proxy_header *header, const char **why) {
    bool may_be_v1 = may_begin_with(bytes, V1_START);
    bool may_be_v2 = may_begin_with(bytes, V2_START);
    if (!may_be_v1 && !may_be_v2)
        return refuse(why, "it does not begin with a PROXY header");
    if (may_be_v1 && bytes.len >= V1_START.len)
        return read_v1(bytes, header, why);
    if (may_be_v2 && bytes.len >= V2_START.len)
        return read_v2(bytes, header, why);
    return PX_PROXY_MORE;
}
