/* A client in a libuv loop. The event "goodbye" ends it from the inside, Ctrl-C from the outside.
 *
 *     loop_libuv [CHANNEL] */
#include "loop_client.h"

#include <pusher/adapters/libuv.h>

#include <signal.h>

typedef struct program {
    pusher_client *client;
    pusher_libuv *adapter;
    uv_signal_t interrupt;
} program;

/* With nothing left to wait for, uv_run returns. */
static void stop(program *all) {
    pusher_libuv_detach(all->adapter);
    pusher_client_free(all->client);
    uv_close((uv_handle_t *)&all->interrupt, NULL);
}

static void on_goodbye(const pusher_event *event, void *context) {
    (void)event;
    stop(context);
}

static void on_interrupt(uv_signal_t *handle, int number) {
    (void)number;
    stop(handle->data);
}

int main(int argc, char **argv) {
    uv_loop_t *uv = uv_default_loop();
    program all;
    if (make_client(argc > 1 ? argv[1] : "my-channel", on_goodbye, &all, &all.client) ||
        pusher_libuv_attach(pusher_client_loop(all.client), uv, &all.adapter))
        return 1;
    uv_signal_init(uv, &all.interrupt);
    all.interrupt.data = &all;
    uv_signal_start(&all.interrupt, on_interrupt, SIGINT);

    pusher_connect(all.client);
    uv_run(uv, UV_RUN_DEFAULT);
    return uv_loop_close(uv) ? 1 : 0;
}
