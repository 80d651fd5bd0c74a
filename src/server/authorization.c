#include "server/authorization.h"

#include "net/signature.h"
#include "server/text.h"

enum { PARTS = 5 };

/* "SOCKET_ID:CHANNEL" or "SOCKET_ID:CHANNEL:CHANNEL_DATA"; returns the number of parts. */
static size_t signed_parts(px_slice socket_id, px_slice channel, px_slice channel_data,
                           px_slice parts[PARTS]) {
    parts[0] = socket_id;
    parts[1] = PX_SLICE(":");
    parts[2] = channel;
    parts[3] = PX_SLICE(":");
    parts[4] = channel_data;
    return channel_data.len ? 5 : 3;
}

/* "KEY:SIGNATURE", split at the first colon. */
static bool split_auth(px_slice auth, px_slice *key, px_slice *signature) {
    const char *colon = memchr(auth.ptr, ':', auth.len);
    if (!colon)
        return false;
    *key = px_slice_of(auth.ptr, (size_t)(colon - auth.ptr));
    *signature = px_slice_after(auth, key->len + 1);
    return true;
}

bool px_is_authorized(px_hub *hub, const px_hub_connection *connection, px_slice channel,
                      const px_credentials *credentials, px_slice *why) {
    px_arena *arena = &hub->arena;
    const px_app_options *app = &connection->app->options;
    px_slice key, signature, secret;
    if (credentials->auth.len == 0) {
        *why = px_text_of(arena, PX_SLICE("Auth info required to subscribe to "), channel);
        return false;
    }
    if (!split_auth(credentials->auth, &key, &signature)) {
        *why = px_text_of(arena, PX_SLICE("Auth value for subscription to "), channel,
                          PX_SLICE(" is invalid: should be of format 'key:signature'"));
        return false;
    }
    if (!px_app_find_secret(app, key, &secret)) {
        *why = px_text_of(arena, PX_SLICE("Invalid key in subscription auth data: '"), key,
                          PX_SLICE("'"));
        return false;
    }
    char id[PX_SOCKET_ID_MAX];
    px_slice parts[PARTS];
    size_t count =
        signed_parts(px_socket_id_text(connection, id), channel, credentials->channel_data, parts);
    if (px_signature_verify(secret, parts, count, signature))
        return true;
    *why = px_text_of(arena, PX_SLICE("Invalid signature: Expected HMAC SHA256 hex digest of "),
                      px_text_join(arena, parts, count), PX_SLICE(", but got "), signature);
    return false;
}
