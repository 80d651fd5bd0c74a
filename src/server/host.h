/* What the files of the host share: the running server and its connections. The public side is
 * server/server.h.
 *
 * HTTP is read by host_head.c and not by libevent's evhttp, because of three things that were
 * measured with libevent 2.1.12: its time-out starts again with every byte, so that a slow head
 * holds a connection for ever; it goes on reading into memory while a client sends requests and
 * takes no answers (400 MB sent, 400 MB held); and it accepts two different Content-Lengths. With
 * own sockets the upgrade to a WebSocket is also just a change of phase. */
#ifndef PX_SERVER_HOST_H
#define PX_SERVER_HOST_H

#include <event2/event.h>
#include <event2/event_struct.h>

#include "base/arena.h"
#include "net/ws_frame.h"
#include "server/host_chunks.h"
#include "server/host_output.h"
#include "server/host_pool.h"
#include "server/host_sessions.h"
#include "server/host_socket.h"
#include "server/host_uring.h"
#include "server/hub.h"
#include "server/ip.h"
#include "server/server.h"
#include "server/standstill.h"
#include "server/trim.h"
#include "server/wheel.h"

enum { PX_HOST_READ_SIZE = 65536, PX_HOST_NAME_SIZE = 64 };
enum { PX_LOG_ERROR = 1, PX_LOG_WARNING, PX_LOG_INFORMATION, PX_LOG_DEBUG };

/* Who is at the other end of a request: see host_client.h. */
typedef struct px_host_client {
    px_ip address;
    bool is_local;   /* on this machine, and so is everything between */
    bool is_tls;     /* nobody on the way could read along, as far as we are told */
    px_slice origin; /* the Origin header; ptr NULL: absent */
} px_host_client;

typedef enum px_host_phase {
    PX_PHASE_PROXY,     /* reading the header that a proxy puts before everything */
    PX_PHASE_HEAD,      /* reading the head of an HTTP request */
    PX_PHASE_BODY,      /* reading its body */
    PX_PHASE_ANSWER,    /* the answer does not fit into the socket yet; nothing is read */
    PX_PHASE_FILE,      /* the same, and more of a file is to follow (host_files.h) */
    PX_PHASE_STREAM,    /* the answer goes on, with what happens in a session (host_stream.h) */
    PX_PHASE_WEBSOCKET, /* open: the hub has it */
    PX_PHASE_CLOSING,   /* sending the rest; what still arrives is thrown away */
    PX_PHASE_DEAD,      /* the socket is closed; waits to be freed */
} px_host_phase;

/* What a px_hub_connection is part of. */
enum {
    PX_CARRIER_WEBSOCKET, /* a px_host_connection */
    PX_CARRIER_SESSION,   /* a px_session: one HTTP request after another */
    PX_CARRIER_SOCKJS,    /* a px_host_connection: a WebSocket that speaks SockJS, or will */
};

/* A request whose bytes, as far as they have arrived, stand in the connection's `received`. */
typedef struct px_host_request {
    size_t scanned;  /* for px_http_read_head */
    size_t head_len; /* 0: the head is not complete */
    size_t body_len; /* bytes of the body that have arrived, decoded */
    uint64_t content_length;
    px_http_chunks chunks;
    bool chunked;
} px_host_request;

/* The first fields are what a delivery looks at; they share few lines of the processor's cache. */
typedef struct px_host_connection {
    px_hub_connection hub;
    uint8_t phase;
    bool is_dirty;     /* in the queue of those with something to do at the end of the turn */
    bool is_broken;    /* to be cut at the end of the turn */
    bool is_slow;      /* to be closed with 4100 at the end of the turn */
    bool awaits_room;  /* the socket was full; `writable` tells when it takes more */
    bool is_late;      /* has been reported as slow */
    bool is_shut;      /* nothing more will be sent */
    bool is_ended;     /* nothing more will come from the peer */
    bool is_local;     /* peer and listener, and the proxy between, are on loopback addresses */
    bool is_tls;       /* nobody on the way can read along */
    bool is_unready;   /* the TLS handshake is not over */
    bool is_websocket; /* was upgraded */
    bool is_poller;    /* its last answer was for a session that goes on */
    struct px_host_connection *next_dirty;
    px_server *server;
    px_host_output output;
    px_host_socket socket;
    struct px_host_connection *next; /* all connections of the server */
    struct px_host_connection *previous;
    px_wheel_node deadline; /* of the phase */
    struct event readable;
    struct event writable;
    px_buffer received; /* what could not be used yet: part of a request or of a frame */
    union {
        px_host_request request;       /* until the upgrade */
        px_ws_decoder decoder;         /* from then on */
        struct px_host_file *file;     /* in PX_PHASE_FILE */
        struct px_host_stream *stream; /* in PX_PHASE_STREAM */
    } in;
    struct px_sockjs_socket *sockjs; /* of a WebSocket in its SockJS framing; else NULL */
    px_ip peer; /* who connected; behind a proxy that says so, who connected to that */
} px_host_connection;

