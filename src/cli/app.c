#include "cli/app.h"

#include "base/wipe.h"
#include "cli/cli.h"
#include "cli/terminal.h"

#include <stdio.h>

enum { MAX_DATA = 8 * 1024 * 1024 };

static void set_route(const px_route *route, pusher_app_options *options) {
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

bool px_cli_app_new(const px_cli_settings *settings, uint32_t timeout_ms, pusher_app **app) {
    pusher_app_options options = PUSHER_APP_OPTIONS_INIT;
    options.id = pusher_str(settings->id);
    options.key = pusher_str(settings->key);
    options.secret = pusher_str(settings->secret);
    options.host = pusher_str(settings->api_host);
    options.port = settings->port;
    options.path = pusher_str(settings->path);
    options.plain = !settings->tls;
    options.timeout = timeout_ms;
    options.max_data = MAX_DATA;
    set_route(&settings->route, &options);

    unsigned char master_key[PX_MASTER_KEY_BYTES];
    if (settings->master_key && !px_cli_master_key(settings, master_key))
        return false;
    if (settings->master_key)
        options.encryption_master_key =
            (pusher_string){(const char *)master_key, sizeof master_key};
    char why[PX_CLI_WHY_SIZE];
    int result = pusher_app_options_check(&options, why, sizeof why);
    if (result == PUSHER_OK)
        result = pusher_app_new(&options, app);
    px_wipe(master_key, sizeof master_key);
    if (result == PUSHER_ERR_ARGUMENT)
        px_cli_error("%s", why);
    else if (result != PUSHER_OK)
        px_cli_error("there is no memory");
    return result == PUSHER_OK;
}

int px_cli_app_judge(const px_cli_settings *settings, int result, const pusher_answer *answer) {
    if (result == PUSHER_OK)
        return PX_CLI_DONE;
    if (result == PUSHER_ERR_CONNECT && settings->local)
        px_cli_error("nothing is listening on %s:%u; start one with: pusher serve",
                     settings->api_host, (unsigned)settings->port);
    else if (result == PUSHER_ERR_STATE && !settings->master_key)
        px_cli_error("encrypted channels take the master key; give it with "
                     "--encryption-master-key or PUSHER_ENCRYPTION_MASTER_KEY");
    else
        px_cli_error_text(px_slice_of_text(answer->error));
    bool asked_wrongly = result == PUSHER_ERR_ARGUMENT || result == PUSHER_ERR_STATE;
    return asked_wrongly ? PX_CLI_USAGE : PX_CLI_FAILED;
}

int px_cli_app_print(const pusher_answer *answer) {
    px_cli_print_json(stdout, px_slice_of(answer->body.ptr, answer->body.len));
    putchar('\n');
    return px_cli_flush() ? PX_CLI_DONE : PX_CLI_FAILED;
}
