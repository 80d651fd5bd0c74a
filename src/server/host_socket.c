#include "server/host_socket.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server/heap.h"

struct px_socket_tls {
    SSL *ssl;
    px_host_tls *owner;
    int fd;
    char *early; /* bytes that were read before TLS began; NULL: none are left */
    uint32_t early_len;
    uint32_t early_at;
    uint32_t promised;
    bool may_receive; /* this read has not asked the system yet */
    bool has_ended;   /* the peer's half of the connection is closed */
    bool needs_write;
    const char *failure;
};

static bool is_transient(int error) {
    return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

/* ---- Between OpenSSL and the descriptor ----
 *
 * OpenSSL's own socket BIO writes with write(), which raises SIGPIPE, and reads as often as it
 * likes. Here one read of ours is one recv: what OpenSSL has then taken in it can give out at once,
 * and all that is still to come makes the descriptor readable again. */

static void forget_early(px_socket_tls *tls) {
    px_free(&px_heap, tls->early, tls->early_len);
    tls->early = NULL;
    tls->early_len = tls->early_at = 0;
}

static int take_early(px_socket_tls *tls, char *bytes, int size) {
    uint32_t left = tls->early_len - tls->early_at;
    uint32_t count = (uint32_t)size < left ? (uint32_t)size : left;
    memcpy(bytes, tls->early + tls->early_at, count);
    tls->early_at += count;
    if (count == left)
        forget_early(tls);
    return (int)count;
}

static int bio_read(BIO *bio, char *bytes, int size) {
    px_socket_tls *tls = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    if (size <= 0)
        return 0;
    if (tls->early)
        return take_early(tls, bytes, size);
    ssize_t got = -1;
    errno = EAGAIN;
    if (tls->may_receive)
        got = recv(tls->fd, bytes, (size_t)size, 0);
    tls->may_receive = false;
    if (got < 0 && is_transient(errno))
        BIO_set_retry_read(bio);
    if (got == 0)
        tls->has_ended = true;
    return (int)got;
}

static int bio_write(BIO *bio, const char *bytes, int size) {
    const px_socket_tls *tls = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    ssize_t sent = send(tls->fd, bytes, (size_t)size, MSG_NOSIGNAL);
    if (sent < 0 && is_transient(errno))
        BIO_set_retry_write(bio);
    return (int)sent;
}

static long bio_control(BIO *bio, int command, long number, void *pointer) {
    (void)number;
    (void)pointer;
    if (command == BIO_CTRL_EOF)
        return ((px_socket_tls *)BIO_get_data(bio))->has_ended;
    return command == BIO_CTRL_FLUSH;
}

BIO_METHOD *px_socket_bio_method(void) {
    BIO_METHOD *method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket");
    if (method && BIO_meth_set_read(method, bio_read) && BIO_meth_set_write(method, bio_write) &&
        BIO_meth_set_ctrl(method, bio_control))
        return method;
    BIO_meth_free(method);
    return NULL;
}

/* ---- Opening and closing ---- */

static void free_tls(px_socket_tls *tls) {
    if (!tls)
        return;
    SSL_free(tls->ssl);
    forget_early(tls);
    px_free(&px_heap, tls, sizeof *tls);
}

static int keep_early(px_socket_tls *tls, px_slice early) {
    if (early.len == 0)
        return PX_OK;
    tls->early = px_alloc(&px_heap, early.len);
    if (!tls->early)
        return PX_ERR_NO_MEMORY;
    memcpy(tls->early, early.ptr, early.len);
    tls->early_len = (uint32_t)early.len;
    return PX_OK;
}

/* Takes over `ssl`; NULL: there was no memory for it. */
static int start_tls(px_socket_tls *tls, SSL *ssl) {
    tls->ssl = ssl;
    BIO *bio = tls->ssl ? BIO_new(px_tls_bio_method(tls->owner)) : NULL;
    if (!bio)
        return PX_ERR_NO_MEMORY;
    BIO_set_data(bio, tls);
    BIO_set_init(bio, 1);
    SSL_set_bio(tls->ssl, bio, bio);
    return PX_OK;
}

/* `host` NULL: as a server. */
static int open_socket(px_host_socket *socket, int fd, px_host_tls *tls, px_slice early,
                       const px_slice *host) {
    if (!tls) {
        *socket = (px_host_socket){.fd = fd};
        return PX_OK;
    }
    px_socket_tls *made = px_alloc_zero(&px_heap, sizeof *made);
    if (!made)
        return PX_ERR_NO_MEMORY;
    made->owner = tls;
    made->fd = fd;
    int result = keep_early(made, early);
    if (result == PX_OK)
        result = start_tls(made, host ? px_tls_client_session(tls, *host) : px_tls_session(tls));
    ERR_clear_error();
    if (result == PX_OK)
        *socket = (px_host_socket){.fd = fd, .tls = made};
    else
        free_tls(made);
    return result;
}

int px_socket_open(px_host_socket *socket, int fd, px_host_tls *tls, px_slice early) {
    return open_socket(socket, fd, tls, early, NULL);
}

int px_socket_open_client(px_host_socket *socket, int fd, px_host_tls *tls, px_slice host) {
    return open_socket(socket, fd, tls, px_slice_of(NULL, 0), &host);
}

void px_socket_become_plain(px_host_socket *socket) {
    free_tls(socket->tls);
    socket->tls = NULL;
}

void px_socket_close(px_host_socket *socket) {
    px_socket_become_plain(socket);
    if (socket->fd >= 0)
        close(socket->fd);
    socket->fd = -1;
}

/* ---- Reading ---- */

static px_socket_status read_plain(int fd, char *bytes, size_t size, size_t *len) {
    ssize_t got = recv(fd, bytes, size, 0);
    *len = got > 0 ? (size_t)got : 0;
    if (got > 0)
        return PX_SOCKET_GOES_ON;
    if (got == 0)
        return PX_SOCKET_ENDED;
    return is_transient(errno) ? PX_SOCKET_GOES_ON : PX_SOCKET_BROKEN;
}

/* Why OpenSSL could not read on. */
static px_socket_status explain(px_socket_tls *tls, int result, bool was_ready) {
    unsigned long error = ERR_peek_last_error();
    switch (SSL_get_error(tls->ssl, result)) {
    case SSL_ERROR_WANT_WRITE:
        tls->needs_write = true;
        return PX_SOCKET_GOES_ON;
    case SSL_ERROR_WANT_READ:
        return PX_SOCKET_GOES_ON;
    case SSL_ERROR_ZERO_RETURN:
        return PX_SOCKET_ENDED;
    default:
        break;
    }
    if (ERR_GET_LIB(error) == ERR_LIB_SSL && (ERR_GET_REASON(error) == SSL_R_HTTP_REQUEST ||
                                              ERR_GET_REASON(error) == SSL_R_HTTPS_PROXY_REQUEST))
        return PX_SOCKET_SPEAKS_HTTP;
    /* HTTP and WebSocket both say where they end, so that nobody gains by leaving out TLS's own
     * farewell; many programs do. */
    if (tls->has_ended && was_ready)
        return PX_SOCKET_ENDED;
    long verdict = SSL_get_verify_result(tls->ssl);
    tls->failure = verdict != X509_V_OK ? X509_verify_cert_error_string(verdict)
                   : tls->has_ended     ? "the peer has closed the connection"
                   : error              ? ERR_reason_error_string(error)
                                        : NULL;
    return PX_SOCKET_BROKEN;
}

px_socket_status px_socket_read(px_host_socket *socket, char *bytes, size_t size, size_t *len) {
    px_socket_tls *tls = socket->tls;
    if (!tls)
        return read_plain(socket->fd, bytes, size, len);
    *len = 0;
    tls->may_receive = true;
    tls->needs_write = false;
    bool was_ready = SSL_is_init_finished(tls->ssl);
    ERR_clear_error();
    while (*len < size) {
        size_t count = 0;
        int result = SSL_read_ex(tls->ssl, bytes + *len, size - *len, &count);
        if (result <= 0)
            return explain(tls, result, was_ready);
        *len += count;
    }
    return PX_SOCKET_GOES_ON;
}

bool px_socket_read_needs_write(const px_host_socket *socket) {
    return socket->tls && socket->tls->needs_write;
}

/* ---- Writing ---- */

static px_socket_status write_plain(int fd, const struct iovec *pieces, size_t count,
                                    size_t *written) {
    struct msghdr message = {.msg_iov = (struct iovec *)(uintptr_t)pieces, .msg_iovlen = count};
    ssize_t sent;
    do
        sent = count == 1 ? send(fd, pieces->iov_base, pieces->iov_len, MSG_NOSIGNAL)
                          : sendmsg(fd, &message, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    *written = sent > 0 ? (size_t)sent : 0;
    if (sent >= 0)
        return PX_SOCKET_GOES_ON;
    return is_transient(errno) ? PX_SOCKET_IS_FULL : PX_SOCKET_BROKEN;
}

/* Copies the front of the pieces; returns how many bytes. */
static size_t fill_record(char *record, size_t max, const struct iovec *pieces, size_t count) {
    size_t len = 0;
    for (size_t i = 0; i < count && len < max; i++) {
        size_t part = pieces[i].iov_len < max - len ? pieces[i].iov_len : max - len;
        memcpy(record + len, pieces[i].iov_base, part);
        len += part;
    }
    return len;
}

static px_socket_status write_tls(px_socket_tls *tls, const struct iovec *pieces, size_t count,
                                  size_t *written) {
    char *record = px_tls_record(tls->owner);
    size_t max = tls->promised > 0 ? tls->promised : PX_TLS_RECORD_SIZE;
    size_t len = fill_record(record, max, pieces, count);
    *written = 0;
    ERR_clear_error();
    int result = SSL_write_ex(tls->ssl, record, len, written);
    tls->promised = 0;
    if (result > 0)
        return PX_SOCKET_GOES_ON;
    if (SSL_get_error(tls->ssl, result) != SSL_ERROR_WANT_WRITE)
        return PX_SOCKET_BROKEN;
    tls->promised = (uint32_t)len;
    return PX_SOCKET_IS_FULL;
}

px_socket_status px_socket_write(px_host_socket *socket, const struct iovec *pieces, size_t count,
                                 size_t *written) {
    return socket->tls ? write_tls(socket->tls, pieces, count, written)
                       : write_plain(socket->fd, pieces, count, written);
}

size_t px_socket_promised(const px_host_socket *socket) {
    return socket->tls ? socket->tls->promised : 0;
}

px_socket_status px_socket_shut(px_host_socket *socket) {
    px_socket_tls *tls = socket->tls;
    if (tls && SSL_is_init_finished(tls->ssl)) {
        ERR_clear_error();
        int result = SSL_shutdown(tls->ssl);
        if (result < 0 && SSL_get_error(tls->ssl, result) == SSL_ERROR_WANT_WRITE)
            return PX_SOCKET_IS_FULL;
    }
    return shutdown(socket->fd, SHUT_WR) == 0 ? PX_SOCKET_GOES_ON : PX_SOCKET_BROKEN;
}

bool px_socket_is_ready(const px_host_socket *socket) {
    return !socket->tls || SSL_is_init_finished(socket->tls->ssl);
}

const char *px_socket_failure(const px_host_socket *socket) {
    return socket->tls ? socket->tls->failure : NULL;
}
