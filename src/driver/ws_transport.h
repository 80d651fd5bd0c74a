/* A WebSocket on the loop: the opening handshake, messages in both directions, pings, the close.
 * The bytes' meaning is net/'s; what to do with messages is the owner's. */
#ifndef PX_DRIVER_WS_TRANSPORT_H
#define PX_DRIVER_WS_TRANSPORT_H

#include "base/slice.h"
#include "driver/easy.h"
#include "driver/failure.h"
#include "driver/loop.h"

typedef struct px_ws_transport px_ws_transport;

/* How a WebSocket ended. */
typedef struct px_ws_end {
    uint16_t code;    /* of the peer's close frame, or PX_WS_CLOSE_ABNORMAL */
    px_slice reason;  /* of the peer's close frame */
    bool clean;       /* both sides said goodbye */
    int result;       /* PX_ERR_*: what went wrong; 0: nothing */
    px_slice message; /* a sentence about it */
} px_ws_end;

/* What the owner hears, always inside a turn. Any of them may call px_ws_transport_close. */
typedef struct px_ws_events {
    void (*opened)(void *owner, px_ws_transport *transport);
    /* Messages that came together: `begin` once, before the first. `text` is valid until it
     * returns. */
    void (*begin)(void *owner, px_ws_transport *transport);
    void (*message)(void *owner, px_ws_transport *transport, px_slice text);
    /* The transport is gone: the pointer is dead when this returns. */
    void (*closed)(void *owner, px_ws_transport *transport, const px_ws_end *end);
} px_ws_events;

typedef struct px_ws_options {
    const px_route *route;
    size_t max_message;  /* bytes of one incoming message */
    size_t max_outbound; /* bytes that may wait to be sent */
    const px_ws_events *events;
    void *owner;
} px_ws_options;

/* Starts to connect to a ws:// or wss:// URL; whatever goes wrong is told by `closed`. What
 * `options` points to must live as long as the transport, itself included. NULL: no memory. */
px_ws_transport *px_ws_transport_open(px_multi *multi, px_slice url, const px_ws_options *options);

/* Sends a text message at the end of the turn. When it can't (no memory, or more than max_outbound
 * would wait) the connection ends and `closed` says so. */
void px_ws_transport_send(px_ws_transport *transport, px_slice text);

/* Bytes that wait to be sent. */
size_t px_ws_transport_backlog(const px_ws_transport *transport);

/* Closes at once, in any state: writes what waits and a close frame as far as the socket takes them
 * without waiting. The pointer is dead afterwards, and nothing is called any more. */
void px_ws_transport_close(px_ws_transport *transport, uint16_t code, px_slice reason);

#endif
