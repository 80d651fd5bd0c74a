/* WebSocket streams for tests: building frames, right or wrong, and writing down what the decoder
 * makes of them. */
#ifndef TEST_WS_STREAM_H
#define TEST_WS_STREAM_H

#include "net/ws_frame.h"

/* A frame as it shall look on the wire, whether that is allowed or not. */
typedef struct ws_shape {
    bool not_final;
    uint8_t reserved; /* the three reserved bits */
    uint8_t opcode;
    bool masked;
    unsigned length_bytes; /* of the extended length: 0 picks the shortest form, else 2 or 8 */
    px_slice payload;
} ws_shape;

/* Appends the frame; the mask is made from the payload's length. */
void ws_append_shape(px_buffer *out, ws_shape shape);

/* One line of the log: the message as the decoder, or another one, gave it. */
void ws_log(px_buffer *log, uint8_t opcode, uint16_t close_code, px_slice payload);
void ws_log_failure(px_buffer *log, uint16_t close_code);

typedef struct ws_feeding {
    size_t first; /* bytes of the first piece; then */
    size_t next;  /* bytes of each further one (0: all the rest) */
    size_t max_message;
    bool masked; /* the stream is a client's */
} ws_feeding;

/* Decodes the stream in such pieces, each of which ends at an unmapped page, and logs every
 * message up to the first failure or close. Returns how many bytes were left undecoded. */
size_t ws_feed(px_slice stream, ws_feeding how, px_buffer *log);

/* Random numbers that are the same in each run. */
typedef struct test_random {
    uint64_t state;
} test_random;

uint64_t test_random_next(test_random *random);

/* At least 0, less than `limit`. */
size_t test_random_below(test_random *random, size_t limit);

#endif
