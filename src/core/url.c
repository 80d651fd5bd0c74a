#include "core/url.h"

/* An explicit host; IPv6 needs its brackets. */
static void add_named_host(px_slice host, px_text *out) {
    bool bare_ipv6 = host.ptr[0] != '[' && memchr(host.ptr, ':', host.len);
    if (bare_ipv6)
        px_text_add(out, PX_SLICE("["));
    px_text_add(out, host);
    if (bare_ipv6)
        px_text_add(out, PX_SLICE("]"));
}

/* The explicit host, else the cluster's, else the oldest default. */
static void add_host(px_slice host, px_slice cluster_prefix, px_slice cluster, px_slice fallback,
                     px_text *out) {
    if (host.len) {
        add_named_host(host, out);
    } else if (cluster.len) {
        px_text_add(out, cluster_prefix);
        px_text_add(out, cluster);
        px_text_add(out, PX_SLICE(".pusher.com"));
    } else {
        px_text_add(out, fallback);
    }
}

static void add_port(uint32_t port, px_text *out) {
    px_text_add(out, PX_SLICE(":"));
    px_text_add_number(out, port);
}

void px_url_add_authority(const px_options *options, bool tls, px_text *out) {
    add_host(options->ws_host, PX_SLICE("ws-"), options->cluster, PX_SLICE("ws.pusherapp.com"),
             out);
    add_port(tls ? options->wss_port : options->ws_port, out);
}

void px_url_add_app(const px_options *options, px_text *out) {
    px_text_add(out, PX_SLICE("/app/"));
    px_text_add_path_segment(out, options->key);
}

void px_url_add_query(const px_options *options, px_text *out) {
    px_text_add(out, PX_SLICE("?protocol=7&client="));
    px_text_add_component(out, options->client_name);
    px_text_add(out, PX_SLICE("&version="));
    px_text_add_component(out, options->client_version);
}

void px_url_websocket(const px_options *options, bool tls, px_text *out) {
    px_text_add(out, tls ? PX_SLICE("wss://") : PX_SLICE("ws://"));
    px_url_add_authority(options, tls, out);
    px_text_add(out, options->ws_path);
    px_url_add_app(options, out);
    px_url_add_query(options, out);
    px_text_add(out, PX_SLICE("&flash=false"));
}

void px_url_add_http_authority(const px_options *options, bool tls, px_slice moved_to,
                               px_text *out) {
    add_host(moved_to.len ? moved_to : options->http_host, PX_SLICE("sockjs-"), options->cluster,
             PX_SLICE("sockjs.pusher.com"), out);
    add_port(tls ? options->https_port : options->http_port, out);
}

void px_url_http_base(const px_options *options, bool tls, px_slice moved_to, px_text *out) {
    px_text_add(out, tls ? PX_SLICE("https://") : PX_SLICE("http://"));
    px_url_add_http_authority(options, tls, moved_to, out);
    px_text_add(out, options->http_path);
}
