/* What is below /pusher: the HTTP transports of Pusher's clients, and all of SockJS 0.3. */
#ifndef PX_SERVER_HOST_SOCKJS_H
#define PX_SERVER_HOST_SOCKJS_H

#include "server/host.h"

typedef enum px_sockjs_outcome {
    PX_SOCKJS_ELSEWHERE, /* the request is for something else */
    PX_SOCKJS_ANSWERED,  /* *answer is the answer */
    PX_SOCKJS_TAKEN,     /* the connection belongs to a session now, or is cut */
} px_sockjs_outcome;

/* ---- host_sockjs.c: requests ---- */

px_sockjs_outcome px_host_sockjs(px_host_connection *connection, const px_http_head *head,
                                 px_slice body, px_host_answer *answer);

/* Is this the path (without prefix) of a WebSocket, and are its messages SockJS's frames? */
bool px_sockjs_is_socket(const px_server *server, px_slice path, bool *is_framed);

/* The app that the first message of a SockJS client names: {"path":"/app/KEY?protocol=7"}, also where
 * the server has a prefix. Uses the arena, where the results live. */
bool px_sockjs_read_path(px_server *server, px_slice text, px_slice *key, px_slice *query);

/* ---- host_sockjs_pages.c ---- */

px_host_answer px_sockjs_greeting(void);
px_host_answer px_sockjs_info(px_server *server, px_slice cors);
px_host_answer px_sockjs_iframe(px_server *server, const px_http_head *head);

/* ---- host_sockjs_send.c: what clients send by HTTP ---- */

/* The body as a JSON array of strings, or one string. NULL: it is; else a sentence. */
const char *px_sockjs_check_messages(px_slice body);

/* Calls `take` with each of the messages of a body that was checked. The arena is reset between them.
 * PX_OK, or as px_arena_alloc. */
PX_MUST_CHECK int px_sockjs_each_message(px_arena *arena, px_slice body,
                                         void (*take)(void *context, px_slice text), void *context);

/* The JSON in the field `d` of a form; for other content types the body itself. */
PX_MUST_CHECK int px_sockjs_form_field(px_arena *arena, px_slice content_type, px_slice body,
                                       px_slice *json);

/* ---- host_sockjs_socket.c: WebSockets ---- */

/* The connection was upgraded at one of SockJS's paths. PX_ERR_NO_MEMORY. */
PX_MUST_CHECK int px_sockjs_socket_open(px_host_connection *connection,
                                        const px_host_client *client, bool is_framed);
void px_sockjs_socket_text(px_host_connection *connection, px_slice text);
void px_sockjs_socket_deliver(px_host_connection *connection, px_message *message);
void px_sockjs_socket_close(px_host_connection *connection, uint16_t code, px_slice reason);

/* The connection's deadline has come: a heartbeat is due, or the first message is missing. */
void px_sockjs_socket_timer(px_host_connection *connection);

void px_sockjs_socket_free(px_host_connection *connection);

#endif
