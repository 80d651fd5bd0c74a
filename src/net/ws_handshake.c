/* The WebSocket opening handshake: keys, the client's request and its answer, the server's check.
 */
#include "net/ws_handshake.h"

#include "base/base64.h"

#include <openssl/evp.h>

enum { SHA1_BYTES = 20, MAX_HEAD = 16384, KEY_BYTES = 16 };

static const px_slice GUID = PX_LITERAL("258EAFA5-E914-47DA-95CA-C5AB0DC85B11");

void px_ws_key(const uint8_t random[16], char out[PX_WS_KEY_LENGTH]) {
    px_base64_encode(px_slice_of((const char *)random, KEY_BYTES), out);
}

int px_ws_accept(px_slice key, char out[PX_WS_ACCEPT_LENGTH]) {
    unsigned char digest[SHA1_BYTES];
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool done = context && EVP_DigestInit_ex(context, EVP_sha1(), NULL) &&
                EVP_DigestUpdate(context, key.ptr, key.len) &&
                EVP_DigestUpdate(context, GUID.ptr, GUID.len) &&
                EVP_DigestFinal_ex(context, digest, NULL);
    EVP_MD_CTX_free(context);
    if (!done)
        return PX_ERR_NO_MEMORY;
    px_base64_encode(px_slice_of((const char *)digest, SHA1_BYTES), out);
    return PX_OK;
}

/* ---- The client's request ---- */

/* Printable; line breaks and other control characters would let a value become a header. */
static bool is_header_text(px_slice text, const char *blanks) {
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if ((c <= ' ' || c == 0x7f) && (c == 0 || !strchr(blanks, c)))
            return false;
    }
    return true;
}

static int append_all(px_buffer *out, const px_slice *parts, size_t count) {
    size_t before = out->len;
    for (size_t i = 0; i < count; i++) {
        int result = px_buffer_append(out, parts[i]);
        if (result != PX_OK) {
            out->len = before;
            return result;
        }
    }
    return PX_OK;
}

int px_ws_request(px_buffer *out, px_slice host, px_slice path, px_slice key, px_slice origin,
                  px_slice user_agent) {
    if (!is_header_text(host, "") || !is_header_text(path, "") || !is_header_text(key, "") ||
        !is_header_text(origin, "") || !is_header_text(user_agent, " "))
        return PX_ERR_ARGUMENT;
    const px_slice parts[] = {
        PX_LITERAL("GET "),
        path,
        PX_LITERAL(" HTTP/1.1\r\nHost: "),
        host,
        PX_LITERAL("\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: "),
        key,
        PX_LITERAL("\r\nSec-WebSocket-Version: 13"),
        origin.len ? PX_SLICE("\r\nOrigin: ") : PX_SLICE(""),
        origin,
        user_agent.len ? PX_SLICE("\r\nUser-Agent: ") : PX_SLICE(""),
        user_agent,
        PX_LITERAL("\r\n\r\n"),
    };
    return append_all(out, parts, sizeof(parts) / sizeof(parts[0]));
}

/* ---- The server's answer, as the client reads it ---- */

static px_slice trim(px_slice text) {
    while (text.len && (text.ptr[0] == ' ' || text.ptr[0] == '\t'))
        text = px_slice_after(text, 1);
    while (text.len && (text.ptr[text.len - 1] == ' ' || text.ptr[text.len - 1] == '\t'))
        text.len--;
    return text;
}

/* Does a comma-separated list hold this token (whatever its case)? */
static bool list_has(px_slice list, px_slice token) {
    for (;;) {
        const char *comma = list.len ? memchr(list.ptr, ',', list.len) : NULL;
        size_t len = comma ? (size_t)(comma - list.ptr) : list.len;
        if (px_slice_equal_ignore_case(trim(px_slice_of(list.ptr, len)), token))
            return true;
        if (!comma)
            return false;
        list = px_slice_after(list, len + 1);
    }
}

/* The length of the head with its empty line; 0: it is not whole. */
static size_t find_head(px_slice bytes) {
    for (size_t i = 0; i + 4 <= bytes.len; i++) {
        const char *found = memchr(bytes.ptr + i, '\r', bytes.len - 3 - i);
        if (!found)
            return 0;
        i = (size_t)(found - bytes.ptr);
        if (memcmp(found, "\r\n\r\n", 4) == 0)
            return i + 4;
    }
    return 0;
}

