/* Signs subscriptions as an application's server does. */
#include "cli/channel_auth.h"
#include "net/signature.h"

bool px_cli_is_presence(px_slice channel) {
    return px_slice_starts_with(channel, PX_SLICE("presence-"));
}

bool px_cli_is_encrypted(px_slice channel) {
    return px_slice_starts_with(channel, PX_SLICE("private-encrypted-"));
}

bool px_cli_needs_auth(px_slice channel) {
    return px_cli_is_presence(channel) || px_slice_starts_with(channel, PX_SLICE("private-"));
}

static size_t digits(px_slice text) {
    size_t count = 0;
    while (count < text.len && text.ptr[count] >= '0' && text.ptr[count] <= '9')
        count++;
    return count;
}

bool px_cli_is_socket_id(px_slice text) {
    size_t before = digits(text);
    if (before == 0 || before == text.len || text.ptr[before] != '.')
        return false;
    px_slice rest = px_slice_after(text, before + 1);
    return rest.len > 0 && digits(rest) == rest.len;
}

int px_cli_sign_channel(const char *key, const char *secret, px_slice socket_id, px_slice channel,
                        px_slice channel_data, px_buffer *out) {
    const px_slice colon = PX_LITERAL(":");
    const px_slice parts[] = {socket_id, colon, channel, colon, channel_data};
    char signature[PX_SIGNATURE_LENGTH];
    int result =
        px_signature(px_slice_of_text(secret), parts, channel_data.len > 0 ? 5 : 3, signature);
    if (result == PX_OK)
        result = px_buffer_reserve(out, strlen(key) + 1 + sizeof signature);
    if (result == PX_OK)
        result = px_buffer_append(out, px_slice_of_text(key));
    if (result == PX_OK)
        result = px_buffer_append(out, colon);
    if (result == PX_OK)
        result = px_buffer_append(out, px_slice_of(signature, sizeof signature));
    return result;
}
