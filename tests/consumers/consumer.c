/* A program of somebody who has only what was installed. It goes once through the life of a client,
 * without a server, and prints the library's version. */
#include <pusher/pusher.h>

#include <stdio.h>

static void on_event(const pusher_event *event, void *context) {
    (void)event;
    (void)context;
}

int main(void) {
    pusher_options options = PUSHER_OPTIONS_INIT;
    options.host = pusher_str("127.0.0.1");
    options.plain = true;
    options.port = 1;
    pusher_client *client;
    pusher_channel *channel;
    if (pusher_client_new(pusher_str("key"), &options, &client) ||
        pusher_subscribe(client, pusher_str("channel"), &channel) ||
        pusher_channel_bind(channel, pusher_str("event"), on_event, NULL, NULL))
        return 1;
    pusher_connect(client);
    int result = pusher_poll(client, 0);
    pusher_client_free(client);
    printf("%s\n", pusher_version());
    return result ? 1 : 0;
}
