/* How names look in the protocol: what channels and users may be called, and the ids of connections. The
 * server checks by these what it is told, and the library for applications what it is about to send. */
#ifndef PX_NET_PROTOCOL_NAME_H
#define PX_NET_PROTOCOL_NAME_H

#include "base/slice.h"

/* Is the text one or more of the characters that channel names and user ids are made of? */
bool px_name_characters_valid(px_slice text);

/* Has the text the form of a socket id: digits, a dot, digits? */
bool px_socket_id_valid(px_slice text);

#endif
