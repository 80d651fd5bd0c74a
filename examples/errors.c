/* Everything that can go wrong, and what a program does about it: mostly nothing, because the client
 * keeps trying by itself. Ends with 1 when trying is pointless.
 *
 *     errors [CHANNEL] */
#include "example.h"

static const char *advice_for_state(pusher_state state) {
    switch (state) {
    case PUSHER_INITIALIZED:
        return "call pusher_connect";
    case PUSHER_CONNECTING:
        return "wait";
    case PUSHER_CONNECTED:
        return "all is well";
    case PUSHER_UNAVAILABLE:
        return "tell the user that there is no connection; the client goes on trying";
    case PUSHER_FAILED:
        return "the options allow no transport; correct them";
    case PUSHER_DISCONNECTED:
        return "over, by pusher_disconnect or because the service refused for good";
    }
    return "";
}

static const char *advice_for_transport(int result) {
    switch (result) {
    case PUSHER_ERR_RESOLVE:
        return "check the host's name and the machine's network";
    case PUSHER_ERR_CONNECT:
        return "is the server running, and is this its port?";
    case PUSHER_ERR_TLS:
        return "does the server speak TLS here? Does ca_file hold who signed its certificate?";
    case PUSHER_ERR_PROXY:
        return "check https_proxy and the proxy's log";
    case PUSHER_ERR_HANDSHAKE:
    case PUSHER_ERR_PROTOCOL:
        return "is this a Channels server, and is there a proxy that does not let WebSockets pass?";
    case PUSHER_ERR_NO_MEMORY:
        return "free some memory";
    default:
        return "networks do that now and then";
    }
}

static const char *advice_for_error(const pusher_error *error) {
    switch (error->type) {
    case PUSHER_ERROR_PROTOCOL:
        /* 4000-4099: for good; 4100-4199: later; 4200-4299: at once; 4300 and more: just told. */
        return error->will_retry ? "wait"
                                 : "check the app's key, the cluster and the app's settings";
    case PUSHER_ERROR_TRANSPORT:
        return advice_for_transport(error->result);
    case PUSHER_ERROR_HANDSHAKE:
        return "is this a Channels server?";
    case PUSHER_ERROR_PARSE:
        return "one message was lost; tell whoever runs the server";
    case PUSHER_ERROR_AUTH:
        return error->status == 403 ? "the user may not enter; ask them to log in"
                                    : "look at the log of the authorization endpoint";
    }
    return "";
}

static void print_error(const char *about, const pusher_error *error) {
    printf("%s: %s", about, pusher_error_type_name(error->type));
    if (error->result)
        printf(", %s", pusher_result_name(error->result));
    if (error->code)
        printf(", code %d", error->code);
    if (error->status)
        printf(", HTTP status %d", error->status);
    printf(": %.*s -> %s%s\n", TEXT(error->message), advice_for_error(error),
           error->will_retry ? " (the client tries again)" : "");
    fflush(stdout);
}

static void on_error(const pusher_event *event, void *context) {
    (void)context;
    print_error("connection", event->error);
}

static void on_subscription_error(const pusher_event *event, void *context) {
    (void)context;
    print_error("subscription", event->error);
    if (!event->error->will_retry)
        pusher_disconnect(event->client);
}

static void on_subscribed(const pusher_event *event, void *context) {
    (void)context;
    printf("subscribed to %.*s\n", TEXT(event->channel_name));
    fflush(stdout);
}

static void on_state(const pusher_event *event, void *context) {
    (void)context;
    printf("%s -> %s: %s\n", pusher_state_name(event->previous), pusher_state_name(event->current),
           advice_for_state(event->current));
    fflush(stdout);
    if (event->current == PUSHER_FAILED || event->current == PUSHER_DISCONNECTED)
        pusher_quit(event->client);
}

/* What the client does, in detail; good to have in a program's log. */
static void on_log(pusher_log_level level, pusher_string line, void *context) {
    (void)level, (void)context;
    fprintf(stderr, "log: %.*s\n", TEXT(line));
}

static int start(pusher_client *client, pusher_string name) {
    pusher_channel *channel;
    int result = pusher_subscribe(client, name, &channel);
    if (!result)
        result = pusher_channel_bind(channel, pusher_str("pusher:subscription_error"),
                                     on_subscription_error, NULL, NULL);
    if (!result)
        result = pusher_channel_bind(channel, pusher_str("pusher:subscription_succeeded"),
                                     on_subscribed, NULL, NULL);
    if (!result)
        result = pusher_connection_bind(client, pusher_str("error"), on_error, NULL, NULL);
    if (!result)
        result = pusher_connection_bind(client, pusher_str("state_change"), on_state, NULL, NULL);
    if (!result)
        pusher_connect(client);
    return result;
}

int main(int argc, char **argv) {
    pusher_options options = example_options();
    options.log = on_log;
    /* What the options have wrong is said in words before anything is made of them. */
    char wrong[200];
    if (pusher_options_check(example_key(), &options, wrong, sizeof wrong)) {
        fprintf(stderr, "options: %s\n", wrong);
        return 1;
    }
    pusher_client *client;
    int result = pusher_client_new(example_key(), &options, &client);
    if (!result) {
        result = start(client, pusher_str(argc > 1 ? argv[1] : "my-channel"));
        if (!result)
            result = pusher_run(client);
        pusher_client_free(client);
    }
    /* Calls say at once what they can't do. */
    if (result)
        fprintf(stderr, "%s: %s\n", pusher_result_name(result), pusher_result_text(result));
    return 1;
}
