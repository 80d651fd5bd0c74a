/* WebSocket framing (RFC 6455 section 5) on byte slices, without sockets: shared by the native
 * client and the server.
 *
 * Decoding is pulled and works in place: a whole, unfragmented message is a slice of the caller's
 * own bytes, no copy is made. Only a message that arrives in fragments is gathered in the decoder's
 * buffer. An idle decoder holds no heap memory. */
#ifndef PX_NET_WS_FRAME_H
#define PX_NET_WS_FRAME_H

#include "base/buffer.h"
#include "base/result.h"
#include "base/slice.h"

enum {
    PX_WS_CONTINUATION = 0x0,
    PX_WS_TEXT = 0x1,
    PX_WS_BINARY = 0x2,
    PX_WS_CLOSE = 0x8,
    PX_WS_PING = 0x9,
    PX_WS_PONG = 0xa,
};

/* Close codes (RFC 6455 section 7.4.1). */
enum {
    PX_WS_CLOSE_NORMAL = 1000,
    PX_WS_CLOSE_GOING_AWAY = 1001,
    PX_WS_CLOSE_PROTOCOL_ERROR = 1002,
    PX_WS_CLOSE_UNSUPPORTED = 1003,
    PX_WS_CLOSE_NO_STATUS = 1005,
    PX_WS_CLOSE_ABNORMAL = 1006,
    PX_WS_CLOSE_INVALID_DATA = 1007,
    PX_WS_CLOSE_TOO_BIG = 1009,
    PX_WS_CLOSE_INTERNAL_ERROR = 1011,
};

typedef struct px_ws_decoder {
    px_buffer fragments; /* of a fragmented message */
    size_t max_message;  /* bytes of one message, whole or in fragments */
    bool expect_masked;  /* the server's side: frames must be masked; the client's: must not be */
    uint8_t fragment_opcode; /* 0: no fragmented message is open */
} px_ws_decoder;

typedef struct px_ws_message {
    uint8_t opcode;      /* TEXT, BINARY, CLOSE, PING or PONG */
    px_slice payload;    /* unmasked; TEXT was checked to be UTF-8. CLOSE: the reason */
    uint16_t close_code; /* CLOSE: the code, PX_WS_CLOSE_NO_STATUS when there was none */
} px_ws_message;

typedef enum px_ws_status {
    PX_WS_MESSAGE,   /* *message is there; *consumed bytes were used */
    PX_WS_NEED_MORE, /* the bytes end inside a frame; *consumed bytes were used, keep the rest */
    PX_WS_FAILED,    /* close the connection with message->close_code; payload says why */
} px_ws_status;

void px_ws_decoder_init(px_ws_decoder *decoder, const px_allocator *allocator, size_t max_message,
                        bool expect_masked);
void px_ws_decoder_free(px_ws_decoder *decoder);

/* Takes one message from the front of `bytes` (which it may change: unmasking happens in place).
 * Call it again with the rest until NEED_MORE. The message's payload lives in `bytes` or in the
 * decoder until the next call. FAILED codes: 1002 for violations of the protocol, 1007 for text
 * that is not UTF-8, 1009 for more than max_message, 1011 without memory. */
px_ws_status px_ws_decode(px_ws_decoder *decoder, char *bytes, size_t len, size_t *consumed,
                          px_ws_message *message);

/* Bytes that the frame at the front of `bytes` still lacks, when its head is there: how much a
 * reader should make room for. 0 when unknown. */
size_t px_ws_missing(const char *bytes, size_t len);

enum { PX_WS_MAX_HEAD = 14 };

/* Writes the head of a final frame; returns its length. mask NULL: not masked. */
size_t px_ws_head(char out[PX_WS_MAX_HEAD], uint8_t opcode, size_t payload_len,
                  const uint8_t mask[4]);

/* XORs a whole payload with the mask: masks it, or unmasks it. */
void px_ws_mask(char *payload, size_t len, const uint8_t mask[4]);

/* Appends one whole frame. mask NULL: not masked. Errors as px_buffer_append. */
PX_MUST_CHECK int px_ws_encode(px_buffer *out, uint8_t opcode, px_slice payload,
                               const uint8_t mask[4]);

/* Appends a close frame; `reason` is cut at 123 bytes on a character's edge. */
PX_MUST_CHECK int px_ws_encode_close(px_buffer *out, uint16_t code, px_slice reason,
                                     const uint8_t mask[4]);

/* May a peer send this code in a close frame (RFC 6455 section 7.4)? */
bool px_ws_close_code_valid(uint16_t code);

#endif
