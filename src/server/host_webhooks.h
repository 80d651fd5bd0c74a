/* Webhooks on the loop: from what the hub notices to requests, and to the journal. */
#ifndef PX_SERVER_HOST_WEBHOOKS_H
#define PX_SERVER_HOST_WEBHOOKS_H

#include "server/host.h"
#include "server/webhook_queue.h"

/* Prepares what the apps' webhooks need: nothing where there are none. PX_ERR_ARGUMENT or
 * PX_ERR_STATE: a setting can't be used, and `why` says which; PX_ERR_NO_MEMORY. */
PX_MUST_CHECK int px_host_start_webhooks(px_server *server, char *why, size_t size);

/* For px_hub_host. */
void px_host_take_notice(void *server, const px_notice *notice);

/* Sends what should go out now; once a turn. */
void px_host_send_webhooks(px_server *server);

/* When that is wanted next, at the latest; UINT64_MAX: not before something happens. */
uint64_t px_host_webhooks_deadline(const px_server *server);

/* The server stops: what can be delivered now is. */
void px_host_hurry_webhooks(px_server *server);

/* Nothing can be delivered any more while the server stops. */
bool px_host_webhooks_are_idle(const px_server *server);

/* Says what is left, and frees all of it. */
void px_host_free_webhooks(px_server *server);

/* False: no app has webhooks. */
bool px_host_webhook_stats(const px_server *server, px_webhook_stats *stats);

#endif
