/* Options from the environment, under the names that server SDKs and Laravel use. Nothing is copied:
 * texts point into the environment. */
#include "backend/app.h"

#include "driver/route_settings.h"

#include <stdlib.h>

/* What one source says; empty: nothing. */
typedef struct source {
    px_slice id, key, secret, host, cluster, port, scheme;
} source;

static px_slice variable(const char *name) {
    return px_slice_of_text(getenv(name));
}

/* Takes what stands before `mark` from the front of *rest, and the mark. False: it is not there. */
static bool take(px_slice *rest, const char *mark, px_slice *before) {
    size_t len = strlen(mark);
    for (size_t i = 0; i + len <= rest->len; i++) {
        if (memcmp(rest->ptr + i, mark, len) != 0)
            continue;
        *before = px_slice_of(rest->ptr, i);
        *rest = px_slice_after(*rest, i + len);
        return true;
    }
    return false;
}

/* HOST:PORT, [ADDRESS]:PORT, or either without a port. */
static bool read_authority(px_slice authority, source *out) {
    px_slice behind = authority;
    if (authority.len && authority.ptr[0] == '[') {
        if (!take(&behind, "]", &out->host))
            return false;
        out->host.len++; /* the bracket belongs to it */
        if (behind.len && behind.ptr[0] != ':')
            return false;
        out->port = behind.len ? px_slice_after(behind, 1) : behind;
    } else if (take(&behind, ":", &out->host)) {
        out->port = behind;
    } else {
        out->host = authority;
    }
    return out->host.len > 0;
}

/* SCHEME://KEY:SECRET@HOST:PORT/apps/ID */
static bool read_url(px_slice url, source *out) {
    px_slice user, authority;
    if (!take(&url, "://", &out->scheme) || !take(&url, "@", &user) ||
        !take(&url, "/apps/", &authority))
        return false;
    out->id = url;
    out->secret = user;
    if (!take(&out->secret, ":", &out->key))
        return false;
    return out->key.len && out->secret.len && out->id.len && read_authority(authority, out);
}

static pusher_string choose(pusher_string set, px_slice first, px_slice second) {
    return set.len ? set : px_handed_out(first.len ? first : second);
}

/* A cluster has its own ports: those of the environment belong to some host. */
static int read_place(pusher_app_options *options, const source *variables, const source *url,
                      const px_complaint *complaint) {
    if (!variables->host.len && variables->cluster.len) {
        options->cluster = px_handed_out(variables->cluster);
        return PX_OK;
    }
    px_slice scheme = variables->scheme.len ? variables->scheme : url->scheme;
    px_slice port = variables->port.len ? variables->port : url->port;
    uint64_t number = 0;
    if (port.len && (!px_slice_to_u64(port, &number) || number == 0 || number > UINT16_MAX))
        return px_refuse(complaint, "the port is a number from 1 to 65535");
    bool plain = px_slice_equal(scheme, PX_SLICE("http"));
    if (scheme.len && !plain && !px_slice_equal(scheme, PX_SLICE("https")))
        return px_refuse(complaint, "the scheme is http or https");
    options->host = px_handed_out(variables->host.len ? variables->host : url->host);
    if (!options->port)
        options->port = (uint16_t)number;
    options->plain = options->plain || plain;
    return PX_OK;
}

int pusher_app_options_from_environment(pusher_app_options *options, char *text, size_t size) {
    const px_complaint complaint = {text, size};
    const source variables = {
        .id = variable("PUSHER_APP_ID"),
        .key = variable("PUSHER_APP_KEY"),
        .secret = variable("PUSHER_APP_SECRET"),
        .host = variable("PUSHER_HOST"),
        .cluster = variable("PUSHER_APP_CLUSTER"),
        .port = variable("PUSHER_PORT"),
        .scheme = variable("PUSHER_SCHEME"),
    };
    pusher_app_options found = *options;
    source url = {.id = {NULL, 0}};
    px_slice url_text = variable("PUSHER_URL"), none = {NULL, 0};
    if (size)
        text[0] = '\0';
    if (url_text.len && !read_url(url_text, &url))
        return px_refuse(&complaint, "PUSHER_URL is not understood; it looks like "
                                     "https://KEY:SECRET@HOST:PORT/apps/ID");
    found.id = choose(found.id, variables.id, url.id);
    found.key = choose(found.key, variables.key, url.key);
    found.secret = choose(found.secret, variables.secret, url.secret);
    if (!found.encryption_master_key.len)
        found.encryption_master_key_base64 = choose(found.encryption_master_key_base64,
                                                    variable("PUSHER_ENCRYPTION_MASTER_KEY"), none);
    if (!found.host.len && !found.cluster.len) {
        int result = read_place(&found, &variables, &url, &complaint);
        if (result)
            return result;
    }
    *options = found;
    return PX_OK;
}
