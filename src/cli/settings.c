/* Which app on which server. */
#include "cli/settings.h"
#include "base/slice.h"
#include "cli/terminal.h"
#include "server/server.h"

#include <stdio.h>
#include <stdlib.h>

#define LOCAL_HOST "127.0.0.1"
enum { LOCAL_PORT = 6001, HTTP_PORT = 80, HTTPS_PORT = 443 };

#define TEXT(option, member, value_name, text)                                                     \
    {                                                                                              \
        .name = (option), .kind = PX_CLI_TEXT, .offset = offsetof(px_cli_given, member),           \
        .value = (value_name), .help = (text)                                                      \
    }
#define FLAG(option, member, text)                                                                 \
    {                                                                                              \
        .name = (option), .kind = PX_CLI_FLAG, .offset = offsetof(px_cli_given, member),           \
        .help = (text)                                                                             \
    }

const px_cli_option px_cli_where_options[] = {
    TEXT("host", host, "HOST", "The server's host [PUSHER_HOST; 127.0.0.1]."),
    {.name = "port",
     .kind = PX_CLI_NUMBER,
     .offset = offsetof(px_cli_given, port),
     .value = "PORT",
     .help = "Its port [PUSHER_PORT; 6001 on this machine, otherwise 443,\nor 80 without TLS].",
     .minimum = 1,
     .maximum = 65535},
    TEXT("cluster", cluster, "CLUSTER",
         "The hosted service's cluster, instead of a host\n[PUSHER_APP_CLUSTER]."),
    TEXT("path", path, "PATH", "Put before the server's paths, such as /realtime."),
    FLAG("tls", tls, "Use TLS, also on this machine [PUSHER_SCHEME=https]."),
    FLAG("no-tls", no_tls, "Do without TLS [PUSHER_SCHEME=http]."),
    TEXT("ca-file", route.tls.ca_file, "FILE", "Trust these certificate authorities (PEM) only."),
    TEXT("ca-path", route.tls.ca_path, "DIR", "The same, from a folder of hashed certificates."),
    TEXT("pin", route.tls.pin, "PIN", "Accept only this public key: sha256//BASE64."),
    TEXT("client-cert", route.tls.client_cert, "FILE",
         "Show this certificate (PEM) to the server."),
    TEXT("client-key", route.tls.client_key, "FILE",
         "Its key (PEM), where it is in a file of its own."),
    FLAG("insecure", route.tls.insecure, "Do not verify the server's certificate."),
    TEXT("proxy", route.proxy.url, "URL",
         "Go through this proxy, http://HOST:PORT, https://... or\nsocks5h://..., or through none: "
         "direct "
         "[http_proxy, https_proxy,\nall_proxy]."),
    TEXT("no-proxy", route.proxy.exceptions, "HOSTS",
         "But reach these hosts directly: HOST,HOST... [no_proxy]."),
};
const size_t px_cli_where_option_count = PX_CLI_COUNT(px_cli_where_options);

const px_cli_option px_cli_app_options[] = {
    TEXT("key", key, "KEY", "The app's key [PUSHER_APP_KEY; app-key on this machine]."),
    TEXT("secret", secret, "SECRET",
         "Its secret [PUSHER_APP_SECRET; app-secret on this machine].\nBetter in the environment: "
         "others can see command lines."),
    TEXT("app-id", id, "ID", "Its id [PUSHER_APP_ID; app-id on this machine]."),
};
const size_t px_cli_app_option_count = PX_CLI_COUNT(px_cli_app_options);

const px_cli_option px_cli_encryption_options[] = {
    TEXT(
        "encryption-master-key", master_key, "BASE64",
        "The application's master key, from which those of channels\nare made: base64 of 32 bytes\n"
        "[PUSHER_ENCRYPTION_MASTER_KEY]. Better in the environment."),
};
const size_t px_cli_encryption_option_count = PX_CLI_COUNT(px_cli_encryption_options);

/* What one source says; NULL: nothing. */
typedef struct source {
    const char *id, *key, *secret, *master_key, *host, *cluster, *port, *scheme;
} source;

static const char *first(const char *a, const char *b) {
    return a ? a : b;
}

static const char *not_empty(const char *text) {
    return text && *text ? text : NULL;
}

/* ---- The environment ---- */

/* Ends `text` before `mark`, and gives what stands behind it; NULL when the mark is not there. */
static char *cut(char *text, const char *mark) {
    char *found = text ? strstr(text, mark) : NULL;
    if (!found)
        return NULL;
    *found = '\0';
    return found + strlen(mark);
}

/* Cuts "scheme://key:secret@host:port/apps/id" into its parts. False: it is no such URL. */
static bool cut_url(char *url, source *parts) {
    char *key = cut(url, "://");
    char *host = cut(key, "@");
    char *id = cut(host, "/apps/");
    if (!id || strchr(host, '/'))
        return false;
    parts->scheme = url;
    parts->secret = not_empty(cut(key, ":"));
    parts->key = not_empty(key);
    parts->id = not_empty(id);
    char *behind = host[0] == '[' ? cut(host, "]") : NULL;
    parts->port = not_empty(cut(behind ? behind : host, ":"));
    parts->host = not_empty(behind ? host + 1 : host);
    return parts->key && parts->host && parts->id;
}

