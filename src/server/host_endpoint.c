#include "server/host_endpoint.h"

#include <errno.h>
#include <event2/event_struct.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "server/heap.h"
#include "server/host_socket.h"
#include "server/http_answer.h"

enum {
    KEEP_MS = 30000,   /* a connection without requests is closed then */
    CONNECT_SHARE = 3, /* of the time, where there are more addresses to try */
};

typedef enum phase {
    PHASE_IDLE, /* no request; the connection may be open */
    PHASE_BEGIN,
    PHASE_LOOKUP,
    PHASE_CONNECT,
    PHASE_HANDSHAKE,
    PHASE_EXCHANGE, /* the request goes out, the answer comes in */
} phase;

struct px_endpoint {
    px_endpoint_means *means;
    px_endpoint_done *done;
    void *context;
    px_host_socket socket; /* fd -1: there is no connection */
    struct event readable;
    struct event writable;
    struct event deadline; /* of the request, or of a connection without one */
    struct event patience; /* with one address */
    px_lookup *lookup;
    struct evutil_addrinfo *addresses;
    struct evutil_addrinfo *next_address;
    px_http_answer answer;
    px_slice head;
    px_slice body;
    size_t sent;
    uint32_t timeout_ms;
    uint16_t port;
    uint8_t phase;
    bool is_tls;
    bool is_used; /* the connection has carried a request before this one */
    px_slice host;
    char host_bytes[];
};

static void set_timer(struct event *timer, uint32_t ms) {
    struct timeval delay = {.tv_sec = (time_t)(ms / 1000),
                            .tv_usec = (suseconds_t)(ms % 1000 * 1000)};
    event_add(timer, &delay); /* a timer that can't be set means that epoll is out of memory */
}

/* ---- The connection ---- */

static void drop(px_endpoint *endpoint) {
    if (endpoint->socket.fd < 0)
        return;
    event_del(&endpoint->readable);
    event_del(&endpoint->writable);
    event_del(&endpoint->patience);
    px_socket_close(&endpoint->socket);
}

static void forget_addresses(px_endpoint *endpoint) {
    if (endpoint->lookup)
        px_lookup_cancel(endpoint->lookup);
    if (endpoint->addresses)
        evutil_freeaddrinfo(endpoint->addresses);
    endpoint->lookup = NULL;
    endpoint->addresses = endpoint->next_address = NULL;
}

/* A status counts from when the head of the answer is there, whatever becomes of the body. */
static void finish(px_endpoint *endpoint, bool is_whole, const char *why) {
    int status = endpoint->answer.status;
    bool is_sent = endpoint->sent == endpoint->head.len + endpoint->body.len;
    event_del(&endpoint->deadline);
    forget_addresses(endpoint);
    if (is_whole && is_sent && endpoint->answer.keep_alive) {
        endpoint->is_used = true;
        set_timer(&endpoint->deadline, KEEP_MS);
    } else {
        drop(endpoint);
    }
    endpoint->phase = PHASE_IDLE;
    endpoint->done(endpoint->context, status, why);
}

static void begin(px_endpoint *endpoint);

/* A connection that was kept may be closed by its other end at the moment when it is used: then the
 * request is sent once more, on a new one. */
static void lose(px_endpoint *endpoint, const char *why) {
    bool was_kept = endpoint->is_used && !endpoint->answer.has_begun;
    drop(endpoint);
    if (was_kept && endpoint->phase == PHASE_EXCHANGE)
        begin(endpoint);
    else
        finish(endpoint, false, why);
}

/* ---- Exchanging ---- */

static void write_request(px_endpoint *endpoint) {
    while (endpoint->sent < endpoint->head.len + endpoint->body.len) {
        size_t sent = endpoint->sent;
        bool in_head = sent < endpoint->head.len;
        px_slice head = px_slice_after(endpoint->head, in_head ? sent : endpoint->head.len);
        px_slice body = px_slice_after(endpoint->body, in_head ? 0 : sent - endpoint->head.len);
        const struct iovec pieces[] = {{(void *)(uintptr_t)head.ptr, head.len},
                                       {(void *)(uintptr_t)body.ptr, body.len}};
        size_t written = 0;
        px_socket_status status = px_socket_write(&endpoint->socket, in_head ? pieces : pieces + 1,
                                                  in_head ? 2 : 1, &written);
        endpoint->sent += written;
        if (status == PX_SOCKET_IS_FULL)
            event_add(&endpoint->writable, NULL);
        if (status != PX_SOCKET_GOES_ON)
            return; /* if it is broken: an answer may be waiting that says why */
    }
}

