#include "server/webhook_head.h"

#include "base/base64.h"

enum { MAX_USERINFO = 512 };

typedef struct writer {
    px_buffer *out;
    int result; /* sticks */
} writer;

static void put(writer *head, px_slice text) {
    if (head->result == PX_OK)
        head->result = px_buffer_append(head->out, text);
}

static void put_number(writer *head, uint64_t value) {
    char digits[20];
    put(head, px_slice_of(digits, px_u64_to_text(value, digits)));
}

static void put_field(writer *head, px_slice name, px_slice value) {
    put(head, name);
    put(head, PX_SLICE(": "));
    put(head, value);
    put(head, PX_SLICE("\r\n"));
}

static bool has_field(const px_webhook_options *webhook, px_slice name) {
    for (size_t i = 0; i < webhook->headers.count; i++)
        if (px_slice_equal_ignore_case(webhook->headers.items[i].name, name))
            return true;
    return false;
}

static void put_host(writer *head, const px_url *url) {
    bool is_ip6 = url->host.len > 0 && memchr(url->host.ptr, ':', url->host.len);
    put(head, is_ip6 ? PX_SLICE("Host: [") : PX_SLICE("Host: "));
    put(head, url->host);
    put(head, is_ip6 ? PX_SLICE("]") : PX_SLICE(""));
    if (url->port != (url->is_tls ? 443 : 80)) {
        put(head, PX_SLICE(":"));
        put_number(head, url->port);
    }
    put(head, PX_SLICE("\r\n"));
}

static int hex_digit(char c) {
    return c >= '0' && c <= '9'                     ? c - '0'
           : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10
                                                    : -1;
}

/* USER:PASSWORD of a URL, its escapes resolved, as RFC 7617 wants it. */
static void put_userinfo(writer *head, px_slice userinfo) {
    char text[MAX_USERINFO];
    char encoded[(MAX_USERINFO + 2) / 3 * 4];
    size_t len = 0;
    for (size_t i = 0; i < userinfo.len && len < sizeof text; i++) {
        bool is_escape = userinfo.ptr[i] == '%' && i + 2 < userinfo.len &&
                         hex_digit(userinfo.ptr[i + 1]) >= 0 && hex_digit(userinfo.ptr[i + 2]) >= 0;
        text[len++] =
            is_escape ? (char)(hex_digit(userinfo.ptr[i + 1]) * 16 + hex_digit(userinfo.ptr[i + 2]))
                      : userinfo.ptr[i];
        i += is_escape ? 2 : 0;
    }
    px_base64_encode(px_slice_of(text, len), encoded);
    put(head, PX_SLICE("Authorization: Basic "));
    put(head, px_slice_of(encoded, px_base64_encoded_length(len)));
    put(head, PX_SLICE("\r\n"));
}

int px_webhook_head_write(px_buffer *out, const px_url *url, const px_webhook_options *webhook,
                          const px_webhook_request *request) {
    writer head = {out, PX_OK};
    put(&head, PX_SLICE("POST "));
    put(&head, url->target.len > 0 && url->target.ptr[0] == '/' ? PX_SLICE("") : PX_SLICE("/"));
    put(&head, url->target);
    put(&head, PX_SLICE(" HTTP/1.1\r\n"));
    put_host(&head, url);
    if (!has_field(webhook, PX_SLICE("user-agent")))
        put_field(&head, PX_SLICE("User-Agent"), PX_SLICE("pusher-serve/" PUSHER_VERSION_TEXT));
    if (!has_field(webhook, PX_SLICE("authorization")) && url->userinfo.len > 0)
        put_userinfo(&head, url->userinfo);
    put_field(&head, PX_SLICE("Content-Type"), PX_SLICE("application/json"));
    put(&head, PX_SLICE("Content-Length: "));
    put_number(&head, request->body.len);
    put(&head, PX_SLICE("\r\n"));
    put_field(&head, PX_SLICE("X-Pusher-Key"), request->key);
    put_field(&head, PX_SLICE("X-Pusher-Signature"), request->signature);
    for (size_t i = 0; i < webhook->headers.count; i++)
        put_field(&head, webhook->headers.items[i].name, webhook->headers.items[i].value);
    put(&head, PX_SLICE("\r\n"));
    return head.result;
}