static void read_variables(char *(*environment)(const char *name), source *out) {
    out->id = not_empty(environment("PUSHER_APP_ID"));
    out->key = not_empty(environment("PUSHER_APP_KEY"));
    out->secret = not_empty(environment("PUSHER_APP_SECRET"));
    out->master_key = not_empty(environment("PUSHER_ENCRYPTION_MASTER_KEY"));
    out->host = not_empty(environment("PUSHER_HOST"));
    out->cluster = not_empty(environment("PUSHER_APP_CLUSTER"));
    out->port = not_empty(environment("PUSHER_PORT"));
    out->scheme = not_empty(environment("PUSHER_SCHEME"));
}

static bool read_url(const char *url, px_cli_settings *settings, source *out, char *why) {
    if (!url)
        return true;
    size_t length = strlen(url);
    if (length < sizeof settings->url) {
        memcpy(settings->url, url, length + 1);
        if (cut_url(settings->url, out))
            return true;
    }
    snprintf(why, PX_CLI_WHY_SIZE,
             "PUSHER_URL is not understood; it looks like http://KEY:SECRET@HOST:PORT/apps/ID");
    return false;
}

/* ---- Where ---- */

static bool is_local(const char *host) {
    return strncmp(host, "127.", 4) == 0 || strcmp(host, "localhost") == 0 ||
           strcmp(host, "::1") == 0 || strcmp(host, "[::1]") == 0;
}

/* An IPv6 address needs brackets wherever a port can follow. */
static bool set_host(char out[PX_CLI_HOST_SIZE], const char *prefix, const char *name,
                     const char *suffix) {
    bool bare_ipv6 = strchr(name, ':') && name[0] != '[';
    int length = snprintf(out, PX_CLI_HOST_SIZE, "%s%s%s%s%s", bare_ipv6 ? "[" : "", prefix, name,
                          suffix, bare_ipv6 ? "]" : "");
    return length > 0 && length < PX_CLI_HOST_SIZE;
}

static bool set_cluster(px_cli_settings *settings, const char *cluster) {
    return set_host(settings->websocket_host, "ws-", cluster, ".pusher.com") &&
           set_host(settings->api_host, "api-", cluster, ".pusher.com") &&
           set_host(settings->http_host, "sockjs-", cluster, ".pusher.com");
}

/* Server SDKs are given the HTTP API's host, api-CLUSTER.pusher.com; WebSockets have another. */
static bool set_hosted(px_cli_settings *settings, const char *host) {
    size_t prefix = strlen("api-"), suffix = strlen(".pusher.com"), length = strlen(host);
    if (length <= prefix + suffix || strncmp(host, "api-", prefix) != 0 ||
        strcmp(host + length - suffix, ".pusher.com") != 0)
        return false;
    char cluster[PX_CLI_HOST_SIZE];
    snprintf(cluster, sizeof cluster, "%.*s", (int)(length - prefix - suffix), host + prefix);
    return set_cluster(settings, cluster);
}

/* Options go before the environment; where one source has a host and a cluster, the host counts. */
static bool set_hosts(px_cli_settings *settings, const px_cli_given *given, const source *variables,
                      const source *url, bool *is_cluster, char *why) {
    const char *host = given->host;
    const char *cluster = given->cluster;
    if (!host && !cluster) {
        host = variables->host;
        cluster = variables->cluster;
    }
    if (!host && !cluster)
        host = first(url->host, LOCAL_HOST);
    *is_cluster = !host;
    settings->local = host && is_local(host);
    bool fits =
        host ? set_hosted(settings, host) || (set_host(settings->websocket_host, "", host, "") &&
                                              set_host(settings->api_host, "", host, "") &&
                                              set_host(settings->http_host, "", host, ""))
             : set_cluster(settings, cluster);
    if (!fits)
        snprintf(why, PX_CLI_WHY_SIZE, "the name of the %s is too long", host ? "host" : "cluster");
    return fits;
}

static bool set_tls(px_cli_settings *settings, const px_cli_given *given, const char *scheme,
                    char *why) {
    settings->tls = !settings->local;
    if (given->tls && given->no_tls) {
        snprintf(why, PX_CLI_WHY_SIZE, "--tls and --no-tls contradict each other");
        return false;
    }
    if (given->tls || given->no_tls) {
        settings->tls = given->tls;
    } else if (scheme) {
        settings->tls = strcmp(scheme, "https") == 0;
        if (!settings->tls && strcmp(scheme, "http") != 0) {
            snprintf(why, PX_CLI_WHY_SIZE, "the scheme is http or https, not '%.40s'", scheme);
            return false;
        }
    }
    return true;
}