/* Takes the line before the first CR LF off the front. */
static px_slice take_line(px_slice *rest) {
    size_t len = 0;
    while (len + 2 <= rest->len && memcmp(rest->ptr + len, "\r\n", 2) != 0)
        len++;
    px_slice line = px_slice_of(rest->ptr, len);
    *rest = px_slice_after(*rest, len + 2);
    return line;
}

/* The headers of an answer that matter. */
typedef struct reply_head {
    bool has_upgrade;
    bool has_connection;
    unsigned accepts; /* how many Sec-WebSocket-Accept headers there are */
    px_slice accept;
    bool has_extension;
    bool has_subprotocol;
} reply_head;

static void note_header(reply_head *head, px_slice name, px_slice value) {
    if (px_slice_equal_ignore_case(name, PX_SLICE("upgrade"))) {
        head->has_upgrade |= px_slice_equal_ignore_case(value, PX_SLICE("websocket"));
    } else if (px_slice_equal_ignore_case(name, PX_SLICE("connection"))) {
        head->has_connection |= list_has(value, PX_SLICE("upgrade"));
    } else if (px_slice_equal_ignore_case(name, PX_SLICE("sec-websocket-accept"))) {
        head->accepts++;
        head->accept = value;
    } else if (px_slice_equal_ignore_case(name, PX_SLICE("sec-websocket-extensions"))) {
        head->has_extension |= value.len > 0;
    } else if (px_slice_equal_ignore_case(name, PX_SLICE("sec-websocket-protocol"))) {
        head->has_subprotocol = true;
    }
}

/* A token of RFC 9110 section 5.6.2. */
static bool is_token(px_slice text) {
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        bool digit = c >= '0' && c <= '9';
        if (!letter && !digit && (c == 0 || !strchr("!#$%&'*+-.^_`|~", c)))
            return false;
    }
    return text.len > 0;
}

/* Reads the header lines up to the empty one; false when one is not well-formed. A folded line
 * (RFC 9112 section 5.2) begins with a blank, so that its name is no token. */
static bool read_headers(px_slice lines, reply_head *head) {
    for (px_slice line = take_line(&lines); line.len; line = take_line(&lines)) {
        const char *colon = memchr(line.ptr, ':', line.len);
        if (!colon)
            return false;
        px_slice name = px_slice_of(line.ptr, (size_t)(colon - line.ptr));
        px_slice value = trim(px_slice_after(line, name.len + 1));
        if (!is_token(name) || !is_header_text(value, " \t"))
            return false;
        note_header(head, name, value);
    }
    return true;
}

/* "HTTP/1.1 101 Switching Protocols": the status, or 0. */
static int read_status(px_slice line) {
    enum { VERSION = 8, UNTIL_STATUS = 9, UNTIL_REASON = 12 };
    uint64_t status;
    if (line.len < UNTIL_REASON || !px_slice_starts_with(line, PX_SLICE("HTTP/1.")) ||
        (line.ptr[VERSION - 1] != '0' && line.ptr[VERSION - 1] != '1') ||
        line.ptr[VERSION] != ' ' || !is_header_text(line, " \t") ||
        (line.len > UNTIL_REASON && line.ptr[UNTIL_REASON] != ' '))
        return 0;
    px_slice digits = px_slice_of(line.ptr + UNTIL_STATUS, UNTIL_REASON - UNTIL_STATUS);
    return px_slice_to_u64(digits, &status) && status >= 100 ? (int)status : 0;
}

/* What an answer other than 101 tells; the first line that fits. */
static const struct {
    int first;
    int last;
    const char *sentence;
} REFUSALS[] = {
    {200, 299, "the server answered with an ordinary page: is it a Channels server?"},
    {300, 399, "the server redirects, which a WebSocket does not follow: check host and port"},
    {400, 400,
     "the server took the WebSocket upgrade for a bad request (400): check host, port "
     "and TLS setting"},
    {401, 401, "the server asks for authentication (401)"},
    {403, 403, "the server refused the WebSocket upgrade (403)"},
    {404, 404, "there is no WebSocket endpoint at this address (404): check host, port and path"},
    {407, 407, "the proxy asks for authentication (407)"},
    {426, 426, "the server does not speak this version of WebSocket (426)"},
    {429, 429, "the server is asked too often (429)"},
    {502, 504, "a proxy does not reach the server behind it, or the server is overloaded"},
    {500, 599, "the server failed to answer the WebSocket upgrade"},
};

