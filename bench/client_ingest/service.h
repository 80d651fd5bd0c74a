/* A scripted Channels service for one client at a time: just enough of the protocol to connect and
 * subscribe it, and then to send it events as fast as it takes them. */
#ifndef BENCH_SERVICE_H
#define BENCH_SERVICE_H

#include "events.h"
#include "net/ws_frame.h"

#include <stdint.h>

typedef struct service {
    int listener;
    uint16_t port; /* on 127.0.0.1, chosen by the system */
} service;

/* One connected and subscribed receiver. */
typedef struct service_peer {
    int fd;
    px_ws_decoder decoder;
    px_buffer input;
} service_peer;

/* What is sent. It lies in a file in memory: sendfile copies nothing, which leaves the sender fast
 * enough for a receiver that only reads. */
typedef struct service_load {
    int file;
    size_t block;            /* bytes of whole frames at the front, sent again and again */
    size_t block_events;     /* as many */
    px_slice mark;           /* the frame that ends a burst */
    uint64_t (*count)(void); /* of something that is to be watched in the middle of a burst */
} service_load;

typedef struct service_burst {
    uint64_t sent;     /* events, without the mark */
    uint64_t received; /* calls of handlers so far, as the receiver told */
    bool was_counted;  /* false: the burst was too short for it */
    uint64_t counted;  /* what the load's count has grown by, from the first quarter to the mark */
    double seconds;    /* from the first byte sent to the receiver's answer to the mark */
} service_burst;

service service_listen(void);

/* Waits for a receiver, shakes hands and subscribes it to the channels and that of the mark. */
service_peer service_accept(const service *s, const events *kind);
void service_end(service_peer *peer);

/* Sends blocks for about so long, then the mark, and waits for the answer. */
service_burst service_send(service_peer *peer, const service_load *load, double seconds);

#endif
