/* A client for the end-to-end tests: once it is subscribed, it sends client events, and it prints
 * what it gets.
 *
 *     e2e_chatter PORT KEY AUTH_ENDPOINT CHANNEL EVENT DATA
 *
 * Each event is a line "CHANNEL EVENT USER_ID DATA"; "subscribed" and the states go there too. It
 * ends after the first client event of somebody else. */
#include <pusher/pusher.h>

#include <stdio.h>
#include <stdlib.h>

typedef struct message {
    pusher_string event;
    pusher_string data;
} message;

static void print(pusher_string text, char end) {
    printf("%.*s%c", (int)text.len, text.ptr, end);
}

static void on_state(const pusher_event *event, void *context) {
    (void)context;
    printf("%s\n", pusher_state_name(event->current));
}

static void on_event(const pusher_event *event, void *context) {
    (void)context;
    print(event->channel_name, ' ');
    print(event->name, ' ');
    print(event->user_id, ' ');
    print(event->data, '\n');
    if (event->name.len > 7 && memcmp(event->name.ptr, "client-", 7) == 0)
        pusher_quit(event->client);
}

static void on_subscribed(const pusher_event *event, void *context) {
    const message *sent = context;
    int result = pusher_channel_trigger(event->channel, sent->event, sent->data);
    printf("sent: %s\n", pusher_result_name(result));
}

static int chat(pusher_client *client, const char *name, message *sent) {
    pusher_channel *channel;
    int result = pusher_subscribe(client, pusher_str(name), &channel);
    if (!result)
        result = pusher_connection_bind(client, pusher_str("state_change"), on_state, NULL, NULL);
    if (!result)
        result = pusher_channel_bind_global(channel, on_event, NULL, NULL);
    if (!result)
        result = pusher_channel_bind(channel, pusher_str("pusher:subscription_succeeded"),
                                     on_subscribed, sent, NULL);
    if (result)
        return result;
    pusher_connect(client);
    return pusher_run(client);
}

int main(int argc, char **argv) {
    if (argc != 7)
        return 2;
    setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
    pusher_options options = PUSHER_OPTIONS_INIT;
    options.host = pusher_str("127.0.0.1");
    options.port = (uint16_t)strtoul(argv[1], NULL, 10);
    options.plain = true;
    options.auth_endpoint = pusher_str(argv[3]);
    message sent = {pusher_str(argv[5]), pusher_str(argv[6])};
    pusher_client *client;
    int result = pusher_client_new(pusher_str(argv[2]), &options, &client);
    if (!result) {
        result = chat(client, argv[4], &sent);
        pusher_client_free(client);
    }
    if (result)
        fprintf(stderr, "%s\n", pusher_result_text(result));
    return result ? 1 : 0;
}
