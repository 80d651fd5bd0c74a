/* A client in systemd's event loop. The event "goodbye" ends it from the inside, Ctrl-C from the
 * outside.
 *
 *     loop_sd_event [CHANNEL] */
#include "loop_client.h"

#include <pusher/adapters/sd_event.h>

#include <signal.h>

typedef struct program {
    pusher_client *client;
    pusher_sd_event *adapter;
    sd_event *loop;
} program;

static int stop(program *all) {
    pusher_sd_event_detach(all->adapter);
    pusher_client_free(all->client);
    return sd_event_exit(all->loop, 0);
}

static void on_goodbye(const pusher_event *event, void *context) {
    (void)event;
    stop(context);
}

static int on_interrupt(sd_event_source *source, const struct signalfd_siginfo *info,
                        void *context) {
    (void)source, (void)info;
    return stop(context);
}

int main(int argc, char **argv) {
    program all;
    if (sd_event_default(&all.loop) < 0 ||
        make_client(argc > 1 ? argv[1] : "my-channel", on_goodbye, &all, &all.client) ||
        pusher_sd_event_attach(pusher_client_loop(all.client), all.loop, &all.adapter))
        return 1;
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    if (sd_event_add_signal(all.loop, NULL, SIGINT, on_interrupt, &all) < 0)
        return 1;

    pusher_connect(all.client);
    int result = sd_event_loop(all.loop);
    sd_event_unref(all.loop);
    return result < 0 ? 1 : 0;
}
