#include "server/host_options.h"
#include "server/host_address.h"
#include "server/host_files.h"

#include <stdio.h>

void px_server_options_default(px_server_options *options) {
    *options = (px_server_options){PX_SERVER_OPTIONS(PX_SETTING_DEFAULT)};
    px_hub_options_default(&options->hub);
}

bool px_server_app_is_default(const px_app_options *app) {
    static const px_slice SECRET = PX_LITERAL(PX_SERVER_DEFAULT_SECRET);
    bool is_default = px_slice_equal(app->secret, SECRET);
    for (size_t i = 0; i < app->tokens.count && !is_default; i++)
        is_default = px_slice_equal(app->tokens.items[i].secret, SECRET);
    return is_default;
}

/* ---- Copying ---- */

static int copy_apps(px_arena *arena, px_server_options *copy) {
    px_app_options fallback;
    px_app_options_default(&fallback);
    fallback.id = PX_SLICE(PX_SERVER_DEFAULT_ID);
    fallback.key = PX_SLICE(PX_SERVER_DEFAULT_KEY);
    fallback.secret = PX_SLICE(PX_SERVER_DEFAULT_SECRET);
    const px_app_options *given = copy->app_count > 0 ? copy->apps : &fallback;
    size_t count = copy->app_count > 0 ? copy->app_count : 1;
    void *memory = NULL;
    int result = px_arena_alloc(arena, count * sizeof *given, &memory);
    px_app_options *apps = memory;
    for (size_t i = 0; result == PX_OK && i < count; i++) {
        apps[i] = given[i];
        result = px_app_options_copy(&apps[i], arena);
    }
    copy->apps = apps;
    copy->app_count = count;
    return result;
}

static void add_default_addresses(px_server_options *options) {
    static const px_slice PLAIN = PX_LITERAL(PX_SERVER_DEFAULT_LISTEN);
    static const px_slice TLS = PX_LITERAL(PX_SERVER_DEFAULT_TLS);
    if (options->listen.count == 0 && options->tls_listen.count == 0)
        options->listen = (px_name_list){&PLAIN, 1};
    if (options->tls_dev && options->tls_listen.count == 0)
        options->tls_listen = (px_name_list){&TLS, 1};
}

int px_host_copy_options(const px_server_options *options, px_arena *arena,
                         px_server_options *copy) {
    *copy = *options;
    add_default_addresses(copy);
    int result = copy_apps(arena, copy);
#define COPY_TEXT(field)                                                                           \
    if (result == PX_OK)                                                                           \
        result = px_arena_copy(arena, copy->field, &copy->field);
#define COPY_LIST(field)                                                                           \
    if (result == PX_OK)                                                                           \
        result = px_name_list_copy(&copy->field, arena);
#define COPY_NUMBER(field)
#define COPY_FLAG(field)
#define COPY(type, field, name, fallback, minimum, maximum, text) COPY_##type(field)
    PX_SERVER_OPTIONS(COPY)
    return result;
}

/* ---- Checks ---- */

static bool is_outside(uint32_t value, uint32_t minimum, uint32_t maximum) {
    return value < minimum || value > maximum;
}

#define CHECK_NUMBER(value, name, minimum, maximum)                                                \
    if (is_outside((value), (minimum), (maximum))) {                                               \
        snprintf(why, size, "%s must be between %u and %u", (name), (unsigned)(minimum),           \
                 (unsigned)(maximum));                                                             \
        return PX_ERR_ARGUMENT;                                                                    \
    }
#define CHECK_TEXT(value, name, minimum, maximum)
#define CHECK_FLAG(value, name, minimum, maximum)
#define CHECK_LIST(value, name, minimum, maximum)
#define CHECK_URL(value, name, minimum, maximum)
#define CHECK_KINDS(value, name, minimum, maximum)
#define CHECK_FILTER(value, name, minimum, maximum)
#define CHECK_HEADERS(value, name, minimum, maximum)
#define CHECK_TOKENS(value, name, minimum, maximum)
#define CHECK_WEBHOOKS(value, name, minimum, maximum)

static int check_numbers(const px_server_options *options, char *why, size_t size) {
#define CHECK(type, field, name, fallback, minimum, maximum, text)                                 \
    CHECK_##type(options->field, name, minimum, maximum)
    PX_SERVER_OPTIONS(CHECK)
#undef CHECK
#define CHECK(type, field, name, fallback, minimum, maximum, text)                                 \
    CHECK_##type(options->hub.field, name, minimum, maximum)
    PX_HUB_OPTIONS(CHECK)
#undef CHECK
    return PX_OK;
}

static int check_webhook(const px_webhook_options *webhook, char *why, size_t size) {
#define CHECK(type, field, name, fallback, minimum, maximum, text)                                 \
    CHECK_##type(webhook->field, name, minimum, maximum)
    PX_WEBHOOK_OPTIONS(CHECK)
#undef CHECK
    return px_webhook_options_check(webhook, why, size);
}

static int check_webhooks(const px_webhook_list *webhooks, char *why, size_t size) {
    int result = PX_OK;
    for (size_t i = 0; i < webhooks->count && result == PX_OK; i++)
        result = check_webhook(&webhooks->items[i], why, size);
    return result;
}

/* The name of what an app lacks, or NULL. */
static const char *missing_of(const px_app_options *app) {
    for (size_t i = 0; i < app->tokens.count; i++)
        if (app->tokens.items[i].key.len == 0 || app->tokens.items[i].secret.len == 0)
            return "token's key or secret";
    return app->id.len == 0       ? "id"
           : app->key.len == 0    ? "key"
           : app->secret.len == 0 ? "secret"
                                  : NULL;
}

