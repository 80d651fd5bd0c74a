/* Where `pusher serve --tls-dev` finds the authority that mkcert has made for this user, and where
 * it leaves its own certificate. */
#ifndef PX_CLI_DEV_FILES_H
#define PX_CLI_DEV_FILES_H

#include <stdbool.h>

enum { PX_CLI_PATH_SIZE = 1024 };

/* Both take getenv, or a test's. */

/* The folder with a readable rootCA.pem and rootCA-key.pem: CAROOT, else mkcert's default one.
 * False: there is none. */
bool px_cli_find_authority(char *(*environment)(const char *name), char out[PX_CLI_PATH_SIZE]);

/* A file in the user's folder for such things, which is made where it is missing. False: no such
 * folder can be had. */
bool px_cli_find_dev_certificate(char *(*environment)(const char *name),
                                 char out[PX_CLI_PATH_SIZE]);

#endif
