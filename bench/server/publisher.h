/* Publishes by the HTTP API (POST /apps/ID/events), one request at a time on each of some connections,
 * which stay open as far as the server lets them. */
#ifndef BENCH_PUBLISHER_H
#define BENCH_PUBLISHER_H

#include "base/buffer.h"

#include <stdint.h>

enum { PUBLISHER_CONNECTIONS = 8 };

typedef struct publisher_connection {
    int fd;
    bool waiting; /* for the answer to its request */
    px_buffer answer;
} publisher_connection;

typedef struct publisher {
    uint16_t port;
    int epoll;
    publisher_connection connections[PUBLISHER_CONNECTIONS];
    px_buffer request;  /* reused */
    uint64_t published; /* requests that were answered with 200 */
} publisher;

/* Connects; the connections are watched by `epoll`, with data.ptr inside of `connections`. */
void publisher_connect(publisher *p, uint16_t port, int epoll);
void publisher_free(publisher *p);

/* Publishes one event on the subscribers' channel over a connection that is not waiting. False: all
 * of them are. */
bool publisher_publish(publisher *p, px_slice data);

/* True while an answer is missing. */
bool publisher_is_waiting(const publisher *p);

bool publisher_owns(const publisher *p, const void *data);

/* Reads the answer for the connection behind data.ptr. */
void publisher_read(publisher *p, void *data);

#endif
