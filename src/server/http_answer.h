/* The answer to an HTTP request of our own (webhooks), read without sockets: how it ended, and
 * whether its connection can be used again. What the body says is of no interest. */
#ifndef PX_SERVER_HTTP_ANSWER_H
#define PX_SERVER_HTTP_ANSWER_H

#include "server/host_chunks.h"

enum {
    PX_HTTP_ANSWER_LINE = 512,       /* of a line, as much as is looked at */
    PX_HTTP_ANSWER_MAX_HEAD = 32768, /* bytes of all lines, those of 1xx answers included */
    PX_HTTP_ANSWER_MAX_BODY = 65536,
};

/* Set to zero before the first byte of an answer. */
typedef struct px_http_answer {
    int status;      /* 0: its head has not arrived whole */
    bool keep_alive; /* another request may follow on the connection */
    bool has_begun;  /* something has arrived */
    uint8_t state;
    bool is_chunked;
    bool has_length;
    int line_status; /* of the head that is being read */
    uint64_t left;   /* of a body of known length */
    px_http_chunks chunks;
    uint32_t head_len;
    uint32_t body_len;
    uint32_t line_len;
    char line[PX_HTTP_ANSWER_LINE];
} px_http_answer;

/* Takes the next bytes and may change them. PX_HTTP_DONE: the answer is whole. PX_HTTP_REFUSED: the
 * connection can't be used any longer, and refusal->why says why; status stays what it was. */
px_http_progress px_http_answer_read(px_http_answer *answer, char *bytes, size_t len,
                                     px_http_refusal *refusal);

/* The connection has ended: true when that makes the answer whole. */
bool px_http_answer_end(const px_http_answer *answer);

#endif
