/* The server as a whole: made, run, stopped, freed. One turn of its loop: wait for events, handle
 * them all, then write to every connection that something is waiting for. */
#include <errno.h>
#include <fcntl.h>
#include <openssl/rand.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "server/heap.h"
#include "server/host_client.h"
#include "server/host_options.h"
#include "server/host_secure.h"
#include "server/host_session.h"
#include "server/host_sockjs.h"
#include "server/host_webhooks.h"

enum { MAX_LOG_LINE = 1024, MAX_TEXTS = 4194304, MAX_ARENA = 4194304, MAX_ANSWER = 67108864 };

void px_host_log(const px_server *server, int level, const char *format, ...) {
    if (!px_host_logs(server, level))
        return;
    char line[MAX_LOG_LINE];
    va_list arguments;
    va_start(arguments, format);
    int len = vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    if (len < 0)
        return;
    size_t used = (size_t)len < sizeof line ? (size_t)len : sizeof line - 1;
    server->options.log(server->options.log_context, level, px_slice_of(line, used));
}

/* ---- Time ---- */

static uint64_t monotonic_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

void px_host_wake(px_server *server) {
    server->now_ms = px_standstill_time(&server->standstill, monotonic_ms(), server->now_ms,
                                        server->timer_at_ms);
    px_hub_tick(server->hub, server->now_ms, (uint64_t)time(NULL));
}

static void on_timer(evutil_socket_t fd, short what, void *context) {
    (void)fd;
    (void)what;
    px_server *server = context;
    px_host_wake(server); /* it looks whether the timer is late */
    server->timer_at_ms = UINT64_MAX;
}

/* Wakes the loop for what is due next. A timer that fires too early is cheaper than one that is set
 * anew with every message. */
static int set_timer(px_server *server) {
    uint64_t due = px_hub_deadline(server->hub);
    uint64_t deadline = px_wheel_deadline(&server->deadlines);
    if (deadline < due)
        due = deadline;
    uint64_t session_deadline = px_wheel_deadline(&server->sessions.timers);
    if (session_deadline < due)
        due = session_deadline;
    uint64_t webhooks_deadline = px_host_webhooks_deadline(server);
    if (webhooks_deadline < due)
        due = webhooks_deadline;
    if (server->trim.due_ms < due)
        due = server->trim.due_ms;
    if (server->is_draining && server->end_at_ms < due)
        due = server->end_at_ms;
    if (due >= server->timer_at_ms)
        return 0;
    server->timer_at_ms = due;
    uint64_t wait = due > server->now_ms ? due - server->now_ms : 0;
    struct timeval delay = {.tv_sec = (time_t)(wait / 1000),
                            .tv_usec = (suseconds_t)(wait % 1000 * 1000)};
    return event_add(server->timer, &delay);
}

static void expire(px_host_connection *connection) {
    if (connection->socket.tls && connection->is_unready)
        px_host_log(connection->server, PX_LOG_DEBUG, "a TLS handshake did not end in time");
    if (connection->is_unready || connection->phase == PX_PHASE_PROXY ||
        connection->phase >= PX_PHASE_CLOSING)
        px_host_cut(connection);
    else if (connection->phase == PX_PHASE_WEBSOCKET)
        px_sockjs_socket_timer(connection);
    else
        px_host_http_expired(connection);
}

static void expire_due(px_server *server) {
    px_wheel_node *node;
    while ((node = px_wheel_pop(&server->deadlines, server->now_ms)) != NULL)
        expire((px_host_connection *)((char *)node - offsetof(px_host_connection, deadline)));
}

/* ---- Stopping ---- */

/* What is written into the pipe. */
enum { WISH_STOP = 's', WISH_RELOAD = 'r' };

static void wish(px_server *server, char what) {
    int saved = errno;
    ssize_t written = write(server->wishes[1], &what, 1);
    (void)written; /* full: the server has been told often enough */
    errno = saved;
}

void px_server_stop(px_server *server) {
    wish(server, WISH_STOP);
}

void px_server_reload(px_server *server) {
    wish(server, WISH_RELOAD);
}

