/* Where the server sends HTTP requests of its own: one host and port, one request at a time, over a
 * connection that is kept between requests.
 *
 * This is not libevent's evhttp because of what its users report of 2.1.12: a lookup that is answered
 * after its request was given up ends the process by an assertion (libevent issue 1064), its time-out
 * starts again with every byte, and it writes with write(), which raises SIGPIPE. */
#ifndef PX_SERVER_HOST_ENDPOINT_H
#define PX_SERVER_HOST_ENDPOINT_H

#include <event2/event.h>

#include "server/host_lookup.h"
#include "server/host_tls.h"
#include "server/url.h"

typedef struct px_endpoint px_endpoint;

/* What all endpoints of a server share. */
typedef struct px_endpoint_means {
    struct event_base *base;
    px_host_tls *tls; /* of px_tls_new_client; for https only */
    px_lookups lookups;
    char *read_buffer; /* PX_ENDPOINT_READ_SIZE bytes */
} px_endpoint_means;

enum { PX_ENDPOINT_READ_SIZE = 65536 };

/* How a request ended. `status`: of the answer; 0: there was none, and `why` says what happened, as a
 * static text. Another request may be sent at once. */
typedef void px_endpoint_done(void *context, int status, const char *why);

/* PX_ERR_NO_MEMORY. */
PX_MUST_CHECK int px_endpoint_new(px_endpoint_means *means, const px_url *url,
                                  px_endpoint_done *done, void *context, px_endpoint **endpoint);

/* Sends a request, whose bytes must stay until `done` is called, which is within `timeout_ms`, and
 * never from here. The head ends with its empty line. Only when no request is on its way. */
void px_endpoint_send(px_endpoint *endpoint, px_slice head, px_slice body, uint32_t timeout_ms);

/* Ends what is on its way without a word; `done` will not be called. NULL is fine. */
void px_endpoint_free(px_endpoint *endpoint);

#endif
