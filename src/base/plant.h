/* Bugs on purpose, for the simulator: it must find each of them (docs/simulator.md). Where the build does not
 * ask for them, and no product does, PX_PLANTED is a constant and nothing is left of them. */
#ifndef PX_BASE_PLANT_H
#define PX_BASE_PLANT_H

#include <stdbool.h>

/* X(NAME, "what goes wrong") */
#define PX_PLANTS(X)                                                                               \
    X(FORGETS_A_CHANNEL, "after a loss one of the channels is not subscribed again")               \
    X(SUBSCRIBES_TWICE, "a subscription that is pending is asked for once more")                   \
    X(COMES_BACK, "a channel that was left while its subscription was pending stays")              \
    X(ROSTER_STAYS, "members outlive the connection")                                              \
    X(MEMBER_STAYS, "a member who is told to be gone stays in the list")                           \
    X(STALE_SOCKET, "authorizations under way outlive the connection that they are for")           \
    X(LATE_PING, "a ping comes a moment too late")                                                 \
    X(LOST_TIMER, "the pause before an authorization is tried again is told to nobody")            \
    X(SLEEPS_ON, "the engine goes on to believe in a deadline that has changed")                   \
    X(TWO_CONNECTIONS, "a connection that succeeds does not end the other attempts")               \
    X(REFUSED_RETRIES, "a client that was refused tries again")                                    \
    X(DEAD_ID, "what comes late for a transport that is gone is believed")                         \
    X(LAST_MESSAGE, "the last message of an HTTP frame is lost")                                   \
    X(CUT_FRAME, "of a frame in two pieces the first is lost")                                     \
    X(OVERTAKES, "an encrypted event is not kept while older ones wait for a key")                 \
    X(KEEPS_KEY, "a new key is asked for, and not taken")                                          \
    X(SIGNED_OUT, "the user is not signed in again after a loss")                                  \
    X(STAYS_SIGNED_IN, "the user outlives the connection")                                         \
    X(NO_FAREWELL, "members who lose their connection are not told to be gone")                    \
    X(MEMBER_LEAK, "a member with two connections never goes")                                     \
    X(WRONG_INDEX, "a subscription that moves up keeps its old place")                             \
    X(NOT_EXCLUDED, "the publisher's own connection gets the event, too")                          \
    X(CACHE_FOR_EVER, "a cache channel never forgets")                                             \
    X(FALSE_OFFLINE, "a user who is back in time is told to be offline")                           \
    X(FALSE_VACATED, "a channel that is occupied again in time is told to be vacated")             \
    X(WRONG_COUNT, "who leaves is still counted")                                                  \
    X(NEVER_CLOSES, "a peer that answers no ping is kept")                                         \
    X(SAME_SESSION, "SockJS polls in the session of the stream that was given up")                 \
    X(STREAM_ENDS, "a SockJS stream that has become long is taken for a lost connection")          \
    X(UNAUTHORIZED_STAYS, "a connection that must be authorized and is not is kept")

#define PX_PLANT_ENUM(NAME, what) PX_PLANT_##NAME,
typedef enum px_plant { PX_PLANT_NONE, PX_PLANTS(PX_PLANT_ENUM) PX_PLANT_COUNT } px_plant;
#undef PX_PLANT_ENUM

#ifdef PX_WITH_PLANTS
extern px_plant px_planted;
#define PX_PLANTED(NAME) (px_planted == PX_PLANT_##NAME)
#else
#define PX_PLANTED(NAME) false
#endif

#endif
