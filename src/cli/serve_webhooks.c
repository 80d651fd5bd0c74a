#include "cli/serve_webhooks.h"

#include <stdio.h>

#include "cli/terminal.h"

/* The options' only app, as something to change; the default one where they have none. */
static px_app_options *only_app(px_arena *arena, px_server_options *options) {
    void *memory;
    if (px_arena_alloc(arena, sizeof(px_app_options), &memory) != PX_OK)
        return NULL;
    px_app_options *app = memory;
    px_app_options_default(app);
    app->id = PX_SLICE(PX_SERVER_DEFAULT_ID);
    app->key = PX_SLICE(PX_SERVER_DEFAULT_KEY);
    app->secret = PX_SLICE(PX_SERVER_DEFAULT_SECRET);
    if (options->app_count > 0)
        *app = options->apps[0];
    options->apps = app;
    options->app_count = 1;
    return app;
}

bool px_cli_add_webhooks(px_arena *arena, px_server_options *options, const px_cli_list *urls) {
    if (urls->count == 0)
        return true;
    if (options->app_count > 1) {
        px_cli_error("--webhook is for a server of one app: name the webhooks of several in the "
                     "configuration file");
        return false;
    }
    px_app_options *app = only_app(arena, options);
    size_t count = app ? app->webhooks.count : 0;
    void *memory;
    if (!app || px_arena_alloc(arena, (count + urls->count) * sizeof(px_webhook_options),
                               &memory) != PX_OK) {
        px_cli_error("there is no memory for the webhooks");
        return false;
    }
    px_webhook_options *webhooks = memory;
    if (count > 0)
        memcpy(webhooks, app->webhooks.items, count * sizeof *webhooks);
    for (size_t i = 0; i < urls->count; i++) {
        px_webhook_options_default(&webhooks[count + i]);
        webhooks[count + i].url = px_slice_of_text(urls->items[i]);
    }
    app->webhooks = (px_webhook_list){webhooks, count + urls->count};
    return true;
}

static bool has_webhooks(const px_server_options *options) {
    for (size_t i = 0; i < options->app_count; i++)
        if (options->apps[i].webhooks.count > 0)
            return true;
    return false;
}

static px_slice first_address(const px_server_options *options) {
    return options->listen.count > 0       ? options->listen.items[0]
           : options->tls_listen.count > 0 ? options->tls_listen.items[0]
                                           : PX_SLICE(PX_SERVER_DEFAULT_LISTEN);
}

void px_cli_choose_webhook_state(px_server_options *options, char *(*environment)(const char *name),
                                 char out[PX_CLI_PATH_SIZE]) {
    char name[PX_SERVER_ADDRESS_SIZE];
    px_slice address = first_address(options);
    bool has_port = address.len > 2 && memcmp(address.ptr + address.len - 2, ":0", 2) != 0;
    if (options->webhook_state.len > 0 || !has_webhooks(options) || !has_port ||
        address.len >= sizeof name)
        return;
    for (size_t i = 0; i < address.len; i++)
        name[i] = strchr("/[]:", address.ptr[i]) ? '-' : address.ptr[i];
    if (!px_cli_find_state_file(environment, "webhooks-", px_slice_of(name, address.len), out))
        return;
    options->webhook_state = px_slice_of_text(out);
    options->webhook_state_is_optional = true;
}
