#include "core/url.h"

/* The explicit host, else the cluster's, else the oldest default. */
static void add_host(const px_options *options, px_text *out) {
    px_slice host = options->ws_host;
    bool bare_ipv6 = host.len && host.ptr[0] != '[' && memchr(host.ptr, ':', host.len);
    if (bare_ipv6) {
        px_text_add(out, PX_SLICE("["));
        px_text_add(out, host);
        px_text_add(out, PX_SLICE("]"));
    } else if (host.len) {
        px_text_add(out, host);
    } else if (options->cluster.len) {
        px_text_add(out, PX_SLICE("ws-"));
        px_text_add(out, options->cluster);
        px_text_add(out, PX_SLICE(".pusher.com"));
    } else {
        px_text_add(out, PX_SLICE("ws.pusherapp.com"));
    }
}

void px_url_add_authority(const px_options *options, bool tls, px_text *out) {
    add_host(options, out);
    px_text_add(out, PX_SLICE(":"));
    px_text_add_number(out, tls ? options->wss_port : options->ws_port);
}

void px_url_websocket(const px_options *options, bool tls, px_text *out) {
    px_text_add(out, tls ? PX_SLICE("wss://") : PX_SLICE("ws://"));
    px_url_add_authority(options, tls, out);
    px_text_add(out, options->ws_path);
    px_text_add(out, PX_SLICE("/app/"));
    px_text_add_path_segment(out, options->key);
    px_text_add(out, PX_SLICE("?protocol=7&client="));
    px_text_add_component(out, options->client_name);
    px_text_add(out, PX_SLICE("&version="));
    px_text_add_component(out, options->client_version);
    px_text_add(out, PX_SLICE("&flash=false"));
}
