/* A client on a thread of its own, in a program that is busy with something else: here main waits
 * for Ctrl-C. The rule: between pusher_start and pusher_stop the client belongs to that thread;
 * other threads may only call what is documented "thread-safe", above all pusher_post.
 *
 *     background_thread [CHANNEL] */
#include "example.h"

#include <signal.h>

/* Runs on the client's thread. */
static void on_event(const pusher_event *event, void *context) {
    (void)context;
    printf("%.*s: %.*s\n", TEXT(event->name), TEXT(event->data));
    fflush(stdout);
}

/* Runs on the client's thread as well; main posts it. */
static void print_state(pusher_client *client, void *context) {
    (void)context;
    printf("state: %s\n", pusher_state_name(pusher_connection_state(client)));
    fflush(stdout);
}

/* SIGHUP asks for the state, SIGINT and SIGTERM end the program. */
static int serve_signals(pusher_client *client, const sigset_t *signals) {
    for (;;) {
        int number;
        if (sigwait(signals, &number))
            return PUSHER_ERR_SYSTEM;
        if (number != SIGHUP)
            return PUSHER_OK;
        int result = pusher_post(client, print_state, NULL);
        if (result)
            return result;
    }
}

int main(int argc, char **argv) {
    /* Blocked before the thread starts, so that only sigwait gets them. */
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGHUP);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    sigprocmask(SIG_BLOCK, &signals, NULL);

    pusher_options options = example_options();
    pusher_client *client;
    pusher_channel *channel;
    if (pusher_client_new(example_key(), &options, &client))
        return 1;
    int result = pusher_subscribe(client, pusher_str(argc > 1 ? argv[1] : "my-channel"), &channel);
    if (!result)
        result = pusher_channel_bind_global(channel, on_event, NULL, NULL);
    if (!result) {
        pusher_connect(client);
        result = pusher_start(client);
    }
    if (!result)
        result = serve_signals(client, &signals);
    pusher_stop(client); /* from here on the client is ours again */
    pusher_client_free(client);
    return result ? 1 : 0;
}
