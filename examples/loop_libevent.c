/* A client in a libevent base. The event "goodbye" ends it from the inside, Ctrl-C from the outside.
 *
 *     loop_libevent [CHANNEL] */
#include "loop_client.h"

#include <pusher/adapters/libevent.h>

#include <signal.h>

typedef struct program {
    pusher_client *client;
    pusher_libevent *adapter;
    struct event *interrupt;
} program;

/* With nothing left to wait for, event_base_dispatch returns. */
static void stop(program *all) {
    pusher_libevent_detach(all->adapter);
    pusher_client_free(all->client);
    event_free(all->interrupt);
}

static void on_goodbye(const pusher_event *event, void *context) {
    (void)event;
    stop(context);
}

static void on_interrupt(evutil_socket_t number, short events, void *context) {
    (void)number, (void)events;
    stop(context);
}

int main(int argc, char **argv) {
    struct event_base *base = event_base_new();
    program all;
    if (!base || make_client(argc > 1 ? argv[1] : "my-channel", on_goodbye, &all, &all.client) ||
        pusher_libevent_attach(pusher_client_loop(all.client), base, &all.adapter))
        return 1;
    all.interrupt = evsignal_new(base, SIGINT, on_interrupt, &all);
    if (!all.interrupt || event_add(all.interrupt, NULL))
        return 1;

    pusher_connect(all.client);
    int result = event_base_dispatch(base);
    event_base_free(base);
    return result < 0 ? 1 : 0;
}
