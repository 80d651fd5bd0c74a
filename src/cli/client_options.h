/* The settings of the command as options of the library's client. */
#ifndef PX_CLI_CLIENT_OPTIONS_H
#define PX_CLI_CLIENT_OPTIONS_H

#include "cli/settings.h"

#include <pusher/pusher.h>

/* Says where the server is and how to trust it. The options point into the settings. */
void px_cli_client_options(const px_cli_settings *settings, pusher_options *options);

/* Cuts "NAME<mark>VALUE" at the first mark; blanks in front of the value do not count. The pairs
 * point into the list; returns their number. */
size_t px_cli_cut_pairs(const px_cli_list *list, char mark, pusher_pair pairs[PX_CLI_LIST_MAX]);

/* False: one of the list is no "NAME<mark>VALUE", and stderr says so. */
bool px_cli_check_pairs(const px_cli_list *list, char mark, const char *option, const char *form);

#endif
