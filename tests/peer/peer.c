#include "peer.h"

#include "memory.h"
#include "net/ws_frame.h"
#include "net/ws_handshake.h"
#include "patience.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

enum { MAX_CONNECTIONS = 4096, DEADLINE_MS = 20000, MAX_REQUEST = 2 << 20, MAX_FRAME = 65536 };

struct test_connection {
    test_peer *peer;
    int number;
    int fd;
    SSL *tls;
    pthread_t thread;
    char *request; /* of MAX_REQUEST */
    size_t used;   /* of `request`: bytes of the request */
    char *input;   /* of MAX_FRAME + PX_WS_MAX_HEAD: what follows */
    size_t input_len;
};

struct test_peer {
    test_script script;
    void *context;
    SSL_CTX *tls;
    int listener;
    int stop[2];
    uint16_t port;
    pthread_t thread;
    atomic_int count;
    test_connection *connections[MAX_CONNECTIONS];
};

static void must(bool holds, const char *what) {
    if (!holds) {
        perror(what);
        abort();
    }
}

/* ---- Accepting ---- */

static void *run_script(void *context) {
    test_connection *connection = context;
    test_peer *peer = connection->peer;
    if (peer->tls) {
        connection->tls = SSL_new(peer->tls);
        SSL_set_fd(connection->tls, connection->fd);
        SSL_set_accept_state(connection->tls);
    }
    if (!connection->tls || SSL_accept(connection->tls) == 1)
        peer->script(connection, peer->context);
    if (connection->tls)
        SSL_free(connection->tls);
    shutdown(connection->fd, SHUT_RDWR);
    return NULL;
}

static void start_connection(test_peer *peer, int fd) {
    struct timeval deadline = {test_patience_ms(DEADLINE_MS) / 1000, 0};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &deadline, sizeof deadline);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &deadline, sizeof deadline);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int)); /* what is sent is there */
    test_connection *connection = calloc(1, sizeof *connection);
    must(connection, "calloc");
    connection->peer = peer;
    connection->number = atomic_fetch_add(&peer->count, 1); /* known before its script runs */
    connection->fd = fd;
    must(connection->number < MAX_CONNECTIONS, "too many connections");
    peer->connections[connection->number] = connection;
    must(pthread_create(&connection->thread, NULL, run_script, connection) == 0, "pthread_create");
}

static void *accept_all(void *context) {
    test_peer *peer = context;
    for (;;) {
        struct pollfd polled[] = {{.fd = peer->listener, .events = POLLIN},
                                  {.fd = peer->stop[0], .events = POLLIN}};
        if (poll(polled, 2, -1) > 0 && polled[1].revents)
            return NULL;
        int fd = accept(peer->listener, NULL, NULL);
        if (fd >= 0)
            start_connection(peer, fd);
    }
}

static SSL_CTX *make_tls(const test_peer_options *options) {
    SSL_CTX *tls = SSL_CTX_new(TLS_server_method());
    must(tls && SSL_CTX_use_certificate_chain_file(tls, options->certificate) == 1 &&
             SSL_CTX_use_PrivateKey_file(tls, options->key, SSL_FILETYPE_PEM) == 1,
         "certificate and key");
    if (options->client_authority) {
        must(SSL_CTX_load_verify_locations(tls, options->client_authority, NULL) == 1,
             "client authority");
        SSL_CTX_set_verify(tls, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    }
    return tls;
}

/* -1: the machine has no such address. */
static int listen_on_loopback(bool ipv6, uint16_t *port) {
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } address = {.v4 = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)}};
    socklen_t len = sizeof address.v4;
    if (ipv6) {
        address.v6 =
            (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
        len = sizeof address.v6;
    }
    int fd = socket(ipv6 ? AF_INET6 : AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || bind(fd, &address.any, len) || listen(fd, 1024) ||
        getsockname(fd, &address.any, &len)) {
        close(fd);
        return -1;
    }
    *port = ntohs(ipv6 ? address.v6.sin6_port : address.v4.sin_port);
    return fd;
}

