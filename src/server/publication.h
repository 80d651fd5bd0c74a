/* An event on its way from an application to channels: reading it from a request and checking it.
 */
#ifndef PX_SERVER_PUBLICATION_H
#define PX_SERVER_PUBLICATION_H

#include "server/http_call.h"

typedef struct px_publication {
    px_slice label; /* goes before error texts: "batch[3]: ", or nothing */
    px_slice name;
    px_slice data;
    px_slice *channels; /* distinct once checked */
    size_t channel_count;
    px_slice socket_id;  /* of the connection that does not get it; ptr NULL: none */
    px_slice info;       /* as it was asked for */
    unsigned attributes; /* the same, read */
} px_publication;

/* Both read what is there and leave it to px_publication_check whether it will do; they return
 * PX_HTTP_OK or answer an error. */
int px_publication_from_json(px_http_call *call, px_slice json, px_publication *publication);
int px_publication_from_params(px_http_call *call, px_publication *publication);

/* Checks everything against the protocol and the app's limits, and drops repeated channels. Returns
 * PX_HTTP_OK or answers an error. */
int px_publication_check(px_http_call *call, px_publication *publication);

#endif
