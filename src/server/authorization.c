#include "server/authorization.h"

#include "net/signature.h"
#include "server/text.h"

/* What an `auth` is for: how the texts that refuse it call that, and what it must sign. */
typedef struct px_purpose {
    px_slice verb; /* "subscribe to " */
    px_slice noun; /* "subscription" */
    px_slice link; /* between the noun and the name */
    px_slice name; /* of the channel */
    const px_slice *parts;
    size_t count;
} px_purpose;

/* "KEY:SIGNATURE", split at the first colon. */
static bool split_auth(px_slice auth, px_slice *key, px_slice *signature) {
    const char *colon = memchr(auth.ptr, ':', auth.len);
    if (!colon)
        return false;
    *key = px_slice_of(auth.ptr, (size_t)(colon - auth.ptr));
    *signature = px_slice_after(auth, key->len + 1);
    return true;
}

static bool verify(px_arena *arena, const px_app_options *app, px_slice auth,
                   const px_purpose *purpose, px_slice *why) {
    px_slice key, signature, secret;
    if (auth.len == 0) {
        *why = px_text_of(arena, PX_SLICE("Auth info required to "), purpose->verb, purpose->name);
        return false;
    }
    if (!split_auth(auth, &key, &signature)) {
        *why =
            px_text_of(arena, PX_SLICE("Auth value for "), purpose->noun, purpose->link,
                       purpose->name, PX_SLICE(" is invalid: should be of format 'key:signature'"));
        return false;
    }
    if (!px_app_find_secret(app, key, &secret)) {
        *why = px_text_of(arena, PX_SLICE("Invalid key in "), purpose->noun,
                          PX_SLICE(" auth data: '"), key, PX_SLICE("'"));
        return false;
    }
    if (px_signature_verify(secret, purpose->parts, purpose->count, signature))
        return true;
    *why = px_text_of(arena, PX_SLICE("Invalid signature: Expected HMAC SHA256 hex digest of "),
                      px_text_join(arena, purpose->parts, purpose->count), PX_SLICE(", but got "),
                      signature);
    return false;
}

bool px_is_authorized(px_hub *hub, const px_hub_connection *connection, px_slice channel,
                      const px_credentials *credentials, px_slice *why) {
    char id[PX_SOCKET_ID_MAX];
    const px_slice parts[] = {px_socket_id_text(connection, id), PX_SLICE(":"), channel,
                              PX_SLICE(":"), credentials->channel_data};
    const px_purpose purpose = {.verb = PX_SLICE("subscribe to "),
                                .noun = PX_SLICE("subscription"),
                                .link = PX_SLICE(" to "),
                                .name = channel,
                                .parts = parts,
                                .count = credentials->channel_data.len ? 5 : 3};
    return verify(&hub->arena, &connection->app->options, credentials->auth, &purpose, why);
}

bool px_may_sign_in(px_hub *hub, const px_hub_connection *connection, px_slice auth,
                    px_slice user_data, px_slice *why) {
    char id[PX_SOCKET_ID_MAX];
    const px_slice parts[] = {px_socket_id_text(connection, id), PX_SLICE("::user::"), user_data};
    const px_purpose purpose = {
        .verb = PX_SLICE("sign in"), .noun = PX_SLICE("signin"), .parts = parts, .count = 3};
    return verify(&hub->arena, &connection->app->options, auth, &purpose, why);
}
