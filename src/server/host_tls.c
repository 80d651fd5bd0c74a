#include "server/host_tls.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdio.h>

#include "server/heap.h"

struct px_host_tls {
    SSL_CTX *context;
    BIO_METHOD *bio_method;
    char record[PX_TLS_RECORD_SIZE];
};

/* TLS 1.2; all that 1.3 has is fine. */
static const char CIPHERS[] = "ECDHE+AESGCM:ECDHE+CHACHA20";

/* HTTP/1.1 is the only protocol here; a client that wants another one and says so is told. */
static int choose_protocol(SSL *ssl, const unsigned char **chosen, unsigned char *chosen_len,
                           const unsigned char *offered, unsigned int offered_len, void *context) {
    static const unsigned char OURS[] = "\x08http/1.1";
    unsigned char *found;
    (void)ssl;
    (void)context;
    if (SSL_select_next_proto(&found, chosen_len, OURS, sizeof OURS - 1, offered, offered_len) !=
        OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    *chosen = found;
    return SSL_TLSEXT_ERR_OK;
}

static int set_up(SSL_CTX *context) {
    static const unsigned char SESSIONS_OF[] = "pusher";
    if (!SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) ||
        !SSL_CTX_set_cipher_list(context, CIPHERS) ||
        !SSL_CTX_set_session_id_context(context, SESSIONS_OF, sizeof SESSIONS_OF - 1) ||
        !SSL_CTX_set_num_tickets(context, 1))
        return PX_ERR_STATE;
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                     SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
    /* An idle connection holds no buffers, and output waits in our queue, not at one address. */
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                  SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF); /* tickets do it */
    SSL_CTX_set_read_ahead(context, 1);                          /* as host_socket.c expects */
    SSL_CTX_set_alpn_select_cb(context, choose_protocol, NULL);
    return PX_OK;
}

int px_tls_use(px_host_tls *tls, const px_certificate *certificate, char *why, size_t size) {
    ERR_clear_error();
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    int result = context ? set_up(context) : PX_ERR_NO_MEMORY;
    if (result == PX_OK && SSL_CTX_use_cert_and_key(context, certificate->leaf, certificate->key,
                                                    certificate->chain, 1) != 1)
        result = PX_ERR_ARGUMENT;
    if (result == PX_OK) {
        SSL_CTX_free(tls->context);
        tls->context = context;
        return PX_OK;
    }
    const char *reason = ERR_reason_error_string(ERR_peek_last_error());
    snprintf(why, size, "TLS can't be set up with this certificate: %s",
             reason ? reason : "out of memory");
    SSL_CTX_free(context);
    ERR_clear_error();
    return result;
}

int px_tls_new(const px_certificate *certificate, px_host_tls **tls, char *why, size_t size) {
    px_host_tls *made = px_alloc_zero(&px_heap, sizeof *made);
    if (!made)
        return PX_ERR_NO_MEMORY;
    made->bio_method = px_socket_bio_method();
    int result = made->bio_method ? px_tls_use(made, certificate, why, size) : PX_ERR_NO_MEMORY;
    if (result == PX_OK)
        *tls = made;
    else
        px_tls_free(made);
    return result;
}

void px_tls_free(px_host_tls *tls) {
    if (!tls)
        return;
    SSL_CTX_free(tls->context);
    BIO_meth_free(tls->bio_method);
    px_free(&px_heap, tls, sizeof *tls);
}

SSL *px_tls_session(const px_host_tls *tls) {
    return SSL_new(tls->context);
}

const BIO_METHOD *px_tls_bio_method(const px_host_tls *tls) {
    return tls->bio_method;
}

char *px_tls_record(px_host_tls *tls) {
    return tls->record;
}
