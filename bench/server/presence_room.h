/* A presence channel on a Channels server: members that stay and count who comes and goes, and
 * guests that join and leave without end. */
#ifndef BENCH_PRESENCE_ROOM_H
#define BENCH_PRESENCE_ROOM_H

#include "base/buffer.h"

#include <stdint.h>

enum {
    PRESENCE_MEMBERS = 92,
    PRESENCE_GUESTS = 8,
    PRESENCE_ALL = PRESENCE_MEMBERS + PRESENCE_GUESTS
};

typedef struct presence_client {
    int fd;
    bool shook_hands;
    bool is_guest;
    bool is_leaving; /* a guest: it has joined, and its leaving is not answered yet */
    bool is_subscribed;
    px_buffer input;     /* what is not a whole frame yet */
    px_buffer subscribe; /* the frame that joins, signed for this connection */
} presence_client;

typedef struct presence_room {
    uint16_t port;
    int epoll;
    presence_client clients[PRESENCE_ALL]; /* the members first */
    bool is_open;                          /* guests that have left come again */
    uint64_t joins;                        /* of guests, so far; as many leave */
    size_t inside;                         /* guests that are on their way in or out */
    uint64_t added; /* how often a member was told of one, over all members */
    uint64_t removed;
} presence_room;

/* Connects all; the members join. */
void presence_start(presence_room *room, uint16_t port);
void presence_end(presence_room *room);

/* Guests come and go for so long. Returns when all have left and all members know it; whatever
 * they were not told, or told twice, ends the program. */
void presence_churn(presence_room *room, double seconds);

#endif
