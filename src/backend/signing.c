#include "backend/signing.h"

#include "net/signature.h"

static int sign(const px_credentials *by, const px_slice *parts, size_t count, px_buffer *out) {
    const px_slice colon = PX_LITERAL(":");
    char signature[PX_SIGNATURE_LENGTH];
    size_t before = out->len;
    int result = px_signature(by->secret, parts, count, signature);
    if (!result)
        result = px_buffer_append(out, by->key);
    if (!result)
        result = px_buffer_append(out, colon);
    if (!result)
        result = px_buffer_append(out, px_slice_of(signature, sizeof signature));
    if (result)
        out->len = before;
    return result;
}

int px_backend_sign_channel(const px_credentials *by, px_slice socket_id, px_slice channel,
                            px_slice channel_data, px_buffer *out) {
    const px_slice colon = PX_LITERAL(":");
    const px_slice parts[] = {socket_id, colon, channel, colon, channel_data};
    return sign(by, parts, channel_data.len > 0 ? 5 : 3, out);
}

int px_backend_sign_user(const px_credentials *by, px_slice socket_id, px_slice user_data,
                         px_buffer *out) {
    const px_slice parts[] = {socket_id, PX_LITERAL("::user::"), user_data};
    return sign(by, parts, 3, out);
}