test_peer *test_peer_start(test_script script, void *context, const char *certificate,
                           const char *key) {
    test_peer_options options = {.certificate = certificate, .key = key};
    test_peer *peer = test_peer_start_with(script, context, &options);
    must(peer, "listen");
    return peer;
}

test_peer *test_peer_start_with(test_script script, void *context,
                                const test_peer_options *options) {
    signal(SIGPIPE, SIG_IGN); /* OpenSSL writes without MSG_NOSIGNAL */
    test_peer *peer = calloc(1, sizeof *peer);
    must(peer, "calloc");
    peer->script = script;
    peer->context = context;
    peer->listener = listen_on_loopback(options->ipv6, &peer->port);
    if (peer->listener < 0) {
        free(peer);
        return NULL;
    }
    if (options->certificate)
        peer->tls = make_tls(options);
    must(pipe(peer->stop) == 0, "pipe");
    must(pthread_create(&peer->thread, NULL, accept_all, peer) == 0, "pthread_create");
    return peer;
}

void test_peer_stop(test_peer *peer) {
    must(write(peer->stop[1], "", 1) == 1, "write");
    pthread_join(peer->thread, NULL);
    close(peer->listener);
    for (int i = 0; i < atomic_load(&peer->count); i++) {
        test_connection *connection = peer->connections[i];
        shutdown(connection->fd, SHUT_RDWR);
        pthread_join(connection->thread, NULL);
        close(connection->fd);
        free(connection->request);
        free(connection->input);
        free(connection);
    }
    SSL_CTX_free(peer->tls);
    close(peer->stop[0]);
    close(peer->stop[1]);
    free(peer);
}

uint16_t test_peer_port(const test_peer *peer) {
    return peer->port;
}

int test_peer_count(const test_peer *peer) {
    return atomic_load(&peer->count);
}

int test_connection_number(const test_connection *connection) {
    return connection->number;
}

/* ---- Bytes ---- */

bool test_send(test_connection *connection, const void *bytes, size_t len) {
    const char *next = bytes;
    while (len > 0) {
        ssize_t count = connection->tls
                            ? SSL_write(connection->tls, next, (int)(len < 16384 ? len : 16384))
                            : send(connection->fd, next, len, MSG_NOSIGNAL);
        if (count <= 0)
            return false;
        next += count;
        len -= (size_t)count;
    }
    return true;
}

bool test_send_text(test_connection *connection, const char *text) {
    return test_send(connection, text, strlen(text));
}

static ssize_t receive(test_connection *connection, char *bytes, size_t size) {
    return connection->tls ? SSL_read(connection->tls, bytes, (int)size)
                           : recv(connection->fd, bytes, size, 0);
}

bool test_read_bytes(test_connection *connection, void *bytes, size_t len) {
    char *next = bytes;
    while (len > 0) {
        ssize_t count = receive(connection, next, len);
        if (count <= 0)
            return false;
        next += count;
        len -= (size_t)count;
    }
    return true;
}

/* ---- HTTP ---- */

const char *test_request(const test_connection *connection) {
    return connection->request;
}

/* The length of the request when it is whole, else 0. */
static size_t whole_request(const char *text, size_t len) {
    const char *end = strstr(text, "\r\n\r\n");
    if (!end)
        return 0;
    size_t head = (size_t)(end - text) + 4;
    const char *length = strstr(text, "Content-Length: ");
    size_t body = length && length < end ? strtoul(length + 16, NULL, 10) : 0;
    return len >= head + body ? head + body : 0;
}

bool test_read_request(test_connection *connection) {
    if (!connection->request)
        must((connection->request = malloc(MAX_REQUEST)) != NULL, "malloc");
    size_t len = 0;
    for (;;) {
        ssize_t count = receive(connection, connection->request + len, MAX_REQUEST - 1 - len);
        if (count <= 0)
            return false;
        len += (size_t)count;
        connection->request[len] = '\0';
        if (whole_request(connection->request, len))
            return true;
    }
}

