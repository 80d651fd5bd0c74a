/* A client that subscribes to channels and prints what comes, until something ends it. */
#ifndef PX_CLI_WATCH_H
#define PX_CLI_WATCH_H

#include "cli/settings.h"

typedef struct px_cli_watch_options {
    px_cli_list auth_parameters; /* NAME=VALUE */
    px_cli_list auth_headers;    /* NAME: VALUE */
    bool auth_batch;
    const char *auth_endpoint; /* NULL: sign with the settings' secret */
    const char *user_id;
    const char *user_info;  /* JSON */
    const char *transports; /* names, separated by commas; NULL: the usual ones */
    const char *http_host;
    const char *http_path;
    uint32_t http_port;
    uint32_t count;   /* end after that many events; 0: never */
    uint32_t timeout; /* seconds; 0: none */
    bool json;
    bool retry;    /* go on trying when the first connection fails */
    bool quiet;    /* tell nothing about the connection */
    bool verbose;  /* print the library's log */
    bool no_cache; /* remember no transport */
} px_cli_watch_options;

/* Watches `count` channels; returns one of the exit codes of cli/cli.h. */
int px_cli_watch(const px_cli_settings *settings, const px_cli_watch_options *options,
                 char *const *channels, size_t count);

#endif
