/* Signed requests to the HTTP API. */
#ifndef PX_CLI_API_H
#define PX_CLI_API_H

#include "base/buffer.h"
#include "cli/settings.h"
#include "driver/http_call.h"

typedef struct px_cli_parameter {
    const char *name;
    px_slice value;
} px_cli_parameter;

typedef struct px_cli_request {
    const char *method;
    const char *resource; /* below /apps/ID: "channels" */
    px_slice name;        /* a channel's, below the resource; empty: none */
    const char *detail;   /* below the name: "users"; NULL: none */
    /* Sorted by name, and sorted behind those that sign the request ("auth_...", "body_md5"). */
    const px_cli_parameter *parameters;
    size_t parameter_count;
    px_slice body;       /* JSON; empty: none */
    uint32_t timeout_ms; /* 0: 15000 */
} px_cli_request;

/* Makes the request with the settings' id, key and secret. PX_OK: an answer of any status came;
 * otherwise as px_http_call. The reply is to be freed in both cases. */
PX_MUST_CHECK int px_cli_api_request(const px_cli_settings *settings, const px_cli_request *request,
                                     px_http_reply *reply);

/* Makes the request with the settings' id, key and secret. PX_CLI_DONE: it succeeded, and the
 * answer's body is appended to `answer`. PX_CLI_FAILED: stderr says why and what to do. */
int px_cli_api(const px_cli_settings *settings, const px_cli_request *request, px_buffer *answer);

#endif
