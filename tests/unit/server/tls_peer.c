#include "tls_peer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "host_peer.h"
#include "memory.h"
#include "patience.h"
#include "server/host_dev_certificate.h"

/* ---- Files ---- */

void tls_files_renew(const tls_files *files, time_t now) {
    char why[256];
    px_dev_certificate made;
    assert_int_equal(px_dev_certificate_make(PX_SLICE(""), now, &made, why, sizeof why), 0);
    FILE *file = fopen(files->certificate, "w");
    assert_non_null(file);
    assert_int_equal(PEM_write_X509(file, made.certificate.leaf), 1);
    fclose(file);
    file = fopen(files->key, "w");
    assert_non_null(file);
    assert_int_equal(PEM_write_PrivateKey(file, made.certificate.key, NULL, NULL, 0, NULL, NULL),
                     1);
    fclose(file);
    px_dev_certificate_free(&made);
}

void tls_files_make(tls_files *files) {
    strcpy(files->folder, "/tmp/pusher-tls-XXXXXX");
    assert_non_null(mkdtemp(files->folder));
    snprintf(files->certificate, sizeof files->certificate, "%s/cert.pem", files->folder);
    snprintf(files->key, sizeof files->key, "%s/key.pem", files->folder);
    tls_files_renew(files, time(NULL));
}

void tls_files_write(const char *path, const char *text) {
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

void tls_files_remove(const tls_files *files) {
    unlink(files->certificate);
    unlink(files->key);
    assert_int_equal(rmdir(files->folder), 0);
}

/* ---- The client ---- */

static void count_records(int is_sent, int version, int type, const void *bytes, size_t len,
                          SSL *ssl, void *context) {
    (void)version;
    (void)ssl;
    (void)len;
    tls_peer *peer = context;
    /* The head of a record; in TLS 1.3 all of them look like application data. */
    if (!is_sent && type == SSL3_RT_HEADER && ((const unsigned char *)bytes)[0] == 23)
        peer->records++;
}

/* Corked, what follows leaves together with it. */
static void send_before(const tls_peer *peer, const tls_wish *wish) {
    int off = 0;
    size_t len = strlen(wish->before);
    if (wish->is_glued) /* else each piece leaves at once */
        setsockopt(peer->fd, IPPROTO_TCP, TCP_NODELAY, &off, sizeof off);
    assert_int_equal(send(peer->fd, wish->before, len, wish->is_glued ? MSG_MORE : 0), len);
}

bool tls_connect(tls_peer *peer, int port, const tls_wish *wish) {
    test_peer plain = peer_connect(port);
    peer->fd = dup(plain.fd);
    peer_close(&plain);
    struct timeval patience = {.tv_sec = test_patience_ms(PEER_WAIT_MS) / 1000};
    setsockopt(peer->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    peer->len = peer->records = 0;
    peer->bytes[0] = '\0';
    peer->context = SSL_CTX_new(TLS_client_method());
    assert_non_null(peer->context);
    SSL_CTX_set_options(peer->context, SSL_OP_IGNORE_UNEXPECTED_EOF);
    if (wish && wish->version) {
        SSL_CTX_set_security_level(peer->context, 0);
        SSL_CTX_set_min_proto_version(peer->context, wish->version);
        SSL_CTX_set_max_proto_version(peer->context, wish->version);
    }
    peer->ssl = SSL_new(peer->context);
    assert_non_null(peer->ssl);
    SSL_set_msg_callback(peer->ssl, count_records);
    SSL_set_msg_callback_arg(peer->ssl, peer);
    if (wish && wish->alpn)
        SSL_set_alpn_protos(peer->ssl, (const unsigned char *)wish->alpn,
                            (unsigned)strlen(wish->alpn));
    if (wish && wish->before)
        send_before(peer, wish);
    SSL_set_fd(peer->ssl, peer->fd);
    ERR_clear_error();
    return SSL_connect(peer->ssl) == 1;
}

void tls_close(tls_peer *peer) {
    SSL_free(peer->ssl);
    SSL_CTX_free(peer->context);
    close(peer->fd);
    ERR_clear_error();
}

void tls_send(tls_peer *peer, px_slice bytes) {
    assert_int_equal(SSL_write(peer->ssl, bytes.ptr, (int)bytes.len), bytes.len);
}

static bool receive(tls_peer *peer) {
    assert_true(peer->len + 1 < sizeof peer->bytes);
    int got =
        SSL_read(peer->ssl, peer->bytes + peer->len, (int)(sizeof peer->bytes - 1 - peer->len));
    if (got <= 0)
        return false;
    peer->len += (size_t)got;
    peer->bytes[peer->len] = '\0';
    return true;
}

static const char *find(const tls_peer *peer, const char *text) {
    size_t len = strlen(text);
    for (size_t i = 0; i + len <= peer->len; i++)
        if (memcmp(peer->bytes + i, text, len) == 0)
            return peer->bytes + i;
    return NULL;
}

void tls_expect(tls_peer *peer, const char *text) {
    while (!find(peer, text))
        if (!receive(peer))
            fail_msg("the end came before '%s': %s", text, peer->bytes);
}

void tls_receive(tls_peer *peer, size_t count) {
    while (peer->len < count)
        assert_true(receive(peer));
}

bool tls_is_ended(tls_peer *peer) {
    while (receive(peer))
        ;
    return (SSL_get_shutdown(peer->ssl) & SSL_RECEIVED_SHUTDOWN) != 0;
}

void tls_open(tls_peer *peer, int port) {
    static const char UPGRADE[] = "GET /app/app-key?protocol=7 HTTP/1.1\r\nHost: localhost\r\n"
                                  "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                                  "Sec-WebSocket-Version: 13\r\n"
                                  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    assert_true(tls_connect(peer, port, NULL));
    tls_send(peer, px_slice_of_text(UPGRADE));
    tls_expect(peer, "pusher:connection_established");
}

void tls_send_message(tls_peer *peer, const char *text) {
    static const uint8_t MASK[4] = {1, 2, 3, 4};
    px_buffer frame;
    px_buffer_init(&frame, &test_malloc, 1 << 24);
    assert_int_equal(px_ws_encode(&frame, PX_WS_TEXT, px_slice_of_text(text), MASK), PX_OK);
    tls_send(peer, px_buffer_slice(&frame));
    px_buffer_free(&frame);
}
