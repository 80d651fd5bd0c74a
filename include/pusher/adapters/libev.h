/* A pusher_loop inside a libev loop (one that is compiled with EV_MULTIPLICITY, the default).
 *
 *     pusher_libev *adapter;
 *     int result = pusher_libev_attach(pusher_client_loop(client), EV_DEFAULT, &adapter);
 *
 * It keeps ev_run going until it is detached. Nothing has to be done after calls into the library. */
#ifndef PUSHER_ADAPTERS_LIBEV_H
#define PUSHER_ADAPTERS_LIBEV_H

#include <pusher/pusher.h>

#include <ev.h>
#include <stdlib.h>

typedef struct pusher_libev {
    pusher_loop *loop; /* NULL: detached */
    struct ev_loop *ev;
    ev_io io;
    ev_timer timer;
    bool dispatching;
} pusher_libev;

static inline void pusher_libev_on_timer(struct ev_loop *ev, ev_timer *timer, int events) {
    pusher_libev *adapter = (pusher_libev *)timer->data;
    (void)events;
    adapter->dispatching = true;
    pusher_loop_dispatch(adapter->loop);
    adapter->dispatching = false;
    if (!adapter->loop) {
        free(adapter);
        return;
    }
    int timeout = pusher_loop_timeout(adapter->loop);
    ev_timer_stop(ev, timer);
    ev_now_update(ev);
    ev_timer_set(timer, timeout / 1000.0, 0.0);
    if (timeout >= 0)
        ev_timer_start(ev, timer);
}

static inline void pusher_libev_on_io(struct ev_loop *ev, ev_io *io, int events) {
    pusher_libev_on_timer(ev, &((pusher_libev *)io->data)->timer, events);
}

/* Ends it; to be done before the loop, or the client that owns the loop, is freed. Legal in every
 * handler. NULL is fine. */
static inline void pusher_libev_detach(pusher_libev *adapter) {
    if (!adapter)
        return;
    adapter->loop = NULL;
    ev_io_stop(adapter->ev, &adapter->io);
    ev_timer_stop(adapter->ev, &adapter->timer);
    if (!adapter->dispatching)
        free(adapter);
}

/* PUSHER_ERR_NO_MEMORY; PUSHER_ERR_SYSTEM: the system has no descriptor for a loop. */
static inline int pusher_libev_attach(pusher_loop *loop, struct ev_loop *ev,
                                      pusher_libev **adapter) {
    int fd = pusher_loop_fd(loop);
    if (fd < 0)
        return PUSHER_ERR_SYSTEM;
    pusher_libev *made = (pusher_libev *)calloc(1, sizeof *made);
    if (!made)
        return PUSHER_ERR_NO_MEMORY;
    made->loop = loop;
    made->ev = ev;
    ev_io_init(&made->io, pusher_libev_on_io, fd, EV_READ);
    ev_timer_init(&made->timer, pusher_libev_on_timer, 0.0, 0.0);
    made->io.data = made->timer.data = made;
    ev_io_start(ev, &made->io);
    ev_timer_start(ev, &made->timer);
    *adapter = made;
    return PUSHER_OK;
}

#endif
