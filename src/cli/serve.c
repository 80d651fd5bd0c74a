/* pusher serve: runs the server until it is told to stop. */
#include "base/arena.h"
#include "cli/cli.h"
#include "cli/dev_files.h"
#include "cli/options.h"
#include "cli/serve_webhooks.h"
#include "cli/terminal.h"
#include "cli/web_folder.h"
#include "driver/memory.h"
#include "server/config.h"
#include "server/server.h"

#include <stdlib.h>
#include <time.h>

enum { MAX_SETTINGS = 16 << 20, LEVEL_INFORMATION = 3, LEVEL_DEBUG = 4 };

static const px_cli_usage usage = {
    .verb = "serve",
    .arguments = "[OPTION]...",
    .text =
        "Run a Channels server. Without --app, --config and the variables PUSHER_APP_ID,\n"
        "PUSHER_APP_KEY and PUSHER_APP_SECRET it serves one app with credentials that everybody\n"
        "knows, " PX_SERVER_DEFAULT_ID ", " PX_SERVER_DEFAULT_KEY ", " PX_SERVER_DEFAULT_SECRET
        ", to this machine only.\n"
        "SIGTERM or Ctrl-C stops it: it tells its clients to connect elsewhere; a second one\n"
        "stops it at once. SIGHUP makes it read the files of --tls-cert and --tls-key again.",
    .examples =
        "  pusher serve\n"
        "  pusher serve --listen 0.0.0.0:6001 --app 1:my-key:my-secret\n"
        "  pusher serve --tls-listen 0.0.0.0:443 --tls-cert chain.pem --tls-key key.pem \\\n"
        "      --app 1:my-key:my-secret\n"
        "  pusher serve --tls-dev     # try wss:// on this machine\n"
        "  pusher serve --config pusher.json\n"
        "  pusher serve --dev-auth    # try private channels without an application",
    .min_arguments = 0,
    .max_arguments = 0,
};

typedef struct serve_options {
    px_cli_list listen;
    px_cli_list tls_listen;
    px_cli_list apps;
    px_cli_list webhooks;
    const char *tls_cert;
    const char *tls_key;
    const char *tls_dev_cert;
    px_cli_list trusted_proxies;
    bool tls_dev;
    bool proxy_protocol;
    const char *config;
    const char *path_prefix;
    const char *web;
    bool dev_auth;
    bool verbose;
    bool quiet;
    bool help_config;
} serve_options;

#define OFFSET(member) offsetof(serve_options, member)

static const px_cli_option own_options[] = {
    {.name = "listen",
     .kind = PX_CLI_LIST,
     .offset = OFFSET(listen),
     .value = "ADDRESS:PORT",
     .help = "Listen there, [ADDRESS]:PORT with IPv6; port 0: any. May be\n"
             "repeated. Default: " PX_SERVER_DEFAULT_LISTEN "."},
    {.name = "tls-listen",
     .kind = PX_CLI_LIST,
     .offset = OFFSET(tls_listen),
     .value = "ADDRESS:PORT",
     .help = "Listen there with TLS. May be repeated."},
    {.name = "tls-cert",
     .kind = PX_CLI_TEXT,
     .offset = OFFSET(tls_cert),
     .value = "FILE",
     .help = "The certificate for it, and its chain (PEM)."},
    {.name = "tls-key",
     .kind = PX_CLI_TEXT,
     .offset = OFFSET(tls_key),
     .value = "FILE",
     .help = "The certificate's private key (PEM)."},
    {.name = "tls-dev",
     .kind = PX_CLI_FLAG,
     .offset = OFFSET(tls_dev),
     .help = "Make a certificate for this machine, by mkcert's authority\n"
             "where there is one, and listen with TLS; without\n"
             "--tls-listen on " PX_SERVER_DEFAULT_TLS ". Loopback only."},
    {.name = "tls-dev-cert",
     .kind = PX_CLI_TEXT,
     .offset = OFFSET(tls_dev_cert),
     .value = "FILE",
     .help = "Where to write what clients must trust then. Default: a\n"
             "file in the user's runtime or cache folder."},
    {.name = "app",
     .kind = PX_CLI_LIST,
     .offset = OFFSET(apps),
     .value = "ID:KEY:SECRET",
     .help = "Serve this app. May be repeated."},
    {.name = "webhook",
     .kind = PX_CLI_LIST,
     .offset = OFFSET(webhooks),
     .value = "URL",
     .help = "Send events about the channels of the only app there. May be\n"
             "repeated. The file can say more: which events, which\n"
             "channels."},
    {.name = "config",
     .kind = PX_CLI_TEXT,
     .offset = OFFSET(config),
     .value = "FILE",
     .help = "Read more settings from a JSON file; options override it."},
    {.name = "help-config",
     .kind = PX_CLI_FLAG,
     .offset = OFFSET(help_config),
     .help = "Print what the file can hold."},
    {.name = "path-prefix",
     .kind = PX_CLI_TEXT,
     .offset = OFFSET(path_prefix),
     .value = "PATH",
     .help = "Put before every path, such as /realtime."},
    {.name = "web",
     .kind = PX_CLI_TEXT,
     .offset = OFFSET(web),
     .value = "FOLDER",
     .help = "Serve its folders js and demo below /js/ and /demo/; with an\n"
             "empty text none. Default: the one that came with the\n"
             "command."},
    {.name = "trusted-proxy",
     .kind = PX_CLI_LIST,
     .offset = OFFSET(trusted_proxies),
     .value = "ADDRESS[/BITS]",
     .help = "Believe this proxy, or a range of them, who a client is\n"
             "(X-Forwarded-For, X-Forwarded-Proto, Forwarded). May be\n"
             "repeated."},
    {.name = "proxy-protocol",
     .kind = PX_CLI_FLAG,
     .offset = OFFSET(proxy_protocol),
     .help = "Trusted proxies begin each connection with a header of the\n"
             "PROXY protocol; all other connections are closed."},
    {.name = "dev-auth",
     .kind = PX_CLI_FLAG,
     .offset = OFFSET(dev_auth),
     .help = "Authorize everybody for everything at /pusher/auth, and\n"
             "authenticate users at /pusher/user-auth. Loopback only,\nfor development."},
    {.name = "verbose",
     .letter = 'v',
     .kind = PX_CLI_FLAG,
     .offset = OFFSET(verbose),
     .help = "Log each connection and request."},
    {.name = "quiet",
     .letter = 'q',
     .kind = PX_CLI_FLAG,
     .offset = OFFSET(quiet),
     .help = "Log warnings and errors only."},
};

