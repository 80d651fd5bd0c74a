/* pusher_app_options, checked and in the shape that the rest of this folder wants. */
#include "backend/app.h"

#include "base/base64.h"
#include "base/utf8.h"
#include "driver/route_settings.h"

#include <stdio.h>

#define HOSTED_HOST "api.pusherapp.com"

enum {
    MAX_OPTION = 4096,
    MAX_HOST = 255,
    HTTP_PORT = 80,
    HTTPS_PORT = 443,
    DEFAULT_TIMEOUT = 15000,
    MAX_TIMEOUT = 24 * 60 * 60 * 1000,
    DEFAULT_MAX_DATA = 10240,
    LARGEST_MAX_DATA = 8 * 1024 * 1024,
};

/* ---- Checks ---- */

/* No control characters, nor anything below that. */
static bool is_above(px_slice text, unsigned char lowest) {
    for (size_t i = 0; i < text.len; i++) {
        if ((unsigned char)text.ptr[i] < lowest || text.ptr[i] == 0x7f)
            return false;
    }
    return true;
}

/* What can stand in a URL. */
static bool is_printable(px_slice text) {
    return is_above(text, '!');
}

static bool has_any(px_slice text, const char *marks) {
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] && strchr(marks, text.ptr[i]))
            return true;
    }
    return false;
}

static int check_app(const pusher_app_options *options, const px_complaint *complaint) {
    if (!options->key.len)
        return px_refuse(complaint, "key is missing");
    if (!options->secret.len)
        return px_refuse(complaint, "secret is missing");
    if (!is_above(px_given(options->key), ' ') || has_any(px_given(options->key), ":"))
        return px_refuse(complaint, "key must not hold colons or control characters");
    if (!is_above(px_given(options->id), ' '))
        return px_refuse(complaint, "id must not hold control characters");
    const size_t lengths[] = {options->id.len, options->key.len, options->secret.len,
                              options->path.len};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        if (lengths[i] > MAX_OPTION)
            return px_refuse(complaint, "id, key, secret and path have at most 4096 bytes");
    }
    return PX_OK;
}

static bool is_host(px_slice host) {
    return host.len <= MAX_HOST && is_printable(host) && !has_any(host, "/?#@\\%");
}

static int check_place(const pusher_app_options *options, const px_complaint *complaint) {
    px_slice host = px_given(options->host), cluster = px_given(options->cluster);
    px_slice path = px_given(options->path);
    bool bracketed = host.len && host.ptr[0] == '[';
    if (!is_host(host) || (bracketed && host.ptr[host.len - 1] != ']'))
        return px_refuse(complaint,
                         "host must be a name or an address, without scheme, port or path");
    const char *colon = host.len && !bracketed ? memchr(host.ptr, ':', host.len) : NULL;
    if (colon && !memchr(colon + 1, ':', host.len - (size_t)(colon + 1 - host.ptr)))
        return px_refuse(complaint, "host must not hold a port: that is the option port");
    if (!is_host(cluster) || has_any(cluster, ":[]") || cluster.len > MAX_HOST / 2)
        return px_refuse(complaint, "cluster must be the name of a cluster");
    if (path.len && (path.ptr[0] != '/' || path.ptr[path.len - 1] == '/' || !is_printable(path) ||
                     has_any(path, "?#")))
        return px_refuse(complaint, "path must start with a slash and end without, and must not "
                                    "hold blanks, '?' or '#'");
    return PX_OK;
}

static int check_numbers(const pusher_app_options *options, const px_complaint *complaint) {
    if (options->timeout > MAX_TIMEOUT)
        return px_refuse(complaint, "timeout must be at most a day, in milliseconds");
    if (options->max_data > LARGEST_MAX_DATA)
        return px_refuse(complaint, "max_data must be at most 8388608");
    return PX_OK;
}

/* ---- Reading ---- */

