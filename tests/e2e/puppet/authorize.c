#include "authorize.h"
#include "tell.h"

#include <stdio.h>
#include <stdlib.h>

static const char THE_USER[] = "-";

void authorize_ask(pusher_authorization *handle, pusher_client *client, pusher_string channel,
                   pusher_string socket_id, void *context) {
    puppet *who = context;
    (void)client;
    if (!channel.len)
        channel = pusher_str(THE_USER);
    for (size_t i = 0; i < MAX_QUESTIONS; i++) {
        question *one = &who->questions[i];
        if (one->handle)
            continue;
        one->handle = handle;
        snprintf(one->channel, sizeof one->channel, "%.*s", (int)channel.len, channel.ptr);
        tell_begin(who);
        tell_member("question", channel);
        tell_member("socket", socket_id);
        tell_end();
        return;
    }
    fail("authorizer", "too many questions");
}

void authorize_provide(pusher_client *client, pusher_string channel, pusher_pairs *pairs,
                       void *context) {
    puppet *who = context;
    char count[16];
    (void)client;
    (void)channel;
    snprintf(count, sizeof count, "%u", ++who->provided);
    int result = pusher_pairs_add(pairs, pusher_str("X-Provided"), pusher_str(count));
    if (result)
        fail("provider", pusher_result_text(result));
}

static pusher_authorization *take(puppet *who, const char *channel) {
    for (size_t i = 0; i < MAX_QUESTIONS; i++) {
        question *one = &who->questions[i];
        if (!one->handle || strcmp(one->channel, channel) != 0)
            continue;
        pusher_authorization *handle = one->handle;
        one->handle = NULL;
        return handle;
    }
    return NULL;
}

int authorize_accept(puppet *who, const char *channel, const char *auth, const char *data) {
    pusher_authorization *handle = take(who, channel);
    if (!handle)
        return PUSHER_ERR_STATE;
    return pusher_authorization_succeed(handle, pusher_str(auth), pusher_str(data));
}

int authorize_accept_encrypted(puppet *who, const char *channel, const char *auth,
                               const char *secret) {
    pusher_authorization *handle = take(who, channel);
    if (!handle)
        return PUSHER_ERR_STATE;
    return pusher_authorization_succeed_encrypted(handle, pusher_str(auth), pusher_str(secret));
}

int authorize_refuse(puppet *who, const char *channel, const char *status, const char *message) {
    pusher_authorization *handle = take(who, channel);
    if (!handle)
        return PUSHER_ERR_STATE;
    pusher_authorization_fail(handle, atoi(status), pusher_str(message));
    return PUSHER_OK;
}
