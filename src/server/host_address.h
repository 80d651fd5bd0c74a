/* The addresses that a server listens on, as text and as the system has them. */
#ifndef PX_SERVER_HOST_ADDRESS_H
#define PX_SERVER_HOST_ADDRESS_H

#include <sys/socket.h>

#include "server/server.h"

typedef struct px_host_address {
    struct sockaddr_storage storage;
    socklen_t len;
} px_host_address;

/* ADDRESS:PORT, [ADDRESS]:PORT or localhost:PORT. False when it is something else. */
bool px_address_parse(px_slice text, px_host_address *address);

/* 127.0.0.0/8, ::1 and ::ffff:127.0.0.0/104. */
bool px_address_is_loopback(const struct sockaddr *address);

/* As px_address_parse reads it. */
void px_address_format(const struct sockaddr *address, char out[PX_SERVER_ADDRESS_SIZE]);

#endif
