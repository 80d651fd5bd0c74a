#include "driver/route.h"

#include <stdlib.h>

/* The names that libcurl looks for, in its order. HTTP_PROXY is not among them: in a CGI program it
 * would be a header that a stranger sent. */
static const char *const variables_http[] = {"http_proxy", "all_proxy", "ALL_PROXY", NULL};
static const char *const variables_https[] = {"https_proxy", "HTTPS_PROXY", "all_proxy",
                                              "ALL_PROXY", NULL};
static const char *const variables_exceptions[] = {"no_proxy", "NO_PROXY", NULL};

static const char *first_of(const char *const *names) {
    for (; *names; names++) {
        const char *value = getenv(*names);
        if (value && *value)
            return value;
    }
    return "";
}

px_slice px_route_proxy(const px_route *route, px_slice url) {
    if (route->proxy.url)
        return px_slice_of_text(route->proxy.url);
    bool tls = px_slice_starts_with(url, PX_SLICE("https:"));
    return px_slice_of_text(first_of(tls ? variables_https : variables_http));
}

/* Blanks, control characters, and what begins a path. */
static bool belongs(char mark) {
    return (unsigned char)mark > ' ' && mark != 0x7f && !memchr("/?#\\", mark, 4);
}

const char *px_route_proxy_fault(px_slice url) {
    static const px_slice schemes[] = {PX_LITERAL("http://"), PX_LITERAL("https://"),
                                       PX_LITERAL("socks5://"), PX_LITERAL("socks5h://")};
    size_t scheme = 0;
    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++) {
        if (px_slice_starts_with(url, schemes[i]))
            scheme = schemes[i].len;
    }
    if (!scheme)
        return "must begin with http://, https://, socks5:// or socks5h://, or be the "
               "word " PX_PROXY_NONE;
    px_slice rest = px_slice_after(url, scheme);
    if (rest.len && rest.ptr[rest.len - 1] == '/')
        rest.len--;
    bool fine = rest.len && rest.ptr[rest.len - 1] != '@' && rest.ptr[rest.len - 1] != ':';
    for (size_t i = 0; i < rest.len; i++)
        fine = fine && belongs(rest.ptr[i]);
    return fine ? NULL
                : "must be SCHEME://HOST:PORT, without blanks or a path; in a user name or "
                  "password, write what is special as %HH";
}

bool px_route_has_exceptions(const px_route *route) {
    return route->proxy.exceptions || *first_of(variables_exceptions);
}
