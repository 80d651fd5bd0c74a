#include "driver/network_watch.h"

#include "driver/wake_source.h"

enum { SETTLING_MS = 250 };

struct px_network_watch {
    px_loop *loop;
    px_network_source *source;
    px_wake_source *wake; /* NULL: this system has none */
    px_deadline settled;
    px_network_listener *first;
    px_network_listener *next; /* to be told in this round */
};

static void on_sign(void *context) {
    px_network_watch *watch = context;
    if (!watch->settled.place)
        px_loop_arm(watch->loop, &watch->settled, px_loop_now(watch->loop) + SETTLING_MS);
}

static void on_settled(px_deadline *deadline) {
    px_network_watch *watch =
        (px_network_watch *)(void *)((char *)deadline - offsetof(px_network_watch, settled));
    watch->next = watch->first;
    while (watch->next) {
        px_network_listener *listener = watch->next;
        watch->next = listener->next;
        listener->changed(listener);
    }
}

static int new_watch(px_loop *loop, px_network_watch **watch) {
    px_network_watch *made = px_alloc_zero(px_loop_allocator(loop), sizeof *made);
    if (!made)
        return PX_ERR_NO_MEMORY;
    made->loop = loop;
    int result = px_loop_join(loop, &made->settled, on_settled);
    if (!result) {
        result = px_network_source_open(loop, on_sign, made, &made->source);
        if (result)
            px_loop_leave(loop, &made->settled);
    }
    if (result) {
        px_free(px_loop_allocator(loop), made, sizeof *made);
        return result;
    }
    /* After a sleep it is another network until it has shown to be the same. */
    (void)!px_wake_source_open(loop, on_sign, made, &made->wake);
    *watch = made;
    return PX_OK;
}

void px_network_watch_free(px_network_watch *watch) {
    if (!watch)
        return;
    px_network_source_close(watch->source);
    px_wake_source_close(watch->wake);
    px_loop_leave(watch->loop, &watch->settled);
    px_free(px_loop_allocator(watch->loop), watch, sizeof *watch);
}

int px_network_listen(px_loop *loop, px_network_listener *listener) {
    px_network_watch **place = px_loop_network(loop);
    if (!*place) {
        int result = new_watch(loop, place);
        if (result)
            return result;
    }
    px_network_watch *watch = *place;
    listener->listens = true;
    listener->previous = NULL;
    listener->next = watch->first;
    if (watch->first)
        watch->first->previous = listener;
    watch->first = listener;
    return PX_OK;
}

void px_network_ignore(px_loop *loop, px_network_listener *listener) {
    if (!listener->listens)
        return;
    px_network_watch *watch = *px_loop_network(loop);
    if (watch->next == listener)
        watch->next = listener->next;
    if (listener->previous)
        listener->previous->next = listener->next;
    else
        watch->first = listener->next;
    if (listener->next)
        listener->next->previous = listener->previous;
    listener->listens = false;
}
