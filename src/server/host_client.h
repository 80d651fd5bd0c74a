/* Who is at the other end of a connection, whatever proxies are between: by the PROXY protocol, which
 * says it once for a connection, or by headers, which say it with each request. */
#ifndef PX_SERVER_HOST_CLIENT_H
#define PX_SERVER_HOST_CLIENT_H

#include "server/host.h"
#include "server/host_head.h"

/* Who sends this request. */
px_host_client px_host_client_of(const px_host_connection *connection, const px_http_head *head);

/* Turns the texts of the option trusted_proxies into server->trusted. PX_ERR_ARGUMENT with a
 * sentence. */
PX_MUST_CHECK int px_host_read_trusted(px_server *server, char *why, size_t size);

/* Bytes of a connection that begins with a PROXY header. */
void px_host_proxied_input(px_host_connection *connection, px_slice bytes);

/* True when the client may not use the app: everybody knows its credentials, so it is for this
 * machine only. Tells the log. */
bool px_host_keeps_away(const px_host_connection *connection, const px_host_client *client,
                        const px_app_options *app);

#endif
