/* Prints what servers publish on an encrypted channel. The key comes with the authorization, so that
 * only those who are authorized can read it: the service that carries it can't.
 *
 *     encrypted [CHANNEL] */
#include "example.h"

/* The channel's own handlers get what was sealed. */
static void on_event(const pusher_event *event, void *context) {
    (void)context;
    printf("%.*s: %.*s\n", TEXT(event->name), TEXT(event->data));
    fflush(stdout);
}

static void on_error(const pusher_event *event, void *context) {
    (void)context;
    fprintf(stderr, "not authorized: %.*s\n", TEXT(event->error->message));
}

/* What can't be read is told here, and nowhere else. */
static void on_log(pusher_log_level level, pusher_string line, void *context) {
    (void)context;
    if (level == PUSHER_LOG_ERROR)
        fprintf(stderr, "%.*s\n", TEXT(line));
}

int main(int argc, char **argv) {
    pusher_string name = pusher_str(argc > 1 ? argv[1] : "private-encrypted-news");
    pusher_options options = example_options();
    options.log = on_log;

    pusher_client *client;
    pusher_channel *channel;
    if (pusher_client_new(example_key(), &options, &client))
        return 1;
    int result = pusher_subscribe(client, name, &channel);
    if (result == PUSHER_ERR_ARGUMENT)
        fprintf(stderr, "no name of a channel, or this library was built without encryption\n");
    if (!result)
        result = pusher_channel_bind_global(channel, on_event, NULL, NULL);
    if (!result)
        result = pusher_channel_bind(channel, pusher_str("pusher:subscription_error"), on_error,
                                     NULL, NULL);
    pusher_connect(client);
    if (!result)
        result = pusher_run(client);
    pusher_client_free(client);
    return result ? 1 : 0;
}
