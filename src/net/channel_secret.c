/* SHA-256 by OpenSSL over channel name and master key; what held a key is wiped. */
#include "net/channel_secret.h"

#include "base/base64.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

enum { SHA256_BYTES = 32, MASTER_KEY_TEXT = 44 };

int px_master_key_read(px_slice base64, unsigned char out[PX_MASTER_KEY_BYTES]) {
    char decoded[MASTER_KEY_TEXT / 4 * 3];
    size_t len = 0;
    bool good = base64.len == MASTER_KEY_TEXT && px_base64_decode(base64, decoded, &len) &&
                len == PX_MASTER_KEY_BYTES;
    if (good)
        memcpy(out, decoded, PX_MASTER_KEY_BYTES);
    OPENSSL_cleanse(decoded, sizeof(decoded));
    return good ? PX_OK : PX_ERR_ARGUMENT;
}

int px_master_key_of(px_slice text, unsigned char out[PX_MASTER_KEY_BYTES]) {
    bool done = EVP_Q_digest(NULL, "SHA256", NULL, text.len ? text.ptr : "", text.len, out, NULL);
    return done ? PX_OK : PX_ERR_NO_MEMORY;
}

int px_channel_secret(px_slice channel, const unsigned char master_key[PX_MASTER_KEY_BYTES],
                      char out[PX_CHANNEL_SECRET_LENGTH]) {
    unsigned char digest[SHA256_BYTES];
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool done = context && EVP_DigestInit_ex(context, EVP_sha256(), NULL) &&
                (!channel.len || EVP_DigestUpdate(context, channel.ptr, channel.len)) &&
                EVP_DigestUpdate(context, master_key, PX_MASTER_KEY_BYTES) &&
                EVP_DigestFinal_ex(context, digest, NULL);
    EVP_MD_CTX_free(context);
    if (!done)
        return PX_ERR_NO_MEMORY;
    px_base64_encode(px_slice_of((const char *)digest, sizeof(digest)), out);
    OPENSSL_cleanse(digest, sizeof(digest));
    return PX_OK;
}
