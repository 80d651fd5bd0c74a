/* A client that speaks TLS to a server of the test, and certificates for the server. */
#ifndef TEST_TLS_PEER_H
#define TEST_TLS_PEER_H

#include <openssl/ssl.h>
#include <time.h>

#include "base/slice.h"

/* A certificate and its key in files of a folder of their own. */
typedef struct tls_files {
    char folder[64];
    char certificate[96];
    char key[96];
} tls_files;

/* Makes the folder and the files. */
void tls_files_make(tls_files *files);

/* Writes another certificate (made at the time `now`) and its key over them. */
void tls_files_renew(const tls_files *files, time_t now);

/* Writes a text into a file of the folder. */
void tls_files_write(const char *path, const char *text);
void tls_files_remove(const tls_files *files);

typedef struct tls_peer {
    int fd;
    SSL_CTX *context;
    SSL *ssl;
    size_t records; /* of application data that came */
    size_t len;
    char bytes[1 << 20];
} tls_peer;

/* What to do otherwise than usual; zeros: nothing. */
typedef struct tls_wish {
    int version;        /* the only one to offer */
    const char *alpn;   /* as on the wire */
    const char *before; /* plain bytes to send before TLS */
    bool is_glued;      /* in the same packet as TLS's first bytes */
} tls_wish;

/* Connects and makes the handshake. False when it fails. */
bool tls_connect(tls_peer *peer, int port, const tls_wish *wish);
void tls_close(tls_peer *peer);

void tls_send(tls_peer *peer, px_slice bytes);

/* Reads until the bytes contain `text`, which is then in peer->bytes. Fails when it does not come. */
void tls_expect(tls_peer *peer, const char *text);

/* Reads until so many bytes have come. */
void tls_receive(tls_peer *peer, size_t count);

/* Reads to the end; true when the server has said farewell with a close_notify. */
bool tls_is_ended(tls_peer *peer);

/* A WebSocket connection, established. `port` speaks TLS. */
void tls_open(tls_peer *peer, int port);
void tls_send_message(tls_peer *peer, const char *text);

#endif
