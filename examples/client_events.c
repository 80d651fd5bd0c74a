/* A chat without a server program: each line of standard input becomes a client event, which the
 * channel's other subscribers print. It also shows the library inside somebody else's poll().
 *
 *     pusher serve --dev-auth &
 *     client_events [CHANNEL] */
#include "example.h"

#include <poll.h>
#include <unistd.h>

static void on_joined(const pusher_event *event, void *context) {
    (void)context;
    printf("joined %.*s\n", TEXT(event->channel_name));
    fflush(stdout);
}

static void on_message(const pusher_event *event, void *context) {
    (void)context;
    printf("> %.*s\n", TEXT(event->data));
    fflush(stdout);
}

/* Client events carry JSON; this makes a JSON string of a line. */
static size_t quote(const char *line, size_t len, char *json) {
    size_t size = 0;
    json[size++] = '"';
    for (size_t i = 0; i < len; i++) {
        if (line[i] == '"' || line[i] == '\\')
            json[size++] = '\\';
        json[size++] = (unsigned char)line[i] < 0x20 ? ' ' : line[i];
    }
    json[size++] = '"';
    return size;
}

/* Nothing is queued for later: whoever is not connected is told at once. */
static void say(pusher_channel *channel, const char *line, size_t len) {
    char json[2 * 1024 + 2];
    pusher_string data = {json, quote(line, len, json)};
    int result = pusher_channel_trigger(channel, pusher_str("client-message"), data);
    if (result)
        fprintf(stderr, "not sent: %s\n", pusher_result_text(result));
}

/* Sends what was typed, line by line. False: that was all. */
static bool read_lines(pusher_channel *channel) {
    static char text[1024];
    static size_t used;
    ssize_t count = read(STDIN_FILENO, text + used, sizeof text - used);
    if (count <= 0)
        return false;
    used += (size_t)count;
    for (char *end; (end = memchr(text, '\n', used)) != NULL || used == sizeof text;) {
        size_t len = end ? (size_t)(end - text) : used;
        say(channel, text, len);
        size_t gone = end ? len + 1 : len;
        memmove(text, text + gone, used - gone);
        used -= gone;
    }
    return true;
}

static int chat(pusher_client *client, pusher_channel *channel) {
    struct pollfd waiting[] = {{.fd = pusher_fd(client), .events = POLLIN},
                               {.fd = STDIN_FILENO, .events = POLLIN}};
    for (;;) {
        /* Nothing is typed before there is somebody to send it to. */
        nfds_t count = pusher_channel_is_subscribed(channel) ? 2 : 1;
        if (poll(waiting, count, pusher_timeout(client)) < 0)
            return PUSHER_ERR_SYSTEM;
        if (count == 2 && waiting[1].revents && !read_lines(channel))
            return PUSHER_OK;
        int result = pusher_dispatch(client);
        if (result)
            return result;
    }
}

int main(int argc, char **argv) {
    pusher_options options = example_options();
    pusher_client *client;
    pusher_channel *channel;
    if (pusher_client_new(example_key(), &options, &client))
        return 1;
    pusher_string name = pusher_str(argc > 1 ? argv[1] : "private-chat");
    int result = pusher_subscribe(client, name, &channel);
    if (!result)
        result = pusher_channel_bind(channel, pusher_str("pusher:subscription_succeeded"),
                                     on_joined, NULL, NULL);
    if (!result)
        result = pusher_channel_bind(channel, pusher_str("client-message"), on_message, NULL, NULL);
    if (!result) {
        pusher_connect(client);
        result = chat(client, channel);
    }
    pusher_client_free(client);
    return result ? 1 : 0;
}
