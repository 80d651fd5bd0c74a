/* A client in a GLib main loop. The event "goodbye" ends it from the inside, Ctrl-C from the outside.
 *
 *     loop_glib [CHANNEL] */
#include "loop_client.h"

#include <pusher/adapters/glib.h>

#include <glib-unix.h>
#include <signal.h>

typedef struct program {
    pusher_client *client;
    pusher_glib *adapter;
    GMainLoop *main_loop;
} program;

static void stop(program *all) {
    pusher_glib_detach(all->adapter);
    pusher_client_free(all->client);
    g_main_loop_quit(all->main_loop);
}

static void on_goodbye(const pusher_event *event, void *context) {
    (void)event;
    stop(context);
}

static gboolean on_interrupt(gpointer context) {
    stop(context);
    return G_SOURCE_CONTINUE;
}

int main(int argc, char **argv) {
    program all = {.main_loop = g_main_loop_new(NULL, FALSE)};
    if (make_client(argc > 1 ? argv[1] : "my-channel", on_goodbye, &all, &all.client) ||
        pusher_glib_attach(pusher_client_loop(all.client), NULL, &all.adapter))
        return 1;
    guint interrupt = g_unix_signal_add(SIGINT, on_interrupt, &all);

    pusher_connect(all.client);
    g_main_loop_run(all.main_loop);
    g_source_remove(interrupt);
    g_main_loop_unref(all.main_loop);
    return 0;
}
