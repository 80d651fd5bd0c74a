/* What programs set, checked: the shape of an options struct, texts, and the options that say how
 * hosts are reached (TLS and proxies). Either library has them. */
#ifndef PX_DRIVER_ROUTE_SETTINGS_H
#define PX_DRIVER_ROUTE_SETTINGS_H

#include "base/arena.h"
#include "driver/result.h"
#include "driver/route.h"

/* Where a sentence goes that says which option is wrong, and how. */
typedef struct px_complaint {
    char *text; /* may be NULL when size is 0 */
    size_t size;
} px_complaint;

/* Writes the sentence. Always PX_ERR_ARGUMENT. */
int px_refuse(const px_complaint *complaint, const char *sentence);

/* Reads a struct as the program knows it, whose first member is its size: programs may be built
 * with an older, shorter one, or with a newer, longer one whose new members they leave at zero.
 * `options` has `size` bytes and is the default; `given` may be NULL. `init` is the name of the
 * macro to start from. PX_ERR_ARGUMENT. */
PX_MUST_CHECK int px_options_read(void *options, size_t size, const void *given, const char *init,
                                  const px_complaint *complaint);

/* A NUL-terminated copy; an empty text leaves *copy alone. `name` is the option's. Errors as
 * px_route_read. */
PX_MUST_CHECK int px_copy_option(px_arena *arena, px_slice text, const char *name,
                                 const char **copy, const px_complaint *complaint);

/* X(name of the option, member of px_route) */
#define PX_ROUTE_TEXTS(X)                                                                          \
    X(ca_file, tls.ca_file)                                                                        \
    X(ca_path, tls.ca_path)                                                                        \
    X(pin, tls.pin)                                                                                \
    X(client_cert, tls.client_cert)                                                                \
    X(client_key, tls.client_key)                                                                  \
    X(client_key_password, tls.client_key_password)                                                \
    X(proxy, proxy.url)                                                                            \
    X(proxy_username, proxy.username)                                                              \
    X(proxy_password, proxy.password)                                                              \
    X(no_proxy, proxy.exceptions)

/* The options under their names; empty: not set. */
typedef struct px_route_texts {
#define PX_ROUTE_TEXT(name, member) px_slice name;
    PX_ROUTE_TEXTS(PX_ROUTE_TEXT)
#undef PX_ROUTE_TEXT
    bool insecure;
} px_route_texts;

/* Checks these options and copies them into `arena`. PX_ERR_ARGUMENT, PX_ERR_NO_MEMORY,
 * PX_ERR_LIMIT. */
PX_MUST_CHECK int px_route_read(px_route *route, px_arena *arena, const px_route_texts *options,
                                const px_complaint *complaint);

#endif
