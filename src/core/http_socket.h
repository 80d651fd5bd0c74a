/* A transport made of HTTP requests (docs/protocol.md, "HTTP transports"): one answer after the other
 * is received, what is sent goes in one POST at a time. Messages come out as if a WebSocket had
 * brought them. It asks for requests; connection.c is told what comes of them. */
#ifndef PX_CORE_HTTP_SOCKET_H
#define PX_CORE_HTTP_SOCKET_H

#include "core/http_frames.h"
#include "core/requests.h"
#include "core/transport.h"

/* With PX_WITHOUT_SOCKJS the engine leaves SockJS to the owner: sockjs.c is not needed. */
#ifdef PX_WITHOUT_SOCKJS
enum { PX_OWN_SOCKJS = 0 };
#else
enum { PX_OWN_SOCKJS = 1 };
#endif

enum { PX_HTTP_SESSION_ID = 8, PX_HTTP_SESSION_SERVERS = 1000 };

typedef struct px_http_socket {
    bool polling; /* an answer ends after each portion */
    bool sockjs;  /* behind plain SockJS (sockjs.c) */
    bool tls;
    bool open;
    uint16_t server; /* the session's name: a number and characters */
    char session_id[PX_HTTP_SESSION_ID];
    px_buffer host; /* where the server has moved us; empty: nowhere */
    px_http_frames frames;
    px_id receive; /* the requests that are open; 0: none */
    px_id send;
    px_id info;
    px_buffer outgoing;     /* messages that wait, as the members of a JSON array */
    size_t in_flight;       /* bytes of what `send` carries */
    bool heartbeat;         /* an empty POST is wanted */
    uint64_t send_deadline; /* of `send`; PX_NO_DEADLINE without one */
    uint64_t asked_at;      /* SockJS: when `info` was asked */
    uint64_t open_deadline; /* SockJS: until then there must be an answer; or PX_NO_DEADLINE */
} px_http_socket;

static inline bool px_http_socket_is_sockjs(const px_http_socket *socket) {
    return PX_OWN_SOCKJS && socket->sockjs;
}

/* A piece that is being read: message by message, each when the actions of the one before are
 * carried out, so that they find the world as it is with their own. */
typedef struct px_http_reading {
    px_id request; /* 0: nothing is read */
    px_slice piece;
    bool in_frame; /* of `messages` some are left */
    px_http_messages messages;
} px_http_reading;

/* Gives the transport its socket, and asks for what comes first. PX_ERR_NO_MEMORY, PX_ERR_LIMIT. */
PX_MUST_CHECK int px_http_socket_open(px_core *core, px_transport *transport);

/* Drops the requests and frees the socket. */
void px_http_socket_free(px_core *core, px_transport *transport);

/* Lets a message wait for the next POST, which goes when the queue is drained, or when the one
 * before was answered. PX_ERR_NO_MEMORY; PX_ERR_LIMIT: too much is waiting. */
PX_MUST_CHECK int px_http_socket_send(px_core *core, px_http_socket *socket, px_slice message);

/* Wants an empty POST, which proves to the server that we live. */
void px_http_socket_beat(px_core *core, px_http_socket *socket);

/* The application is about to close: what is on its way is left alone, and what waits goes now. */
void px_http_socket_let_out(px_core *core, px_transport *transport);

/* Bytes that wait or are on their way. */
size_t px_http_socket_backlog(const px_http_socket *socket);

/* The answers to the requests. */
void px_http_socket_received(px_core *core, px_request *request, const px_answer *answer);
void px_http_socket_sent(px_core *core, px_request *request, const px_answer *answer);

/* The queue is drained: reads the next message, or else sends what waits. False: there is nothing
 * more to do. */
bool px_http_sockets_work(px_core *core);

uint64_t px_http_sockets_deadline(const px_core *core);
void px_http_sockets_tick(px_core *core);

/* ---- For sockjs.c ---- */

/* Names a new session. */
void px_http_socket_new_session(px_core *core, px_http_socket *socket);

/* Asks for the first or the next answer. PX_ERR_NO_MEMORY, PX_ERR_LIMIT. */
PX_MUST_CHECK int px_http_socket_receive(px_core *core, px_transport *transport);

/* Ends the transport: before the session is open that is a failed attempt for the reason given,
 * or, without a result of the driver, one that says WHAT and the status. */
void px_http_socket_fail(px_core *core, px_transport *transport, px_slice what,
                         const px_answer *answer);

#endif