/* ---- --help-config ---- */

#define FALLBACK_TEXT(fallback)   ""
#define FALLBACK_LIST(fallback)   ""
#define FALLBACK_URL(fallback)    ""
#define FALLBACK_HEADERS(f)       ""
#define FALLBACK_KINDS(fallback)  "all"
#define FALLBACK_FILTER(fallback) ""
#define FALLBACK_TOKENS(fallback) ""
#define FALLBACK_WEBHOOKS(f)      ""
#define FALLBACK_FLAG(fallback)   (fallback) ? "true" : "false"
#define FALLBACK_NUMBER(fallback) #fallback
#define PRINT_SETTING(type, field, name, fallback, minimum, maximum, text)                         \
    print_setting(name, FALLBACK_##type(fallback), text);

enum { TEXT_COLUMN = 30, LAST_COLUMN = 90 };

/* Breaks the text between words, so that it stays in its column. */
static void print_in_column(const char *text) {
    size_t column = TEXT_COLUMN;
    while (*text) {
        size_t length = strcspn(text, " ");
        bool is_first = column == TEXT_COLUMN;
        if (column + length >= LAST_COLUMN) {
            printf("\n%*s", TEXT_COLUMN, "");
            column = TEXT_COLUMN;
            is_first = true;
        }
        printf("%s%.*s", is_first ? "" : " ", (int)length, text);
        column += length + !is_first;
        text += length + (text[length] == ' ');
    }
}

static void print_setting(const char *name, const char *fallback, const char *text) {
    printf("  %-*s", TEXT_COLUMN - 2, name);
    print_in_column(text);
    printf(*fallback ? " [%s]\n" : "\n", fallback);
}

static int print_config_help(void) {
    printf("A JSON object. Its members, with their [defaults]:\n\n");
    PX_SERVER_OPTIONS(PRINT_SETTING)
    PX_HUB_OPTIONS(PRINT_SETTING)
    print_setting("apps", "", "A list of objects with these members:");
    printf("\n");
    PX_APP_OPTIONS(PRINT_SETTING)
    printf("\nAn object in webhooks has these members:\n\n");
    PX_WEBHOOK_OPTIONS(PRINT_SETTING)
    printf("\nExample:\n\n"
           "  {\"listen\": [\"0.0.0.0:6001\"],\n"
           "   \"apps\": [{\"id\": \"1\", \"key\": \"my-key\", \"secret\": \"my-secret\"}]}\n");
    return px_cli_flush() ? PX_CLI_DONE : PX_CLI_FAILED;
}

/* ---- From the command line to the server's options ---- */

/* All that the options point to, until the server has copied it. */
typedef struct preparation {
    px_arena arena;
    px_server_options options;
    px_slice listen[PX_CLI_LIST_MAX];
    px_slice tls_listen[PX_CLI_LIST_MAX];
    px_slice trusted_proxies[PX_CLI_LIST_MAX];
    char authority[PX_CLI_PATH_SIZE];
    char dev_certificate[PX_CLI_PATH_SIZE];
    char web[PX_CLI_PATH_SIZE];
    char webhook_state[PX_CLI_PATH_SIZE];
    char why[PX_SERVER_ERROR_SIZE];
} preparation;

/* "ID:KEY:SECRET"; the secret may hold colons. */
static bool read_app(const char *text, px_app_options *app) {
    const char *key = strchr(text, ':');
    const char *secret = key ? strchr(key + 1, ':') : NULL;
    if (!secret || key == text || secret == key + 1 || !secret[1])
        return false;
    px_app_options_default(app);
    app->id = px_slice_of(text, (size_t)(key - text));
    app->key = px_slice_of(key + 1, (size_t)(secret - key - 1));
    app->secret = px_slice_of_text(secret + 1);
    return true;
}

/* The app of the environment, for when nothing else names one. 0: there is none, 1: it is there,
 * -1: half of it is there. */
static int read_environment_app(px_app_options *app) {
    const char *id = getenv("PUSHER_APP_ID");
    const char *key = getenv("PUSHER_APP_KEY");
    const char *secret = getenv("PUSHER_APP_SECRET");
    int set = (id && *id) + (key && *key) + (secret && *secret);
    if (set != 3)
        return set == 0 ? 0 : -1;
    px_app_options_default(app);
    app->id = px_slice_of_text(id);
    app->key = px_slice_of_text(key);
    app->secret = px_slice_of_text(secret);
    return 1;
}

/* The configuration's apps, then those of the command line; without any, that of the environment.
 */
static bool gather_apps(preparation *prepared, const px_cli_list *given) {
    px_server_options *options = &prepared->options;
    size_t count = options->app_count, room = count + given->count + 1;
    void *memory;
    if (px_arena_alloc(&prepared->arena, room * sizeof(px_app_options), &memory) != PX_OK) {
        px_cli_error("there is no memory for the apps");
        return false;
    }
    px_app_options *apps = (px_app_options *)memory;
    if (count > 0)
        memcpy(apps, options->apps, count * sizeof *apps);
    for (size_t i = 0; i < given->count; i++) {
        if (!read_app(given->items[i], &apps[count++])) {
            px_cli_error("--app takes ID:KEY:SECRET, three texts with colons between them");
            return false;
        }
    }
    if (count == 0) {
        int found = read_environment_app(apps);
        if (found < 0) {
            px_cli_error("set all of PUSHER_APP_ID, PUSHER_APP_KEY and PUSHER_APP_SECRET, or none");
            return false;
        }
        count = (size_t)found;
    }
    options->apps = apps;
    options->app_count = count;
    return true;
}

static int level_of(const serve_options *own) {
    return own->verbose ? LEVEL_DEBUG : own->quiet ? LEVEL_INFORMATION - 1 : LEVEL_INFORMATION;
}

static void log_line(void *context, int level, px_slice line) {
    const serve_options *own = (const serve_options *)context;
    static const char *const names[] = {"", "error", "warning", "info", "debug"};
    static const px_cli_colour colours[] = {PX_CLI_PLAIN, PX_CLI_RED, PX_CLI_YELLOW, PX_CLI_GREEN,
                                            PX_CLI_DIM};
    if (level < 1 || level > level_of(own))
        return;
    char now[32] = "";
    time_t seconds = time(NULL);
    struct tm parts;
    if (gmtime_r(&seconds, &parts))
        strftime(now, sizeof now, "%Y-%m-%dT%H:%M:%SZ", &parts);
    fprintf(stderr, "%s %s%-7s%s ", now, px_cli_colour_on(stderr, colours[level]), names[level],
            px_cli_colour_on(stderr, PX_CLI_PLAIN));
    px_cli_print_text(stderr, line);
    fputc('\n', stderr);
}

/* What is given goes before what the file says. */
static void take_list(px_name_list *list, px_slice items[PX_CLI_LIST_MAX],
                      const px_cli_list *given) {
    for (size_t i = 0; i < given->count; i++)
        items[i] = px_slice_of_text(given->items[i]);
    if (given->count > 0)
        *list = (px_name_list){items, given->count};
}

static void take_text(px_slice *text, const char *given) {
    if (given)
        *text = px_slice_of_text(given);
}

static void take_tls(preparation *prepared, const serve_options *own) {
    px_server_options *options = &prepared->options;
    take_list(&options->tls_listen, prepared->tls_listen, &own->tls_listen);
    take_text(&options->tls_cert, own->tls_cert);
    take_text(&options->tls_key, own->tls_key);
    take_text(&options->tls_dev_cert, own->tls_dev_cert);
    options->tls_dev = options->tls_dev || own->tls_dev;
    if (!options->tls_dev)
        return;
    if (options->tls_dev_ca.len == 0 && px_cli_find_authority(getenv, prepared->authority))
        take_text(&options->tls_dev_ca, prepared->authority);
    if (options->tls_dev_cert.len == 0 &&
        px_cli_find_dev_certificate(getenv, prepared->dev_certificate))
        take_text(&options->tls_dev_cert, prepared->dev_certificate);
}

static void find_web(preparation *prepared) {
    char program[PX_CLI_PATH_SIZE];
    px_cli_program_folder(program);
    if (px_cli_find_web(program, prepared->web))
        take_text(&prepared->options.web, prepared->web);
}

static bool prepare(preparation *prepared, const serve_options *own) {
    px_server_options *options = &prepared->options;
    px_server_options_default(options);
    find_web(prepared); /* unless the file or --web say otherwise */
    if (own->config && px_config_read(own->config, &prepared->arena, options, prepared->why,
                                      sizeof prepared->why) != PX_OK) {
        px_cli_error("%s", prepared->why);
        return false;
    }
    take_list(&options->listen, prepared->listen, &own->listen);
    take_list(&options->trusted_proxies, prepared->trusted_proxies, &own->trusted_proxies);
    take_tls(prepared, own);
    take_text(&options->path_prefix, own->path_prefix);
    take_text(&options->web, own->web);
    options->dev_auth = options->dev_auth || own->dev_auth;
    options->proxy_protocol = options->proxy_protocol || own->proxy_protocol;
    options->handle_signals = true;
    options->log = log_line;
    options->log_context = (void *)(uintptr_t)own;
    options->log_level = level_of(own);
    if (!gather_apps(prepared, &own->apps) ||
        !px_cli_add_webhooks(&prepared->arena, options, &own->webhooks))
        return false;
    px_cli_choose_webhook_state(options, getenv, prepared->webhook_state);
    return true;
}

/* ---- Running ---- */

static void announce(const px_server *server, const px_server_options *options) {
    char address[PX_SERVER_ADDRESS_SIZE];
    for (size_t i = 0; px_server_address(server, i, address); i++)
        printf("listening %s %s\n", px_server_address_is_tls(server, i) ? "with TLS on" : "on",
               address);
    if (options->tls_dev_cert.len > 0)
        printf("clients trust the certificate with --ca-file %.*s\n",
               (int)options->tls_dev_cert.len, options->tls_dev_cert.ptr);
    if (options->app_count == 0)
        printf("app id %s, key %s, secret %s\n", PX_SERVER_DEFAULT_ID, PX_SERVER_DEFAULT_KEY,
               PX_SERVER_DEFAULT_SECRET);
    for (size_t i = 0; i < options->app_count; i++) {
        printf("app id ");
        px_cli_print_text(stdout, options->apps[i].id);
        printf(", key ");
        px_cli_print_text(stdout, options->apps[i].key);
        if (px_server_app_is_default(&options->apps[i]))
            printf(", secret " PX_SERVER_DEFAULT_SECRET);
        putchar('\n');
    }
    px_cli_flush();
}

static int run(preparation *prepared) {
    px_server *server;
    if (px_server_new(&prepared->options, &server, prepared->why, sizeof prepared->why) != PX_OK) {
        px_cli_error("%s", prepared->why);
        return PX_CLI_FAILED;
    }
    announce(server, &prepared->options);
    int result = px_server_run(server);
    px_server_free(server);
    if (result != PX_OK)
        px_cli_error("the event loop failed; the log says more");
    return result == PX_OK ? PX_CLI_DONE : PX_CLI_FAILED;
}

int px_cli_serve(int argc, char **argv) {
    serve_options own = {0};
    const px_cli_group groups[] = {{"Options:", own_options, PX_CLI_COUNT(own_options), &own}};
    size_t arguments;
    int code = px_cli_parse(&usage, groups, PX_CLI_COUNT(groups), argc, argv, &arguments);
    if (code != PX_CLI_GO_ON)
        return code;
    if (own.help_config)
        return print_config_help();
    preparation prepared;
    px_arena_init(&prepared.arena, &px_malloc_allocator, MAX_SETTINGS);
    code = prepare(&prepared, &own) ? run(&prepared) : PX_CLI_USAGE;
    px_arena_free(&prepared.arena);
    return code;
}