static int check_app(const px_app_options *app, char *why, size_t size) {
#define CHECK(type, field, name, fallback, minimum, maximum, text)                                 \
    CHECK_##type(app->field, name, minimum, maximum)
    PX_APP_OPTIONS(CHECK)
#undef CHECK
    const char *missing = missing_of(app);
    if (!missing)
        return check_webhooks(&app->webhooks, why, size);
    snprintf(why, size, "an app needs an id, a key and a secret; its %s is empty", missing);
    return PX_ERR_ARGUMENT;
}

static int check_prefix(px_slice prefix, char *why, size_t size) {
    bool is_right = prefix.len == 0 ||
                    (prefix.ptr[0] == '/' && prefix.len > 1 && prefix.ptr[prefix.len - 1] != '/');
    for (size_t i = 0; i < prefix.len; i++)
        if (prefix.ptr[i] <= ' ' || prefix.ptr[i] >= 0x7f || strchr("?#%", prefix.ptr[i]))
            is_right = false;
    if (is_right)
        return PX_OK;
    snprintf(why, size,
             "path_prefix must look like /realtime: it starts with a slash, ends "
             "without one, and has no blanks");
    return PX_ERR_ARGUMENT;
}

/* They become part of answers as they are. */
static int check_plain(px_slice text, const char *name, char *why, size_t size) {
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] <= ' ' || text.ptr[i] >= 0x7f || strchr("\"'<>\\&", text.ptr[i])) {
            snprintf(why, size, "%s must not hold blanks, quotes or other special characters",
                     name);
            return PX_ERR_ARGUMENT;
        }
    return PX_OK;
}

static bool has_default_app(const px_server_options *options) {
    for (size_t i = 0; i < options->app_count; i++)
        if (px_server_app_is_default(&options->apps[i]))
            return true;
    return false;
}

/* The first address that another machine can reach; NULL: there is none. */
static const px_slice *find_exposed(const px_name_list *addresses) {
    for (size_t i = 0; i < addresses->count; i++) {
        px_host_address parsed;
        /* What is no address can't be listened on, and px_host_listen says so. */
        if (px_address_parse(addresses->items[i], &parsed) &&
            !px_server_address_is_loopback(addresses->items[i]))
            return &addresses->items[i];
    }
    return NULL;
}

static int refuse_exposed(const px_slice *address, const char *problem, char *why, size_t size) {
    if (!problem || !address)
        return PX_OK;
    snprintf(why, size, "refusing to listen on %.*s %s, or listen on 127.0.0.1 only",
             (int)address->len, address->ptr, problem);
    return PX_ERR_ARGUMENT;
}

/* What everybody knows or may do must not be reachable from elsewhere. */
static int check_exposure(const px_server_options *options, char *why, size_t size) {
    const char *problem =
        has_default_app(options) ? "with the default credentials, which everybody knows; give the "
                                   "app a secret of its own"
        : options->dev_auth      ? "with dev_auth, which lets everybody into every channel; switch "
                                   "it off"
                                 : NULL;
    const char *tls_problem = options->tls_dev ? "with tls_dev, whose certificate is for this "
                                                 "machine only; give tls_cert and tls_key"
                                               : NULL;
    int result = refuse_exposed(find_exposed(&options->listen), problem, why, size);
    if (result == PX_OK)
        result = refuse_exposed(find_exposed(&options->tls_listen), problem ? problem : tls_problem,
                                why, size);
    return result;
}

/* What belongs together: the first row that holds is wrong. */
static int check_company(const px_server_options *options, char *why, size_t size) {
    bool has_files = options->tls_cert.len > 0 && options->tls_key.len > 0;
    bool has_file = options->tls_cert.len > 0 || options->tls_key.len > 0;
    const struct {
        bool is_wrong;
        const char *sentence;
    } rows[] = {
        {options->tls_dev && has_file,
         "tls_dev makes a certificate of its own: leave out tls_cert and tls_key, or tls_dev"},
        {!options->tls_dev && options->tls_listen.count > 0 && !has_files,
         "tls_listen needs a certificate: give tls_cert and tls_key, or tls_dev to have one made "
         "for this machine"},
        {options->tls_listen.count == 0 && has_file,
         "tls_cert and tls_key are for the addresses of tls_listen, and there are none"},
        {!options->tls_dev && options->tls_dev_cert.len > 0,
         "tls_dev_cert is where tls_dev writes its certificate: give tls_dev as well"},
        {!options->tls_dev && options->tls_dev_ca.len > 0,
         "tls_dev_ca is what tls_dev signs with: give tls_dev as well"},
        {options->proxy_protocol && options->trusted_proxies.count == 0,
         "proxy_protocol needs trusted_proxies: the addresses of the proxies that may speak it"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (!rows[i].is_wrong)
            continue;
        snprintf(why, size, "%s", rows[i].sentence);
        return PX_ERR_ARGUMENT;
    }
    return PX_OK;
}

int px_host_check_options(const px_server_options *options, char *why, size_t size) {
    int result = check_numbers(options, why, size);
    for (size_t i = 0; result == PX_OK && i < options->app_count; i++)
        result = check_app(&options->apps[i], why, size);
    if (result == PX_OK)
        result = check_prefix(options->path_prefix, why, size);
    if (result == PX_OK)
        result = check_company(options, why, size);
    if (result == PX_OK)
        result = px_files_check(options, why, size);
    if (result == PX_OK)
        result = check_plain(options->http_hostname, "http_hostname", why, size);
    if (result == PX_OK)
        result = check_plain(options->sockjs_url, "sockjs_url", why, size);
    if (result == PX_OK)
        result = check_exposure(options, why, size);
    return result;
}
