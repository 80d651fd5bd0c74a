/* The WebSocket opening handshake (RFC 6455 section 4) as text, without sockets. */
#ifndef PX_NET_WS_HANDSHAKE_H
#define PX_NET_WS_HANDSHAKE_H

#include "base/buffer.h"
#include "base/result.h"
#include "base/slice.h"

enum { PX_WS_KEY_LENGTH = 24, PX_WS_ACCEPT_LENGTH = 28 };

/* Sec-WebSocket-Key from 16 random bytes. */
void px_ws_key(const uint8_t random[16], char out[PX_WS_KEY_LENGTH]);

/* Sec-WebSocket-Accept for a key. PX_ERR_NO_MEMORY when OpenSSL has none. */
PX_MUST_CHECK int px_ws_accept(px_slice key, char out[PX_WS_ACCEPT_LENGTH]);

/* Appends the client's request. `host` is the Host header ("example.org:8080"), `path` starts with
 * '/' and includes the query; `origin` may be empty. PX_ERR_ARGUMENT when one of them holds a
 * control character or blank (header injection). */
PX_MUST_CHECK int px_ws_request(px_buffer *out, px_slice host, px_slice path, px_slice key,
                                px_slice origin, px_slice user_agent);

typedef enum px_ws_reply {
    PX_WS_REPLY_MORE,     /* the head is not complete yet */
    PX_WS_REPLY_ACCEPTED, /* *head_len bytes are the head; frames follow */
    PX_WS_REPLY_REFUSED,  /* not a valid 101: *status and `why` tell */
} px_ws_reply;

/* Reads the server's answer. `bytes` is all that has arrived. A head of more than 16 KiB is
 * refused. `why` is a static sentence ("the server answered 404 ...", "Sec-WebSocket-Accept is not
 * the answer to our key"). */
px_ws_reply px_ws_read_reply(px_slice bytes, px_slice key, size_t *head_len, int *status,
                             const char **why);

/* The server's view of a request's headers; empty slices where a header is missing. */
typedef struct px_ws_upgrade {
    px_slice connection;
    px_slice upgrade;
    px_slice version;
    px_slice key;
} px_ws_upgrade;

/* PX_OK when this is a correct WebSocket request; otherwise PX_ERR_SYNTAX with the HTTP status
 * (400, or 426 for another version) and a static sentence. */
PX_MUST_CHECK int px_ws_check_upgrade(const px_ws_upgrade *headers, int *status, const char **why);

/* Appends the 101 answer. Errors as px_buffer_append and px_ws_accept. */
PX_MUST_CHECK int px_ws_accept_reply(px_buffer *out, px_slice key);

#endif
