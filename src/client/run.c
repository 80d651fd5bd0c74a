/* The ways to run a loop. pusher_loop is px_loop under its public name. */
#include "client/internal.h"

#include "driver/memory.h"

static px_loop *inside(pusher_loop *loop) {
    return (px_loop *)loop;
}

int pusher_loop_new(pusher_loop **loop) {
    px_loop *made;
    int result = px_loop_new(&px_malloc_allocator, NULL, &made);
    if (!result)
        *loop = (pusher_loop *)made;
    return result;
}

void pusher_loop_free(pusher_loop *loop) {
    if (loop)
        px_loop_free(inside(loop));
}

pusher_loop *pusher_client_loop(pusher_client *client) {
    return (pusher_loop *)client->loop;
}

int pusher_loop_run(pusher_loop *loop) {
    return px_loop_run(inside(loop));
}

int pusher_loop_poll(pusher_loop *loop, int timeout_ms) {
    return px_loop_turn(inside(loop), timeout_ms);
}

int pusher_loop_fd(const pusher_loop *loop) {
    return px_loop_fd((const px_loop *)loop);
}

int pusher_loop_timeout(pusher_loop *loop) {
    return px_loop_timeout(inside(loop));
}

int pusher_loop_dispatch(pusher_loop *loop) {
    return px_loop_turn(inside(loop), 0);
}

void pusher_loop_quit(pusher_loop *loop) {
    px_loop_quit(inside(loop));
}

int pusher_loop_start(pusher_loop *loop) {
    return px_loop_start(inside(loop));
}

void pusher_loop_stop(pusher_loop *loop) {
    px_loop_stop(inside(loop));
}

typedef void (*loop_function)(void *context);
typedef void (*client_function)(pusher_client *client, void *context);

static void call_loop_function(const px_call *call) {
    ((loop_function)call->function)(call->context);
}

static void call_client_function(const px_call *call) {
    ((client_function)call->function)(call->owner, call->context);
}

int pusher_loop_post(pusher_loop *loop, void (*function)(void *context), void *context) {
    px_call call = {call_loop_function, NULL, (void (*)(void))function, context};
    return px_loop_post(inside(loop), &call);
}

/* ---- The same for the loop of a client ---- */

int pusher_run(pusher_client *client) {
    return px_loop_run(client->loop);
}

int pusher_poll(pusher_client *client, int timeout_ms) {
    return px_loop_turn(client->loop, timeout_ms);
}

int pusher_fd(const pusher_client *client) {
    return px_loop_fd(client->loop);
}

int pusher_timeout(pusher_client *client) {
    return px_loop_timeout(client->loop);
}

int pusher_dispatch(pusher_client *client) {
    return px_loop_turn(client->loop, 0);
}

void pusher_quit(pusher_client *client) {
    px_loop_quit(client->loop);
}

int pusher_start(pusher_client *client) {
    return px_loop_start(client->loop);
}

void pusher_stop(pusher_client *client) {
    px_loop_stop(client->loop);
}

int pusher_post(pusher_client *client, void (*function)(pusher_client *client, void *context),
                void *context) {
    px_call call = {call_client_function, client, (void (*)(void))function, context};
    return px_loop_post(client->loop, &call);
}
