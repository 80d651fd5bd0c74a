/* What libcurl's error codes mean here: one table gives the result code and the advice. */
#ifndef PX_DRIVER_FAILURE_H
#define PX_DRIVER_FAILURE_H

#include "base/slice.h"
#include "driver/result.h"
#include "driver/route.h"

#include <curl/curl.h>

typedef struct px_failure {
    int result;     /* PX_ERR_* */
    char text[640]; /* a sentence for people, NUL-terminated; no secret is in it */
} px_failure;

/* Describes why the transfer of `easy` to `url`, on this route, failed. `detail` is libcurl's error
 * buffer; it may be empty. The sentence names host and port (and those of the proxy, when it was
 * the proxy), says what went wrong and, where that is known, what to do. */
void px_failure_of_curl(px_failure *failure, CURL *easy, CURLcode code, const px_route *route,
                        px_slice url, const char *detail);

/* The same for a proxy that wants to know who asks (status 407). */
void px_failure_of_proxy_login(px_failure *failure, const px_route *route, px_slice url);

/* The same for a failure that libcurl has no part in: "WHAT HOST:PORT: DETAIL". `detail` may be
 * empty. */
void px_failure_of_peer(px_failure *failure, int result, px_slice url, const char *what,
                        px_slice detail);

/* "HOST:PORT" of a URL, without user name and password; the port only where the URL has it. */
px_slice px_url_authority(px_slice url);

#endif
