/* One HTTP request and what comes back, as a prepared easy handle: http_call.c waits for it,
 * request.c lets the loop carry it. */
#ifndef PX_DRIVER_HTTP_EXCHANGE_H
#define PX_DRIVER_HTTP_EXCHANGE_H

#include "base/buffer.h"
#include "core/core.h"
#include "driver/easy.h"
#include "driver/failure.h"

typedef struct px_http_call_options {
    px_slice method; /* "GET", "POST", ...; empty: GET */
    px_slice url;    /* absolute, http or https */
    const px_header *headers;
    size_t header_count;
    px_slice body; /* with POST and the like */
    px_tls_options tls;
    uint32_t timeout_ms; /* 0: 15000 */
    size_t max_body;     /* bytes of the answer's body; 0: 65536 */
} px_http_call_options;

typedef struct px_http_reply {
    int status;         /* of HTTP; 0: no answer came */
    px_buffer body;     /* of the answer */
    px_failure failure; /* when no answer came */
} px_http_reply;

typedef struct px_http_exchange {
    CURL *easy;
    struct curl_slist *headers;
    const px_allocator *allocator;
    char *url; /* NUL-terminated */
    size_t url_len;
    px_http_reply reply;
    char error_text[CURL_ERROR_SIZE];
} px_http_exchange;

/* Prepares the handle; copies what the options point to. The exchange must not move.
 * PX_ERR_NO_MEMORY, PX_ERR_ARGUMENT (a NUL or line break where none may be). */
PX_MUST_CHECK int px_http_exchange_init(px_http_exchange *exchange, const px_allocator *allocator,
                                        const px_http_call_options *options);

/* The transfer ended with `code`: fills exchange->reply. */
void px_http_exchange_finish(px_http_exchange *exchange, CURLcode code);

void px_http_exchange_free(px_http_exchange *exchange);

#endif
