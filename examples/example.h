/* What the examples share: where they connect to, and how they print text.
 *
 * They talk to a local `pusher serve`, unless the environment names another place with PUSHER_HOST,
 * PUSHER_PORT, PUSHER_SCHEME (http or https), PUSHER_APP_KEY and PUSHER_AUTH_ENDPOINT. */
#ifndef EXAMPLE_H
#define EXAMPLE_H

#include <pusher/pusher.h>

#include <stdio.h>
#include <stdlib.h>

/* The two arguments that "%.*s" wants. */
#define TEXT(string) (int)(string).len, (string).len ? (string).ptr : ""

static inline const char *example_setting(const char *name, const char *otherwise) {
    const char *value = getenv(name);
    return value && *value ? value : otherwise;
}

static inline pusher_string example_key(void) {
    return pusher_str(example_setting("PUSHER_APP_KEY", "app-key"));
}

/* Private and presence channels are authorized by `pusher serve --dev-auth`; a real program names
 * an endpoint of its own application. */
static inline pusher_options example_options(void) {
    static char auth_endpoint[300];
    const char *host = example_setting("PUSHER_HOST", "127.0.0.1");
    const char *port = example_setting("PUSHER_PORT", "6001");
    const char *scheme = example_setting("PUSHER_SCHEME", "http");
    snprintf(auth_endpoint, sizeof auth_endpoint, "%s://%s:%s/pusher/auth", scheme, host, port);

    pusher_options options = PUSHER_OPTIONS_INIT;
    options.host = pusher_str(host);
    options.port = options.tls_port = (uint16_t)strtoul(port, NULL, 10);
    options.plain = strcmp(scheme, "http") == 0;
    options.auth_endpoint = pusher_str(example_setting("PUSHER_AUTH_ENDPOINT", auth_endpoint));
    return options;
}

#endif
