/* A client in a libev loop. The event "goodbye" ends it from the inside, Ctrl-C from the outside.
 *
 *     loop_libev [CHANNEL] */
#include "loop_client.h"

#include <pusher/adapters/libev.h>

#include <signal.h>

typedef struct program {
    pusher_client *client;
    pusher_libev *adapter;
    struct ev_loop *ev;
    ev_signal interrupt;
} program;

/* With nothing left to wait for, ev_run returns. */
static void stop(program *all) {
    pusher_libev_detach(all->adapter);
    pusher_client_free(all->client);
    ev_signal_stop(all->ev, &all->interrupt);
}

static void on_goodbye(const pusher_event *event, void *context) {
    (void)event;
    stop(context);
}

static void on_interrupt(struct ev_loop *ev, ev_signal *interrupt, int events) {
    (void)ev, (void)events;
    stop(interrupt->data);
}

int main(int argc, char **argv) {
    program all = {.ev = ev_default_loop(EVFLAG_AUTO)};
    if (!all.ev || make_client(argc > 1 ? argv[1] : "my-channel", on_goodbye, &all, &all.client) ||
        pusher_libev_attach(pusher_client_loop(all.client), all.ev, &all.adapter))
        return 1;
    ev_signal_init(&all.interrupt, on_interrupt, SIGINT);
    all.interrupt.data = &all;
    ev_signal_start(all.ev, &all.interrupt);

    pusher_connect(all.client);
    ev_run(all.ev, 0);
    ev_loop_destroy(all.ev);
    return 0;
}