typedef struct px_host_listener px_host_listener;
typedef struct px_host_webhooks px_host_webhooks;

/* A socket that was accepted. */
typedef struct px_host_arrival {
    int fd;
    px_ip peer;
    bool is_local;
    bool is_tls; /* TLS is to be spoken on it */
} px_host_arrival;

struct px_server {
    px_server_options options; /* the texts in `texts` */
    px_arena texts;
    px_hub *hub;
    struct event_base *base;
    struct event *wish_event; /* the reading end of the pipe that px_server_stop writes to */
    struct event *timer;
    struct event *signals[3];
    int wishes[2];        /* that pipe */
    uint64_t timer_at_ms; /* when the timer fires; UINT64_MAX: it is not set */
    uint64_t now_ms;
    uint64_t started_ms;
    uint64_t end_at_ms; /* while stopping: when what is left is cut */
    px_wheel deadlines;
    px_host_tls *tls;            /* NULL: no listener speaks it */
    px_ip_ranges trusted;        /* proxies; the memory is in `texts` */
    px_host_listener *listeners; /* in an array */
    size_t listener_count;
    struct event *accept_timer; /* ends the pause after running out of descriptors */
    uint64_t accept_quiet_until_ms;
    px_host_connection *connections;
    px_host_connection *dirty; /* a queue: those with something to do at the end of the turn */
    px_host_connection *last_dirty;
    size_t inputs;     /* that this turn has handled */
    px_joined *joined; /* for all outputs */
    px_uring *uring;   /* NULL: each connection takes a system call of its own */
    bool has_asked_for_uring;
    px_pool pool; /* for what comes and goes with every event */
    px_sessions sessions;
    px_host_webhooks *webhooks; /* NULL: no app has any */
    px_arena arena;             /* for one request */
    px_buffer scratch;          /* for one answer */
    char *read_buffer;          /* PX_HOST_READ_SIZE bytes, for all connections */
    px_trim trim;
    px_standstill standstill;
    bool is_draining;
    bool is_ended;
};

/* ---- host_server.c: the loop, time, stopping ---- */

/* Does anybody want lines of that level? */
static inline bool px_host_logs(const px_server *server, int level) {
    int most = server->options.log_level;
    return server->options.log && (most == 0 || level <= most);
}

