#include "server/host_certificate.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/buffer.h"
#include "server/heap.h"

enum { MAX_PATH = 4096, MAX_FILE = 1 << 20, MAX_CHAIN = 16 };

/* What is being read, and where to say what is wrong with it. */
typedef struct reading {
    char path[MAX_PATH];
    const char *what;   /* "certificate" or "key" */
    const char *option; /* that names the file */
    char *why;
    size_t size;
} reading;

static int fail(const reading *this, int result, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static int fail(const reading *this, int result, const char *format, ...) {
    int used = snprintf(this->why, this->size, "%s: ", this->path);
    va_list arguments;
    va_start(arguments, format);
    if (used > 0 && (size_t)used < this->size)
        vsnprintf(this->why + used, this->size - (size_t)used, format, arguments);
    va_end(arguments);
    ERR_clear_error();
    return result;
}

static int name_file(reading *this, px_slice path) {
    if (path.len == 0 || path.len >= MAX_PATH || memchr(path.ptr, '\0', path.len)) {
        snprintf(this->why, this->size, "%s must name a file", this->option);
        return PX_ERR_ARGUMENT;
    }
    memcpy(this->path, path.ptr, path.len);
    this->path[path.len] = '\0';
    return PX_OK;
}

static int read_file(const reading *this, px_buffer *text) {
    FILE *file = fopen(this->path, "rb");
    int error = file ? 0 : errno;
    int result = file ? px_buffer_reserve(text, MAX_FILE + 1) : PX_OK;
    if (file && result == PX_OK) {
        text->len = fread(text->data, 1, MAX_FILE + 1, file);
        error = ferror(file) ? errno : 0;
    }
    if (file)
        fclose(file);
    if (error != 0)
        return fail(this, PX_ERR_NOT_FOUND, "the TLS %s can't be read: %s", this->what,
                    strerror(error));
    if (result != PX_OK)
        return fail(this, result, "out of memory");
    if (text->len > MAX_FILE)
        return fail(this, PX_ERR_SYNTAX, "a TLS %s has at most %d bytes", this->what, MAX_FILE);
    return PX_OK;
}

/* A file's bytes for OpenSSL. They are wiped afterwards: one of them is a secret. */
typedef struct source {
    px_buffer text;
    BIO *bio;
} source;

static int open_source(const reading *this, source *out) {
    *out = (source){0};
    px_buffer_init(&out->text, &px_heap, MAX_FILE + 1);
    int result = read_file(this, &out->text);
    if (result != PX_OK)
        return result;
    out->bio = BIO_new_mem_buf(out->text.data, (int)out->text.len);
    return out->bio ? PX_OK : fail(this, PX_ERR_NO_MEMORY, "out of memory");
}

static void close_source(source *this) {
    BIO_free(this->bio);
    if (this->text.len > 0)
        OPENSSL_cleanse(this->text.data, this->text.len);
    px_buffer_free(&this->text);
}

/* ---- The certificate ---- */

/* The certificates behind the first. */
static int read_chain(const reading *this, BIO *bio, px_certificate *out) {
    X509 *next;
    out->chain = sk_X509_new_null();
    if (!out->chain)
        return fail(this, PX_ERR_NO_MEMORY, "out of memory");
    while ((next = PEM_read_bio_X509(bio, NULL, NULL, NULL)) != NULL) {
        if (sk_X509_num(out->chain) < MAX_CHAIN && sk_X509_push(out->chain, next) > 0)
            continue;
        X509_free(next);
        return fail(this, PX_ERR_SYNTAX, "a chain has at most %d certificates", MAX_CHAIN);
    }
    if (ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)
        return fail(this, PX_ERR_SYNTAX, "certificate %d of the chain is damaged",
                    sk_X509_num(out->chain) + 2);
    ERR_clear_error();
    return PX_OK;
}

static int read_certificate(const reading *this, px_certificate *out) {
    source from;
    int result = open_source(this, &from);
    if (result == PX_OK)
        out->leaf = PEM_read_bio_X509(from.bio, NULL, NULL, NULL);
    if (result == PX_OK && !out->leaf)
        result = fail(this, PX_ERR_SYNTAX,
                      "there is no certificate in this file; it must hold the server's certificate "
                      "in PEM form (-----BEGIN CERTIFICATE-----), followed by its chain");
    if (result == PX_OK)
        result = read_chain(this, from.bio, out);
    close_source(&from);
    return result;
}

static void write_time(const ASN1_TIME *time, char *out, size_t size) {
    struct tm parts;
    if (!ASN1_TIME_to_tm(time, &parts) || strftime(out, size, "%Y-%m-%d %H:%M UTC", &parts) == 0)
        snprintf(out, size, "an unknown time");
}

static int check_time(const reading *this, const px_certificate *certificate, time_t now) {
    char text[64];
    const ASN1_TIME *start = X509_get0_notBefore(certificate->leaf);
    const ASN1_TIME *end = X509_get0_notAfter(certificate->leaf);
    if (X509_cmp_time(end, &now) <= 0) {
        write_time(end, text, sizeof text);
        return fail(this, PX_ERR_ARGUMENT,
                    "this certificate expired on %s; renew it, or correct the clock", text);
    }
    if (X509_cmp_time(start, &now) > 0) {
        write_time(start, text, sizeof text);
        return fail(this, PX_ERR_ARGUMENT,
                    "this certificate is not valid before %s; correct the clock, or wait", text);
    }
    return PX_OK;
}

int px_certificate_days_left(const px_certificate *certificate, time_t now) {
    int days = 0;
    int seconds = 0;
    ASN1_TIME *from = ASN1_TIME_set(NULL, now);
    if (!from || !ASN1_TIME_diff(&days, &seconds, from, X509_get0_notAfter(certificate->leaf)))
        days = 0;
    ASN1_TIME_free(from);
    return days;
}

/* ---- The key ---- */

/* Nobody is at the terminal to type it. */
static int refuse_password(char *buffer, int size, int is_writing, void *was_asked) {
    (void)buffer;
    (void)size;
    (void)is_writing;
    *(bool *)was_asked = true;
    return -1;
}

static int read_key(const reading *this, px_certificate *out) {
    source from;
    bool is_encrypted = false;
    int result = open_source(this, &from);
    if (result == PX_OK)
        out->key = PEM_read_bio_PrivateKey(from.bio, NULL, refuse_password, &is_encrypted);
    if (result == PX_OK && !out->key)
        result = fail(this, PX_ERR_SYNTAX,
                      is_encrypted ? "this key is encrypted; write it without a password, readable "
                                     "to the server only: openssl pkey -in FILE -out PLAIN"
                                   : "there is no private key in this file; it must hold the "
                                     "certificate's key in PEM form (-----BEGIN PRIVATE KEY-----)");
    close_source(&from);
    return result;
}

int px_certificate_read(px_slice certificate_file, px_slice key_file, time_t now,
                        px_certificate *out, char *why, size_t size) {
    px_certificate made = {0};
    reading certificate = {.what = "certificate", .option = "tls_cert", .why = why, .size = size};
    reading key = {.what = "key", .option = "tls_key", .why = why, .size = size};
    ERR_clear_error();
    int result = name_file(&certificate, certificate_file);
    if (result == PX_OK)
        result = name_file(&key, key_file);
    if (result == PX_OK)
        result = read_certificate(&certificate, &made);
    if (result == PX_OK)
        result = read_key(&key, &made);
    if (result == PX_OK && X509_check_private_key(made.leaf, made.key) != 1)
        result = fail(&key, PX_ERR_ARGUMENT,
                      "this key does not belong to the certificate in %s; give the key that the "
                      "certificate was requested with, and put the server's own certificate first",
                      certificate.path);
    if (result == PX_OK)
        result = check_time(&certificate, &made, now);
    if (result == PX_OK)
        *out = made;
    else
        px_certificate_free(&made);
    return result;
}

void px_certificate_free(px_certificate *certificate) {
    X509_free(certificate->leaf);
    sk_X509_pop_free(certificate->chain, X509_free);
    EVP_PKEY_free(certificate->key);
    *certificate = (px_certificate){0};
}
