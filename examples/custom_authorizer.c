/* Authorization without an HTTP request: a program that may know the app's secret (PUSHER_APP_SECRET)
 * signs for itself. Programs in the hands of users must not know it; theirs would ask a service of
 * the application here, in whatever way, and answer when the reply is there.
 *
 *     custom_authorizer [CHANNEL] */
#include "example.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

static const char member[] = "{\"user_id\":\"machine-7\",\"user_info\":{\"place\":\"cellar\"}}";

/* "KEY:HEX", where HEX is HMAC-SHA256 of the text under the app's secret. 0: it does not fit. */
static size_t sign(const char *text, int len, char *auth, size_t size) {
    const char *secret = example_setting("PUSHER_APP_SECRET", "app-secret");
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int digest_len = 0;
    if (!HMAC(EVP_sha256(), secret, (int)strlen(secret), (const unsigned char *)text, (size_t)len,
              digest, &digest_len))
        return 0;
    pusher_string key = example_key();
    if (size < key.len + 2 + 2 * (size_t)digest_len)
        return 0;
    size_t used = (size_t)snprintf(auth, size, "%.*s:", TEXT(key));
    for (unsigned int i = 0; i < digest_len; i++)
        used += (size_t)snprintf(auth + used, size - used, "%02x", digest[i]);
    return used;
}

static void authorize(pusher_authorization *question, pusher_client *client,
                      pusher_string channel_name, pusher_string socket_id, void *context) {
    (void)client, (void)context;
    const char presence[] = "presence-";
    bool is_presence = channel_name.len >= sizeof presence - 1 &&
                       memcmp(channel_name.ptr, presence, sizeof presence - 1) == 0;
    /* What is signed: "SOCKET_ID:CHANNEL", and for presence channels ":" and who we are. */
    char text[600];
    int len = snprintf(text, sizeof text, "%.*s:%.*s%s%s", TEXT(socket_id), TEXT(channel_name),
                       is_presence ? ":" : "", is_presence ? member : "");
    char buffer[300];
    pusher_string auth = {buffer, 0};
    if (len > 0 && (size_t)len < sizeof text)
        auth.len = sign(text, len, buffer, sizeof buffer);
    if (auth.len == 0)
        pusher_authorization_fail(question, 0, pusher_str("the signature does not fit"));
    else if (pusher_authorization_succeed(question, auth, pusher_str(is_presence ? member : NULL)))
        pusher_authorization_fail(question, 0, pusher_str("out of memory"));
}

/* Frees the client inside its own handler, which ends pusher_run. */
static void on_succeeded(const pusher_event *event, void *context) {
    (void)context;
    printf("authorized for %.*s\n", TEXT(event->channel_name));
    pusher_client_free(event->client);
}

static void on_failed(const pusher_event *event, void *context) {
    int *exit_code = context;
    printf("refused: %.*s\n", TEXT(event->error->message));
    if (event->error->will_retry)
        return;
    *exit_code = 1;
    pusher_client_free(event->client);
}

int main(int argc, char **argv) {
    pusher_string name = pusher_str(argc > 1 ? argv[1] : "presence-machines");
    pusher_options options = example_options();
    options.authorizer = authorize;

    pusher_client *client;
    pusher_channel *channel;
    int exit_code = 0;
    if (pusher_client_new(example_key(), &options, &client))
        return 1;
    if (pusher_subscribe(client, name, &channel) ||
        pusher_channel_bind(channel, pusher_str("pusher:subscription_succeeded"), on_succeeded,
                            NULL, NULL) ||
        pusher_channel_bind(channel, pusher_str("pusher:subscription_error"), on_failed, &exit_code,
                            NULL)) {
        pusher_client_free(client);
        return 1;
    }
    pusher_connect(client);
    return pusher_run(client) ? 1 : exit_code;
}
