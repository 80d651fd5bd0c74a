/* What `pusher serve` adds to webhooks: --webhook, and a file for webhook_state. */
#ifndef PX_CLI_SERVE_WEBHOOKS_H
#define PX_CLI_SERVE_WEBHOOKS_H

#include "base/arena.h"
#include "cli/dev_files.h"
#include "cli/options.h"
#include "server/server.h"

/* Gives the only app, or the default one where there is none, these webhooks beside its own. False:
 * that can't be, and it was said why. */
bool px_cli_add_webhooks(px_arena *arena, px_server_options *options, const px_cli_list *urls);

/* Names a file for webhook_state where an app has webhooks and no file is named: one for the address
 * that the server listens on first, in the user's folder for such things. `out` must outlive the
 * options; `environment` is getenv, or a test's. Where the system chooses the port, or no folder can
 * be had, there is none. */
void px_cli_choose_webhook_state(px_server_options *options, char *(*environment)(const char *name),
                                 char out[PX_CLI_PATH_SIZE]);

#endif
