/* What is said about webhooks: URLs without secrets, numbers of events by their kinds. */
#ifndef PX_SERVER_WEBHOOK_WORDS_H
#define PX_SERVER_WEBHOOK_WORDS_H

#include "server/webhook_options.h"

enum { PX_WEBHOOK_KINDS_SIZE = 256 };

/* "3 channel_occupied, 1 client_event". Returns how many there are of all kinds. */
uint64_t px_webhook_kinds_text(const uint64_t counts[PX_WEBHOOK_KIND_COUNT],
                               char out[PX_WEBHOOK_KINDS_SIZE]);

/* The part of the URL that can be shown, as a slice of what is written to `out`, of url.len bytes at
 * least: without user information and query. */
px_slice px_webhook_shown_url(px_slice url, char *out);

#endif
