#include "driver/http_exchange.h"

#include <stdio.h>

enum { DEFAULT_MAX_BODY = 65536, PROXY_WANTS_LOGIN = 407 };

static bool is_one_line(px_slice text) {
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '\0' || text.ptr[i] == '\r' || text.ptr[i] == '\n')
            return false;
    }
    return true;
}

static size_t take_body(char *bytes, size_t size, size_t count, void *context) {
    px_http_exchange *exchange = context;
    size_t len = size * count;
    if (exchange->take)
        return exchange->take(exchange, px_slice_of(bytes, len)) ? len : 0;
    return px_buffer_append(&exchange->reply.body, px_slice_of(bytes, len)) ? 0 : len;
}

static int add_header_line(px_http_exchange *exchange, const char *line) {
    struct curl_slist *longer = curl_slist_append(exchange->headers, line);
    if (!longer)
        return PX_ERR_NO_MEMORY;
    exchange->headers = longer;
    return PX_OK;
}

static int add_header(px_http_exchange *exchange, const px_header *header) {
    if (!is_one_line(header->name) || !is_one_line(header->value))
        return PX_ERR_ARGUMENT;
    size_t size = header->name.len + header->value.len + sizeof ": ";
    char *line = px_alloc(exchange->allocator, size);
    if (!line)
        return PX_ERR_NO_MEMORY;
    /* libcurl's way to write a header without a value is a semicolon. */
    snprintf(line, size, "%.*s%s%.*s", (int)header->name.len, header->name.ptr,
             header->value.len ? ": " : ";", (int)header->value.len, header->value.ptr);
    int result = add_header_line(exchange, line);
    px_free(exchange->allocator, line, size);
    return result;
}

/* For libcurl 0 is no limit. */
static long timeout_of(const px_http_call_options *options) {
    if (options->timeout_ms == PX_HTTP_NO_TIMEOUT)
        return 0;
    return options->timeout_ms ? (long)options->timeout_ms : (long)PX_HTTP_TIMEOUT_MS;
}

static int set_request(px_http_exchange *exchange, const px_http_call_options *options) {
    char method[16] = "GET";
    if (options->method.len >= sizeof method || !is_one_line(options->method))
        return PX_ERR_ARGUMENT;
    if (options->method.len)
        snprintf(method, sizeof method, "%.*s", (int)options->method.len, options->method.ptr);
    CURL *easy = exchange->easy;
    CURLcode code = CURLE_OK;
    if (options->body.len || strcmp(method, "POST") == 0) {
        code = curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)options->body.len);
        if (!code)
            code = curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS,
                                    options->body.len ? options->body.ptr : "");
    }
    if (!code && (options->body.len || strcmp(method, "GET") != 0))
        code = curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, method);
    if (!code)
        code = curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, timeout_of(options));
    return code ? PX_ERR_NO_MEMORY : PX_OK;
}

static int set_headers(px_http_exchange *exchange, const px_http_call_options *options) {
    /* No round trip for a "100 Continue". */
    int result = add_header_line(exchange, "Expect:");
    for (size_t i = 0; !result && i < options->header_count; i++)
        result = add_header(exchange, &options->headers[i]);
    if (!result && curl_easy_setopt(exchange->easy, CURLOPT_HTTPHEADER, exchange->headers))
        result = PX_ERR_NO_MEMORY;
    return result;
}

static int set_all(px_http_exchange *exchange, const px_http_call_options *options) {
    if (!is_one_line(options->url))
        return PX_ERR_ARGUMENT;
    exchange->url_len = options->url.len;
    exchange->url = px_alloc(exchange->allocator, options->url.len + 1);
    if (!exchange->url)
        return PX_ERR_NO_MEMORY;
    if (options->url.len)
        memcpy(exchange->url, options->url.ptr, options->url.len);
    exchange->url[options->url.len] = '\0';
    exchange->easy = px_easy_new(exchange->url, exchange->route, exchange->error_text);
    if (!exchange->easy || curl_easy_setopt(exchange->easy, CURLOPT_WRITEFUNCTION, take_body) ||
        curl_easy_setopt(exchange->easy, CURLOPT_WRITEDATA, exchange) ||
        curl_easy_setopt(exchange->easy, CURLOPT_USERAGENT, "libpusher/" PUSHER_VERSION_TEXT))
        return PX_ERR_NO_MEMORY;
    if (options->connections &&
        curl_easy_setopt(exchange->easy, CURLOPT_SHARE, (CURLSH *)options->connections))
        return PX_ERR_NO_MEMORY;
    int result = set_request(exchange, options);
    return result ? result : set_headers(exchange, options);
}

int px_http_exchange_init(px_http_exchange *exchange, const px_allocator *allocator,
                          const px_http_call_options *options) {
    static const px_route usual;
    *exchange = (px_http_exchange){.allocator = allocator,
                                   .route = options->route ? options->route : &usual};
    px_buffer_init(&exchange->reply.body, allocator,
                   options->max_body ? options->max_body : DEFAULT_MAX_BODY);
    int result = set_all(exchange, options);
    if (result)
        px_http_exchange_free(exchange);
    return result;
}

int px_http_exchange_status(const px_http_exchange *exchange) {
    long status = 0;
    curl_easy_getinfo(exchange->easy, CURLINFO_RESPONSE_CODE, &status);
    return (int)status;
}

void px_http_exchange_finish(px_http_exchange *exchange, CURLcode code) {
    px_http_reply *reply = &exchange->reply;
    px_slice url = px_slice_of(exchange->url, exchange->url_len);
    int status = px_http_exchange_status(exchange);
    if (!code && status != PROXY_WANTS_LOGIN) {
        reply->status = status;
        return;
    }
    if (code)
        px_failure_of_curl(&reply->failure, exchange->easy, code, exchange->route, url,
                           exchange->error_text);
    else
        px_failure_of_proxy_login(&reply->failure, exchange->route, url);
    px_buffer_clear(&reply->body);
}

void px_http_exchange_free(px_http_exchange *exchange) {
    curl_easy_cleanup(exchange->easy);
    curl_slist_free_all(exchange->headers);
    px_free(exchange->allocator, exchange->url, exchange->url_len + 1);
    px_buffer_free(&exchange->reply.body);
}
