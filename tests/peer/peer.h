/* A scripted server on a thread, for tests of the native client: it listens on a port of the
 * system's choice and runs a script for each connection, with blocking calls that each have a
 * deadline. It speaks well-formed HTTP and WebSocket, and anything else on demand. */
#ifndef TEST_PEER_H
#define TEST_PEER_H

#include "base/slice.h"

#include <stdatomic.h>
#include <stdint.h>

typedef struct test_peer test_peer;
typedef struct test_connection test_connection;

/* Runs on a thread of its own for each connection, which is closed when it returns. */
typedef void (*test_script)(test_connection *connection, void *context);

/* `certificate` and `key`: PEM files for TLS; NULL: plain. Aborts when the machine has no port. */
test_peer *test_peer_start(test_script script, void *context, const char *certificate,
                           const char *key);

/* More about how to listen. */
typedef struct test_peer_options {
    const char *certificate; /* PEM files for TLS; NULL: plain */
    const char *key;
    const char *client_authority; /* PEM file: clients must show a certificate of this one */
    bool ipv6;                    /* listen on [::1] instead of 127.0.0.1 */
} test_peer_options;

/* As test_peer_start. NULL: the machine has no IPv6. */
test_peer *test_peer_start_with(test_script script, void *context,
                                const test_peer_options *options);

/* Closes all connections and waits for all scripts to end. */
void test_peer_stop(test_peer *peer);

uint16_t test_peer_port(const test_peer *peer);

/* Connections that were accepted so far. */
int test_peer_count(const test_peer *peer);

/* ---- Inside scripts. False: the connection is gone or the deadline has passed. ---- */

/* The number of the connection, from 0. */
int test_connection_number(const test_connection *connection);

bool test_send(test_connection *connection, const void *bytes, size_t len);
bool test_send_text(test_connection *connection, const char *text);

/* Reads that many bytes. */
bool test_read_bytes(test_connection *connection, void *bytes, size_t len);

/* Reads an HTTP request whole; it can then be asked for. */
bool test_read_request(test_connection *connection);

/* The request as text, NUL-terminated. */
const char *test_request(const test_connection *connection);

/* Answers the request that was read, when it asks for a WebSocket, as RFC 6455 has it. */
bool test_upgrade(test_connection *connection);

/* Sends the greeting: pusher:connection_established with socket id 1.1. */
bool test_say_hello(test_connection *connection);

/* test_read_request and test_upgrade; and these with test_say_hello. */
bool test_open(test_connection *connection);
bool test_greet(test_connection *connection);

/* One unmasked frame. */
bool test_send_frame(test_connection *connection, uint8_t opcode, const char *payload);

/* One text frame with an event: {"event":EVENT,"channel":CHANNEL,"data":DATA}; DATA is JSON. */
bool test_send_event(test_connection *connection, const char *event, const char *channel,
                     const char *data);

/* Reads one whole frame. */
typedef struct test_frame {
    uint8_t opcode;
    uint16_t close_code;
    char text[65536]; /* NUL-terminated */
    size_t len;
} test_frame;

bool test_read_frame(test_connection *connection, test_frame *frame);

/* Reads frames until a text that contains `part`. */
bool test_await_text(test_connection *connection, const char *part);

/* Waits until the other side closes. True: it did, after nothing but frames. */
bool test_await_end(test_connection *connection);

/* Keeps the connection open until the peer is stopped or the other side leaves. */
void test_hold(test_connection *connection);

/* Ends the TCP connection with a reset instead of a goodbye. */
void test_reset(test_connection *connection);

#endif
