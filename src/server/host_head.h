/* The head of an HTTP/1.1 request (RFC 9112), read strictly and without sockets: what two programs
 * could understand in two ways is refused, so that no proxy in front of the server can be made to
 * see other requests than the server does. */
#ifndef PX_SERVER_HOST_HEAD_H
#define PX_SERVER_HOST_HEAD_H

#include "base/slice.h"

/* Bits: the codings in which the client takes a body. */
enum { PX_ACCEPTS_GZIP = 1, PX_ACCEPTS_BR = 2 };

/* The header fields that the server looks at: X(NAME, "name"). None of them may come twice, but for
 * Connection. */
#define PX_HTTP_FIELDS(X)                                                                          \
    X(HOST, "host")                                                                                \
    X(CONNECTION, "connection")                                                                    \
    X(UPGRADE, "upgrade")                                                                          \
    X(CONTENT_LENGTH, "content-length")                                                            \
    X(TRANSFER_ENCODING, "transfer-encoding")                                                      \
    X(EXPECT, "expect")                                                                            \
    X(ORIGIN, "origin")                                                                            \
    X(REFERER, "referer")                                                                          \
    X(FETCH_SITE, "sec-fetch-site")                                                                \
    X(CONTENT_TYPE, "content-type")                                                                \
    X(IF_NONE_MATCH, "if-none-match")                                                              \
    X(IF_MODIFIED_SINCE, "if-modified-since")                                                      \
    X(REQUEST_HEADERS, "access-control-request-headers")                                           \
    X(WEBSOCKET_KEY, "sec-websocket-key")                                                          \
    X(WEBSOCKET_VERSION, "sec-websocket-version")

#define PX_HTTP_FIELD_NAME(name, text) PX_HTTP_##name,
typedef enum px_http_field { PX_HTTP_FIELDS(PX_HTTP_FIELD_NAME) PX_HTTP_FIELD_COUNT } px_http_field;
#undef PX_HTTP_FIELD_NAME

/* Everything here is a slice of the request's bytes. */
typedef struct px_http_head {
    size_t length; /* of the whole head, its empty line included */
    px_slice method;
    px_slice path;                        /* starts with '/'; not decoded */
    px_slice query;                       /* behind the '?', not decoded; ptr NULL: there is none */
    px_slice fields[PX_HTTP_FIELD_COUNT]; /* ptr NULL: absent */
    px_slice lines;                       /* all fields, each with its line break */
    uint64_t content_length;
    bool chunked;
    bool is_http_1_0;
    unsigned accepts; /* bits, from all Accept-Encoding lines */
    bool keep_alive;  /* the connection may go on after this request */
    bool upgrade;     /* Connection names Upgrade */
    bool expect_continue;
    bool is_forwarded; /* a proxy says in a field who has asked it, see forwarded.h */
} px_http_head;

/* Why a request is refused, and with which status. Static texts. */
typedef struct px_http_refusal {
    int status;
    const char *why;
} px_http_refusal;

typedef enum px_http_progress {
    PX_HTTP_MORE,    /* as far as it goes it is right */
    PX_HTTP_DONE,    /* whole */
    PX_HTTP_REFUSED, /* *refusal says why; the connection can't be used any longer */
} px_http_progress;

/* Reads the head at the front of `bytes`, which is all that has arrived of the request.
 * *scanned is 0 at first and then belongs to this function: it keeps it from looking at the same
 * bytes with every call. A head of more than `max` bytes is refused. */
px_http_progress px_http_read_head(px_slice bytes, size_t max, size_t *scanned, px_http_head *head,
                                   px_http_refusal *refusal);

/* True when a comma-separated list holds the token; ignores case. */
bool px_http_list_has(px_slice list, px_slice token);

#endif
