/* Publishes over some connections, with one request at a time on each. A connection that the server
 * closes meanwhile is opened anew. */
#ifndef BENCH_PUBLISHER_H
#define BENCH_PUBLISHER_H

#include "peer.h"

#include "base/buffer.h"

enum { PUBLISHER_CONNECTIONS = 32 };

typedef struct publisher_connection {
    int fd;
    bool waiting; /* for the answer to its request */
    px_buffer request;
    px_buffer answer;
} publisher_connection;

typedef struct publisher {
    uint16_t port;
    wire wire;
    int epoll;
    publisher_connection connections[PUBLISHER_CONNECTIONS];
    size_t waiting;    /* how many of them are */
    uint64_t answered; /* requests */
} publisher;

/* Connects; the connections are watched by `epoll`, with data.ptr inside of `connections`. */
void publisher_connect(publisher *p, wire over, uint16_t port, int epoll);
void publisher_free(publisher *p);

/* A connection without a request among the first `count`; its `request` wants to be written, and
 * sent with publisher_send. NULL: all of them wait. */
publisher_connection *publisher_idle(publisher *p, size_t count);
void publisher_send(publisher *p, publisher_connection *c);

bool publisher_owns(const publisher *p, const void *data);

/* Reads the answer for the connection behind data.ptr. */
void publisher_read(publisher *p, void *data);

#endif
