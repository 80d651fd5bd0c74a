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
#include <sys/mman.h>
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

static void subscribe(int fd, px_slice channel) {
    char text[256];
    snprintf(text, sizeof(text), "{\"event\":\"pusher:subscribe\",\"data\":{\"channel\":\"%.*s\"}}",
             (int)channel.len, channel.ptr);
    send_frame(fd, text);
}

static int connect_and_subscribe(uint16_t port, const events *kind) {
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
    char name[EVENTS_MAX_CHANNEL];
    for (size_t i = 0; i < kind->channels; i++)
        subscribe(fd, events_channel(kind, i, name));
    subscribe(fd, PX_SLICE(EVENTS_MARK_CHANNEL));
    return fd;
}

pid_t receivers_start_recv(uint16_t port, const events *kind, px_slice mark) {
    pid_t child;
    if (!start_child(&child))
        return child;
    static char
        buffer[2 * READ_SIZE]; /* the second half: the last read; before it, the one before */
    char *const end_of_old = buffer + READ_SIZE;
    int fd = connect_and_subscribe(port, kind);
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

/* Where a receiver counts, and its parent sees it. */
static uint64_t *allocations;

uint64_t receivers_allocations(void) {
    return allocations ? *allocations : 0;
}

static void share_allocations(void) {
    if (allocations)
        return;
    void *page =
        mmap(NULL, sizeof(*allocations), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED)
        bench_fail("mmap: %s", strerror(errno));
    allocations = page;
}

/* The linker puts these in the place of the functions that they are named after (--wrap), for all that
 * is linked into the program. */
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);

static void count_allocation(void) {
    if (allocations)
        ++*allocations;
}

void *__wrap_malloc(size_t size) {
    count_allocation();
    return __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size) {
    count_allocation();
    return __real_calloc(count, size);
}

void *__wrap_realloc(void *memory, size_t size) {
    count_allocation();
    return __real_realloc(memory, size);
}

typedef struct tally {
    uint64_t calls;
    uint64_t bytes; /* so that the handlers look at their event */
} tally;

static void count_event(const pusher_event *event, void *context) {
    tally *t = context;
    t->calls++;
    t->bytes += event->data.len;
}

static void answer_mark(const pusher_event *event, void *context) {
    tally *t = context;
    char number[24];
    t->calls++;
    int len = snprintf(number, sizeof(number), "%llu", (unsigned long long)t->calls);
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

static pusher_channel *join(pusher_client *client, px_slice name) {
    pusher_channel *channel;
    if (pusher_subscribe(client, (pusher_string){name.ptr, name.len}, &channel))
        bench_fail("libpusher can't subscribe");
    return channel;
}

static void bind_handlers(pusher_client *client, const events *kind, tally *t) {
    char name[EVENTS_MAX_CHANNEL];
    for (size_t i = 0; i < kind->channels; i++) {
        pusher_channel *channel = join(client, events_channel(kind, i, name));
        for (size_t j = 0; j < kind->handlers; j++)
            if (pusher_channel_bind(channel, pusher_str(EVENTS_NAME), count_event, t, NULL))
                bench_fail("libpusher can't bind");
    }
    pusher_channel *marks = join(client, PX_SLICE(EVENTS_MARK_CHANNEL));
    if (pusher_channel_bind(marks, pusher_str(EVENTS_MARK), answer_mark, t, NULL))
        bench_fail("libpusher can't bind");
}

pid_t receivers_start_libpusher(uint16_t port, const events *kind, px_slice mark) {
    pid_t child;
    (void)mark;
    share_allocations();
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
    tally t = {0};
    if (pusher_client_new(pusher_str("app-key"), &options, &client))
        bench_fail("libpusher does not start");
    bind_handlers(client, kind, &t);
    pusher_connect(client);
    _exit(pusher_run(client) ? 1 : 0);
}

/* ---- Node ---- */

static pid_t start_node(uint16_t port, const events *kind, const char *library) {
    pid_t child;
    if (!start_child(&child))
        return child;
    char text[3][24];
    snprintf(text[0], sizeof(text[0]), "%u", (unsigned)port);
    snprintf(text[1], sizeof(text[1]), "%zu", kind->channels);
    snprintf(text[2], sizeof(text[2]), "%zu", kind->handlers);
    execlp("node", "node", BENCH_NODE_SCRIPT, library, text[0], kind->channel, text[1], text[2],
           EVENTS_NAME, EVENTS_MARK, EVENTS_MARK_CHANNEL, kind->secret, (char *)NULL);
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
