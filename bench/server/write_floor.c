/* The floors: a server that does nothing but what the kernel asks of one. It takes subscribers
 * by WebSocket, and what is posted to it becomes a frame as it is. At the end of a turn of its
 * loop all frames of the turn go to each subscriber with one write, or to many subscribers with
 * one call of io_uring. There is one channel, and no limit, no check, no queue: whoever does not
 * take it all at once is waited for.
 *     bench_write_floor PORT [io_uring] */
#define _GNU_SOURCE /* accept4 */
#include "harness.h"
#include "net/ws_frame.h"
#include "net/ws_handshake.h"
#include "server/host_uring.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { EVENTS = 1024, READ_SIZE = 65536, MAX_FRAMES = 1048576, MAX_DESCRIPTORS = 65536 };

#define ESTABLISHED "{\"event\":\"pusher:connection_established\",\"data\":\"{}\"}"
#define SUBSCRIBED  "{\"event\":\"pusher_internal:subscription_succeeded\"}"
#define ANSWER      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"

static int epoll, listener;
static bool is_websocket[MAX_DESCRIPTORS], is_subscribed[MAX_DESCRIPTORS];
static int subscribers[MAX_DESCRIPTORS];
static size_t subscriber_count;
static px_buffer frames; /* of this turn */
static px_uring *uring;  /* NULL: it writes */

static void send_text(int fd, const char *text, size_t len) {
    while (len > 0) {
        ssize_t count = send(fd, text, len, MSG_NOSIGNAL);
        if (count < 0 && errno != EAGAIN)
            return; /* its end is read */
        if (count < 0)
            poll(&(struct pollfd){.fd = fd, .events = POLLOUT}, 1, -1);
        else
            text += count, len -= (size_t)count;
    }
}

static void send_frame(int fd, px_slice message) {
    px_buffer frame;
    px_buffer_init(&frame, &bench_allocator, 1024);
    if (px_ws_encode(&frame, PX_WS_TEXT, message, NULL) != PX_OK)
        bench_fail("out of memory");
    send_text(fd, frame.data, frame.len);
    px_buffer_free(&frame);
}

static void accept_one(void) {
    int on = 1, fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    if (fd < 0)
        return;
    if (fd >= MAX_DESCRIPTORS || epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) != 0)
        bench_fail("the write floor can't take another connection");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    is_websocket[fd] = is_subscribed[fd] = false;
}

static void upgrade(int fd, const char *key) {
    px_buffer answer;
    px_buffer_init(&answer, &bench_allocator, 1024);
    if (px_ws_accept_reply(&answer, px_slice_of(key, PX_WS_KEY_LENGTH)) != PX_OK)
        bench_fail("out of memory");
    send_text(fd, answer.data, answer.len);
    px_buffer_free(&answer);
    send_frame(fd, PX_SLICE(ESTABLISHED));
    is_websocket[fd] = true;
}

/* A whole request: those who speak to this server send no pieces. */
static void take_request(int fd, const char *text, size_t len) {
    static const char KEY[] = "Sec-WebSocket-Key: ";
    const char *key = strstr(text, KEY);
    const char *end = strstr(text, "\r\n\r\n");
    if (!end)
        bench_fail("the write floor got a piece of a request");
    if (key && key < end) {
        upgrade(fd, key + strlen(KEY));
        return;
    }
    px_slice body = px_slice_of(end + 4, len - (size_t)(end + 4 - text));
    if (px_ws_encode(&frames, PX_WS_TEXT, body, NULL) != PX_OK)
        bench_fail("the write floor is flooded");
    send_text(fd, ANSWER, strlen(ANSWER));
}

static void read_one(int fd) {
    static char text[READ_SIZE + 1];
    ssize_t count = recv(fd, text, READ_SIZE, 0);
    if (count < 0 && errno == EAGAIN)
        return;
    if (count <= 0) {
        close(fd);
    } else if (is_subscribed[fd]) { /* it only says that it is alive */
        return;
    } else if (is_websocket[fd]) { /* whatever it says first is its subscription */
        is_subscribed[fd] = true;
        subscribers[subscriber_count++] = fd;
        send_frame(fd, PX_SLICE(SUBSCRIBED));
    } else {
        text[count] = '\0';
        take_request(fd, text, (size_t)count);
    }
}

static void send_to_many(const int *fds, size_t count) {
    px_sending sendings[PX_URING_MAX];
    for (size_t i = 0; i < count; i++)
        sendings[i] = (px_sending){.fd = fds[i], .bytes = px_buffer_slice(&frames)};
    px_uring_send(uring, sendings, count);
    for (size_t i = 0; i < count; i++)
        send_text(fds[i], frames.data + sendings[i].sent, frames.len - sendings[i].sent);
}

static void broadcast(void) {
    for (size_t i = 0; !uring && i < subscriber_count; i++)
        send_text(subscribers[i], frames.data, frames.len);
    for (size_t i = 0, count; uring && i < subscriber_count; i += count) {
        count = subscriber_count - i < PX_URING_MAX ? subscriber_count - i : PX_URING_MAX;
        send_to_many(subscribers + i, count);
    }
}

static void turn(void) {
    static struct epoll_event events[EVENTS];
    int ready = epoll_wait(epoll, events, EVENTS, -1);
    for (int i = 0; i < ready; i++) {
        if (events[i].data.fd == listener)
            accept_one();
        else
            read_one(events[i].data.fd);
    }
    if (frames.len > 0)
        broadcast();
    px_buffer_clear(&frames);
}

int main(int argc, char **argv) {
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)(argc > 1 ? atoi(argv[1]) : 0)),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct epoll_event event = {.events = EPOLLIN};
    px_buffer_init(&frames, &bench_allocator, MAX_FRAMES);
    uring = argc > 2 ? px_uring_new() : NULL;
    if (argc > 2 && !uring)
        bench_fail("there is no io_uring here");
    listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    epoll = epoll_create1(EPOLL_CLOEXEC);
    event.data.fd = listener;
    if (bind(listener, (struct sockaddr *)&address, sizeof(address)) != 0 ||
        listen(listener, SOMAXCONN) != 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event) != 0)
        bench_fail("the write floor can't listen: %s", strerror(errno));
    for (;;)
        turn();
}
