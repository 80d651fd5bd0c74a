/* Which app on which server: from options, the environment and the defaults, in this order.
 *
 * The environment has the names that the server SDKs and Laravel use: PUSHER_APP_ID,
 * PUSHER_APP_KEY, PUSHER_APP_SECRET, PUSHER_HOST, PUSHER_PORT, PUSHER_SCHEME, PUSHER_APP_CLUSTER,
 * PUSHER_ENCRYPTION_MASTER_KEY, and PUSHER_URL (http://KEY:SECRET@HOST:PORT/apps/ID), which the others
 * override. A variable that is empty counts as not set. With no settings at all it is the app of a local `pusher serve`. */
#ifndef PX_CLI_SETTINGS_H
#define PX_CLI_SETTINGS_H

#include "cli/options.h"
#include "driver/route.h"
#include "net/channel_secret.h"

/* What the options say; NULL, 0 or false: nothing. */
typedef struct px_cli_given {
    const char *id;
    const char *key;
    const char *secret;
    const char *master_key;
    const char *host;
    const char *cluster;
    const char *path;
    px_route route;
    uint32_t port;
    bool tls;
    bool no_tls;
} px_cli_given;

/* The options that say where the server is, and those that name the app. */
extern const px_cli_option px_cli_where_options[];
extern const size_t px_cli_where_option_count;
extern const px_cli_option px_cli_app_options[];
extern const size_t px_cli_app_option_count;
/* The one that gives the master key of encrypted channels. */
extern const px_cli_option px_cli_encryption_options[];
extern const size_t px_cli_encryption_option_count;

/* These groups, for px_cli_parse. */
#define PX_CLI_WHERE_GROUP(given)                                                                  \
    { "Server:", px_cli_where_options, px_cli_where_option_count, (given) }
#define PX_CLI_APP_GROUP(given)                                                                    \
    { "App:", px_cli_app_options, px_cli_app_option_count, (given) }
#define PX_CLI_ENCRYPTION_GROUP(given)                                                             \
    { "Encrypted channels:", px_cli_encryption_options, px_cli_encryption_option_count, (given) }

enum { PX_CLI_HOST_SIZE = 256, PX_CLI_URL_SIZE = 1024 };

typedef struct px_cli_settings {
    const char *id;         /* NULL: not known */
    const char *key;        /* NULL: not known */
    const char *secret;     /* NULL: not known */
    const char *master_key; /* of encrypted channels, as it was given; NULL: not known */
    char websocket_host[PX_CLI_HOST_SIZE];
    char api_host[PX_CLI_HOST_SIZE];
    char http_host[PX_CLI_HOST_SIZE]; /* of the HTTP transports */
    uint16_t port;
    bool tls;
    bool local;                       /* a server on this machine */
    const char *path;                 /* put before the server's paths; "" or "/..." */
    char http_path[PX_CLI_HOST_SIZE]; /* put before those of the HTTP transports */
    px_route route;
    char url[PX_CLI_URL_SIZE]; /* a copy of PUSHER_URL, cut into its parts */
} px_cli_settings;

enum { PX_CLI_WHY_SIZE = 256 };

/* Puts it all together. `environment` is getenv, or a test's. False: it makes no sense, and `why`
 * is a sentence about it. The settings point into `given`, the environment and themselves. */
bool px_cli_settings_find(const px_cli_given *given, char *(*environment)(const char *name),
                          px_cli_settings *settings, char why[PX_CLI_WHY_SIZE]);

typedef enum px_cli_need {
    PX_CLI_NEED_KEY = 1,
    PX_CLI_NEED_SECRET = 2,
    PX_CLI_NEED_ID = 4,
    PX_CLI_NEED_ALL = 7,
} px_cli_need;

/* Finds the settings with the process's environment. False: they make no sense, or not all that is
 * needed is known; stderr says what and how to give it. */
bool px_cli_settings_for(const px_cli_given *given, unsigned needs, px_cli_settings *settings);

/* Reads the master key of encrypted channels, which must be known. False: it is none; stderr says so. The
 * caller wipes `out`. */
bool px_cli_master_key(const px_cli_settings *settings, unsigned char out[PX_MASTER_KEY_BYTES]);

#endif
