/* Events on lines, published in batches. */
#ifndef PX_CLI_TRIGGER_BATCH_H
#define PX_CLI_TRIGGER_BATCH_H

#include "cli/app.h"

#include <stdio.h>

/* Publishes what stands on the lines of `input`, each a JSON object: "channel", "event" (or "name"),
 * "data" (a string, or any JSON value, which is sent as its text), perhaps "socket_id" and "info".
 * Empty lines are nothing. It sends as many at once as the API takes, and the rest at the end. What
 * the server answers to "info" is printed. The code to end with; stderr says which line is wrong. */
int px_cli_trigger_batch(const px_cli_settings *settings, pusher_app *app, FILE *input);

#endif
