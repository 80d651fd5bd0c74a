#define _DEFAULT_SOURCE
#include "publisher.h"

#include "harness.h"
#include "net/signature.h"
#include "process.h"
#include "subscribers.h"
#include "json/writer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MAX_TEXT = 65536, READ_SIZE = 4096 };

static void open_connection(const publisher *p, publisher_connection *c) {
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons(p->port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
    int on = 1;
    c->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&address, sizeof(address)) != 0 ||
        epoll_ctl(p->epoll, EPOLL_CTL_ADD, c->fd, &event) != 0)
        bench_fail("the publisher can't connect: %s", strerror(errno));
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

void publisher_connect(publisher *p, uint16_t port, int epoll) {
    *p = (publisher){.port = port, .epoll = epoll};
    px_buffer_init(&p->request, &bench_allocator, MAX_TEXT);
    for (size_t i = 0; i < PUBLISHER_CONNECTIONS; i++) {
        px_buffer_init(&p->connections[i].answer, &bench_allocator, MAX_TEXT);
        open_connection(p, &p->connections[i]);
    }
}

void publisher_free(publisher *p) {
    for (size_t i = 0; i < PUBLISHER_CONNECTIONS; i++) {
        close(p->connections[i].fd);
        px_buffer_free(&p->connections[i].answer);
    }
    px_buffer_free(&p->request);
}

/* ---- Requests ---- */

static void write_body(px_buffer *out, px_slice data) {
    px_json_writer json;
    px_json_writer_init(&json, out);
    px_json_object_begin(&json);
    px_json_member(&json, PX_SLICE("name"), PX_SLICE("headline"));
    px_json_member(&json, PX_SLICE("channel"), PX_SLICE(SUBSCRIBERS_CHANNEL));
    px_json_member(&json, PX_SLICE("data"), data);
    px_json_object_end(&json);
    if (px_json_writer_finish(&json) != PX_OK)
        bench_fail("the body of a publish is too long");
}

/* The whole request, signed. */
static void write_request(px_buffer *out, px_slice body) {
    static const char PATH[] = "/apps/" PROCESS_APP_ID "/events";
    char md5[PX_MD5_LENGTH], signature[PX_SIGNATURE_LENGTH], query[256], text[512], head[1024];
    if (px_md5(body, md5) != PX_OK)
        bench_fail("out of memory");
    snprintf(query, sizeof(query),
             "auth_key=" PROCESS_APP_KEY "&auth_timestamp=%lld&auth_version=1.0&body_md5=%.*s",
             (long long)time(NULL), PX_MD5_LENGTH, md5);
    int len = snprintf(text, sizeof(text), "POST\n%s\n%s", PATH, query);
    px_slice signed_text = px_slice_of(text, (size_t)len);
    if (px_signature(PX_SLICE(PROCESS_APP_SECRET), &signed_text, 1, signature) != PX_OK)
        bench_fail("out of memory");
    len = snprintf(head, sizeof(head),
                   "POST %s?%s&auth_signature=%.*s HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                   "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n",
                   PATH, query, PX_SIGNATURE_LENGTH, signature, body.len);
    px_buffer_clear(out);
    if (px_buffer_append(out, px_slice_of(head, (size_t)len)) != PX_OK ||
        px_buffer_append(out, body) != PX_OK)
        bench_fail("a publish is too long");
}

bool publisher_publish(publisher *p, px_slice data) {
    for (size_t i = 0; i < PUBLISHER_CONNECTIONS; i++) {
        publisher_connection *c = &p->connections[i];
        if (c->waiting)
            continue;
        px_buffer body;
        px_buffer_init(&body, &bench_allocator, MAX_TEXT);
        write_body(&body, data);
        write_request(&p->request, px_buffer_slice(&body));
        px_buffer_free(&body);
        if (send(c->fd, p->request.data, p->request.len, MSG_NOSIGNAL) != (ssize_t)p->request.len)
            bench_fail("the publisher can't send: %s", strerror(errno));
        c->waiting = true;
        return true;
    }
    return false;
}

bool publisher_is_waiting(const publisher *p) {
    for (size_t i = 0; i < PUBLISHER_CONNECTIONS; i++)
        if (p->connections[i].waiting)
            return true;
    return false;
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

/* After a whole answer. */
static void take_answer(publisher *p, publisher_connection *c) {
    if (strncmp(c->answer.data, "HTTP/1.1 200", 12) != 0 || strstr(c->answer.data, "\"error\""))
        bench_fail("the server refuses a publish: %s", c->answer.data);
    const char *connection = find_header(c->answer.data, "connection:");
    if (connection && strncasecmp(connection, "close", 5) == 0) {
        close(c->fd);
        open_connection(p, c);
    }
    px_buffer_clear(&c->answer);
    c->waiting = false;
    p->published++;
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
    if (count <= 0 || px_buffer_append(&c->answer, px_slice_of(bytes, (size_t)count)) != PX_OK ||
        px_buffer_append_byte(&c->answer, '\0') != PX_OK)
        bench_fail("the server does not answer a publish");
    c->answer.len--; /* the NUL is not part of it */
    size_t whole = answer_length(c->answer.data);
    if (whole && c->answer.len >= whole)
        take_answer(p, c);
}
