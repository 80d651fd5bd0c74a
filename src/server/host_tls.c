#include "server/host_tls.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
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

static int finish(px_host_tls *made, int result, px_host_tls **tls) {
    ERR_clear_error();
    if (result == PX_OK)
        *tls = made;
    else
        px_tls_free(made);
    return result;
}

int px_tls_new(const px_certificate *certificate, px_host_tls **tls, char *why, size_t size) {
    px_host_tls *made = px_alloc_zero(&px_heap, sizeof *made);
    if (!made)
        return PX_ERR_NO_MEMORY;
    made->bio_method = px_socket_bio_method();
    return finish(
        made, made->bio_method ? px_tls_use(made, certificate, why, size) : PX_ERR_NO_MEMORY, tls);
}

/* ---- As a client ---- */

static int trust(SSL_CTX *context, px_slice ca_file, char *why, size_t size) {
    char path[4096];
    if (ca_file.len == 0)
        return SSL_CTX_set_default_verify_paths(context) ? PX_OK : PX_ERR_STATE;
    if (ca_file.len >= sizeof path)
        return PX_ERR_ARGUMENT;
    memcpy(path, ca_file.ptr, ca_file.len);
    path[ca_file.len] = '\0';
    if (SSL_CTX_load_verify_file(context, path))
        return PX_OK;
    const char *reason = ERR_reason_error_string(ERR_peek_last_error());
    snprintf(why, size, "%s: no certificates can be read from it: %s", path,
             reason ? reason : "out of memory");
    return PX_ERR_ARGUMENT;
}

static int set_up_client(px_host_tls *tls, px_slice ca_file, char *why, size_t size) {
    static const unsigned char OFFERED[] = "\x08http/1.1";
    tls->bio_method = px_socket_bio_method();
    tls->context = tls->bio_method ? SSL_CTX_new(TLS_client_method()) : NULL;
    if (!tls->context)
        return PX_ERR_NO_MEMORY;
    if (!SSL_CTX_set_min_proto_version(tls->context, TLS1_2_VERSION) ||
        SSL_CTX_set_alpn_protos(tls->context, OFFERED, sizeof OFFERED - 1) != 0)
        return PX_ERR_STATE;
    SSL_CTX_set_options(tls->context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    SSL_CTX_set_mode(tls->context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                       SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_read_ahead(tls->context, 1);
    SSL_CTX_set_verify(tls->context, SSL_VERIFY_PEER, NULL);
    return trust(tls->context, ca_file, why, size);
}

int px_tls_new_client(px_slice ca_file, px_host_tls **tls, char *why, size_t size) {
    px_host_tls *made = px_alloc_zero(&px_heap, sizeof *made);
    ERR_clear_error();
    return made ? finish(made, set_up_client(made, ca_file, why, size), tls) : PX_ERR_NO_MEMORY;
}

/* A certificate is for names or for addresses; SNI (RFC 6066 section 3) is for names only. */
static bool set_peer(SSL *ssl, const char *host) {
    X509_VERIFY_PARAM *wanted = SSL_get0_param(ssl);
    SSL_set_connect_state(ssl);
    if (X509_VERIFY_PARAM_set1_ip_asc(wanted, host))
        return true;
    X509_VERIFY_PARAM_set_hostflags(wanted, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    return SSL_set1_host(ssl, host) && SSL_set_tlsext_host_name(ssl, host);
}

SSL *px_tls_client_session(const px_host_tls *tls, px_slice host) {
    char name[256];
    if (host.len >= sizeof name)
        return NULL;
    memcpy(name, host.ptr, host.len);
    name[host.len] = '\0';
    SSL *ssl = SSL_new(tls->context);
    if (ssl && set_peer(ssl, name))
        return ssl;
    SSL_free(ssl);
    return NULL;
}

/* ---- Both ---- */

void px_tls_free(px_host_tls *tls) {
    if (!tls)
        return;
    SSL_CTX_free(tls->context);
    BIO_meth_free(tls->bio_method);
    px_free(&px_heap, tls, sizeof *tls);
}

SSL *px_tls_session(const px_host_tls *tls) {
    SSL *ssl = SSL_new(tls->context);
    if (ssl)
        SSL_set_accept_state(ssl);
    return ssl;
}

const BIO_METHOD *px_tls_bio_method(const px_host_tls *tls) {
    return tls->bio_method;
}

char *px_tls_record(px_host_tls *tls) {
    return tls->record;
}
