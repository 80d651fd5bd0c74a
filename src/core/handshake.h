/* The first message of an opened transport (docs/protocol.md, "Handshake"), and the errors the
 * service sends. */
#ifndef PX_CORE_HANDSHAKE_H
#define PX_CORE_HANDSHAKE_H

#include "core/message.h"

typedef enum px_handshake_kind {
    PX_HANDSHAKE_ESTABLISHED,
    PX_HANDSHAKE_REFUSED, /* a pusher:error: `code` and `text` */
    PX_HANDSHAKE_BAD,     /* anything else: `text` says why */
} px_handshake_kind;

typedef struct px_handshake {
    px_handshake_kind kind;
    px_frame frame;
    px_slice socket_id;
    uint32_t activity_timeout_ms;
    int code;
    px_slice text;
} px_handshake;

/* Reads it. PX_ERR_NO_MEMORY, PX_ERR_LIMIT; everything else is a kind of handshake. */
PX_MUST_CHECK int px_handshake_read(px_core *core, px_slice message, px_handshake *handshake);

/* Reads the data of a pusher:error: the code, 0 when there is none, and the message. Errors as
 * px_frame_decode, without PX_ERR_SYNTAX. */
PX_MUST_CHECK int px_service_error_read(px_core *core, const px_frame *frame, int *code,
                                        px_slice *message);

#endif
