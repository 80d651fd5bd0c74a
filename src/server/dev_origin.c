#include "server/dev_origin.h"

static bool ends_with(px_slice text, px_slice end) {
    return text.len >= end.len &&
           px_slice_equal_ignore_case(px_slice_after(text, text.len - end.len), end);
}

static bool is_loopback_v4(px_slice name) {
    for (size_t i = 0; i < name.len; i++)
        if (name.ptr[i] != '.' && (name.ptr[i] < '0' || name.ptr[i] > '9'))
            return false;
    return px_slice_starts_with(name, PX_SLICE("127."));
}

bool px_host_is_local(px_slice host) {
    if (px_slice_starts_with(host, PX_SLICE("[::1]"))) {
        host = px_slice_after(host, 5);
        if (host.len == 0)
            return true;
    } else {
        const char *colon = host.len > 0 ? memchr(host.ptr, ':', host.len) : NULL;
        px_slice name = px_slice_of(host.ptr, colon ? (size_t)(colon - host.ptr) : host.len);
        if (!px_slice_equal_ignore_case(name, PX_SLICE("localhost")) &&
            !ends_with(name, PX_SLICE(".localhost")) && !is_loopback_v4(name))
            return false;
        host = px_slice_after(host, name.len);
    }
    uint64_t port = 0;
    return host.len == 0 || (host.ptr[0] == ':' && px_slice_to_u64(px_slice_after(host, 1), &port));
}

bool px_origin_is_local(px_slice origin) {
    static const px_slice SCHEMES[] = {PX_LITERAL("http://"), PX_LITERAL("https://")};
    for (size_t i = 0; i < sizeof SCHEMES / sizeof *SCHEMES; i++) {
        if (!px_slice_starts_with(origin, SCHEMES[i]))
            continue;
        px_slice host = px_slice_after(origin, SCHEMES[i].len);
        const char *path = host.len > 0 ? memchr(host.ptr, '/', host.len) : NULL;
        return px_host_is_local(px_slice_of(host.ptr, path ? (size_t)(path - host.ptr) : host.len));
    }
    return false;
}

/* A page from elsewhere must not get signatures, be it by asking from the user's browser or by a name
 * of its own that leads to this machine. */
const char *px_dev_refusal(const px_dev_asker *asker) {
    if (!px_host_is_local(asker->host))
        return "Ask for 127.0.0.1 or localhost.";
    bool is_local = asker->origin.len > 0
                        ? px_origin_is_local(asker->origin)
                        : !px_slice_equal_ignore_case(asker->site, PX_SLICE("cross-site"));
    return is_local ? NULL : "Only pages of this machine may ask for this.";
}

const char *px_dev_script_refusal(const px_dev_asker *asker) {
    if (asker->origin.len == 0 && asker->site.len == 0)
        return "A script that is asked for needs a Referer, which says whose page it is for.";
    return px_dev_refusal(asker);
}

px_dev_asker px_dev_asker_of(const px_http_head *head) {
    const px_slice *fields = head->fields;
    bool has_origin = fields[PX_HTTP_ORIGIN].ptr;
    return (px_dev_asker){.host = fields[PX_HTTP_HOST],
                          .origin = fields[has_origin ? PX_HTTP_ORIGIN : PX_HTTP_REFERER],
                          .site = fields[PX_HTTP_FETCH_SITE]};
}
