#define _DEFAULT_SOURCE
#include "publisher.h"

#include "harness.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MAX_TEXT = 65536, READ_SIZE = 4096 };

static void send_whole(const publisher_connection *c, const char *text, size_t len) {
    if (send(c->fd, text, len, MSG_NOSIGNAL) != (ssize_t)len && errno != EPIPE &&
        errno != ECONNRESET) /* these two: what is read tells */
        bench_fail("the publisher can't send: %s", strerror(errno));
}

/* nats-server says +OK to what it was told, when it is asked to. */
static void greet_nats(publisher_connection *c) {
    static const char HELLO[] = "CONNECT {\"verbose\":true,\"pedantic\":false,"
                                "\"tls_required\":false}\r\n";
    char answer[READ_SIZE];
    size_t len = 0;
    send_whole(c, HELLO, sizeof(HELLO) - 1);
    do {
        ssize_t count = recv(c->fd, answer + len, sizeof(answer) - 1 - len, 0);
        if (count <= 0)
            bench_fail("nats-server does not answer the publisher");
        len += (size_t)count;
        answer[len] = '\0';
    } while (!strstr(answer, "+OK\r\n"));
}

static void open_connection(const publisher *p, publisher_connection *c) {
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons(p->port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
    int on = 1;
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&address, sizeof(address)) != 0 ||
        epoll_ctl(p->epoll, EPOLL_CTL_ADD, c->fd, &event) != 0)
        bench_fail("the publisher can't connect: %s", strerror(errno));
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    if (p->wire == WIRE_NATS)
        greet_nats(c);
}

void publisher_connect(publisher *p, wire over, uint16_t port, int epoll) {
    *p = (publisher){.port = port, .wire = over, .epoll = epoll};
    for (size_t i = 0; i < PUBLISHER_CONNECTIONS; i++) {
        px_buffer_init(&p->connections[i].request, &bench_allocator, MAX_TEXT);
        px_buffer_init(&p->connections[i].answer, &bench_allocator, MAX_TEXT);
        open_connection(p, &p->connections[i]);
    }
}

void publisher_free(publisher *p) {
    for (size_t i = 0; i < PUBLISHER_CONNECTIONS; i++) {
        close(p->connections[i].fd);
        px_buffer_free(&p->connections[i].request);
        px_buffer_free(&p->connections[i].answer);
    }
}

publisher_connection *publisher_idle(publisher *p, size_t count) {
    if (p->waiting >= count)
        return NULL;
    for (size_t i = 0; i < count; i++)
        if (!p->connections[i].waiting)
            return &p->connections[i];
    return NULL;
}

void publisher_send(publisher *p, publisher_connection *c) {
    send_whole(c, c->request.data, c->request.len);
    c->waiting = true;
    p->waiting++;
}

/* ---- Answers ---- */

/* The value of a header of the answer; NULL: it has none. `text` ends with NUL. */
static const char *find_header(const char *text, const char *name) {
    const char *end = strstr(text, "\r\n\r\n");
    for (const char *line = text; line < end; line = strstr(line, "\r\n") + 2)
        if (strncasecmp(line, name, strlen(name)) == 0)
            return line + strlen(name) + strspn(line + strlen(name), " ");
    return NULL;
}

/* The length of the whole answer; 0: its head is not whole yet. */
static size_t answer_length(const char *text) {
    const char *end = strstr(text, "\r\n\r\n");
    if (!end)
        return 0;
    const char *length = find_header(text, "content-length:");
    if (!length)
        bench_fail("the server's answer has no Content-Length: %s", text);
    return (size_t)(end - text) + 4 + strtoul(length, NULL, 10);
}

/* The server closed the connection, for it was idle for too long: what it did not read is sent
 * again. */
static void open_anew(publisher *p, publisher_connection *c) {
    close(c->fd);
    open_connection(p, c);
    if (c->waiting && c->answer.len > 0)
        bench_fail("the server cuts its answer to a publish");
    if (c->waiting)
        send_whole(c, c->request.data, c->request.len);
}

/* After a whole answer. */
static void take_answer(publisher *p, publisher_connection *c) {
    c->waiting = false;
    p->waiting--;
    p->answered++;
}

static void read_http(publisher *p, publisher_connection *c) {
    const char *text = c->answer.data;
    size_t whole = answer_length(text);
    if (whole == 0 || c->answer.len < whole)
        return;
    if (strncmp(text, "HTTP/1.1 200", 12) != 0 || strstr(text, "\"error\""))
        bench_fail("the server refuses a publish: %s", text);
    const char *connection = find_header(text, "connection:");
    bool closes = connection && strncasecmp(connection, "close", 5) == 0;
    px_buffer_clear(&c->answer);
    take_answer(p, c);
    if (closes)
        open_anew(p, c);
}

/* Lines: +OK, and PING now and then. */
static void read_nats(publisher *p, publisher_connection *c) {
    for (const char *end; c->answer.len > 0 && (end = strchr(c->answer.data, '\n')) != NULL;) {
        size_t len = (size_t)(end + 1 - c->answer.data);
        if (c->answer.data[0] == '+')
            take_answer(p, c);
        else if (strncmp(c->answer.data, "PING", 4) == 0)
            send_whole(c, "PONG\r\n", 6);
        else
            bench_fail("nats-server refuses a publish: %s", c->answer.data);
        px_buffer_consume(&c->answer, len);
        c->answer.data[c->answer.len] = '\0';
    }
}

bool publisher_owns(const publisher *p, const void *data) {
    const publisher_connection *c = data;
    return c >= p->connections && c < p->connections + PUBLISHER_CONNECTIONS;
}

void publisher_read(publisher *p, void *data) {
    publisher_connection *c = data;
    char bytes[READ_SIZE];
    ssize_t count = recv(c->fd, bytes, sizeof(bytes), MSG_DONTWAIT);
    if (count < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    /* Who closes may say so first (408 of HTTP). */
    if (count <= 0 || (!c->waiting && p->wire != WIRE_NATS)) {
        open_anew(p, c);
        return;
    }
    if (px_buffer_append(&c->answer, px_slice_of(bytes, (size_t)count)) != PX_OK ||
        px_buffer_append_byte(&c->answer, '\0') != PX_OK)
        bench_fail("the server says too much about a publish");
    c->answer.len--; /* the NUL is not part of it */
    if (p->wire == WIRE_NATS)
        read_nats(p, c);
    else
        read_http(p, c);
}
