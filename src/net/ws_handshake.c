#include "net/ws_handshake.h"

#include "base/base64.h"

#include <openssl/evp.h>

enum { SHA1_BYTES = 20, MAX_HEAD = 16384, KEY_BYTES = 16 };

static const px_slice GUID = PX_LITERAL("258EAFA5-E914-47DA-95CA-C5AB0DC85B11");

void px_ws_key(const uint8_t random[16], char out[PX_WS_KEY_LENGTH]) {
    px_base64_encode(px_slice_of((const char *)random, KEY_BYTES), out);
}

void px_ws_accept(px_slice key, char out[PX_WS_ACCEPT_LENGTH]) {
    unsigned char digest[SHA1_BYTES] = {0};
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    if (context && EVP_DigestInit_ex(context, EVP_sha1(), NULL) &&
        EVP_DigestUpdate(context, key.ptr, key.len) &&
        EVP_DigestUpdate(context, GUID.ptr, GUID.len))
        EVP_DigestFinal_ex(context, digest, NULL);
    EVP_MD_CTX_free(context);
    px_base64_encode(px_slice_of((const char *)digest, SHA1_BYTES), out);
}

/* ---- The client's side -------------------------------------------------------------------------
 */

static bool is_header_text(px_slice text, bool blanks) {
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c < 0x20 || c == 0x7f || (c == ' ' && !blanks))
            return false;
    }
    return true;
}

int px_ws_request(px_buffer *out, px_slice host, px_slice path, px_slice key, px_slice origin,
                  px_slice user_agent) {
    if (!is_header_text(host, false) || !is_header_text(path, false) ||
        !is_header_text(key, false) || !is_header_text(origin, false) ||
        !is_header_text(user_agent, true))
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
    size_t before = out->len;
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        int result = px_buffer_append(out, parts[i]);
        if (result != PX_OK) {
            out->len = before;
            return result;
        }
    }
    return PX_OK;
}

static px_slice trim(px_slice text) {
    while (text.len && (text.ptr[0] == ' ' || text.ptr[0] == '\t'))
        text = px_slice_after(text, 1);
    while (text.len && (text.ptr[text.len - 1] == ' ' || text.ptr[text.len - 1] == '\t'))
        text.len--;
    return text;
}

/* Takes the part before the separator off the front; false at the end. */
static bool take_until(px_slice *rest, char separator, px_slice *part) {
    if (!rest->ptr)
        return false;
    const char *found = rest->len ? memchr(rest->ptr, separator, rest->len) : NULL;
    *part = px_slice_of(rest->ptr, found ? (size_t)(found - rest->ptr) : rest->len);
    *rest = found ? px_slice_after(*rest, part->len + 1) : px_slice_of(NULL, 0);
    return true;
}

/* Does a comma-separated list hold this token (whatever its case)? */
static bool list_has(px_slice list, px_slice token) {
    px_slice part;
    while (take_until(&list, ',', &part))
        if (px_slice_equal_ignore_case(trim(part), token))
            return true;
    return false;
}

/* The length of the head with its empty line; 0: it is not whole. */
static size_t find_head(px_slice bytes) {
    for (size_t i = 0; i + 4 <= bytes.len; i++)
        if (memcmp(bytes.ptr + i, "\r\n\r\n", 4) == 0)
            return i + 4;
    return 0;
}

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

/* Reads the header lines; false when one is not well-formed. */
static bool read_headers(px_slice lines, reply_head *head) {
    px_slice line;
    while (take_until(&lines, '\n', &line)) {
        if (line.len && line.ptr[line.len - 1] == '\r')
            line.len--;
        if (line.len == 0)
            return true;
        const char *colon = memchr(line.ptr, ':', line.len);
        bool folded = line.ptr[0] == ' ' || line.ptr[0] == '\t';
        if (!colon || colon == line.ptr || folded || !is_header_text(line, true))
            return false;
        size_t name_len = (size_t)(colon - line.ptr);
        note_header(head, px_slice_of(line.ptr, name_len),
                    trim(px_slice_after(line, name_len + 1)));
    }
    return true;
}

/* "HTTP/1.1 101 Switching Protocols": the status, or 0. */
static int read_status(px_slice bytes) {
    uint64_t status;
    if (bytes.len < 12 || memcmp(bytes.ptr, "HTTP/1.", 7) != 0 || bytes.ptr[8] != ' ' ||
        !px_slice_to_u64(px_slice_of(bytes.ptr + 9, 3), &status) || status < 100)
        return 0;
    return (int)status;
}

static const char *sentence_for(int status) {
    if (status == 401 || status == 407)
        return "authentication is required (by the server or a proxy)";
    if (status == 403)
        return "the server refused the WebSocket upgrade (403)";
    if (status == 404)
        return "there is no WebSocket endpoint at this address (404): check host, port and path";
    if (status == 426)
        return "the server does not speak this version of WebSocket (426)";
    if (status >= 500)
        return "the server or a proxy is failing or overloaded";
    if (status >= 300 && status < 400)
        return "the server redirects, which a WebSocket does not follow: check host and port";
    return "the server answered the WebSocket upgrade with ordinary HTTP: is it a Channels server?";
}

static const char *check_reply(const reply_head *head, px_slice key) {
    char expected[PX_WS_ACCEPT_LENGTH];
    px_ws_accept(key, expected);
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

static px_ws_reply refuse(const char **why, const char *sentence) {
    *why = sentence;
    return PX_WS_REPLY_REFUSED;
}

px_ws_reply px_ws_read_reply(px_slice bytes, px_slice key, size_t *head_len, int *status,
                             const char **why) {
    static const px_slice START = PX_LITERAL("HTTP/1.");
    size_t known = bytes.len < START.len ? bytes.len : START.len;
    *status = 0;
    if (known && memcmp(bytes.ptr, START.ptr, known) != 0)
        return refuse(why, "the answer is not HTTP: is this the right port, with the right TLS "
                           "setting?");
    size_t length = find_head(px_slice_of(bytes.ptr, bytes.len < MAX_HEAD ? bytes.len : MAX_HEAD));
    if (!length && bytes.len < MAX_HEAD)
        return PX_WS_REPLY_MORE;
    if (!length)
        return refuse(why, "the head of the answer is longer than 16 KiB");
    px_slice head_text = px_slice_of(bytes.ptr, length);
    px_slice status_line;
    reply_head head = {0};
    *status = read_status(head_text);
    if (!*status)
        return refuse(why, "the answer has no HTTP status");
    if (*status != 101)
        return refuse(why, sentence_for(*status));
    if (!take_until(&head_text, '\n', &status_line) || !read_headers(head_text, &head))
        return refuse(why, "the answer has a malformed header");
    const char *wrong = check_reply(&head, key);
    if (wrong)
        return refuse(why, wrong);
    *head_len = length;
    return PX_WS_REPLY_ACCEPTED;
}

/* ---- The server's side -------------------------------------------------------------------------
 */

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
    px_ws_accept(key, accept);
    const px_slice parts[] = {
        PX_LITERAL("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                   "Connection: Upgrade\r\nSec-WebSocket-Accept: "),
        {accept, sizeof(accept)},
        PX_LITERAL("\r\n\r\n"),
    };
    size_t before = out->len;
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        int result = px_buffer_append(out, parts[i]);
        if (result != PX_OK) {
            out->len = before;
            return result;
        }
    }
    return PX_OK;
}