static void start_draining(px_server *server) {
    server->is_draining = true;
    server->end_at_ms =
        server->now_ms + server->options.grace_ms + server->options.close_timeout_ms;
    px_webhook_stats webhooks = {0};
    px_host_webhook_stats(server, &webhooks);
    px_host_log(server, PX_LOG_INFORMATION, "stopping; closing %zu connections",
                px_hub_connection_count(server->hub));
    if (webhooks.waiting > 0)
        px_host_log(server, PX_LOG_INFORMATION, "%llu webhook events wait, and are sent first",
                    (unsigned long long)webhooks.waiting);
    px_host_stop_listening(server);
    px_hub_drain(server->hub, server->options.grace_ms);
    px_host_hurry_webhooks(server);
    for (px_host_connection *each = server->connections; each; each = each->next)
        if (each->phase <= PX_PHASE_HEAD && each->received.len == 0 && !each->is_poller)
            px_host_finish(each);
}

static void stop(px_server *server) {
    px_host_wake(server);
    if (server->is_draining)
        server->is_ended = true;
    else
        start_draining(server);
}

static void on_wish(evutil_socket_t fd, short what, void *context) {
    (void)what;
    char byte;
    while (read(fd, &byte, 1) == 1) {
        if (byte == WISH_STOP)
            stop(context);
        else
            px_host_reload_tls(context);
    }
}

static void on_signal(evutil_socket_t signal_number, short what, void *context) {
    (void)what;
    if (signal_number == SIGHUP)
        px_host_reload_tls(context);
    else
        stop(context);
}

/* ---- Making and freeing ---- */

static int make_pipe(px_server *server) {
    if (pipe(server->wishes) != 0)
        return -1;
    for (size_t i = 0; i < 2; i++)
        if (evutil_make_socket_nonblocking(server->wishes[i]) != 0 ||
            evutil_make_socket_closeonexec(server->wishes[i]) != 0)
            return -1;
    return 0;
}

static int make_loop(px_server *server) {
    server->base = event_base_new();
    if (!server->base || make_pipe(server) != 0)
        return PX_ERR_STATE;
    server->wish_event =
        event_new(server->base, server->wishes[0], EV_READ | EV_PERSIST, on_wish, server);
    server->timer = evtimer_new(server->base, on_timer, server);
    if (!server->wish_event || !server->timer || event_add(server->wish_event, NULL) != 0)
        return PX_ERR_STATE;
    return PX_OK;
}

static int make_hub(px_server *server, char *why, size_t size) {
    uint64_t seed[2];
    px_hub_host host = px_host_functions(server);
    if (RAND_bytes((unsigned char *)seed, sizeof seed) != 1)
        return PX_ERR_STATE;
    server->now_ms = monotonic_ms();
    server->started_ms = server->now_ms;
    px_wheel_init(&server->deadlines, server->now_ms);
    px_wheel_init(&server->sessions.timers, server->now_ms);
    px_map_init(&server->sessions.by_key, &px_heap, seed);
    px_buffer_init(&server->sessions.text, &px_heap, MAX_ANSWER);
    px_buffer_init(&server->sessions.wrapped, &px_heap, MAX_ANSWER);
    int result = px_hub_new(&px_heap, &server->options.hub, &host, seed, server->now_ms,
                            (uint64_t)time(NULL), &server->hub);
    for (size_t i = 0; result == PX_OK && i < server->options.app_count; i++) {
        const char *problem = NULL;
        result = px_hub_add_app(server->hub, &server->options.apps[i], &problem);
        if (problem)
            snprintf(why, size, "app %zu: %s", i + 1, problem);
    }
    return result;
}

static int add_signals(px_server *server) {
    /* SIGHUP last: without files to read again it ends the process, as it does elsewhere. */
    static const int SIGNALS[] = {SIGTERM, SIGINT, SIGHUP};
    size_t count = !server->options.handle_signals ? 0 : server->options.tls_cert.len > 0 ? 3 : 2;
    for (size_t i = 0; i < count; i++) {
        server->signals[i] = evsignal_new(server->base, SIGNALS[i], on_signal, server);
        if (!server->signals[i] || event_add(server->signals[i], NULL) != 0)
            return PX_ERR_STATE;
    }
    return PX_OK;
}

