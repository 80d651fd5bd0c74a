/* Easy handles of libcurl with what all of ours have in common. */
#ifndef PX_DRIVER_EASY_H
#define PX_DRIVER_EASY_H

#include "driver/result.h"
#include "driver/route.h"

#include <curl/curl.h>
#include <stdbool.h>

/* A handle for an http:// or https:// URL (NUL-terminated): HTTP/1.1, no signals, no redirects;
 * freeing it never waits for a name to be resolved. The texts of `route` are copied; `error_text`
 * (of CURL_ERROR_SIZE) must live as long. NULL: no memory. */
CURL *px_easy_new(const char *url, const px_route *route, char *error_text);

/* Makes libcurl ready, once for the process; false: it can't be. Thread-safe. px_easy_new does it. */
bool px_easy_global(void);

#endif
