/* Signed requests to the HTTP API. */
#include "cli/api.h"
#include "cli/cli.h"
#include "cli/terminal.h"
#include "driver/memory.h"
#include "net/signature.h"
#include "json/reader.h"

#include <stdio.h>
#include <time.h>

enum { MAX_URL = 65536, MAX_ANSWER = 64 * 1024 * 1024, MAX_ERROR_TEXT = 400 };

/* Text that is put together piece by piece; after a failure it takes no more. */
typedef struct text_builder {
    px_buffer buffer;
    int result;
} text_builder;

static void builder_init(text_builder *builder) {
    px_buffer_init(&builder->buffer, &px_malloc_allocator, MAX_URL);
    builder->result = PX_OK;
}

static void add(text_builder *builder, px_slice text) {
    if (builder->result == PX_OK)
        builder->result = px_buffer_append(&builder->buffer, text);
}

static void add_text(text_builder *builder, const char *text) {
    add(builder, px_slice_of_text(text));
}

static void add_u64(text_builder *builder, uint64_t value) {
    char digits[20];
    add(builder, px_slice_of(digits, px_u64_to_text(value, digits)));
}

static void add_encoded(text_builder *builder, px_slice text) {
    static const char plain[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    for (size_t i = 0; i < text.len; i++) {
        unsigned char byte = (unsigned char)text.ptr[i];
        char escape[4];
        if (memchr(plain, byte, sizeof plain - 1)) {
            add(builder, px_slice_of(text.ptr + i, 1));
        } else {
            snprintf(escape, sizeof escape, "%%%02X", (unsigned)byte);
            add_text(builder, escape);
        }
    }
}

/* ---- The URL ---- */

/* What is signed: a prefix in front of it is a matter of transport, which a proxy may take away. */
static void add_path(text_builder *builder, const px_cli_settings *settings,
                     const px_cli_request *request) {
    add_text(builder, "/apps/");
    add_encoded(builder, px_slice_of_text(settings->id));
    add_text(builder, "/");
    add_text(builder, request->resource);
    if (request->name.len > 0) {
        add_text(builder, "/");
        add_encoded(builder, request->name);
    }
    if (request->detail) {
        add_text(builder, "/");
        add_text(builder, request->detail);
    }
}

/* The query is signed as it is meant, and sent percent-encoded. */
static void add_query(text_builder *builder, const px_cli_settings *settings,
                      const px_cli_request *request, uint64_t timestamp, const char *body_md5,
                      void (*add_value)(text_builder *builder, px_slice value)) {
    add_text(builder, "auth_key=");
    add_value(builder, px_slice_of_text(settings->key));
    add_text(builder, "&auth_timestamp=");
    add_u64(builder, timestamp);
    add_text(builder, "&auth_version=1.0");
    if (request->body.len > 0) {
        add_text(builder, "&body_md5=");
        add(builder, px_slice_of(body_md5, PX_MD5_LENGTH));
    }
    for (size_t i = 0; i < request->parameter_count; i++) {
        add_text(builder, "&");
        add_text(builder, request->parameters[i].name);
        add_text(builder, "=");
        add_value(builder, request->parameters[i].value);
    }
}

static void sign(text_builder *to_sign, const px_cli_settings *settings,
                 char signature[PX_SIGNATURE_LENGTH]) {
    if (to_sign->result == PX_OK) {
        px_slice text = px_buffer_slice(&to_sign->buffer);
        to_sign->result = px_signature(px_slice_of_text(settings->secret), &text, 1, signature);
    }
}

static int build_url(text_builder *url, const px_cli_settings *settings,
                     const px_cli_request *request) {
    uint64_t timestamp = (uint64_t)time(NULL);
    char body_md5[PX_MD5_LENGTH], signature[PX_SIGNATURE_LENGTH];
    int result = px_md5(request->body, body_md5);
    if (result != PX_OK)
        return result;
    text_builder to_sign;
    builder_init(&to_sign);
    add_text(&to_sign, request->method);
    add_text(&to_sign, "\n");
    add_path(&to_sign, settings, request);
    add_text(&to_sign, "\n");
    add_query(&to_sign, settings, request, timestamp, body_md5, add);
    sign(&to_sign, settings, signature);

    add_text(url, settings->tls ? "https://" : "http://");
    add_text(url, settings->api_host);
    add_text(url, ":");
    add_u64(url, settings->port);
    add_text(url, settings->path);
    add_path(url, settings, request);
    add_text(url, "?");
    add_query(url, settings, request, timestamp, body_md5, add_encoded);
    add_text(url, "&auth_signature=");
    add(url, px_slice_of(signature, sizeof signature));
    result = to_sign.result != PX_OK ? to_sign.result : url->result;
    px_buffer_free(&to_sign.buffer);
    return result;
}

/* ---- The answer ---- */

/* Appends the text of {"error":"..."}; false when the body is something else. */
static bool find_error(px_slice body, px_buffer *text) {
    px_json_reader reader;
    px_json_reader_init(&reader, body);
    if (px_json_next(&reader) != PX_JSON_OBJECT_BEGIN)
        return false;
    while (px_json_next(&reader) == PX_JSON_KEY) {
        bool is_error = px_slice_equal(reader.text, PX_SLICE("error"));
        px_json_token token = px_json_next(&reader);
        if (is_error && token == PX_JSON_STRING)
            return px_json_unescape(reader.text, text) == PX_OK;
        if (!px_json_skip(&reader, token))
            return false;
    }
    return false;
}

/* What the server says: its error, or else the beginning of the body. */
static void print_error(px_slice body) {
    px_buffer text;
    px_buffer_init(&text, &px_malloc_allocator, MAX_ANSWER);
    px_slice shown = find_error(body, &text) ? px_buffer_slice(&text) : body;
    if (shown.len > MAX_ERROR_TEXT)
        shown.len = MAX_ERROR_TEXT;
    while (shown.len > 0 && strchr("\r\n ", shown.ptr[shown.len - 1]))
        shown.len--;
    px_cli_print_text(stderr, shown);
    px_buffer_free(&text);
}

static const char *advice(int status) {
    switch (status) {
    case 401:
        return "check the key, the secret and this machine's clock";
    case 403:
        return "the app is disabled or over its quota";
    case 404:
        return "check the app id, the host and the port";
    default:
        return NULL;
    }
}

static void explain_refusal(const px_cli_settings *settings, const px_http_reply *reply) {
    fprintf(stderr,
            "%spusher:%s %s:%u refused this (HTTP %d): ", px_cli_colour_on(stderr, PX_CLI_RED),
            px_cli_colour_on(stderr, PX_CLI_PLAIN), settings->api_host, (unsigned)settings->port,
            reply->status);
    print_error(px_buffer_slice(&reply->body));
    const char *what_next = advice(reply->status);
    fprintf(stderr, "%s%s\n", what_next ? "; " : "", what_next ? what_next : "");
}

static void explain_failure(const px_cli_settings *settings, const px_failure *failure) {
    if (failure->result == PX_ERR_CONNECT && settings->local)
        px_cli_error("nothing is listening on %s:%u; start one with: pusher serve",
                     settings->api_host, (unsigned)settings->port);
    else
        px_cli_error("%s", failure->text);
}

int px_cli_api_request(const px_cli_settings *settings, const px_cli_request *request,
                       px_http_reply *reply) {
    text_builder url;
    builder_init(&url);
    int result = build_url(&url, settings, request);
    if (result != PX_OK) {
        *reply = (px_http_reply){0};
        px_buffer_init(&reply->body, &px_malloc_allocator, 0);
        px_failure_of_peer(&reply->failure, result, px_slice_of_text(settings->api_host),
                           "the request is too long to be signed, or there is no memory for it, to",
                           PX_SLICE(""));
        px_buffer_free(&url.buffer);
        return result;
    }
    const px_header content_type = {PX_LITERAL("Content-Type"), PX_LITERAL("application/json")};
    px_http_call_options options = {
        .method = px_slice_of_text(request->method),
        .url = px_buffer_slice(&url.buffer),
        .headers = &content_type,
        .header_count = request->body.len > 0 ? 1 : 0,
        .body = request->body,
        .route = &settings->route,
        .timeout_ms = request->timeout_ms,
        .max_body = MAX_ANSWER,
    };
    result = px_http_call(&options, reply);
    px_buffer_free(&url.buffer);
    return result;
}

int px_cli_api(const px_cli_settings *settings, const px_cli_request *request, px_buffer *answer) {
    px_http_reply reply;
    int code = PX_CLI_FAILED;
    if (px_cli_api_request(settings, request, &reply) != PX_OK)
        explain_failure(settings, &reply.failure);
    else if (reply.status < 200 || reply.status > 299)
        explain_refusal(settings, &reply);
    else if (px_buffer_append(answer, px_buffer_slice(&reply.body)) != PX_OK)
        px_cli_error("there is no memory for the answer");
    else
        code = PX_CLI_DONE;
    px_http_reply_free(&reply);
    return code;
}
