/* A pusher_loop inside systemd's event loop (sd-event, of systemd 247 or later).
 *
 *     pusher_sd_event *adapter;
 *     int result = pusher_sd_event_attach(pusher_client_loop(client), event, &adapter);
 *
 * Nothing has to be done after calls into the library. */
#ifndef PUSHER_ADAPTERS_SD_EVENT_H
#define PUSHER_ADAPTERS_SD_EVENT_H

#include <pusher/pusher.h>

#include <stdlib.h>
#include <sys/epoll.h>
#include <systemd/sd-event.h>
#include <time.h>

typedef struct pusher_sd_event {
    pusher_loop *loop; /* NULL: detached */
    sd_event_source *io;
    sd_event_source *timer;
    bool dispatching;
} pusher_sd_event;

static inline int pusher_sd_event_on_time(sd_event_source *timer, uint64_t usec, void *data) {
    pusher_sd_event *adapter = (pusher_sd_event *)data;
    (void)timer, (void)usec;
    adapter->dispatching = true;
    pusher_loop_dispatch(adapter->loop);
    adapter->dispatching = false;
    if (!adapter->loop) {
        free(adapter);
        return 0;
    }
    int timeout = pusher_loop_timeout(adapter->loop);
    if (timeout < 0)
        return sd_event_source_set_enabled(adapter->timer, SD_EVENT_OFF);
    int result = sd_event_source_set_time_relative(adapter->timer, (uint64_t)timeout * 1000);
    return result < 0 ? result : sd_event_source_set_enabled(adapter->timer, SD_EVENT_ONESHOT);
}

static inline int pusher_sd_event_on_io(sd_event_source *io, int fd, uint32_t events, void *data) {
    (void)io, (void)fd, (void)events;
    return pusher_sd_event_on_time(NULL, 0, data);
}

/* Ends it; to be done before the loop, or the client that owns the loop, is freed. Legal in every
 * handler. NULL is fine. */
static inline void pusher_sd_event_detach(pusher_sd_event *adapter) {
    if (!adapter)
        return;
    adapter->loop = NULL;
    sd_event_source_disable_unref(adapter->io);
    sd_event_source_disable_unref(adapter->timer);
    if (!adapter->dispatching)
        free(adapter);
}

/* PUSHER_ERR_NO_MEMORY; PUSHER_ERR_SYSTEM: sd-event can't watch the loop. */
static inline int pusher_sd_event_attach(pusher_loop *loop, sd_event *event,
                                         pusher_sd_event **adapter) {
    pusher_sd_event *made = (pusher_sd_event *)calloc(1, sizeof *made);
    if (!made)
        return PUSHER_ERR_NO_MEMORY;
    made->loop = loop;
    if (sd_event_add_io(event, &made->io, pusher_loop_fd(loop), EPOLLIN, pusher_sd_event_on_io,
                        made) < 0 ||
        sd_event_add_time_relative(event, &made->timer, CLOCK_MONOTONIC, 0, 1000,
                                   pusher_sd_event_on_time, made) < 0) {
        pusher_sd_event_detach(made);
        return PUSHER_ERR_SYSTEM;
    }
    *adapter = made;
    return PUSHER_OK;
}

#endif
