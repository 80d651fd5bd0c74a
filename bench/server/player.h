/* A contest in a process of its own, for servers with ten thousand connections and more: one
 * process may not have descriptors enough for the subscribers of all of them. */
#ifndef BENCH_PLAYER_H
#define BENCH_PLAYER_H

#include "contest.h"

/* What is measured when it is this player's turn; `what` is one of several things. */
typedef burst player_turn(contest *c, size_t what);

typedef struct player {
    const char *name;
    pid_t pid;
    int fd; /* to tell it what to measure, and to hear of it */
} player;

/* Returns when all subscribers are connected. The peer must not be missing. */
player player_start(const peer *p, size_t count, bool are_in_own, player_turn *turn);
burst player_play(const player *p, size_t what);
void player_end(const player *p);

#endif
