#include "server/host_dev_certificate.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <unistd.h>

enum { MAX_PATH = 4096, DAY = 86400, SERIAL_SIZE = 16 };

/* ---- The authority ---- */

/* FOLDER/NAME; false when it is too long. */
static bool join(px_slice folder, const char *name, char out[MAX_PATH], px_slice *path) {
    int used = snprintf(out, MAX_PATH, "%.*s/%s", (int)folder.len, folder.ptr, name);
    if (used < 0 || used >= MAX_PATH || memchr(folder.ptr, '\0', folder.len))
        return false;
    *path = px_slice_of(out, (size_t)used);
    return true;
}

static int read_authority(px_slice folder, time_t now, px_certificate *out, char *why,
                          size_t size) {
    char certificate_text[MAX_PATH];
    char key_text[MAX_PATH];
    px_slice certificate;
    px_slice key;
    if (!join(folder, "rootCA.pem", certificate_text, &certificate) ||
        !join(folder, "rootCA-key.pem", key_text, &key)) {
        snprintf(why, size, "the name of the authority's folder is too long");
        return PX_ERR_ARGUMENT;
    }
    int result = px_certificate_read(certificate, key, now, out, why, size);
    if (result == PX_OK && X509_check_ca(out->leaf) == 0) {
        snprintf(why, size, "%s: this certificate may not sign others", certificate_text);
        px_certificate_free(out);
        result = PX_ERR_ARGUMENT;
    }
    return result;
}

/* ---- The certificate ---- */

static const struct {
    int kind;
    const char *value;
} EXTENSIONS[] = {
    {NID_basic_constraints, "critical,CA:FALSE"},
    {NID_key_usage, "critical,digitalSignature"},
    {NID_ext_key_usage, "serverAuth"},
    {NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1,IP:::1"},
    {NID_subject_key_identifier, "hash"},
};

static bool add_extension(X509 *leaf, X509 *issuer, int kind, const char *value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, leaf, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, kind, value);
    bool is_added = extension && X509_add_ext(leaf, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    return is_added;
}

static bool add_extensions(X509 *leaf, X509 *issuer, bool is_signed) {
    for (size_t i = 0; i < sizeof EXTENSIONS / sizeof *EXTENSIONS; i++)
        if (!add_extension(leaf, issuer, EXTENSIONS[i].kind, EXTENSIONS[i].value))
            return false;
    return !is_signed || add_extension(leaf, issuer, NID_authority_key_identifier, "keyid");
}

static bool set_name(X509 *leaf) {
    static const unsigned char MAKER[] = "pusher serve --tls-dev";
    static const unsigned char NAME[] = "localhost";
    X509_NAME *name = X509_get_subject_name(leaf);
    return X509_NAME_add_entry_by_txt(name, "O", MBSTRING_ASC, MAKER, -1, -1, 0) &&
           X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, NAME, -1, -1, 0);
}

static bool set_serial(X509 *leaf) {
    unsigned char bytes[SERIAL_SIZE];
    if (RAND_bytes(bytes, sizeof bytes) != 1)
        return false;
    bytes[0] = (bytes[0] & 0x3f) | 0x40; /* positive, of full length */
    BIGNUM *number = BN_bin2bn(bytes, sizeof bytes, NULL);
    bool is_set = number && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(leaf));
    BN_free(number);
    return is_set;
}

static bool set_times(X509 *leaf, time_t now) {
    return ASN1_TIME_set(X509_getm_notBefore(leaf), now - DAY) &&
           ASN1_TIME_set(X509_getm_notAfter(leaf), now + (time_t)DAY * PX_DEV_CERTIFICATE_DAYS);
}

/* `authority` of zeros: signed by itself. */
static bool fill(px_certificate *made, const px_certificate *authority, time_t now) {
    X509 *leaf = made->leaf;
    X509 *issuer = authority->leaf ? authority->leaf : leaf;
    return set_serial(leaf) && X509_set_version(leaf, X509_VERSION_3) && set_times(leaf, now) &&
           set_name(leaf) && X509_set_issuer_name(leaf, X509_get_subject_name(issuer)) &&
           X509_set_pubkey(leaf, made->key) &&
           add_extensions(leaf, issuer, authority->leaf != NULL) &&
           X509_sign(leaf, authority->key ? authority->key : made->key, EVP_sha256()) > 0;
}

int px_dev_certificate_make(px_slice ca_folder, time_t now, px_dev_certificate *out, char *why,
                            size_t size) {
    px_certificate authority = {0};
    px_dev_certificate made = {0};
    if (size > 0)
        why[0] = '\0';
    made.is_signed =
        ca_folder.len > 0 && read_authority(ca_folder, now, &authority, why, size) == PX_OK;
    made.certificate.leaf = X509_new();
    made.certificate.key = EVP_EC_gen("P-256");
    made.certificate.chain = sk_X509_new_null();
    int result = PX_ERR_NO_MEMORY;
    if (made.certificate.leaf && made.certificate.key && made.certificate.chain)
        result = fill(&made.certificate, &authority, now) ? PX_OK : PX_ERR_STATE;
    if (result == PX_OK) {
        made.anchor = made.is_signed ? authority.leaf : made.certificate.leaf;
        X509_up_ref(made.anchor);
        *out = made;
    } else {
        px_dev_certificate_free(&made);
    }
    px_certificate_free(&authority);
    ERR_clear_error();
    return result;
}

void px_dev_certificate_free(px_dev_certificate *made) {
    px_certificate_free(&made->certificate);
    X509_free(made->anchor);
    made->anchor = NULL;
}

/* ---- The file ---- */

/* Writes a file of its own beside the path, so that nobody ever reads half a certificate. */
static bool write_beside(const char *path, X509 *anchor) {
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    FILE *file = fd >= 0 ? fdopen(fd, "w") : NULL;
    if (!file) {
        if (fd >= 0)
            close(fd);
        return false;
    }
    bool is_written = PEM_write_X509(file, anchor) == 1;
    return fclose(file) == 0 && is_written;
}

int px_dev_certificate_save(const px_dev_certificate *made, px_slice path, char *why, size_t size) {
    char final[MAX_PATH];
    char beside[MAX_PATH + 32];
    if (path.len == 0 || path.len >= sizeof final || memchr(path.ptr, '\0', path.len)) {
        snprintf(why, size, "tls_dev_cert must name a file");
        return PX_ERR_ARGUMENT;
    }
    memcpy(final, path.ptr, path.len);
    final[path.len] = '\0';
    snprintf(beside, sizeof beside, "%s.%ld", final, (long)getpid());
    errno = 0;
    if (write_beside(beside, made->anchor) && rename(beside, final) == 0)
        return PX_OK;
    snprintf(why, size, "%s: the certificate can't be written there: %s", final,
             errno ? strerror(errno) : "OpenSSL failed");
    unlink(beside);
    ERR_clear_error();
    return PX_ERR_STATE;
}
