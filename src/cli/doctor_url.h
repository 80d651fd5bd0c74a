/* The URL that `pusher doctor` takes: where an app is, as people copy it from somewhere. */
#ifndef PX_CLI_DOCTOR_URL_H
#define PX_CLI_DOCTOR_URL_H

#include "cli/settings.h"

/* A copy of the URL, cut into its parts. */
typedef struct px_doctor_target {
    char text[PX_CLI_URL_SIZE];
} px_doctor_target;

/* Reads one of
 *
 *     ws://HOST:PORT[/PATH][/app/KEY]       wss://...
 *     http://[KEY:SECRET@]HOST:PORT[/PATH][/apps/ID]     https://...
 *
 * and fills in what `given` does not say yet: options override the URL. A query is ignored. False:
 * it is no such URL, and `why` is a sentence about it. `given` then points into `target`. */
bool px_doctor_read_url(const char *url, px_doctor_target *target, px_cli_given *given,
                        char why[PX_CLI_WHY_SIZE]);

#endif