void px_host_log(const px_server *server, int level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* One turn of the loop; without `may_wait` it handles only what is there. PX_ERR_STATE: the loop has
 * failed. */
PX_MUST_CHECK int px_host_turn(px_server *server, bool may_wait);

/* Call it first in whatever the event loop calls: tells the hub the time. */
void px_host_wake(px_server *server);

/* ---- host_listen.c: addresses and new connections ---- */

PX_MUST_CHECK int px_host_listen(px_server *server, char *why, size_t size);
void px_host_stop_listening(px_server *server);
void px_host_free_listeners(px_server *server);

/* ---- host_connection.c: the life of a connection ---- */

/* Takes over the socket, closing it on failure. */
void px_host_accept(px_server *server, const px_host_arrival *arrival);

/* Begins with TLS or with HTTP, now that it is known who the client is. What has been received is
 * part of that. */
void px_host_begin(px_host_connection *connection);

/* The phase must end within `ms`. */
void px_host_set_deadline(px_host_connection *connection, uint32_t ms);
void px_host_clear_deadline(px_host_connection *connection);

/* Sends what is queued, then ends the connection: waits close_timeout_ms for the peer. */
void px_host_finish(px_host_connection *connection);

/* Ends the connection now. It is freed at the end of the turn. */
void px_host_cut(px_host_connection *connection);

/* Writes what is queued, unless the socket was full and is not known to take more. */
void px_host_write(px_host_connection *connection);

/* Does what there is to do after writing: arms the write event for what did not fit. */
void px_host_wrote(px_host_connection *connection, px_host_written result);

/* Half of what makes a connection too slow is worth a word, once. */
void px_host_note_backlog(px_host_connection *connection);

/* Calls px_host_write when the socket takes more. False when that can't be. */
bool px_host_await_room(px_host_connection *connection);

void px_host_free_connection(px_host_connection *connection);

/* Queues raw bytes: an HTTP answer. False without memory (the connection is cut then). */
bool px_host_send(px_host_connection *connection, const px_slice *parts, size_t count);

/* ---- host_turn.c: the end of a turn ---- */

/* Puts the connection into the queue of those to look at when a turn ends. */
void px_host_mark_dirty(px_host_connection *connection);

/* Writes, closes and frees what the queue names, or a part of it. */
void px_host_end_turn(px_server *server);

/* True when something was left to the next turn, which must not wait for events then. */
bool px_host_is_behind(const px_server *server);

/* ---- host_http.c: requests ---- */

typedef struct px_host_answer {
    int status;
    const char *content_type; /* NULL: without a body */
    const char *allow;        /* the Allow header; or NULL */
    uint32_t retry_after;     /* the Retry-After header, seconds; or 0 */
    px_slice headers;         /* more lines, each with its CR LF */
    px_slice body;
    struct px_host_file *file; /* the body instead, the answer's own; or NULL */
} px_host_answer;

void px_host_http_input(px_host_connection *connection, px_slice bytes);

/* The peer speaks plain HTTP where TLS was expected: says so in plain HTTP. */
void px_host_http_without_tls(px_host_connection *connection);

/* An answer that had to wait for the socket has gone out. */
void px_host_http_answered(px_host_connection *connection);

/* Answers a request that had to wait: the phase was PX_PHASE_STREAM. */
void px_host_http_answer(px_host_connection *connection, const px_host_answer *given,
                         bool keep_alive);

/* All of the answer is queued: the phase was PX_PHASE_STREAM. */
void px_host_http_end(px_host_connection *connection, bool keep_alive);

/* The head or the body did not arrive in time. */
void px_host_http_expired(px_host_connection *connection);

/* ---- host_websocket.c ---- */

/* Queues a message for a WebSocket or a stream; NULL, when there was no memory for it, breaks the
 * connection. A connection that takes too little is closed at the end of the turn. */
void px_host_queue(px_host_connection *connection, px_message *message);

void px_host_send_frame(px_host_connection *connection, uint8_t opcode, px_slice payload);

/* The close frame, and the end behind it. */
void px_host_close_websocket(px_host_connection *connection, uint16_t code, px_slice reason);

/* The KEY of /app/KEY, not decoded. */
bool px_host_read_key(px_slice path, px_slice *key);

/* Tells the hub of a connection that the bytes of `connection` belong to: `opened`. Uses the arena.
 * Errors as px_arena_alloc; the hub has not heard of it then. */
PX_MUST_CHECK int px_host_open(const px_host_connection *connection, px_hub_connection *opened,
                               const px_host_client *client, px_slice key, px_slice query);

/* Answers 101 and gives the connection to the hub: what has arrived behind the head is frames.
 * False when the handshake is refused with *answer. */
bool px_host_upgrade(px_host_connection *connection, const px_http_head *head,
                     px_host_answer *answer);

void px_host_websocket_input(px_host_connection *connection, char *bytes, size_t len);

/* The functions that the hub calls. */
px_hub_host px_host_functions(px_server *server);

/* Closes a connection that does not take what is sent to it. */
void px_host_shed(px_host_connection *connection);

/* ---- host_routes.c: what is where ---- */

/* Answers a request that is no upgrade. The texts live until the next request. */
px_host_answer px_host_route(px_host_connection *connection, const px_http_head *head,
                             px_slice body);

/* {"error": ..., "code": ...} */
px_host_answer px_host_error(px_server *server, int status, px_slice text);

/* The path without the configured prefix. False when it does not begin with it. */
bool px_host_strip_prefix(const px_server *server, px_slice *path);

#endif
