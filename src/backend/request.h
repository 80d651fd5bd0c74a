/* Signed requests to the HTTP API. */
#ifndef PX_BACKEND_REQUEST_H
#define PX_BACKEND_REQUEST_H

#include "backend/app.h"

enum { PX_REQUEST_MAX_PARAMETERS = 32 };

typedef struct px_backend_parameter {
    px_slice name; /* in lower case */
    px_slice value;
} px_backend_parameter;

typedef struct px_backend_request {
    px_slice method;
    px_slice path; /* below /apps/ID, starts with a slash, percent-encoded */
    const px_backend_parameter *parameters;
    size_t parameter_count;
    px_slice body; /* JSON; empty: none */
} px_backend_request;

/* Appends the request's URL, signed for that moment (seconds since 1970). PX_ERR_ARGUMENT: a path
 * or parameter that can't be; app->error says which. PX_ERR_LIMIT, PX_ERR_NO_MEMORY. */
PX_MUST_CHECK int px_backend_request_url(pusher_app *app, const px_backend_request *request,
                                         uint64_t timestamp, px_buffer *url);

/* Makes the request and fills in the answer (may be NULL), as <pusher/server.h> says. */
PX_MUST_CHECK int px_backend_request_send(pusher_app *app, const px_backend_request *request,
                                          pusher_answer *answer);

/* Appends the text, percent-encoded where it is not plain. Errors as px_buffer_append. */
PX_MUST_CHECK int px_backend_percent_encode(px_buffer *out, px_slice text);

#endif