/* ---- WebSocket ---- */

bool test_open(test_connection *connection) {
    return test_read_request(connection) && test_upgrade(connection);
}

bool test_upgrade(test_connection *connection) {
    const char *key = strstr(connection->request, "Sec-WebSocket-Key: ");
    if (!key)
        return false;
    char accept[PX_WS_ACCEPT_LENGTH];
    must(px_ws_accept(px_slice_of(key + 19, PX_WS_KEY_LENGTH), accept) == PX_OK, "px_ws_accept");
    char reply[256];
    snprintf(reply, sizeof reply,
             "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
             "Sec-WebSocket-Accept: %.*s\r\n\r\n",
             PX_WS_ACCEPT_LENGTH, accept);
    return test_send_text(connection, reply);
}

bool test_greet(test_connection *connection) {
    return test_open(connection) && test_say_hello(connection);
}

bool test_say_hello(test_connection *connection) {
    return test_send_frame(connection, PX_WS_TEXT,
                           "{\"event\":\"pusher:connection_established\",\"data\":"
                           "\"{\\\"socket_id\\\":\\\"1.1\\\",\\\"activity_timeout\\\":120}\"}");
}

bool test_send_frame(test_connection *connection, uint8_t opcode, const char *payload) {
    char head[PX_WS_MAX_HEAD];
    size_t len = px_ws_head(head, opcode, strlen(payload), NULL);
    return test_send(connection, head, len) && test_send_text(connection, payload);
}

bool test_send_event(test_connection *connection, const char *event, const char *channel,
                     const char *data) {
    char text[4096];
    snprintf(text, sizeof text, "{\"event\":\"%s\",\"channel\":\"%s\",\"data\":%s}", event, channel,
             data);
    return test_send_frame(connection, PX_WS_TEXT, text);
}

bool test_read_frame(test_connection *connection, test_frame *frame) {
    enum { SIZE = MAX_FRAME + PX_WS_MAX_HEAD };
    if (!connection->input)
        must((connection->input = malloc(SIZE)) != NULL, "malloc");
    for (;;) {
        px_ws_decoder decoder;
        px_ws_message message;
        size_t used;
        px_ws_decoder_init(&decoder, &test_malloc, MAX_FRAME - 1, true);
        px_ws_status status =
            px_ws_decode(&decoder, connection->input, connection->input_len, &used, &message);
        px_ws_decoder_free(&decoder);
        if (status == PX_WS_FAILED)
            return false;
        if (status == PX_WS_MESSAGE) {
            frame->opcode = message.opcode;
            frame->close_code = message.close_code;
            frame->len = message.payload.len;
            if (frame->len)
                memcpy(frame->text, message.payload.ptr, frame->len);
            frame->text[frame->len] = '\0';
            connection->input_len -= used;
            memmove(connection->input, connection->input + used, connection->input_len);
            return true;
        }
        ssize_t count = receive(connection, connection->input + connection->input_len,
                                SIZE - connection->input_len);
        if (count <= 0)
            return false;
        connection->input_len += (size_t)count;
    }
}

bool test_await_text(test_connection *connection, const char *part) {
    test_frame *frame = malloc(sizeof *frame);
    must(frame, "malloc");
    bool found = false;
    while (!found && test_read_frame(connection, frame))
        found = frame->opcode == PX_WS_TEXT && strstr(frame->text, part);
    free(frame);
    return found;
}

bool test_await_end(test_connection *connection) {
    char bytes[4096];
    ssize_t count;
    while ((count = receive(connection, bytes, sizeof bytes)) > 0)
        continue;
    return count == 0;
}

void test_hold(test_connection *connection) {
    (void)test_await_end(connection);
}

void test_reset(test_connection *connection) {
    struct linger linger = {1, 0};
    setsockopt(connection->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    /* The descriptor stays ours until the peer stops; the connection ends now. */
    int null = socket(AF_INET, SOCK_STREAM, 0);
    must(null >= 0 && dup2(null, connection->fd) >= 0, "dup2");
    close(null);
}
