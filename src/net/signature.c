/* HMAC-SHA256 and MD5 by OpenSSL, as the hex that the protocol uses. */
#include "net/signature.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

enum { SHA256_BYTES = 32, MD5_BYTES = 16 };

static void write_hex(const unsigned char *bytes, size_t count, char *out) {
    static const char HEX[] = "0123456789abcdef";
    for (size_t i = 0; i < count; i++) {
        out[2 * i] = HEX[bytes[i] >> 4];
        out[2 * i + 1] = HEX[bytes[i] & 15];
    }
}

static bool update_all(EVP_MAC_CTX *context, const px_slice *parts, size_t count) {
    bool done = true;
    for (size_t i = 0; done && i < count; i++)
        done = !parts[i].len ||
               EVP_MAC_update(context, (const unsigned char *)parts[i].ptr, parts[i].len);
    return done;
}

static bool hmac_sha256(EVP_MAC_CTX *context, px_slice secret, const px_slice *parts, size_t count,
                        unsigned char digest[SHA256_BYTES]) {
    static const unsigned char NO_SECRET[1];
    char name[] = "SHA256";
    OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0),
                           OSSL_PARAM_construct_end()};
    const unsigned char *key = secret.len ? (const unsigned char *)secret.ptr : NO_SECRET;
    size_t written = 0;
    return EVP_MAC_init(context, key, secret.len, params) && update_all(context, parts, count) &&
           EVP_MAC_final(context, digest, &written, SHA256_BYTES) && written == SHA256_BYTES;
}

int px_signature(px_slice secret, const px_slice *parts, size_t count,
                 char out[PX_SIGNATURE_LENGTH]) {
    unsigned char digest[SHA256_BYTES];
    EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    EVP_MAC_CTX *context = mac ? EVP_MAC_CTX_new(mac) : NULL;
    bool done = context && hmac_sha256(context, secret, parts, count, digest);
    EVP_MAC_CTX_free(context);
    EVP_MAC_free(mac);
    if (!done)
        return PX_ERR_NO_MEMORY;
    write_hex(digest, SHA256_BYTES, out);
    return PX_OK;
}

bool px_signature_verify(px_slice secret, const px_slice *parts, size_t count, px_slice given) {
    char expected[PX_SIGNATURE_LENGTH];
    return px_signature(secret, parts, count, expected) == PX_OK && given.len == sizeof(expected) &&
           CRYPTO_memcmp(given.ptr, expected, sizeof(expected)) == 0;
}

int px_md5(px_slice bytes, char out[PX_MD5_LENGTH]) {
    unsigned char digest[MD5_BYTES];
    if (!EVP_Q_digest(NULL, "MD5", NULL, bytes.len ? bytes.ptr : "", bytes.len, digest, NULL))
        return PX_ERR_NO_MEMORY;
    write_hex(digest, MD5_BYTES, out);
    return PX_OK;
}
