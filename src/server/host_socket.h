/* The bytes of one connection: a socket, with TLS on it or without. Nothing here blocks or raises
 * SIGPIPE, and nothing knows what the bytes mean. */
#ifndef PX_SERVER_HOST_SOCKET_H
#define PX_SERVER_HOST_SOCKET_H

#include <sys/uio.h>

#include "base/result.h"
#include "base/slice.h"
#include "server/host_tls.h"

typedef struct px_socket_tls px_socket_tls;

typedef struct px_host_socket {
    px_socket_tls *tls; /* NULL: the bytes go as they are */
    int fd;
} px_host_socket;

typedef enum px_socket_status {
    PX_SOCKET_GOES_ON,     /* reading: wait until there is more; writing: some or all is out */
    PX_SOCKET_IS_FULL,     /* writing: wait until the socket is writable */
    PX_SOCKET_ENDED,       /* the peer will send no more */
    PX_SOCKET_BROKEN,      /* close it; px_socket_failure may say more */
    PX_SOCKET_SPEAKS_HTTP, /* plain HTTP came where TLS was expected */
} px_socket_status;

/* Takes over the descriptor, which must not block. With `tls` the handshake is made while reading.
 * `early` are bytes that were read from it before. PX_ERR_NO_MEMORY: nothing was taken over. */
PX_MUST_CHECK int px_socket_open(px_host_socket *socket, int fd, px_host_tls *tls, px_slice early);

/* The same for a connection of our own: `tls` is one of px_tls_new_client, and who answers must prove
 * to be `host`. The handshake begins with the first px_socket_read; nothing can be written before
 * px_socket_is_ready. */
PX_MUST_CHECK int px_socket_open_client(px_host_socket *socket, int fd, px_host_tls *tls,
                                        px_slice host);

/* Closes the descriptor, without a word to the peer. */
void px_socket_close(px_host_socket *socket);

/* Reads what is there, at most `size` bytes (32 KiB or more), with one system call. *len bytes are
 * good also when the status says that nothing follows them. With TLS nothing that could be read
 * stays behind unless the system holds it, so that waiting for the descriptor is right. */
px_socket_status px_socket_read(px_host_socket *socket, char *bytes, size_t size, size_t *len);

/* Reading can go on only when the descriptor is writable: TLS has something to say first. */
bool px_socket_read_needs_write(const px_host_socket *socket);

/* Writes some of the pieces, with one system call; *written bytes are out. With TLS one record is
 * made of as many pieces as it holds. When the socket is full, TLS may have made a record already:
 * then the first px_socket_promised bytes must be the same when they are written again. */
px_socket_status px_socket_write(px_host_socket *socket, const struct iovec *pieces, size_t count,
                                 size_t *written);
size_t px_socket_promised(const px_host_socket *socket);

/* Tells the peer that nothing more will be sent. PX_SOCKET_GOES_ON: it is told;
 * PX_SOCKET_IS_FULL: call it again. */
px_socket_status px_socket_shut(px_host_socket *socket);

/* Goes on without TLS, to answer someone who never spoke it. */
void px_socket_become_plain(px_host_socket *socket);

/* True when bytes can be exchanged: the handshake is over, or there is none. */
bool px_socket_is_ready(const px_host_socket *socket);

/* What TLS says about the failure, or NULL. A static text. */
const char *px_socket_failure(const px_host_socket *socket);

#endif
