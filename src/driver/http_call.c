#include "driver/http_call.h"

#include "driver/memory.h"

int px_http_call(const px_http_call_options *options, px_http_reply *reply) {
    px_http_exchange exchange;
    int result = px_http_exchange_init(&exchange, &px_malloc_allocator, options);
    if (result) {
        *reply = (px_http_reply){0};
        px_buffer_init(&reply->body, &px_malloc_allocator, 0);
        px_failure_of_peer(&reply->failure, result, options->url,
                           result == PX_ERR_ARGUMENT
                               ? "a control character in the method, URL or headers for"
                               : "no memory left for",
                           PX_SLICE(""));
        return result;
    }
    px_http_exchange_finish(&exchange, curl_easy_perform(exchange.easy));
    /* The answer changes owners. */
    *reply = exchange.reply;
    px_buffer_init(&exchange.reply.body, &px_malloc_allocator, 0);
    px_http_exchange_free(&exchange);
    return reply->failure.result;
}

void px_http_reply_free(px_http_reply *reply) {
    px_buffer_free(&reply->body);
}
