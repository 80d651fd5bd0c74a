/* A crowd: many clients on one loop. Member NUMBER of all crowds together (from 0) is user uNUMBER, in a room
 * that is told from its number, and subscribed to two feeds. */
#ifndef CROWD_H
#define CROWD_H

#include "watch.h"

#include <pusher/pusher.h>

#include <stddef.h>

enum { FEEDS_OF_MEMBER = 2, MAX_CHANNELS = 64, NAME_SIZE = 64 };

typedef struct crowd_settings {
    uint16_t port, tls_port;
    const char *ca_file;
    const char *cache_dir; /* where transports are remembered */
    size_t first;          /* number of the first member */
    size_t clients;        /* members of this crowd */
    size_t total;          /* of all crowds */
    size_t rooms;
    const char *feeds[MAX_CHANNELS];
    size_t feed_count;
} crowd_settings;

struct member;

/* One of a member's feeds. */
typedef struct feed {
    struct member *owner;
    size_t index; /* into settings.feeds */
    watch watch;
} feed;

typedef struct member {
    size_t number;
    const char *kind; /* of connection: "ws", "polling over TLS", ... */
    pusher_client *client;
    feed feeds[FEEDS_OF_MEMBER];
    bool is_in_room;
} member;

/* All that is counted. */
typedef struct crowd_tally {
    uint64_t events;   /* of feeds */
    uint64_t connects; /* connections that were there */
    uint64_t errors;   /* of connections */
    uint64_t refusals; /* subscriptions that failed for good */
    uint64_t wrong;    /* broken promises; each is told as well */
} crowd_tally;

typedef struct crowd {
    crowd_settings settings;
    pusher_loop *loop;
    member *members;
    crowd_tally tally;
} crowd;

extern crowd the_crowd;

/* Milliseconds of the monotonic clock. */
uint64_t crowd_now_ms(void);

/* Ends the program. */
_Noreturn void crowd_fail(const char *what, const char *why);

/* The name of a room, and how many members belong there. */
void crowd_room_name(size_t room, char out[NAME_SIZE]);
size_t crowd_room_size(size_t room);

/* member.c: makes a member, which connects; ends it. */
void member_start(member *this, size_t number);
void member_stop(member *this);

/* Is it connected, with all subscriptions? */
bool member_is_there(const member *this);

/* False: the room has other members than it should; `why` then says which, or how many. */
bool member_room_is_right(const member *this, char *why, size_t size);

/* commands.c: carries out a line of standard input. */
void commands_obey(char *line);

#endif
