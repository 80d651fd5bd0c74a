/* An HTTP call that waits for its answer: for programs, never for the library's own loop. */
#ifndef PX_DRIVER_HTTP_CALL_H
#define PX_DRIVER_HTTP_CALL_H

#include "driver/http_exchange.h"

/* Makes the request and waits for the whole answer. Redirects are not followed.
 *
 *     px_http_call_options options = {.method = PX_SLICE("GET"), .url = url};
 *     px_http_reply reply;
 *     if (px_http_call(&options, &reply) != PX_OK)
 *         fprintf(stderr, "%s\n", reply.failure.text);
 *     else
 *         use(reply.status, px_buffer_slice(&reply.body));
 *     px_http_reply_free(&reply);
 *
 * PX_OK: an answer of any status came. Otherwise reply->failure has the same code and a sentence
 * that names the host: PX_ERR_ARGUMENT (URL, method or header), PX_ERR_LIMIT (body of more than
 * max_body), PX_ERR_RESOLVE, PX_ERR_CONNECT, PX_ERR_TLS, PX_ERR_PROXY, PX_ERR_CLOSED,
 * PX_ERR_TIMEOUT, PX_ERR_PROTOCOL, PX_ERR_NO_MEMORY. Thread-safe. */
PX_MUST_CHECK int px_http_call(const px_http_call_options *options, px_http_reply *reply);

/* After every px_http_call, whatever it returned. */
void px_http_reply_free(px_http_reply *reply);

#endif
