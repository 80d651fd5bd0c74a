/* A chunked request body (RFC 9112 section 7.1), decoded in place and without sockets. */
#ifndef PX_SERVER_HOST_CHUNKS_H
#define PX_SERVER_HOST_CHUNKS_H

#include "server/host_head.h"

/* Set to zero before the body's first byte. */
typedef struct px_http_chunks {
    uint64_t left;        /* bytes of the chunk that have not arrived */
    uint32_t line_length; /* bytes of the line being read */
    uint32_t trailer_length;
    uint8_t state;
    bool has_digit;
} px_http_chunks;

/* Takes the next `len` bytes: moves what belongs to the body to the front of `bytes`
 * (*produced bytes) and says how many bytes were used: all, but when the body is complete (DONE).
 * `max` bounds *produced and the chunks announced: 413 beyond. */
px_http_progress px_http_read_chunks(px_http_chunks *chunks, char *bytes, size_t len, size_t max,
                                     size_t *consumed, size_t *produced, px_http_refusal *refusal);

#endif