static const char *sentence_for(int status) {
    for (size_t i = 0; i < sizeof(REFUSALS) / sizeof(REFUSALS[0]); i++)
        if (status >= REFUSALS[i].first && status <= REFUSALS[i].last)
            return REFUSALS[i].sentence;
    return "the server did not accept the WebSocket upgrade";
}

/* What is wrong with a 101; NULL: nothing. */
static const char *check_reply(const reply_head *head, px_slice key) {
    char expected[PX_WS_ACCEPT_LENGTH];
    if (px_ws_accept(key, expected) != PX_OK)
        return "out of memory";
    if (!head->has_upgrade)
        return "the 101 answer has no \"Upgrade: websocket\"";
    if (!head->has_connection)
        return "the 101 answer has no \"Connection: Upgrade\"";
    if (head->accepts != 1 ||
        !px_slice_equal(head->accept, px_slice_of(expected, sizeof(expected))))
        return "Sec-WebSocket-Accept is not the answer to our key: a cache or proxy interferes";
    if (head->has_extension)
        return "the server chose a WebSocket extension that was not offered";
    if (head->has_subprotocol)
        return "the server chose a WebSocket subprotocol that was not offered";
    return NULL;
}

/* NULL when the whole head is a correct 101. */
static const char *judge_reply(px_slice head_text, px_slice key, int *status) {
    px_slice status_line = take_line(&head_text);
    reply_head head = {0};
    *status = read_status(status_line);
    if (!*status)
        return "the answer has a malformed status line";
    if (*status != 101)
        return sentence_for(*status);
    if (status_line.ptr[7] == '0')
        return "the answer is of HTTP/1.0, which knows no WebSocket: a proxy interferes";
    if (!read_headers(head_text, &head))
        return "the answer has a malformed header";
    return check_reply(&head, key);
}

px_ws_reply px_ws_read_reply(px_slice bytes, px_slice key, size_t *head_len, int *status,
                             const char **why) {
    static const px_slice START = PX_LITERAL("HTTP/1.");
    px_slice begin = px_slice_of(bytes.ptr, bytes.len < START.len ? bytes.len : START.len);
    *status = 0;
    if (!px_slice_starts_with(START, begin)) {
        *why = "the answer is not HTTP: is this the right port, with the right TLS setting?";
        return PX_WS_REPLY_REFUSED;
    }
    size_t length = find_head(px_slice_of(bytes.ptr, bytes.len < MAX_HEAD ? bytes.len : MAX_HEAD));
    if (!length && bytes.len < MAX_HEAD)
        return PX_WS_REPLY_MORE;
    *why = length ? judge_reply(px_slice_of(bytes.ptr, length), key, status)
                  : "the head of the answer is longer than 16 KiB";
    if (*why)
        return PX_WS_REPLY_REFUSED;
    *head_len = length;
    return PX_WS_REPLY_ACCEPTED;
}

/* ---- The server's side ---- */

static bool is_key(px_slice key) {
    char decoded[KEY_BYTES + 2];
    size_t len;
    return key.len == PX_WS_KEY_LENGTH && px_base64_decode(key, decoded, &len) && len == KEY_BYTES;
}

int px_ws_check_upgrade(const px_ws_upgrade *headers, int *status, const char **why) {
    *status = 400;
    if (!list_has(headers->upgrade, PX_SLICE("websocket")))
        *why = "this is a WebSocket endpoint: the request needs \"Upgrade: websocket\"";
    else if (!list_has(headers->connection, PX_SLICE("upgrade")))
        *why = "the request needs \"Connection: Upgrade\"; does a proxy remove it?";
    else if (!px_slice_equal(headers->version, PX_SLICE("13"))) {
        *status = 426;
        *why = "only version 13 of WebSocket is spoken here";
    } else if (!is_key(headers->key))
        *why = "Sec-WebSocket-Key must be 16 bytes in base64";
    else
        return PX_OK;
    return PX_ERR_SYNTAX;
}

int px_ws_accept_reply(px_buffer *out, px_slice key) {
    char accept[PX_WS_ACCEPT_LENGTH];
    int result = px_ws_accept(key, accept);
    if (result != PX_OK)
        return result;
    const px_slice parts[] = {
        PX_LITERAL("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                   "Connection: Upgrade\r\nSec-WebSocket-Accept: "),
        {accept, sizeof(accept)},
        PX_LITERAL("\r\n\r\n"),
    };
    return append_all(out, parts, sizeof(parts) / sizeof(parts[0]));
}
