/* A connection's life inside the hub: opening with all its checks, sending, complaints, pings,
 * closing. */
#ifndef PX_SERVER_CONNECTION_H
#define PX_SERVER_CONNECTION_H

#include "server/hub_state.h"
#include "server/protocol_error.h"

/* Sends one message and takes over the caller's reference. NULL stands for "no memory for it": a
 * client that missed a message can't be trusted to know the truth, so the connection is closed
 * with 4200 and comes back. Does nothing for a connection that is closed. */
void px_connection_send(px_hub *hub, px_hub_connection *connection, px_message *message);

/* Sends pusher:error; the connection goes on. Code 0: null. */
void px_connection_complain(px_hub *hub, px_hub_connection *connection, px_protocol_error error);
void px_connection_complain_text(px_hub *hub, px_hub_connection *connection, uint16_t code,
                                 px_slice text);

/* pusher:error, then a close with the same code and text. The hub forgets the connection. */
void px_connection_close(px_hub *hub, px_hub_connection *connection, px_protocol_error error);

/* Something arrived: the peer is alive. */
void px_connection_mark_active(const px_hub *hub, px_hub_connection *connection);

/* It has proved who it is or what it may do, and need no longer do so in time. */
void px_connection_authorized(px_hub *hub, px_hub_connection *connection);

/* The connection's timer fired. */
void px_connection_timer(px_hub *hub, px_hub_connection *connection);

/* Closes the connection at a random moment within `grace_ms`. */
void px_connection_close_within(px_hub *hub, px_hub_connection *connection, uint32_t grace_ms);

#endif
