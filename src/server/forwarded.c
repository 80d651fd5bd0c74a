#include "server/forwarded.h"

/* ---- Text ---- */

static bool is_blank(char byte) {
    return byte == ' ' || byte == '\t' || byte == '\r';
}

static px_slice trim(px_slice text) {
    while (text.len > 0 && is_blank(text.ptr[0]))
        text = px_slice_after(text, 1);
    while (text.len > 0 && is_blank(text.ptr[text.len - 1]))
        text.len--;
    return text;
}

static px_slice cut_at(px_slice *rest, size_t end) {
    px_slice part = px_slice_of(rest->ptr, end);
    *rest = px_slice_after(*rest, end < rest->len ? end + 1 : end);
    return trim(part);
}

/* Cuts off what stands before the first comma; without one, all of it. */
static px_slice next_item(px_slice *rest) {
    const char *comma = rest->len > 0 ? memchr(rest->ptr, ',', rest->len) : NULL;
    return cut_at(rest, comma ? (size_t)(comma - rest->ptr) : rest->len);
}

/* The same with any separator, but for those in quotes. */
static px_slice next_part(px_slice *rest, char separator) {
    bool is_quoted = false;
    size_t end = 0;
    for (; end < rest->len && (is_quoted || rest->ptr[end] != separator); end++) {
        if (rest->ptr[end] == '"')
            is_quoted = !is_quoted;
        else if (is_quoted && rest->ptr[end] == '\\')
            end += end + 1 < rest->len;
    }
    return cut_at(rest, end);
}

/* ---- One address ---- */

static bool is_port(px_slice text) {
    uint64_t port;
    return px_slice_to_u64(text, &port) && port <= 65535;
}

/* 192.0.2.1, 192.0.2.1:80, 2001:db8::1, [2001:db8::1] or [2001:db8::1]:80. */
static bool read_node(px_slice text, px_ip *ip) {
    if (px_ip_parse(text, ip))
        return true;
    size_t colon = text.len;
    while (colon > 0 && text.ptr[colon - 1] != ':' && text.ptr[colon - 1] != ']')
        colon--;
    bool has_port = colon > 0 && text.ptr[colon - 1] == ':';
    if (has_port && !is_port(px_slice_after(text, colon)))
        return false;
    px_slice host = has_port ? px_slice_of(text.ptr, colon - 1) : text;
    if (host.len >= 2 && host.ptr[0] == '[' && host.ptr[host.len - 1] == ']') {
        host = px_slice_of(host.ptr + 1, host.len - 2);
        return memchr(host.ptr, ':', host.len) && px_ip_parse(host, ip);
    }
    return !memchr(host.ptr, ':', host.len) && px_ip_parse(host, ip);
}

/* ---- The way that a request has come, from the client to us ---- */

typedef struct way {
    px_ip client;
    bool is_used;  /* an element was seen */
    bool is_known; /* `client` is one */
    bool has_proto;
    bool is_https;
} way;

typedef struct reading {
    const px_ip_ranges *trusted;
    way x_forwarded;
    way forwarded;
    bool has_x_proto;
    bool is_x_https;
    bool is_all_local;
} reading;

/* The next element, nearer to us than those before. Who is not trusted may have written all that
 * stands before it. */
static void step(reading *this, way *to, const px_ip *address, bool has_proto, bool is_https) {
    bool is_trusted = address && px_ip_ranges_have(this->trusted, *address);
    this->is_all_local = this->is_all_local && address && px_ip_is_loopback(*address);
    if (to->is_used && is_trusted)
        return;
    *to = (way){
        .is_used = true, .is_known = address != NULL, .has_proto = has_proto, .is_https = is_https};
    if (address)
        to->client = *address;
}

static void read_x_forwarded_for(reading *this, px_slice value) {
    do {
        px_ip ip;
        bool is_known = read_node(next_item(&value), &ip);
        step(this, &this->x_forwarded, is_known ? &ip : NULL, false, false);
    } while (value.len > 0);
}

/* The last one is what the nearest proxy says. */
static void read_x_forwarded_proto(reading *this, px_slice value) {
    do {
        this->has_x_proto = true;
        this->is_x_https = px_slice_equal_ignore_case(next_item(&value), PX_SLICE("https"));
    } while (value.len > 0);
}

/* for=192.0.2.1;proto=https;by=... Quotes are taken off; addresses and schemes have nothing that
 * would have to be escaped. */
static void read_element(reading *this, px_slice element) {
    px_ip ip;
    bool is_known = false;
    bool has_proto = false;
    bool is_https = false;
    while (element.len > 0) {
        px_slice value = next_part(&element, ';');
        px_slice name = next_part(&value, '=');
        value = trim(value);
        if (value.len >= 2 && value.ptr[0] == '"' && value.ptr[value.len - 1] == '"')
            value = px_slice_of(value.ptr + 1, value.len - 2);
        if (px_slice_equal_ignore_case(name, PX_SLICE("for"))) {
            is_known = read_node(value, &ip);
        } else if (px_slice_equal_ignore_case(name, PX_SLICE("proto"))) {
            has_proto = true;
            is_https = px_slice_equal_ignore_case(value, PX_SLICE("https"));
        }
    }
    step(this, &this->forwarded, is_known ? &ip : NULL, has_proto, is_https);
}

static void read_forwarded(reading *this, px_slice value) {
    do
        read_element(this, next_part(&value, ','));
    while (value.len > 0);
}

static const struct {
    px_slice name;
    void (*read)(reading *this, px_slice value);
} FIELDS[] = {
    {PX_LITERAL("x-forwarded-for"), read_x_forwarded_for},
    {PX_LITERAL("x-forwarded-proto"), read_x_forwarded_proto},
    {PX_LITERAL("forwarded"), read_forwarded},
};

bool px_forwarded_is_field(px_slice name) {
    for (size_t i = 0; i < sizeof FIELDS / sizeof *FIELDS; i++)
        if (px_slice_equal_ignore_case(name, FIELDS[i].name))
            return true;
    return false;
}

static void read_line(reading *this, px_slice line) {
    const char *colon = line.len > 0 ? memchr(line.ptr, ':', line.len) : NULL;
    if (!colon)
        return;
    px_slice name = px_slice_of(line.ptr, (size_t)(colon - line.ptr));
    for (size_t i = 0; i < sizeof FIELDS / sizeof *FIELDS; i++)
        if (px_slice_equal_ignore_case(name, FIELDS[i].name))
            FIELDS[i].read(this, trim(px_slice_after(line, name.len + 1)));
}

px_forwarded px_forwarded_read(px_slice lines, const px_ip_ranges *trusted) {
    reading this = {.trusted = trusted, .is_all_local = true};
    while (lines.len > 0) {
        const char *end = memchr(lines.ptr, '\n', lines.len);
        size_t len = end ? (size_t)(end - lines.ptr) : lines.len;
        read_line(&this, px_slice_of(lines.ptr, len));
        lines = px_slice_after(lines, end ? len + 1 : len);
    }
    bool has_x = this.x_forwarded.is_used;
    const way *chosen = has_x ? &this.x_forwarded : &this.forwarded;
    bool has_proto = this.has_x_proto || (!has_x && chosen->has_proto);
    return (px_forwarded){
        .client = chosen->client,
        .has_client = chosen->is_known,
        .has_proto = has_proto,
        .is_https = has_proto && (this.has_x_proto ? this.is_x_https : chosen->is_https),
        .is_all_local = this.is_all_local,
    };
}
