/* The head of a request to a webhook. */
#ifndef PX_SERVER_WEBHOOK_HEAD_H
#define PX_SERVER_WEBHOOK_HEAD_H

#include "base/buffer.h"
#include "server/url.h"
#include "server/webhook_queue.h"

/* Appends it; `url` is that of the webhook. Errors as px_buffer_append. */
PX_MUST_CHECK int px_webhook_head_write(px_buffer *out, const px_url *url,
                                        const px_webhook_options *webhook,
                                        const px_webhook_request *request);

#endif
