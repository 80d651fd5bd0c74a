/* A server in a thread of the test, and raw peers that talk to it over loopback sockets. Every wait
 * has a deadline: a test that hears nothing fails. */
#ifndef TEST_HOST_PEER_H
#define TEST_HOST_PEER_H

#include <pthread.h>
#include <stdatomic.h>

#include "net/ws_frame.h"
#include "server/server.h"

enum { PEER_WAIT_MS = 20000, PEER_BUFFER = 16777216 };

typedef struct test_server {
    px_server *server;
    px_server_options options;
    pthread_t thread;
    int port;
    int result;            /* of px_server_run */
    atomic_int slow_lines; /* lines of the log about slow connections */
} test_server;

/* Options with the default app on a port that the system chooses. */
px_server_options test_server_options(void);

/* Starts it; `change` may be NULL or alters the options. */
void test_server_start(test_server *server, void (*change)(px_server_options *options));

/* Asks it to stop, waits for its end and frees it. */
void test_server_stop(test_server *server);

/* Waits for its end and frees it. */
void test_server_join(test_server *server);

/* A peer's socket and what it has read but not used. */
typedef struct test_peer {
    int fd;
    size_t len;
    size_t answered; /* bytes of the answer that peer_answer returned last */
    char *bytes;     /* PEER_BUFFER bytes, NUL-terminated */
} test_peer;

test_peer peer_connect(int port);

/* With so small a buffer that the server can't get rid of megabytes at once. */
test_peer peer_connect_narrow(int port);
void peer_close(test_peer *peer);

/* Sends everything; false when the server has closed the connection. */
bool peer_try_send(test_peer *peer, px_slice bytes);
void peer_send(test_peer *peer, px_slice bytes);
void peer_send_text(test_peer *peer, const char *text);

/* Reads more; 0 at the end of the stream or when it was reset. */
size_t peer_receive(test_peer *peer);

/* Reads to the end of the stream; what came is in peer->bytes. */
void peer_receive_all(test_peer *peer);

/* Is the stream at its end, with nothing unread? */
bool peer_is_at_end(test_peer *peer);

/* Reads one HTTP answer whole; returns its status. The head, then the body, are in peer->bytes
 * until the next call. */
int peer_answer(test_peer *peer);
const char *peer_answer_body(test_peer *peer);

/* Sends a request on a connection of its own and returns the status; the answer goes into `answer`
 * (peer_close it). */
int peer_request(int port, const char *request, test_peer *answer);

/* ---- WebSocket ---- */

typedef struct peer_frame {
    uint8_t opcode;
    uint16_t close_code;
    char text[2048]; /* of a close frame: the reason */
    size_t len;
} peer_frame;

/* Opens a WebSocket connection: handshake, connection_established. */
test_peer peer_open(int port);

/* Sends one masked frame. */
void peer_send_frame(test_peer *peer, uint8_t opcode, px_slice payload);
void peer_send_message(test_peer *peer, const char *text);

/* The next frame. False at the end of the stream. */
bool peer_next_frame(test_peer *peer, peer_frame *frame);

/* The next frame, which must be a text message that contains `part`. */
void peer_expect(test_peer *peer, const char *part);

/* The next frame must be a close frame, and the end of the stream must follow. */
void peer_expect_close(test_peer *peer, uint16_t code);

/* Subscribes to a public channel and waits for the confirmation. */
void peer_subscribe(test_peer *peer, const char *channel);

enum { PEER_TARGET_SIZE = 512 };

/* Signs a POST of the default app: the path with its query. */
void peer_sign(const char *path, const char *body, char target[PEER_TARGET_SIZE]);

/* Sends a signed POST to the HTTP API of the default app; returns the status. */
int peer_post(int port, const char *path, const char *body);

/* Publishes through the HTTP API of the default app; returns the status. */
int peer_publish(int port, const char *channel, const char *event, const char *data);

#endif
