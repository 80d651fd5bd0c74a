/* The requests that an HTTP transport makes: their URLs, headers and bodies. */
#ifndef PX_CORE_HTTP_REQUEST_H
#define PX_CORE_HTTP_REQUEST_H

#include "core/http_socket.h"

/* What an HTTP transport asks for. */
typedef struct px_http_question {
    px_request_kind kind;
    px_slice path; /* "/xhr_streaming" */
    px_slice body;
    uint32_t timeout_ms;
} px_http_question;

/* Queues the request and gives its id. `owner` is the transport's id; 0: nobody wants the answer.
 * PX_ERR_NO_MEMORY, PX_ERR_LIMIT. */
PX_MUST_CHECK int px_http_socket_ask(px_core *core, const px_http_socket *socket, px_id owner,
                                     const px_http_question *what, px_id *id);

#endif
