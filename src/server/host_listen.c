/* Listening sockets, and the connections that come from them. */
#include <errno.h>
#include <event2/listener.h>
#include <stdio.h>

#include "server/heap.h"
#include "server/host.h"
#include "server/host_address.h"

enum { ACCEPT_PAUSE_MS = 100, ACCEPT_QUIET_MS = 10000, BACKLOG = 4096 };

struct px_host_listener {
    px_server *server;
    struct evconnlistener *listener; /* NULL: listens no longer */
    char address[PX_SERVER_ADDRESS_SIZE];
    bool is_loopback;
    bool is_tls;
};

/* With the PROXY protocol whoever connects could say to be anybody. */
static void turn_away(const px_server *server, const px_host_arrival *arrival) {
    char text[PX_IP_TEXT_SIZE];
    px_slice address = px_ip_format(arrival->peer, text);
    px_host_log(server, PX_LOG_WARNING,
                "closed a connection from %.*s: it is no trusted proxy, and proxy_protocol is on",
                (int)address.len, address.ptr);
    evutil_closesocket(arrival->fd);
}

static void on_accept(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *peer,
                      int len, void *context) {
    (void)listener;
    (void)len;
    const px_host_listener *from = context;
    px_server *server = from->server;
    px_host_wake(server);
    const px_host_arrival arrival = {
        .fd = fd,
        .peer = px_ip_of_socket(peer),
        .is_local = from->is_loopback && px_address_is_loopback(peer),
        .is_tls = from->is_tls,
    };
    if (server->options.proxy_protocol && !px_ip_ranges_have(&server->trusted, arrival.peer))
        turn_away(server, &arrival);
    else
        px_host_accept(server, &arrival);
}

/* False: some could not be changed. */
static bool set_listening(px_server *server, bool is_on) {
    bool is_done = true;
    for (size_t i = 0; i < server->listener_count; i++) {
        struct evconnlistener *listener = server->listeners[i].listener;
        if (listener)
            is_done &=
                (is_on ? evconnlistener_enable(listener) : evconnlistener_disable(listener)) == 0;
    }
    return is_done;
}

static void begin_pause(px_server *server) {
    struct timeval pause = {.tv_usec = ACCEPT_PAUSE_MS * 1000};
    event_add(server->accept_timer, &pause);
}

/* What has no memory for listening now may have some after another pause. */
static void on_pause_end(evutil_socket_t fd, short what, void *context) {
    (void)fd;
    (void)what;
    if (!set_listening(context, true))
        begin_pause(context);
}

/* Out of descriptors, most likely. The connection stays in the system's queue and the loop would
 * come back for it at once and for ever: pause instead. */
static void on_accept_error(struct evconnlistener *listener, void *context) {
    (void)listener;
    px_server *server = context;
    int error = EVUTIL_SOCKET_ERROR();
    px_host_wake(server);
    if (server->now_ms >= server->accept_quiet_until_ms) {
        server->accept_quiet_until_ms = server->now_ms + ACCEPT_QUIET_MS;
        px_host_log(server, PX_LOG_ERROR, "can't accept connections: %s%s",
                    evutil_socket_error_to_string(error),
                    error == EMFILE ? "; raise the limit of open files (ulimit -n)" : "");
    }
    set_listening(server, false);
    begin_pause(server);
}

static void on_listener_error(struct evconnlistener *listener, void *context) {
    on_accept_error(listener, ((px_host_listener *)context)->server);
}

static int refuse(char *why, size_t size, px_slice address, int error) {
    snprintf(why, size, "can't listen on %.*s: %s%s", (int)address.len, address.ptr,
             evutil_socket_error_to_string(error),
             error == EADDRINUSE ? "; is another server running there?" : "");
    return PX_ERR_STATE;
}

static int listen_on(px_host_listener *listener, px_slice text, char *why, size_t size) {
    px_host_address address;
    if (!px_address_parse(text, &address)) {
        snprintf(why, size,
                 "can't listen on '%.*s': write ADDRESS:PORT, such as 127.0.0.1:6001, "
                 "or [::1]:6001 for IPv6",
                 (int)text.len, text.ptr);
        return PX_ERR_ARGUMENT;
    }
    /* Disabled: libevent would not say that it can't watch the socket. */
    unsigned flags =
        LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC | LEV_OPT_REUSEABLE | LEV_OPT_DISABLED;
    /* So that [::] and 0.0.0.0 can both be given. */
    if (address.storage.ss_family == AF_INET6)
        flags |= LEV_OPT_BIND_IPV6ONLY;
    listener->listener =
        evconnlistener_new_bind(listener->server->base, on_accept, listener, flags, BACKLOG,
                                (const struct sockaddr *)&address.storage, (int)address.len);
    if (!listener->listener || evconnlistener_enable(listener->listener) != 0)
        return refuse(why, size, text, EVUTIL_SOCKET_ERROR());
    evconnlistener_set_error_cb(listener->listener, on_listener_error);
    px_host_address bound = {.len = sizeof bound.storage};
    struct sockaddr *bound_address = (struct sockaddr *)&bound.storage;
    if (getsockname(evconnlistener_get_fd(listener->listener), bound_address, &bound.len) != 0)
        return refuse(why, size, text, EVUTIL_SOCKET_ERROR());
    px_address_format(bound_address, listener->address);
    listener->is_loopback = px_address_is_loopback(bound_address);
    return PX_OK;
}

int px_host_listen(px_server *server, char *why, size_t size) {
    const px_name_list *plain = &server->options.listen;
    const px_name_list *tls = &server->options.tls_listen;
    size_t count = plain->count + tls->count;
    server->accept_timer = evtimer_new(server->base, on_pause_end, server);
    server->listeners = px_alloc_zero(&px_heap, count * sizeof *server->listeners);
    if (!server->accept_timer || !server->listeners)
        return PX_ERR_NO_MEMORY;
    server->listener_count = count;
    int result = PX_OK;
    for (size_t i = 0; result == PX_OK && i < count; i++) {
        px_host_listener *listener = &server->listeners[i];
        listener->server = server;
        listener->is_tls = i >= plain->count;
        px_slice address = listener->is_tls ? tls->items[i - plain->count] : plain->items[i];
        result = listen_on(listener, address, why, size);
    }
    return result;
}

void px_host_stop_listening(px_server *server) {
    if (server->accept_timer)
        event_del(server->accept_timer);
    for (size_t i = 0; i < server->listener_count; i++) {
        if (server->listeners[i].listener)
            evconnlistener_free(server->listeners[i].listener);
        server->listeners[i].listener = NULL;
    }
}

void px_host_free_listeners(px_server *server) {
    px_host_stop_listening(server);
    px_free(&px_heap, server->listeners, server->listener_count * sizeof *server->listeners);
    server->listener_count = 0;
}

bool px_server_address(const px_server *server, size_t index, char out[PX_SERVER_ADDRESS_SIZE]) {
    if (index >= server->listener_count)
        return false;
    memcpy(out, server->listeners[index].address, PX_SERVER_ADDRESS_SIZE);
    return true;
}

bool px_server_address_is_tls(const px_server *server, size_t index) {
    return index < server->listener_count && server->listeners[index].is_tls;
}
