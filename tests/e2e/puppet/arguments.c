#include "arguments.h"
#include "authorize.h"

#include <stdlib.h>

enum { MAX_TRANSPORTS = 8, MAX_PAIRS = 8 };

typedef enum option_kind { TEXT, BOOLEAN, CHOICE, PORT, NUMBER } option_kind;

typedef struct option_row {
    const char *name;
    option_kind kind;
    size_t offset;
} option_row;

#define ROW(name, kind)                                                                            \
    { #name, kind, offsetof(pusher_options, name) }
static const option_row OPTIONS[] = {
    ROW(cluster, TEXT),
    ROW(host, TEXT),
    ROW(port, PORT),
    ROW(tls_port, PORT),
    ROW(path, TEXT),
    ROW(plain, BOOLEAN),
    ROW(ca_file, TEXT),
    ROW(activity_timeout, NUMBER),
    ROW(pong_timeout, NUMBER),
    ROW(unavailable_timeout, NUMBER),
    ROW(auth_endpoint, TEXT),
    ROW(http_host, TEXT),
    ROW(http_port, PORT),
    ROW(https_port, PORT),
    ROW(http_path, TEXT),
    ROW(enable_stats, CHOICE),
    ROW(stats_host, TEXT),
    ROW(proxy, TEXT),
    ROW(proxy_username, TEXT),
    ROW(proxy_password, TEXT),
    ROW(no_proxy, TEXT),
    ROW(no_transport_cache, BOOLEAN),
    ROW(cache_dir, TEXT),
    ROW(no_network_watch, BOOLEAN),
    ROW(user_auth_endpoint, TEXT),
    ROW(auth_timeout, NUMBER),
    ROW(auth_batch, BOOLEAN),
};
#undef ROW

static void set_option(pusher_options *options, const option_row *row, const char *value) {
    void *member = (char *)options + row->offset;
    pusher_string text = pusher_str(value);
    uint32_t number = (uint32_t)strtoul(value, NULL, 10);
    uint16_t port = (uint16_t)number;
    bool on = strcmp(value, "true") == 0;
    pusher_choice choice = on ? PUSHER_YES : PUSHER_NO;
    switch (row->kind) {
    case TEXT:
        memcpy(member, &text, sizeof text);
        break;
    case BOOLEAN:
        memcpy(member, &on, sizeof on);
        break;
    case CHOICE:
        memcpy(member, &choice, sizeof choice);
        break;
    case PORT:
        memcpy(member, &port, sizeof port);
        break;
    case NUMBER:
        memcpy(member, &number, sizeof number);
        break;
    }
}

/* Fields and headers of authorization requests: auth_param=NAME=VALUE, as often as one likes. */
typedef struct list_row {
    const char *name;
    size_t pairs;
    size_t count;
    pusher_pair *storage; /* MAX_PAIRS of them */
} list_row;

static pusher_pair pairs_of[4][MAX_PAIRS];

#define ROW(name, number, pairs, count)                                                            \
    { #name, offsetof(pusher_options, pairs), offsetof(pusher_options, count), pairs_of[number] }
static const list_row LISTS[] = {
    ROW(auth_param, 0, auth_params, auth_param_count),
    ROW(auth_header, 1, auth_headers, auth_header_count),
    ROW(user_auth_param, 2, user_auth_params, user_auth_param_count),
    ROW(user_auth_header, 3, user_auth_headers, user_auth_header_count),
};
#undef ROW

static void add_pair(pusher_options *options, const list_row *row, char *name) {
    const pusher_pair *pairs = row->storage;
    char *value = strchr(name, '=');
    size_t count;
    memcpy(&count, (char *)options + row->count, sizeof count);
    if (!value || count == MAX_PAIRS)
        fail(row->name, value ? "too many" : "not NAME=VALUE");
    *value++ = '\0';
    row->storage[count++] = (pusher_pair){pusher_str(name), pusher_str(value)};
    memcpy((char *)options + row->pairs, &pairs, sizeof pairs);
    memcpy((char *)options + row->count, &count, sizeof count);
}

/* Options that are functions of ours. */
static void set_providers(arguments *all, char *value) {
    (void)value;
    all->options.auth_params_provider = authorize_provide;
    all->options.auth_headers_provider = authorize_provide;
    all->options.user_auth_params_provider = authorize_provide;
    all->options.user_auth_headers_provider = authorize_provide;
}

static void set_authorizer(arguments *all, char *value) {
    (void)value;
    all->options.authorizer = authorize_ask;
    all->options.user_authenticator = authorize_ask;
}

static void set_key(arguments *all, char *value) {
    all->key = pusher_str(value);
}

static void set_clients(arguments *all, char *value) {
    all->clients = atoi(value);
    if (all->clients < 1 || all->clients > MAX_CLIENTS)
        fail("clients", "1 to 16");
}

/* "ws,xhr_streaming" */
static void set_transports(arguments *all, char *value) {
    static pusher_string names[MAX_TRANSPORTS];
    pusher_options *options = &all->options;
    options->enabled_transports = names;
    for (char *name = strtok(value, ","); name; name = strtok(NULL, ",")) {
        if (options->enabled_transport_count == MAX_TRANSPORTS)
            fail("transports", "too many");
        names[options->enabled_transport_count++] = pusher_str(name);
    }
}

static const struct {
    const char *name;
    void (*set)(arguments *all, char *value);
} SPECIAL[] = {
    {"key", set_key},
    {"clients", set_clients},
    {"transports", set_transports},
    {"providers", set_providers},
    {"authorizer", set_authorizer},
};

static void read_argument(arguments *all, char *argument) {
    char *value = strchr(argument, '=');
    if (!value)
        fail(argument, "not NAME=VALUE");
    *value++ = '\0';
    for (size_t i = 0; i < sizeof SPECIAL / sizeof *SPECIAL; i++)
        if (strcmp(argument, SPECIAL[i].name) == 0) {
            SPECIAL[i].set(all, value);
            return;
        }
    for (size_t i = 0; i < sizeof LISTS / sizeof *LISTS; i++)
        if (strcmp(argument, LISTS[i].name) == 0) {
            add_pair(&all->options, &LISTS[i], value);
            return;
        }
    for (size_t i = 0; i < sizeof OPTIONS / sizeof *OPTIONS; i++)
        if (strcmp(argument, OPTIONS[i].name) == 0) {
            set_option(&all->options, &OPTIONS[i], value);
            return;
        }
    fail(argument, "no such option");
}

void arguments_read(arguments *all, int argc, char **argv) {
    *all = (arguments){.options = PUSHER_OPTIONS_INIT, .key = pusher_str("app-key"), .clients = 1};
    for (int i = 1; i < argc; i++)
        read_argument(all, argv[i]);
}