static bool set_port(px_cli_settings *settings, const px_cli_given *given, const char *port,
                     char *why) {
    uint64_t number = given->port;
    if (!number && port &&
        (!px_slice_to_u64(px_slice_of_text(port), &number) || number == 0 || number > UINT16_MAX)) {
        snprintf(why, PX_CLI_WHY_SIZE, "the port is a number from 1 to 65535, not '%.40s'", port);
        return false;
    }
    if (!number)
        number = settings->tls ? HTTPS_PORT : settings->local ? LOCAL_PORT : HTTP_PORT;
    settings->port = (uint16_t)number;
    return true;
}

static bool set_proxy(px_proxy_options *proxy, char *why) {
    if (strcmp(proxy->url, PX_PROXY_NONE) == 0) {
        proxy->url = "";
        return true;
    }
    const char *fault = px_route_proxy_fault(px_slice_of_text(proxy->url));
    if (fault)
        snprintf(why, PX_CLI_WHY_SIZE, "--proxy %s", fault);
    return !fault;
}

/* ---- All of it ---- */

/* The credentials that everybody knows stand in only for a server on this machine, and only as a
 * whole: together with somebody's own key they would just be refused. */
static void set_app(px_cli_settings *settings, const px_cli_given *given, const source *variables,
                    const source *url) {
    settings->key = first(given->key, first(variables->key, url->key));
    settings->id = first(given->id, first(variables->id, url->id));
    settings->secret = first(given->secret, first(variables->secret, url->secret));
    settings->master_key = first(given->master_key, variables->master_key);
    if (settings->local && (!settings->key || strcmp(settings->key, PX_SERVER_DEFAULT_KEY) == 0)) {
        settings->key = PX_SERVER_DEFAULT_KEY;
        settings->id = first(settings->id, PX_SERVER_DEFAULT_ID);
        settings->secret = first(settings->secret, PX_SERVER_DEFAULT_SECRET);
    }
}

bool px_cli_settings_find(const px_cli_given *given, char *(*environment)(const char *name),
                          px_cli_settings *settings, char why[PX_CLI_WHY_SIZE]) {
    memset(settings, 0, sizeof *settings);
    source variables = {0}, url = {0};
    read_variables(environment, &variables);
    if (!read_url(not_empty(environment("PUSHER_URL")), settings, &url, why))
        return false;
    bool is_cluster;
    if (!set_hosts(settings, given, &variables, &url, &is_cluster, why))
        return false;
    if (given->path && (given->path[0] != '/' || given->path[strlen(given->path) - 1] == '/')) {
        snprintf(why, PX_CLI_WHY_SIZE, "--path starts with / and ends without");
        return false;
    }
    settings->path = given->path ? given->path : "";
    if (snprintf(settings->http_path, sizeof settings->http_path, "%s/pusher", settings->path) >=
        (int)sizeof settings->http_path) {
        snprintf(why, PX_CLI_WHY_SIZE, "--path is too long");
        return false;
    }
    settings->route = given->route;
    if (given->route.proxy.url && !set_proxy(&settings->route.proxy, why))
        return false;
    set_app(settings, given, &variables, &url);
    /* A cluster has its own ports: those of the environment belong to some host. */
    return set_tls(settings, given, is_cluster ? NULL : first(variables.scheme, url.scheme), why) &&
           set_port(settings, given, is_cluster ? NULL : first(variables.port, url.port), why);
}

static bool has_all(const px_cli_settings *settings, unsigned needs) {
    const struct {
        unsigned need;
        const char *value, *name, *option, *variable;
    } rows[] = {
        {PX_CLI_NEED_KEY, settings->key, "key", "--key", "PUSHER_APP_KEY"},
        {PX_CLI_NEED_SECRET, settings->secret, "secret", "--secret", "PUSHER_APP_SECRET"},
        {PX_CLI_NEED_ID, settings->id, "id", "--app-id", "PUSHER_APP_ID"},
    };
    for (size_t i = 0; i < PX_CLI_COUNT(rows); i++) {
        if ((needs & rows[i].need) && !rows[i].value) {
            px_cli_error("the app's %s is not known; give it with %s or %s", rows[i].name,
                         rows[i].option, rows[i].variable);
            return false;
        }
    }
    return true;
}

bool px_cli_settings_for(const px_cli_given *given, unsigned needs, px_cli_settings *settings) {
    char why[PX_CLI_WHY_SIZE];
    if (!px_cli_settings_find(given, getenv, settings, why)) {
        px_cli_error("%s", why);
        return false;
    }
    if (settings->route.tls.insecure && settings->tls)
        px_cli_note("warning: --insecure, so this may be any server");
    return has_all(settings, needs);
}

bool px_cli_master_key(const px_cli_settings *settings, unsigned char out[PX_MASTER_KEY_BYTES]) {
    if (px_master_key_read(px_slice_of_text(settings->master_key), out) == PX_OK)
        return true;
    px_cli_error("the encryption master key is base64 of exactly 32 bytes, as "
                 "`openssl rand -base64 32` makes one");
    return false;
}
