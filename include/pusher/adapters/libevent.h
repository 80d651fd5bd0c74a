/* A pusher_loop inside a libevent base.
 *
 *     pusher_libevent *adapter;
 *     int result = pusher_libevent_attach(pusher_client_loop(client), base, &adapter);
 *
 * It keeps event_base_dispatch going until it is detached. Nothing has to be done after calls into
 * the library. */
#ifndef PUSHER_ADAPTERS_LIBEVENT_H
#define PUSHER_ADAPTERS_LIBEVENT_H

#include <pusher/pusher.h>

#include <event2/event.h>
#include <stdlib.h>

typedef struct pusher_libevent {
    pusher_loop *loop; /* NULL: detached */
    struct event *event;
    bool dispatching;
} pusher_libevent;

static inline void pusher_libevent_on_event(evutil_socket_t fd, short events, void *context) {
    pusher_libevent *adapter = (pusher_libevent *)context;
    (void)fd, (void)events;
    adapter->dispatching = true;
    pusher_loop_dispatch(adapter->loop);
    adapter->dispatching = false;
    if (!adapter->loop) {
        free(adapter);
        return;
    }
    int timeout = pusher_loop_timeout(adapter->loop);
    struct timeval wait = {timeout / 1000, timeout % 1000 * 1000};
    if (timeout >= 0)
        event_add(adapter->event, &wait);
    else
        event_remove_timer(adapter->event);
}

/* Ends it; to be done before the loop, or the client that owns the loop, is freed. Legal in every
 * handler. NULL is fine. */
static inline void pusher_libevent_detach(pusher_libevent *adapter) {
    if (!adapter)
        return;
    adapter->loop = NULL;
    event_free(adapter->event);
    if (!adapter->dispatching)
        free(adapter);
}

/* PUSHER_ERR_NO_MEMORY; PUSHER_ERR_SYSTEM: libevent can't watch the loop. */
static inline int pusher_libevent_attach(pusher_loop *loop, struct event_base *base,
                                         pusher_libevent **adapter) {
    int fd = pusher_loop_fd(loop);
    if (fd < 0)
        return PUSHER_ERR_SYSTEM;
    pusher_libevent *made = (pusher_libevent *)calloc(1, sizeof *made);
    if (!made)
        return PUSHER_ERR_NO_MEMORY;
    made->loop = loop;
    made->event = event_new(base, fd, EV_READ | EV_PERSIST, pusher_libevent_on_event, made);
    if (!made->event) {
        free(made);
        return PUSHER_ERR_NO_MEMORY;
    }
    struct timeval at_once = {0, 0};
    if (event_add(made->event, &at_once)) {
        pusher_libevent_detach(made);
        return PUSHER_ERR_SYSTEM;
    }
    *adapter = made;
    return PUSHER_OK;
}

#endif
