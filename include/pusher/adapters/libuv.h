/* A pusher_loop inside a libuv loop.
 *
 *     pusher_libuv *adapter;
 *     int result = pusher_libuv_attach(pusher_client_loop(client), uv_default_loop(), &adapter);
 *
 * It keeps uv_run going until it is detached. Nothing has to be done after calls into the library. */
#ifndef PUSHER_ADAPTERS_LIBUV_H
#define PUSHER_ADAPTERS_LIBUV_H

#include <pusher/pusher.h>

#include <stdlib.h>
#include <uv.h>

typedef struct pusher_libuv {
    pusher_loop *loop; /* NULL: detached */
    uv_poll_t poll;
    uv_timer_t timer;
    int open; /* handles that libuv still knows */
} pusher_libuv;

static inline void pusher_libuv_on_close(uv_handle_t *handle) {
    pusher_libuv *adapter = (pusher_libuv *)handle->data;
    if (--adapter->open == 0)
        free(adapter);
}

static inline void pusher_libuv_on_timer(uv_timer_t *timer) {
    pusher_libuv *adapter = (pusher_libuv *)timer->data;
    pusher_loop_dispatch(adapter->loop);
    if (!adapter->loop)
        return;
    int timeout = pusher_loop_timeout(adapter->loop);
    uv_update_time(timer->loop);
    if (timeout >= 0)
        uv_timer_start(timer, pusher_libuv_on_timer, (uint64_t)timeout, 0);
    else
        uv_timer_stop(timer);
}

static inline void pusher_libuv_on_poll(uv_poll_t *poll, int status, int events) {
    (void)status, (void)events;
    pusher_libuv_on_timer(&((pusher_libuv *)poll->data)->timer);
}

/* Ends it; to be done before the loop, or the client that owns the loop, is freed. Legal in every
 * handler. Its memory is given back by the next turn of uv_run. NULL is fine. */
static inline void pusher_libuv_detach(pusher_libuv *adapter) {
    if (!adapter)
        return;
    adapter->loop = NULL;
    uv_close((uv_handle_t *)&adapter->poll, pusher_libuv_on_close);
    uv_close((uv_handle_t *)&adapter->timer, pusher_libuv_on_close);
}

/* PUSHER_ERR_NO_MEMORY; PUSHER_ERR_SYSTEM: libuv can't watch the loop. */
static inline int pusher_libuv_attach(pusher_loop *loop, uv_loop_t *uv, pusher_libuv **adapter) {
    pusher_libuv *made = (pusher_libuv *)calloc(1, sizeof *made);
    if (!made)
        return PUSHER_ERR_NO_MEMORY;
    if (uv_poll_init(uv, &made->poll, pusher_loop_fd(loop))) {
        free(made);
        return PUSHER_ERR_SYSTEM;
    }
    uv_timer_init(uv, &made->timer);
    made->poll.data = made->timer.data = made;
    made->loop = loop;
    made->open = 2;
    if (uv_poll_start(&made->poll, UV_READABLE, pusher_libuv_on_poll) ||
        uv_timer_start(&made->timer, pusher_libuv_on_timer, 0, 0)) {
        pusher_libuv_detach(made);
        return PUSHER_ERR_SYSTEM;
    }
    *adapter = made;
    return PUSHER_OK;
}

#endif
