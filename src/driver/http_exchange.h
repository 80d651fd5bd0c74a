/* One HTTP request and what comes back, as a prepared easy handle: http_call.c waits for it,
 * request.c lets the loop carry it. */
#ifndef PX_DRIVER_HTTP_EXCHANGE_H
#define PX_DRIVER_HTTP_EXCHANGE_H

#include "base/buffer.h"
#include "core/core.h"
#include "driver/connections.h"
#include "driver/easy.h"
#include "driver/failure.h"

typedef struct px_http_call_options {
    px_slice method; /* "GET", "POST", ...; empty: GET */
    px_slice url;    /* absolute, http or https */
    const px_header *headers;
    size_t header_count;
    px_slice body;               /* with POST and the like */
    const px_route *route;       /* NULL: proxies as the environment has them */
    px_connections *connections; /* to use and keep; NULL: one for this request alone */
    uint32_t timeout_ms;         /* 0: PX_HTTP_TIMEOUT_MS; PX_HTTP_NO_TIMEOUT */
    size_t max_body;             /* bytes of the answer's body; 0: 65536 */
} px_http_call_options;

#define PX_HTTP_TIMEOUT_MS 15000
#define PX_HTTP_NO_TIMEOUT UINT32_MAX

typedef struct px_http_reply {
    int status;         /* of HTTP; 0: no answer came */
    px_buffer body;     /* of the answer */
    px_failure failure; /* when no answer came */
} px_http_reply;

/* Takes a piece of the body instead of the reply; from within libcurl, which must not be asked to
 * do anything then. False: no memory. */
typedef struct px_http_exchange px_http_exchange;
typedef bool (*px_http_take_fn)(px_http_exchange *exchange, px_slice piece);

struct px_http_exchange {
    CURL *easy;
    const px_route *route;
    px_http_take_fn take; /* NULL: the body gathers in the reply */
    struct curl_slist *headers;
    const px_allocator *allocator;
    char *url; /* NUL-terminated */
    size_t url_len;
    px_http_reply reply;
    char error_text[CURL_ERROR_SIZE];
};

/* Prepares the handle; copies what the options point to, but for the route, which must live as
 * long. The exchange must not move.
 * PX_ERR_NO_MEMORY, PX_ERR_ARGUMENT (a NUL or line break where none may be). */
PX_MUST_CHECK int px_http_exchange_init(px_http_exchange *exchange, const px_allocator *allocator,
                                        const px_http_call_options *options);

/* The status of the answer, from its first byte of body on; 0: none came yet. */
int px_http_exchange_status(const px_http_exchange *exchange);

/* The transfer ended with `code`: fills exchange->reply. */
void px_http_exchange_finish(px_http_exchange *exchange, CURLcode code);

void px_http_exchange_free(px_http_exchange *exchange);

#endif