static int fill(px_server *server, const px_server_options *options, char *why, size_t size) {
    server->wishes[0] = server->wishes[1] = -1;
    server->timer_at_ms = UINT64_MAX;
    px_trim_init(&server->trim);
    px_pool_init(&server->pool);
    px_arena_init(&server->texts, &px_heap, MAX_TEXTS);
    px_arena_init(&server->arena, &server->pool.allocator, MAX_ARENA);
    px_buffer_init(&server->scratch, &px_heap, MAX_ANSWER);
    server->read_buffer = px_alloc(&px_heap, PX_HOST_READ_SIZE);
    server->joined = px_joined_new();
    if (!server->read_buffer || !server->joined)
        return PX_ERR_NO_MEMORY;
    int result = px_host_copy_options(options, &server->texts, &server->options);
    if (result == PX_OK)
        result = px_host_check_options(&server->options, why, size);
    if (result == PX_OK)
        result = px_host_read_trusted(server, why, size);
    if (result == PX_OK)
        result = make_loop(server);
    if (result == PX_OK)
        result = make_hub(server, why, size);
    if (result == PX_OK)
        result = px_host_start_tls(server, why, size);
    if (result == PX_OK)
        result = px_host_listen(server, why, size);
    if (result == PX_OK)
        result = px_host_start_webhooks(server, why, size);
    if (result == PX_OK)
        result = add_signals(server);
    return result;
}

int px_server_new(const px_server_options *options, px_server **server, char *why, size_t size) {
    if (size > 0)
        why[0] = '\0';
    px_server *made = px_alloc_zero(&px_heap, sizeof *made);
    int result = made ? fill(made, options, why, size) : PX_ERR_NO_MEMORY;
    if (result == PX_OK) {
        *server = made;
        return PX_OK;
    }
    px_server_free(made);
    if (size > 0 && why[0] == '\0')
        snprintf(why, size, "%s",
                 result == PX_ERR_NO_MEMORY ? "out of memory" : "the system refused a resource");
    return result;
}

void px_server_free(px_server *server) {
    if (!server)
        return;
    while (server->connections) {
        px_host_cut(server->connections);
        px_host_end_turn(server);
    }
    px_sessions_free(server);
    px_host_free_listeners(server);
    struct event *events[] = {server->wish_event, server->timer,      server->accept_timer,
                              server->signals[0], server->signals[1], server->signals[2]};
    for (size_t i = 0; i < sizeof events / sizeof *events; i++)
        if (events[i])
            event_free(events[i]);
    px_host_free_webhooks(server); /* goes around the loop once more, where nothing else is left */
    px_tls_free(server->tls);
    px_hub_free(server->hub);
    if (server->base)
        event_base_free(server->base);
    for (size_t i = 0; i < 2; i++)
        if (server->wishes[i] >= 0)
            close(server->wishes[i]);
    px_buffer_free(&server->scratch);
    px_arena_free(&server->arena);
    px_arena_free(&server->texts);
    px_uring_free(server->uring);
    px_joined_free(server->joined);
    px_pool_free(&server->pool);
    px_free(&px_heap, server->read_buffer, PX_HOST_READ_SIZE);
    px_free(&px_heap, server, sizeof *server);
}

/* ---- Running ---- */

/* A server that is stopping has nothing left to do. A session may be without a connection just now; webhooks are told
 * of its end as of any other. */
static bool is_over(const px_server *server) {
    return server->now_ms >= server->end_at_ms ||
           (!server->connections && px_hub_connection_count(server->hub) == 0 &&
            px_host_webhooks_are_idle(server));
}

int px_host_turn(px_server *server, bool may_wait) {
    bool waits = may_wait && !px_host_is_behind(server);
    int flags = waits ? EVLOOP_ONCE : EVLOOP_ONCE | EVLOOP_NONBLOCK;
    if (set_timer(server) != 0 || event_base_loop(server->base, flags) != 0)
        return PX_ERR_STATE;
    px_host_wake(server);
    expire_due(server);
    px_sessions_tick(server);
    px_host_end_turn(server);
    px_host_send_webhooks(server);
    if (px_trim_is_due(&server->trim, server->now_ms))
        px_trim_heap();
    if (server->is_draining && is_over(server))
        server->is_ended = true;
    return PX_OK;
}

int px_server_run(px_server *server) {
    int result = PX_OK;
    while (result == PX_OK && !server->is_ended)
        result = px_host_turn(server, true);
    return result;
}
