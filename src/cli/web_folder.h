/* Where `pusher serve` finds pusher.js and the demo pages that came with it. */
#ifndef PX_CLI_WEB_FOLDER_H
#define PX_CLI_WEB_FOLDER_H

#include <stdbool.h>

#include "cli/dev_files.h"

/* The folder that has the folders js and demo: for a command in the folder `program`, `web` beside it
 * (a build tree) or ../share/pusher-c/web (an installed one, wherever it has been moved to); else the
 * one that it was configured for. False: there is none. */
bool px_cli_find_web(const char *program, char out[PX_CLI_PATH_SIZE]);

/* The folder of the running program; empty where the system does not tell. */
void px_cli_program_folder(char out[PX_CLI_PATH_SIZE]);

#endif
