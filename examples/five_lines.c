/* The program that the first comment of <pusher/pusher.h> shows, to the letter. */
#include <pusher/pusher.h>
#include <stdio.h>

static void on_comment(const pusher_event *event, void *context) {
    printf("%.*s\n", (int)event->data.len, event->data.ptr);
}

int main(void) {
    pusher_client *client;
    pusher_channel *channel;
    if (pusher_client_new(pusher_str("app-key"), NULL, &client) ||
        pusher_subscribe(client, pusher_str("my-channel"), &channel) ||
        pusher_channel_bind(channel, pusher_str("new-comment"), on_comment, NULL, NULL))
        return 1;
    pusher_connect(client);
    return pusher_run(client);
}
