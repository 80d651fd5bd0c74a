/* Which certificate the server's TLS listeners have: from files, and again from them when it is
 * told to reload, or one that is made for development. */
#ifndef PX_SERVER_HOST_SECURE_H
#define PX_SERVER_HOST_SECURE_H

#include "server/host.h"

/* Sets server->tls where the options name TLS listeners. PX_ERR_ARGUMENT and others, with a
 * sentence. */
PX_MUST_CHECK int px_host_start_tls(px_server *server, char *why, size_t size);

/* Reads the files again. When something is wrong with them the log says so, and the certificate
 * stays. */
void px_host_reload_tls(px_server *server);

#endif
