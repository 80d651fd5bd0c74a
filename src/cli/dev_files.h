/* Files that `pusher serve` finds and makes without being told where: for --tls-dev the authority that
 * mkcert has made for this user, and a place for its own certificate; what it remembers. */
#ifndef PX_CLI_DEV_FILES_H
#define PX_CLI_DEV_FILES_H

#include "base/slice.h"

enum { PX_CLI_PATH_SIZE = 1024 };

/* All take getenv, or a test's. */

/* The folder with a readable rootCA.pem and rootCA-key.pem: CAROOT, else mkcert's default one.
 * False: there is none. */
bool px_cli_find_authority(char *(*environment)(const char *name), char out[PX_CLI_PATH_SIZE]);

/* A file in the user's folder for such things, which is made where it is missing. False: no such
 * folder can be had. */
bool px_cli_find_dev_certificate(char *(*environment)(const char *name),
                                 char out[PX_CLI_PATH_SIZE]);

/* A file PREFIX NAME.state in the user's folder for what a program remembers between two runs; the
 * folder is made where it is missing. False: no such folder can be had. */
bool px_cli_find_state_file(char *(*environment)(const char *name), const char *prefix,
                            px_slice name, char out[PX_CLI_PATH_SIZE]);

#endif