static void exchange(px_endpoint *endpoint) {
    endpoint->phase = PHASE_EXCHANGE;
    endpoint->answer = (px_http_answer){0};
    endpoint->sent = 0;
    event_del(&endpoint->patience);
    write_request(endpoint);
}

static void take(px_endpoint *endpoint, char *bytes, size_t len, px_socket_status status) {
    px_http_refusal refusal = {0};
    px_http_progress progress = px_http_answer_read(&endpoint->answer, bytes, len, &refusal);
    if (progress == PX_HTTP_DONE)
        finish(endpoint, status == PX_SOCKET_GOES_ON, "");
    else if (progress == PX_HTTP_REFUSED)
        finish(endpoint, false, refusal.why);
    else if (status != PX_SOCKET_GOES_ON && px_http_answer_end(&endpoint->answer))
        finish(endpoint, false, "");
    else if (status != PX_SOCKET_GOES_ON)
        lose(endpoint, "the connection was closed before the answer was there");
}

/* A host that was reached and can't be trusted is not sought at its other addresses: what went wrong
 * there would be told in the place of this. */
static void shake_hands(px_endpoint *endpoint, px_socket_status status) {
    const char *failure = px_socket_failure(&endpoint->socket);
    if (status != PX_SOCKET_GOES_ON)
        finish(endpoint, false, failure ? failure : "TLS was refused");
    else if (px_socket_is_ready(&endpoint->socket))
        exchange(endpoint);
}

static void on_readable(evutil_socket_t fd, short what, void *context) {
    px_endpoint *endpoint = context;
    size_t len = 0;
    (void)fd;
    (void)what;
    px_socket_status status = px_socket_read(&endpoint->socket, endpoint->means->read_buffer,
                                             PX_ENDPOINT_READ_SIZE, &len);
    if (status == PX_SOCKET_GOES_ON && px_socket_read_needs_write(&endpoint->socket))
        event_add(&endpoint->writable, NULL);
    if (endpoint->phase == PHASE_HANDSHAKE)
        shake_hands(endpoint, status);
    else if (endpoint->phase == PHASE_EXCHANGE)
        take(endpoint, endpoint->means->read_buffer, len, status);
    else if (len > 0 || status != PX_SOCKET_GOES_ON)
        drop(endpoint); /* nothing was asked for */
}

/* ---- Connecting ---- */

static void connect_next(px_endpoint *endpoint, const char *why);

static void on_connected(px_endpoint *endpoint) {
    int error = 0;
    socklen_t len = sizeof error;
    int fd = endpoint->socket.fd;
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) != 0 || error != 0) {
        connect_next(endpoint, error == ECONNREFUSED ? "the connection was refused"
                                                     : "no connection could be made");
        return;
    }
    px_host_tls *tls = endpoint->is_tls ? endpoint->means->tls : NULL;
    if (px_socket_open_client(&endpoint->socket, fd, tls, endpoint->host) != PX_OK) {
        connect_next(endpoint, "there was no memory for TLS");
        return;
    }
    event_add(&endpoint->readable, NULL);
    if (!tls) {
        exchange(endpoint);
        return;
    }
    endpoint->phase = PHASE_HANDSHAKE;
    on_readable(fd, EV_READ, endpoint);
}

static void on_writable(evutil_socket_t fd, short what, void *context) {
    px_endpoint *endpoint = context;
    if (endpoint->phase == PHASE_CONNECT)
        on_connected(endpoint);
    else if (px_socket_read_needs_write(&endpoint->socket))
        on_readable(fd, what, endpoint);
    else if (endpoint->phase == PHASE_EXCHANGE)
        write_request(endpoint);
}

static bool open_socket(px_endpoint *endpoint, const struct evutil_addrinfo *address) {
    static const int YES = 1;
    int fd = socket(address->ai_family, SOCK_STREAM, 0);
    if (fd < 0)
        return false;
    endpoint->socket = (px_host_socket){.fd = fd};
    event_assign(&endpoint->readable, endpoint->means->base, fd, EV_READ | EV_PERSIST, on_readable,
                 endpoint);
    event_assign(&endpoint->writable, endpoint->means->base, fd, EV_WRITE, on_writable, endpoint);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &YES, sizeof YES);
    if (evutil_make_socket_nonblocking(fd) != 0 || evutil_make_socket_closeonexec(fd) != 0)
        return false;
    if (connect(fd, address->ai_addr, (socklen_t)address->ai_addrlen) != 0 &&
        errno != EINPROGRESS && errno != EINTR)
        return false;
    return event_add(&endpoint->writable, NULL) == 0;
}

