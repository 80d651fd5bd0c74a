/* A pusher_loop inside a GLib main context.
 *
 *     pusher_glib *adapter;
 *     int result = pusher_glib_attach(pusher_client_loop(client), NULL, &adapter);
 *
 * Nothing has to be done after calls into the library. */
#ifndef PUSHER_ADAPTERS_GLIB_H
#define PUSHER_ADAPTERS_GLIB_H

#include <pusher/pusher.h>

#include <glib.h>

typedef struct pusher_glib {
    GSource source; /* GLib's own; it asks for the time-out before it waits */
    pusher_loop *loop;
    gpointer descriptor;
} pusher_glib;

static inline gboolean pusher_glib_prepare(GSource *source, gint *timeout) {
    *timeout = pusher_loop_timeout(((pusher_glib *)source)->loop);
    return *timeout == 0;
}

static inline gboolean pusher_glib_check(GSource *source) {
    pusher_glib *adapter = (pusher_glib *)source;
    return g_source_query_unix_fd(source, adapter->descriptor) != 0 ||
           pusher_loop_timeout(adapter->loop) == 0;
}

static inline gboolean pusher_glib_dispatch(GSource *source, GSourceFunc callback, gpointer data) {
    (void)callback, (void)data;
    pusher_loop_dispatch(((pusher_glib *)source)->loop);
    return G_SOURCE_CONTINUE;
}

/* Ends it; to be done before the loop, or the client that owns the loop, is freed. Legal in every
 * handler. NULL is fine. */
static inline void pusher_glib_detach(pusher_glib *adapter) {
    if (!adapter)
        return;
    g_source_destroy(&adapter->source);
    g_source_unref(&adapter->source);
}

/* `context` NULL: the default one. PUSHER_ERR_SYSTEM: the system has no descriptor for a loop.
 * (Without memory GLib ends the program.) */
static inline int pusher_glib_attach(pusher_loop *loop, GMainContext *context,
                                     pusher_glib **adapter) {
    static GSourceFuncs functions = {
        pusher_glib_prepare, pusher_glib_check, pusher_glib_dispatch, NULL, NULL, NULL,
    };
    int fd = pusher_loop_fd(loop);
    if (fd < 0)
        return PUSHER_ERR_SYSTEM;
    pusher_glib *made = (pusher_glib *)g_source_new(&functions, sizeof *made);
    made->loop = loop;
    made->descriptor = g_source_add_unix_fd(&made->source, fd, G_IO_IN);
    g_source_attach(&made->source, context);
    *adapter = made;
    return PUSHER_OK;
}

#endif
