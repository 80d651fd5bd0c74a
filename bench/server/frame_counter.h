/* Counts the messages in a stream of bytes that comes in pieces, without looking at what they
 * say: the least that a receiver can do. A message counts when it is there as a whole. */
#ifndef BENCH_FRAME_COUNTER_H
#define BENCH_FRAME_COUNTER_H

#include "base/slice.h"

enum { FRAME_COUNTER_HEAD = 64 };

typedef struct frame_counter {
    uint64_t skip;    /* bytes of the frame that are still to come */
    bool counts;      /* it is a message */
    uint8_t head_len; /* bytes of a head that is not whole */
    char head[FRAME_COUNTER_HEAD];
} frame_counter;

/* The text frames of a WebSocket that end in the bytes. A close frame ends the program. */
uint64_t frame_counter_websocket(frame_counter *c, px_slice bytes);

/* The same for messages of NATS (MSG). */
uint64_t frame_counter_nats(frame_counter *c, px_slice bytes);

#endif
