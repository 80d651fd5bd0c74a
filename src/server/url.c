#include "server/url.h"

enum { MAX_PORT = 65535, MAX_HOST = 255 };

static bool is_url_character(char c) {
    return c > ' ' && c < 0x7f && !strchr("\"<>\\^`{|}", c);
}

static const char *check_characters(px_slice text) {
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '#')
            return "it must not have a fragment (#)";
        if (!is_url_character(text.ptr[i]))
            return "it must not hold blanks or special characters; escape them as %XX";
    }
    return NULL;
}

static bool take_scheme(px_slice *text, px_slice scheme) {
    if (text->len < scheme.len ||
        !px_slice_equal_ignore_case(px_slice_of(text->ptr, scheme.len), scheme))
        return false;
    *text = px_slice_after(*text, scheme.len);
    return true;
}

/* What stands before the first of these characters; *text is the rest then. */
static px_slice take_until(px_slice *text, const char *ends) {
    size_t len = 0;
    while (len < text->len && !strchr(ends, text->ptr[len]))
        len++;
    px_slice taken = px_slice_of(text->ptr, len);
    *text = px_slice_after(*text, len);
    return taken;
}

static bool is_host(px_slice host, bool is_ip6) {
    if (host.len == 0 || host.len > MAX_HOST)
        return false;
    for (size_t i = 0; i < host.len; i++) {
        char c = host.ptr[i];
        bool is_hex = (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
        bool is_name = is_hex || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || strchr("-._", c);
        if (is_ip6 ? !is_hex && c != ':' && c != '.' : !is_name)
            return false;
    }
    return true;
}

/* "HOST", "HOST:PORT", "[ADDRESS]" or "[ADDRESS]:PORT". */
static const char *read_host(px_slice text, px_url *url) {
    bool is_ip6 = text.len > 0 && text.ptr[0] == '[';
    if (is_ip6)
        text = px_slice_after(text, 1);
    url->host = take_until(&text, is_ip6 ? "]" : ":");
    if (is_ip6 && text.len == 0)
        return "the ] behind the address is missing";
    if (is_ip6)
        text = px_slice_after(text, 1);
    if (!is_host(url->host, is_ip6))
        return "it needs the name or the address of a host";
    if (text.len == 0)
        return NULL;
    uint64_t port = 0;
    if (text.ptr[0] != ':' || !px_slice_to_u64(px_slice_after(text, 1), &port) || port == 0 ||
        port > MAX_PORT)
        return "its port must be a number between 1 and 65535";
    url->port = (uint16_t)port;
    return NULL;
}

const char *px_url_parse(px_slice text, px_url *url) {
    px_url read = {.port = 80};
    if (take_scheme(&text, PX_SLICE("https://")))
        read = (px_url){.is_tls = true, .port = 443};
    else if (!take_scheme(&text, PX_SLICE("http://")))
        return "it must begin with http:// or https://";
    const char *fault = check_characters(text);
    if (fault)
        return fault;
    px_slice host = take_until(&text, "/?");
    read.target = text;
    for (size_t i = 0; i < host.len; i++)
        if (host.ptr[i] == '@')
            read.userinfo = px_slice_of(host.ptr, i);
    if (read.userinfo.ptr)
        host = px_slice_after(host, read.userinfo.len + 1);
    fault = read_host(host, &read);
    if (!fault)
        *url = read;
    return fault;
}
