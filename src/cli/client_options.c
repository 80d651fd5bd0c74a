/* The settings of the command as options of the library's client. */
#include "cli/client_options.h"
#include "cli/terminal.h"

static void set_route(const px_route *route, pusher_options *options) {
    const px_tls_options *tls = &route->tls;
    const px_proxy_options *proxy = &route->proxy;
    options->ca_file = pusher_str(tls->ca_file);
    options->ca_path = pusher_str(tls->ca_path);
    options->pin = pusher_str(tls->pin);
    options->insecure = tls->insecure;
    options->client_cert = pusher_str(tls->client_cert);
    options->client_key = pusher_str(tls->client_key);
    options->proxy = pusher_str(proxy->url && !*proxy->url ? PX_PROXY_NONE : proxy->url);
    options->no_proxy = pusher_str(proxy->exceptions);
}

void px_cli_client_options(const px_cli_settings *settings, pusher_options *options) {
    options->host = pusher_str(settings->websocket_host);
    options->port = settings->port;
    options->tls_port = settings->port;
    options->path = pusher_str(settings->path);
    options->http_host = pusher_str(settings->http_host);
    options->http_port = settings->port;
    options->https_port = settings->port;
    options->http_path = pusher_str(settings->http_path);
    options->plain = !settings->tls;
    set_route(&settings->route, options);
}

static pusher_pair cut_pair(const char *text, char mark) {
    const char *behind = strchr(text, mark);
    pusher_pair pair = {{text, (size_t)(behind - text)}, pusher_str(behind + 1)};
    while (pair.value.len > 0 && pair.value.ptr[0] == ' ')
        pair.value = (pusher_string){pair.value.ptr + 1, pair.value.len - 1};
    return pair;
}

size_t px_cli_cut_pairs(const px_cli_list *list, char mark, pusher_pair pairs[PX_CLI_LIST_MAX]) {
    for (size_t i = 0; i < list->count; i++)
        pairs[i] = cut_pair(list->items[i], mark);
    return list->count;
}

bool px_cli_check_pairs(const px_cli_list *list, char mark, const char *option, const char *form) {
    for (size_t i = 0; i < list->count; i++) {
        const char *behind = strchr(list->items[i], mark);
        if (!behind || behind == list->items[i]) {
            px_cli_error("--%s takes %s, not '%s'", option, form, list->items[i]);
            return false;
        }
    }
    return true;
}