static int read_master_key(px_backend_settings *settings, const pusher_app_options *options,
                           const px_complaint *complaint) {
    px_slice raw = px_given(options->encryption_master_key);
    px_slice text = px_given(options->encryption_master_key_base64);
    if (raw.len && text.len)
        return px_refuse(complaint, "encryption_master_key and encryption_master_key_base64: give "
                                    "one of them");
    if (text.len && px_master_key_read(text, settings->master_key))
        return px_refuse(complaint, "encryption_master_key_base64 must be base64 of 32 bytes");
    if (raw.len && raw.len != PX_MASTER_KEY_BYTES)
        return px_refuse(complaint, "encryption_master_key must have 32 bytes");
    if (raw.len)
        memcpy(settings->master_key, raw.ptr, PX_MASTER_KEY_BYTES);
    settings->has_master_key = raw.len || text.len;
    return PX_OK;
}

static int read_route(px_route *route, px_arena *arena, const pusher_app_options *options,
                      const px_complaint *complaint) {
    const px_route_texts texts = {
#define GIVEN(name, member) .name = px_given(options->name),
        PX_ROUTE_TEXTS(GIVEN)
#undef GIVEN
            .insecure = options->insecure,
    };
    return px_route_read(route, arena, &texts, complaint);
}

/* An IPv6 address needs brackets where a port follows. */
static int read_host(px_backend_settings *settings, px_arena *arena,
                     const pusher_app_options *options) {
    char host[MAX_HOST + 32];
    px_slice given = px_given(options->host), cluster = px_given(options->cluster);
    if (given.len && given.ptr[0] != '[' && memchr(given.ptr, ':', given.len))
        snprintf(host, sizeof host, "[%.*s]", (int)given.len, given.ptr);
    else if (given.len)
        snprintf(host, sizeof host, "%.*s", (int)given.len, given.ptr);
    else if (cluster.len)
        snprintf(host, sizeof host, "api-%.*s.pusher.com", (int)cluster.len, cluster.ptr);
    else
        snprintf(host, sizeof host, "%s", HOSTED_HOST);
    return px_arena_copy(arena, px_slice_of_text(host), &settings->host);
}

static int read_texts(px_backend_settings *settings, px_arena *arena,
                      const pusher_app_options *options) {
    const struct {
        pusher_string given;
        px_slice *copy;
    } rows[] = {
        {options->id, &settings->id},
        {options->key, &settings->credentials.key},
        {options->secret, &settings->credentials.secret},
        {options->path, &settings->path},
    };
    int result = PX_OK;
    for (size_t i = 0; !result && i < sizeof rows / sizeof rows[0]; i++)
        result = px_arena_copy(arena, px_given(rows[i].given), rows[i].copy);
    return result;
}

int px_backend_settings_read(px_backend_settings *settings, px_arena *arena,
                             const pusher_app_options *given, char *text, size_t size) {
    const px_complaint complaint = {text, size};
    pusher_app_options options = PUSHER_APP_OPTIONS_INIT;
    *settings = (px_backend_settings){0};
    int result =
        px_options_read(&options, sizeof options, given, "PUSHER_APP_OPTIONS_INIT", &complaint);
    if (!result)
        result = check_app(&options, &complaint);
    if (!result)
        result = check_place(&options, &complaint);
    if (!result)
        result = check_numbers(&options, &complaint);
    if (!result)
        result = read_master_key(settings, &options, &complaint);
    if (!result)
        result = read_route(&settings->route, arena, &options, &complaint);
    if (!result)
        result = read_texts(settings, arena, &options);
    if (!result)
        result = read_host(settings, arena, &options);
    settings->plain = options.plain;
    settings->port = options.port ? options.port : options.plain ? HTTP_PORT : HTTPS_PORT;
    settings->timeout = options.timeout ? options.timeout : DEFAULT_TIMEOUT;
    settings->max_data = options.max_data ? options.max_data : DEFAULT_MAX_DATA;
    return result;
}
