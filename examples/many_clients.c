/* Many clients on one loop, without a thread: each waits for one event, then goes.
 *
 *     many_clients [COUNT [CHANNEL]] */
#include "example.h"

typedef struct crowd {
    size_t size;
    size_t subscribed;
    size_t served;
} crowd;

static void on_subscribed(const pusher_event *event, void *context) {
    (void)event;
    crowd *all = context;
    if (++all->subscribed == all->size) {
        printf("%zu clients are subscribed\n", all->size);
        fflush(stdout);
    }
}

/* A client may be freed in its own handlers. The loop ends with its last client. */
static void on_event(const pusher_event *event, void *context) {
    crowd *all = context;
    if (++all->served == all->size)
        printf("%zu clients got %.*s\n", all->size, TEXT(event->data));
    pusher_client_free(event->client);
}

static int add_client(crowd *all, const pusher_options *options, pusher_string name) {
    pusher_client *client;
    pusher_channel *channel;
    int result = pusher_client_new(example_key(), options, &client);
    if (result)
        return result;
    result = pusher_subscribe(client, name, &channel);
    if (!result)
        result = pusher_channel_bind(channel, pusher_str("pusher:subscription_succeeded"),
                                     on_subscribed, all, NULL);
    if (!result)
        result = pusher_channel_bind(channel, pusher_str("new-comment"), on_event, all, NULL);
    if (result)
        pusher_client_free(client);
    else
        pusher_connect(client);
    return result;
}

int main(int argc, char **argv) {
    pusher_string name = pusher_str(argc > 2 ? argv[2] : "my-channel");
    pusher_options options = example_options();
    if (pusher_loop_new(&options.loop))
        return 1;
    crowd all = {.size = argc > 1 ? strtoul(argv[1], NULL, 10) : 100};
    int result = PUSHER_OK;
    for (size_t i = 0; !result && i < all.size; i++)
        result = add_client(&all, &options, name);
    if (result) {
        /* The process ends, and the clients that were made end with it. */
        fprintf(stderr, "%s\n", pusher_result_text(result));
        return 1;
    }
    result = pusher_loop_run(options.loop);
    pusher_loop_free(options.loop);
    return result ? 1 : 0;
}
