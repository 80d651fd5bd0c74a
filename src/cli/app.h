/* The app of the settings, as libpusher-server has it, and what people are told of its answers. */
#ifndef PX_CLI_APP_H
#define PX_CLI_APP_H

#include "cli/settings.h"

#include <pusher/server.h>

/* Makes it; `timeout_ms` is for one request, 0: the library's own. False: the settings make no sense,
 * and stderr says why. The server has the last word on how large an event may be. */
bool px_cli_app_new(const px_cli_settings *settings, uint32_t timeout_ms, pusher_app **app);

/* What to end with: PX_CLI_DONE, PX_CLI_USAGE when what was given is not what it must be, or
 * PX_CLI_FAILED; stderr says why and what to do. */
int px_cli_app_judge(const px_cli_settings *settings, int result, const pusher_answer *answer);

/* Prints the answer's body on a line of its own. The code to end with. */
int px_cli_app_print(const pusher_answer *answer);

#endif