/* `why` the address before has failed. */
static void connect_next(px_endpoint *endpoint, const char *why) {
    drop(endpoint);
    while (endpoint->next_address) {
        const struct evutil_addrinfo *address = endpoint->next_address;
        endpoint->next_address = address->ai_next;
        endpoint->phase = PHASE_CONNECT;
        if (open_socket(endpoint, address)) {
            if (endpoint->next_address)
                set_timer(&endpoint->patience, endpoint->timeout_ms / CONNECT_SHARE);
            return;
        }
        drop(endpoint);
    }
    finish(endpoint, false, why);
}

static void on_impatient(evutil_socket_t fd, short what, void *context) {
    (void)fd;
    (void)what;
    connect_next(context, "the host does not answer");
}

static void on_lookup(void *context, struct evutil_addrinfo *addresses, const char *why) {
    px_endpoint *endpoint = context;
    endpoint->lookup = NULL;
    endpoint->addresses = endpoint->next_address = addresses;
    connect_next(endpoint, addresses ? "no connection could be made" : why);
}

/* On a connection of its own. */
static void begin(px_endpoint *endpoint) {
    endpoint->answer = (px_http_answer){0};
    endpoint->sent = 0;
    endpoint->is_used = false;
    endpoint->phase = PHASE_LOOKUP;
    forget_addresses(endpoint);
    if (px_lookup_begin(&endpoint->means->lookups, endpoint->means->base, endpoint->host,
                        endpoint->port, on_lookup, endpoint, &endpoint->lookup) != PX_OK)
        finish(endpoint, false, "there was no memory for the lookup of the host");
}

/* ---- Requests ---- */

static void on_deadline(evutil_socket_t fd, short what, void *context) {
    px_endpoint *endpoint = context;
    (void)fd;
    (void)what;
    if (endpoint->phase == PHASE_IDLE) {
        drop(endpoint);
        return;
    }
    /* A request begins here, so that `done` is not called by who sends it. */
    if (endpoint->phase == PHASE_BEGIN) {
        set_timer(&endpoint->deadline, endpoint->timeout_ms);
        if (endpoint->socket.fd >= 0)
            exchange(endpoint);
        else
            begin(endpoint);
        return;
    }
    const char *why = endpoint->phase == PHASE_LOOKUP    ? "the host's name was not found in time"
                      : endpoint->phase < PHASE_EXCHANGE ? "the host does not answer"
                                                         : "no answer came in time";
    drop(endpoint);
    finish(endpoint, false, why);
}

void px_endpoint_send(px_endpoint *endpoint, px_slice head, px_slice body, uint32_t timeout_ms) {
    endpoint->head = head;
    endpoint->body = body;
    endpoint->timeout_ms = timeout_ms;
    endpoint->phase = PHASE_BEGIN;
    set_timer(&endpoint->deadline, 0);
}

/* ---- Life ---- */

int px_endpoint_new(px_endpoint_means *means, const px_url *url, px_endpoint_done *done,
                    void *context, px_endpoint **endpoint) {
    px_endpoint *made = px_alloc_zero(&px_heap, sizeof *made + url->host.len);
    if (!made)
        return PX_ERR_NO_MEMORY;
    memcpy(made->host_bytes, url->host.ptr, url->host.len);
    made->host = px_slice_of(made->host_bytes, url->host.len);
    made->means = means;
    made->done = done;
    made->context = context;
    made->socket.fd = -1;
    made->port = url->port;
    made->is_tls = url->is_tls;
    evtimer_assign(&made->deadline, means->base, on_deadline, made);
    evtimer_assign(&made->patience, means->base, on_impatient, made);
    *endpoint = made;
    return PX_OK;
}

void px_endpoint_free(px_endpoint *endpoint) {
    if (!endpoint)
        return;
    forget_addresses(endpoint);
    drop(endpoint);
    event_del(&endpoint->deadline);
    event_del(&endpoint->patience);
    px_free(&px_heap, endpoint, sizeof *endpoint + endpoint->host.len);
}
