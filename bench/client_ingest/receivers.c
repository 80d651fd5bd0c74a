#define _DEFAULT_SOURCE
#include "receivers.h"

#include "events.h"
#include "harness.h"
#include "net/ws_frame.h"
#include "net/ws_handshake.h"

#include <pusher/pusher.h>

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { READ_SIZE = 65536 };

/* In the child: true. It lives on processor 0, and no longer than its parent. */
static bool start_child(pid_t *child) {
    *child = fork();
    if (*child < 0)
        bench_fail("fork: %s", strerror(errno));
    if (*child > 0)
        return false;
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    bench_pin(0);
    return true;
}

void receivers_stop(pid_t receiver) {
    kill(receiver, SIGTERM);
    waitpid(receiver, NULL, 0);
}

/* ---- recv alone ---- */

static void send_frame(int fd, const char *text) {
    static const uint8_t MASK[4] = {1, 2, 3, 4};
    px_buffer frame;
    px_buffer_init(&frame, &bench_allocator, 1024);
    if (px_ws_encode(&frame, PX_WS_TEXT, px_slice_of_text(text), MASK) != PX_OK ||
        send(fd, frame.data, frame.len, MSG_NOSIGNAL) != (ssize_t)frame.len)
        bench_fail("send: %s", strerror(errno));
    px_buffer_free(&frame);
}

static int connect_and_subscribe(uint16_t port, const char *channel) {
    static const char REQUEST[] = "GET / HTTP/1.1\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
                                  "\r\n\r\n";
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    char greeting[1024];
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0 ||
        send(fd, REQUEST, sizeof(REQUEST) - 1, MSG_NOSIGNAL) < 0 ||
        recv(fd, greeting, sizeof(greeting), 0) <= 0)
        bench_fail("can't connect: %s", strerror(errno));
    char text[256];
    snprintf(text, sizeof(text), "{\"event\":\"pusher:subscribe\",\"data\":{\"channel\":\"%s\"}}",
             channel);
    send_frame(fd, text);
    return fd;
}

pid_t receivers_start_recv(uint16_t port, const events *kind, px_slice mark) {
    pid_t child;
    if (!start_child(&child))
        return child;
    static char
        buffer[2 * READ_SIZE]; /* the second half: the last read; before it, the one before */
    char *const end_of_old = buffer + READ_SIZE;
    int fd = connect_and_subscribe(port, kind->channel);
    for (;;) {
        ssize_t count = recv(fd, end_of_old, READ_SIZE, 0);
        if (count <= 0)
            _exit(0);
        const char *end = end_of_old + count;
        if (memcmp(end - mark.len, mark.ptr, mark.len) == 0)
            send_frame(fd, "{\"event\":\"" EVENTS_MARK "\",\"data\":0}");
        memmove(end_of_old - mark.len, end - mark.len, mark.len);
    }
}

/* ---- libpusher ---- */

typedef struct tally {
    uint64_t events;
    uint64_t bytes; /* so that the handler looks at its event */
} tally;

static void count_event(const pusher_event *event, void *context) {
    tally *t = context;
    t->events++;
    t->bytes += event->data.len;
}

static void answer_mark(const pusher_event *event, void *context) {
    tally *t = context;
    char number[24];
    t->events++;
    int len = snprintf(number, sizeof(number), "%llu", (unsigned long long)t->events);
    pusher_string data = {number, (size_t)len};
    if (pusher_send_event(event->client, pusher_str(EVENTS_MARK), data, pusher_str(NULL)))
        bench_fail("libpusher can't answer");
}

static void authorize(pusher_authorization *question, pusher_client *client, pusher_string channel,
                      pusher_string socket_id, void *context) {
    const events *kind = context;
    (void)client;
    (void)channel;
    (void)socket_id;
    if (pusher_authorization_succeed_encrypted(question, pusher_str("app-key:signature"),
                                               pusher_str(kind->secret)))
        bench_fail("libpusher can't be authorized");
}

pid_t receivers_start_libpusher(uint16_t port, const events *kind, px_slice mark) {
    pid_t child;
    (void)mark;
    if (!start_child(&child))
        return child;
    pusher_options options = PUSHER_OPTIONS_INIT;
    options.host = pusher_str("127.0.0.1");
    options.port = port;
    options.plain = true;
    options.authorizer = authorize;
    options.auth_context = (void *)kind;
    pusher_string ws = pusher_str("ws");
    options.enabled_transports = &ws;
    options.enabled_transport_count = 1;
    pusher_client *client;
    pusher_channel *channel;
    tally t = {0};
    if (pusher_client_new(pusher_str("app-key"), &options, &client) ||
        pusher_subscribe(client, pusher_str(kind->channel), &channel) ||
        pusher_channel_bind(channel, pusher_str(EVENTS_NAME), count_event, &t, NULL) ||
        pusher_channel_bind(channel, pusher_str(EVENTS_MARK), answer_mark, &t, NULL))
        bench_fail("libpusher does not start");
    pusher_connect(client);
    _exit(pusher_run(client) ? 1 : 0);
}

/* ---- Node ---- */

static pid_t start_node(uint16_t port, const events *kind, const char *library) {
    pid_t child;
    if (!start_child(&child))
        return child;
    char text[8];
    snprintf(text, sizeof(text), "%u", (unsigned)port);
    execlp("node", "node", BENCH_NODE_SCRIPT, library, text, kind->channel, EVENTS_NAME,
           EVENTS_MARK, kind->secret, (char *)NULL);
    bench_fail("node: %s", strerror(errno));
}

pid_t receivers_start_pusher_js(uint16_t port, const events *kind, px_slice mark) {
    (void)mark;
    return start_node(port, kind, "pusher-js");
}

pid_t receivers_start_own_js(uint16_t port, const events *kind, px_slice mark) {
    (void)mark;
    return start_node(port, kind, "pusher-c");
}
