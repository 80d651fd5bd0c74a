/* A whole server in this thread, and peers at the other ends of socket pairs: for inputs at random. The
 * input is a script whose lines are what peers do. Whatever it is, the server must answer in a way
 * that can be understood and end with nothing left; if not, the process aborts with a message. */
#ifndef TEST_HOST_DRIVER_H
#define TEST_HOST_DRIVER_H

#include "server/host.h"

enum { DRIVER_PEERS = 4 };

typedef struct driver_peer {
    int fd;            /* -1: not connected */
    bool is_raw;       /* sent bytes that may be no requests: the answers are not taken apart */
    bool has_answer;   /* the first one has come */
    bool is_ended;     /* the server has closed the connection */
    bool is_websocket; /* was upgraded */
    bool is_chunked;   /* a stream is under way */
    px_buffer received;
} driver_peer;

typedef struct driver {
    px_server *server;
    driver_peer peers[DRIVER_PEERS];
    driver_peer *current;
    uint64_t answers; /* that were understood */
} driver;

/* With short times, small limits and the default app. */
void driver_start(driver *d);

/* Closes all peers and frees the server; before that, when asked to, waits until all sessions have ended
 * and looks whether something is left. */
void driver_stop(driver *d, bool waits);

/* Does what the line says. The first character, and what the rest is:
 *   @ which peer the next lines are about: 0 to 3
 *   P PATH BODY, G PATH, O PATH: a request; the path is what stands behind /pusher
 *   W PATH: a request for an upgrade
 *   w a text message by WebSocket
 *   r raw bytes, with a line break behind them; R the same without
 *   p publishes an event with this text
 *   x closes the connection
 *   t lets the server take another turn */
void driver_line(driver *d, px_slice line);

/* All lines of a script. */
void driver_run(driver *d, px_slice script);

#endif
