/* A session: what is a connection for the hub, carried by one HTTP request after another. Of these
 * one at a time, the receiver, takes frames to the client; what happens between two receivers waits
 * in the session's queue. There are two families: those of Pusher's clients, whose URLs name the
 * app, and plain SockJS, where the client's first message does. */
#ifndef PX_SERVER_HOST_SESSION_H
#define PX_SERVER_HOST_SESSION_H

#include "server/host.h"
#include "server/host_stream.h"

enum {
    PX_MAX_SESSION_ID = 128,
    /* When as much has come in one stream, pusher-js begins a new one. */
    PX_PUSHER_JS_STREAM = 262144,
};

typedef struct px_session {
    px_hub_connection hub; /* the first member */
    px_server *server;
    struct px_session *next_dirty;
    px_wheel_node timer;
    px_host_connection *receiver; /* NULL: none at the moment */
    px_host_output queue;         /* frames that wait for one */
    px_message *farewell;         /* the frame `c[...]`, once the session is closed */
    uint64_t lost_at_ms;          /* since when there is no receiver */
    uint64_t heard_at_ms;         /* when the client was heard of last */
    uint64_t heartbeat_at_ms;
    uint64_t held_until_ms; /* while frames are held back for a new stream; 0: they are not */
    uint64_t path_by_ms;    /* by when a SockJS client must have named its app */
    bool is_sockjs;         /* of the plain SockJS family */
    bool has_path;          /* the hub was asked */
    bool is_opening;        /* it is being asked */
    bool is_announced;      /* `o` was sent */
    bool awaits_beat;       /* a stream's heartbeat is unanswered */
    bool owes_beat;         /* the client has asked for one */
    bool is_leaving;        /* has had a receiver since it was closed */
    bool is_dirty;
    bool is_slow;   /* too much waits: to be closed with 4100 at the end of the turn */
    bool is_broken; /* no memory: to be ended at the end of the turn */
    bool is_over;   /* to be freed at the end of the turn */
    size_t key_len;
    char key[];
} px_session;

/* ---- host_session.c: the life of sessions ---- */

px_session *px_session_find(const px_server *server, px_slice key);

/* NULL without memory. The key must be new. */
px_session *px_session_new(px_server *server, px_slice key, bool is_sockjs);

/* Tells the hub of the session; `connection` brought the request. */
void px_session_open(px_session *session, const px_host_connection *connection,
                     const px_host_client *client, px_slice key, px_slice query);

/* A message from the client. */
void px_session_message(px_session *session, const px_host_connection *connection,
                        const px_host_client *client, px_slice text);

/* The client sent `[]`: the answer to a heartbeat or, where none is unanswered, a question whether the server
 * is there, which a heartbeat answers. */
void px_session_beat(px_session *session);

/* The client was heard of. `answers`: it answered a heartbeat. */
void px_session_heard(px_session *session, bool answers);

/* The hub has closed the connection, or never knew it: the client is told why. */
void px_session_closed(px_hub_connection *connection, uint16_t code, px_slice reason);

/* Sets the timer for what is due next. */
void px_session_set_timer(px_session *session);

void px_session_mark_dirty(px_session *session);

/* Does what is due. */
void px_sessions_tick(px_server *server);

/* The end of a turn: sends and frees what the list names. */
void px_sessions_end_turn(px_server *server);

/* Sessions that clients have open. */
size_t px_sessions_count(const px_server *server);

void px_sessions_free(px_server *server);

/* ---- host_session_flow.c: frames on their way to the client ---- */

void px_session_deliver(px_hub_connection *connection, px_message *message);
void px_session_ping(px_hub_connection *connection);

/* The client waits for frames on this connection. */
void px_session_receive(px_session *session, px_host_connection *connection,
                        const px_http_head *head, const px_stream_style *style, px_slice callback);

/* Sends what waits, as far as it may be sent now. */
void px_session_flush(px_session *session);

/* A heartbeat is due. */
void px_session_heartbeat(px_session *session);

/* The receiver's connection ends. */
void px_session_lost(px_session *session);

/* The receiver's connection does not take what is sent to it. */
void px_session_shed(px_session *session);

#endif
