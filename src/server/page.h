/* The page at "/": what is running here and how to connect, for people. */
#ifndef PX_SERVER_PAGE_H
#define PX_SERVER_PAGE_H

#include "base/buffer.h"
#include "server/webhook_queue.h"

typedef struct px_page_facts {
    px_hub_stats stats;
    px_webhook_stats webhooks;
    bool has_webhooks;
    size_t http_sessions; /* connections that HTTP requests carry */
    uint64_t uptime_ms;
    px_slice host; /* the Host header that the page was asked for with; may be empty */
    px_slice path_prefix;
    bool has_default_app; /* then, and only then, the page shows the credentials */
    bool dev_auth;
    bool is_tls; /* it was asked for over TLS */
} px_page_facts;

/* Appends the page. Errors as px_buffer_append. */
PX_MUST_CHECK int px_page_write(px_buffer *out, const px_page_facts *facts);

#endif
